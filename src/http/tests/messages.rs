//! Messages as RFC 9112 has them.

use super::check;

const GET: &str = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

#[test]
fn a_body_ends_where_its_length_says() {
    check(
        &[
            "POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n",
        ],
        &["POST /a 3 > 200 2", "GET /b 0 > 404 0"],
    );
}

#[test]
fn chunks_are_counted_without_their_sizes() {
    check(
        &[
            "POST /a HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;x=y\r\nhello\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n",
        ],
        &["POST /a 3 > 200 15"],
    );
}

#[test]
fn a_body_without_length_ends_with_the_connection() {
    check(
        &[GET, "HTTP/1.0 200 OK\r\n\r\nall of it"],
        &["GET /a 0 > 200 9"],
    );
}

#[test]
fn answers_to_head_and_some_statuses_have_no_body() {
    check(
        &[
            "HEAD /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
        ],
        &["HEAD /a 0 > 200 0", "GET /b 0 > 304 0", "GET /c 0 > 204 0"],
    );
}

#[test]
fn interim_responses_come_before_the_final_one() {
    check(
        &[
            "PUT /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "abc",
            "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
        ],
        &["PUT /a 3 > (100) (103) 201 0"],
    );
}

#[test]
fn a_response_may_come_before_the_end_of_its_request() {
    check(
        &[
            "POST /a HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc",
            "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n",
            "def",
        ],
        &["POST /a 6 > 413 0"],
    );
}

#[test]
fn an_upgrade_makes_a_websocket() {
    check(
        &[
            "GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\u{1}\u{2}ab",
            "\u{1}\u{0}GET /",
        ],
        &["GET /ws 0 > 101 0 as websocket"],
    );
}

#[test]
fn connect_makes_a_tunnel_and_what_is_inside_is_read_on() {
    check(
        &[
            "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n",
            "HTTP/1.1 200 Connection established\r\n\r\n",
            GET,
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
        ],
        &["CONNECT a:80 0 > 200 0 as tunnel", "GET /a 0 > 200 1"],
    );
    check(
        &[
            "CONNECT a:443 HTTP/1.1\r\n\r\n",
            "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno",
            "CONNECT a:443 HTTP/1.1\r\n\r\n",
            "HTTP/1.0 200 OK\r\n\r\n",
            "\u{16}\u{3}\u{1}",
            "\u{16}\u{3}\u{3}",
        ],
        &[
            "CONNECT a:443 0 > 407 2",
            "CONNECT a:443 0 > 200 0 as tunnel",
        ],
    );
}

#[test]
fn a_session_that_starts_in_the_middle_is_read_from_its_first_message_on() {
    check(
        &[
            "",
            "the rest of a body",
            GET,
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
        ],
        &["GET /a 0 > 200 1"],
    );
    check(
        &[
            "",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
            GET,
            "HTTP/1.1 204 No\r\n\r\n",
        ],
        &["- > 200 1 [noRequest]", "GET /a 0 > 204 0"],
    );
}

#[test]
fn requests_without_an_answer_stay_without_one() {
    check(&[GET], &["GET /a 0 > -"]);
}

#[test]
fn empty_lines_between_messages_are_skipped() {
    let get = format!("\r\n{GET}\r\n\r\n{GET}");
    check(&[&get], &["GET /a 0 > -", "GET /a 0 > -"]);
}
