mod captures;
mod golden;
mod script;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::lot::TimelineEvent;
use crate::lot::any_event;
use crate::view::TimeStyle;

/// The lines of a diagram of this width.
fn lines(timeline: &Timeline, style: &DiagramStyle<'_>) -> Vec<String> {
    let mut out = Vec::new();
    write_timing_diagram(&mut out, timeline, style).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(str::to_owned).collect()
}

fn style(width: usize) -> DiagramStyle<'static> {
    let surface = Surface {
        width: Some(width),
        colored: false,
    };
    DiagramStyle::new(surface, TimeText::new(TimeStyle::Absolute, None))
}

fn timeline(events: &[TimelineEvent]) -> Timeline {
    let mut timeline = Timeline::default();
    for event in events {
        timeline.handle_packet(event);
    }
    timeline
}

#[test]
fn no_capture_makes_a_line_too_wide() {
    let files = captures::all();
    assert!(50 < files.len(), "the captures of testdata are missing");
    let mut drawn = 0;
    for file in files {
        for timeline in captures::timelines(&file) {
            for width in [1, 13, 40, 80, 100, 160, 700] {
                let lines = lines(&timeline, &style(width));
                let widest = lines.iter().map(|line| line.width()).max();
                assert!(widest <= Some(width), "{} at {width}", file.display());
                drawn += 1;
            }
        }
    }
    assert!(700 < drawn, "{drawn} diagrams");
}

#[test]
fn bars_of_captures_hold_all_their_bytes() {
    for timeline in captures::all()
        .iter()
        .flat_map(|file| captures::timelines(file))
    {
        let Some((first, last)) = timeline.first().zip(timeline.last()) else {
            continue;
        };
        let cells = Cells::new(&timeline, &Axis::new(first, last, 70));
        for (side, total) in Side::BOTH.into_iter().zip([
            timeline.totals().out.payload_bytes - timeline.untimed().out.payload_bytes,
            timeline.totals().r#in.payload_bytes - timeline.untimed().r#in.payload_bytes,
        ]) {
            let bytes = cells.of(side).iter().map(|cell| cell.tally.payload_bytes);
            assert_eq!(bytes.sum::<u64>(), total);
            let ends = [cells.of(side).first(), cells.of(side).last()];
            assert_eq!(ends.map(|end| end.is_some()), [true, true]);
        }
    }
}

#[test]
fn colours_take_no_room_and_are_ended() {
    let timeline = script::timeline(golden::WEB);
    let plain = lines(&timeline, &style(100));
    let mut colored = style(100);
    colored.surface.colored = true;
    let colored = lines(&timeline, &colored).join("\n");
    let codes = colored.matches('\x1b').count();
    assert_eq!(codes, 2 * colored.matches("\x1b[0m").count());
    assert_eq!(uncolored(&colored), plain.join("\n"));
}

/// Text without the escapes of colours.
fn uncolored(text: &str) -> String {
    let mut parts = text.split('\x1b');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').unwrap().1)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        rng_seed: RngSeed::Fixed(0xd1a),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_session_makes_a_line_too_wide(
        events in prop::collection::vec(any_event(), 0..80),
        width in 0..220_usize,
        characters in prop_oneof![Just(Characters::Unicode), Just(Characters::Ascii)],
        time in 0..5_usize,
        names in ["\\PC{0,30}", ".{0,30}"],
        colored in any::<bool>(),
    ) {
        let time_style = [
            TimeStyle::Absolute,
            TimeStyle::Zoned(&|_| 20_700),
            TimeStyle::Epoch,
            TimeStyle::Relative,
            TimeStyle::Delta,
        ][time];
        let [client, server] = &names;
        let style = DiagramStyle {
            surface: Surface { width: Some(width), colored },
            characters,
            client,
            server,
            ..DiagramStyle::new(Surface::default(), TimeText::new(time_style, None))
        };
        for line in lines(&timeline(&events), &style) {
            let line = uncolored(&line);
            prop_assert!(line.width() <= width, "{:?}", line);
            prop_assert!(characters == Characters::Unicode || line.is_ascii(), "{:?}", line);
            prop_assert_eq!(line.trim_end(), &line);
            prop_assert!(!line.contains(char::is_control), "{:?}", line);
        }
    }
}
