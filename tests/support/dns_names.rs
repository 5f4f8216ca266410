//! The capture in which every server gets its name from another kind of evidence.

use std::net::{IpAddr, SocketAddr};

use spider_pcap::session::Direction::{In, Out};

use crate::build::Packet;
use crate::conversation::Conversation;
use crate::naming::{Record, client_hello, dns_answer, dns_in_tcp, multicast_answer};

/// Sessions, each with what names its server.
pub(crate) fn dns_names() -> Conversation {
    let mut scene = Scene::new();
    let web = "10.20.0.80:80";
    scene.answer("shop.example.test", &[("shop.example.test", at(web))]);
    scene.session(web, GET, OK);
    let aliased = [
        ("blog.example.test", Err("web.example.test")),
        ("web.example.test", at(web)),
    ];
    scene.answer("blog.example.test", &aliased);
    scene.session(web, GET, OK);

    let edge = "[fd00:20::80]:80";
    let aliased_twice = [
        ("www.example.test", Err("www.cdn.test")),
        ("www.cdn.test", Err("edge.cdn.test")),
        ("edge.cdn.test", at(edge)),
    ];
    scene.answer("www.example.test", &aliased_twice);
    scene.session(edge, GET, OK);

    let printer = "10.20.0.9:631";
    let ends = [end("10.20.0.9:5353"), end("224.0.0.251:5353")];
    scene.frame(multicast_answer(ends, &[("printer.local", at(printer))]));
    scene.session(printer, GET, OK);

    let late = "10.20.0.82:80";
    scene.session(late, GET, OK);
    scene.answer("late.example.test", &[("late.example.test", at(late))]);

    let big = "10.20.0.83:80";
    let [question, answer] = dns_in_tcp("big.example.test", &[("big.example.test", at(big))]);
    scene.session("10.20.0.53:53", &question, &answer);
    scene.session(big, GET, OK);

    scene.session("10.20.0.81:443", &client_hello("api.example.test"), ALERT);
    scene.talk
}

/// One client, whose packets are captured.
struct Scene {
    talk: Conversation,
    sessions: u16,
}

impl Scene {
    fn new() -> Self {
        let ends = [end("10.20.0.10:49152"), end("10.20.0.80:80")];
        Self {
            talk: Conversation::new(ends, [0, 0], false),
            sessions: 0,
        }
    }

    /// The resolver answers over the IP of the addresses it gives.
    fn answer(&mut self, name: &str, records: &[Record<'_>]) {
        let is_v6 = records
            .iter()
            .any(|(_, data)| data.is_ok_and(|ip| ip.is_ipv6()));
        let ends = if is_v6 {
            [end("[fd00:20::53]:53"), end("[fd00:20::10]:40001")]
        } else {
            [end("10.20.0.53:53"), end("10.20.0.10:40001")]
        };
        self.frame(dns_answer(ends, name, records));
    }

    fn frame(&mut self, frame: Vec<u8>) {
        let time_us = self.talk.time_us;
        self.talk.packets.push(Packet { time_us, frame });
        self.talk.wait(2000);
    }

    /// A session of a request and a response; a minute passes after it.
    fn session(&mut self, server: &str, request: &[u8], response: &[u8]) {
        let server = end(server);
        let client_ip = if server.is_ipv6() {
            end("[fd00:20::10]:0").ip()
        } else {
            end("10.20.0.10:0").ip()
        };
        let client = SocketAddr::new(client_ip, 49152 + self.sessions);
        self.sessions += 1;
        let isn = u32::from(self.sessions) * 1_000_000;
        let mut next = Conversation::new([client, server], [isn, isn + 500_000], false);
        next.time_us = self.talk.time_us;
        next.open();
        next.send(Out, request);
        next.send(In, response);
        next.close();
        next.wait(60_000_000);
        self.talk.time_us = next.time_us;
        self.talk.packets.append(&mut next.packets);
    }
}

/// The address of a socket, as a record holds it.
fn at(socket: &str) -> Result<IpAddr, &'static str> {
    Ok(end(socket).ip())
}

fn end(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

const GET: &[u8] = b"GET / HTTP/1.1\r\n\r\n";
const OK: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

/// A fatal alert: `handshake_failure`.
const ALERT: &[u8] = &[21, 3, 3, 0, 2, 2, 40];
