mod captures;

use super::*;
use crate::view::TimeStyle;

#[test]
fn look() {
    let Ok(name) = std::env::var("LOOK") else {
        return;
    };
    let width = std::env::var("LOOK_WIDTH").unwrap().parse().unwrap();
    for timeline in captures::timelines(std::path::Path::new(&name))
        .iter()
        .take(4)
    {
        let surface = Surface {
            width: Some(width),
            colored: std::env::var("LOOK_PLAIN").is_err(),
        };
        let mut style = DiagramStyle::new(surface, TimeText::new(TimeStyle::Absolute, None));
        if std::env::var("LOOK_ASCII").is_ok() {
            style.characters = Characters::Ascii;
        }
        let mut out = Vec::new();
        write_timing_diagram(&mut out, timeline, &style).unwrap();
        println!("{}", String::from_utf8(out).unwrap());
    }
}
