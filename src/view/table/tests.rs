use super::*;

fn column(title: &str, align: Align, cut: Cut) -> Column {
    Column {
        title: title.to_owned(),
        align,
        cut,
        shown: true,
        toned: false,
    }
}

fn sample() -> Table {
    let mut columns = vec![
        column("#", Align::Right, Cut::End),
        column("SERVER", Align::Left, Cut::Middle),
        column("BYTES", Align::Right, Cut::End),
        column("NOTES", Align::Left, Cut::End),
    ];
    columns[3].toned = true;
    let mut table = Table::new(columns);
    table.push_row(Tone::Calm, ["1", "10.0.0.1:80", "12.3 kB", ""]);
    table.push_row(
        Tone::Severe,
        ["12", "bücher.example:443", "0 B", "reset by server"],
    );
    table
}

fn check(surface: Surface, fit: &[Fit], expect: &str) {
    let mut out = Vec::new();
    sample().write_to(&mut out, surface, fit).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), expect);
}

fn at(width: usize) -> Surface {
    Surface {
        width: Some(width),
        colored: false,
    }
}

#[test]
fn a_pipe_gets_everything_uncut() {
    check(
        Surface::default(),
        &[Fit::Drop(2)],
        " #  SERVER                BYTES  NOTES\n \
          1  10.0.0.1:80         12.3 kB\n\
         12  bücher.example:443      0 B  reset by server\n",
    );
}

#[test]
fn steps_are_taken_in_order_until_it_fits() {
    check(
        at(40),
        &[Fit::Drop(2), Fit::Shrink(3, 5)],
        " #  SERVER              NOTES\n \
          1  10.0.0.1:80\n\
         12  bücher.example:443  reset by server\n",
    );
    check(
        at(45),
        &[Fit::Shrink(1, 8), Fit::Drop(2)],
        " #  SERVER             BYTES  NOTES\n \
          1  10.0.0.1:80      12.3 kB\n\
         12  bücher.…ple:443      0 B  reset by server\n",
    );
}

#[test]
fn without_steps_the_widest_columns_are_cut() {
    check(
        at(30),
        &[],
        " #  SERVER      BYTES  NOTES\n \
          1  10.0…:80  12.3 kB\n\
         12  büch…443      0 B  reset …\n",
    );
}

#[test]
fn colours_wrap_the_text_and_not_the_padding() {
    let mut out = Vec::new();
    let surface = Surface {
        width: None,
        colored: true,
    };
    sample().write_to(&mut out, surface, &[]).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains(" \x1b[1m#\x1b[0m  \x1b[1mSERVER\x1b[0m "));
    assert!(text.ends_with("  \x1b[31mreset by server\x1b[0m\n"));
}

#[test]
fn cells_are_escaped_before_they_are_measured() {
    let mut table = Table::new(vec![
        column("A", Align::Left, Cut::End),
        column("B", Align::Left, Cut::End),
    ]);
    table.push_row(Tone::Calm, ["\x1b[2J", "x"]);
    let mut out = Vec::new();
    table.write_to(&mut out, Surface::default(), &[]).unwrap();
    assert_eq!(out, b"A        B\n\\x1b[2J  x\n");
}
