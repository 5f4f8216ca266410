//! What was exported reads as the same sessions, packet by packet.

use std::collections::BTreeSet;

use spider_pcap::pcapng::NameRecord;

use crate::copy::{KeptPacket, Whole};
use crate::files;
use crate::scene::{Scene, testdata, whole};

/// What depends on the other packets of a capture.
const OF_THE_CAPTURE: [&str; 6] = [
    "@id",
    "_eTag",
    "_update",
    "firstPacket",
    "lastPacket",
    "httpPers",
];

/// What only pcapng can hold.
const OF_PCAPNG: [&str; 3] = ["interfaces", "secrets", "decrypted"];

/// A capture with answers of a name service, which are no part of a session: their names come back
/// as records, and of two names that an address had in turn, the later one names all.
const HAS_ANSWERS: &str = "hand-made/dns-names.pcap";
const OF_ANSWERS: [&str; 2] = ["nameSource", "name"];

/// The fields that may differ between a capture and its export.
fn may_differ(file: &str) -> Vec<&'static str> {
    let of_answers = (file == HAS_ANSWERS).then_some(OF_ANSWERS);
    let fields = OF_THE_CAPTURE.into_iter();
    fields.chain(of_answers.into_iter().flatten()).collect()
}

/// A document without some of its fields, and without the numbers of interfaces that have no name.
fn without(document: &str, fields: &[&str]) -> String {
    let mut text = document.to_owned();
    for field in fields {
        let name = format!("\"{field}\":");
        while let Some((before, after)) = text.split_once(&name) {
            text = format!("{before}{}", behind_value(after));
        }
    }
    while let Some((before, after)) = text.split_once("\"#") {
        let (_, after) = after.split_once('"').unwrap();
        text = format!("{before}unnamed{after}");
    }
    text
}

/// What follows the first value and its comma; no value has brackets or quotes within, but for
/// the quotes around an entity tag.
fn behind_value(text: &str) -> &str {
    let rest = if text.starts_with('[') {
        text.split_once(']').unwrap().1
    } else if let Some(tag) = text.strip_prefix("\"\\\"") {
        tag.split_once("\\\"\"").unwrap().1
    } else if let Some(string) = text.strip_prefix('"') {
        string.split_once('"').unwrap().1
    } else {
        text.trim_start_matches(|c| c != ',' && c != '}')
    };
    rest.strip_prefix(',').unwrap_or(rest)
}

fn all_without(documents: &[String], fields: &[&str]) -> Vec<String> {
    let documents = documents.iter();
    documents.map(|one| without(one, fields)).collect()
}

#[test]
fn every_session_of_every_capture_comes_back_alone() {
    let scene = Scene::new();
    let mut sessions = 0;
    for file in files::all() {
        let path = file.path.to_str().unwrap();
        let originals = scene.documents(path);
        for (original, number) in originals.iter().zip(1..) {
            sessions += 1;
            let number = format!("{number}");
            let bytes = scene.export(&["--session", &number, path]);
            scene.write("one.pcapng", &bytes);
            let fields = may_differ(file.name.as_str());
            assert_eq!(
                all_without(&scene.documents("one.pcapng"), &fields),
                [without(original, &fields)],
                "{} {number}",
                file.name
            );
        }
    }
    assert!(100 < sessions);
}

#[test]
fn pcap_keeps_all_but_names_and_secrets() {
    let scene = Scene::new();
    let fields = [&OF_THE_CAPTURE[..], &OF_PCAPNG].concat();
    for file in files::all() {
        if file.name == "format/simple-packets.pcapng" {
            continue;
        }
        let path = file.path.to_str().unwrap();
        let without_names = ["sessions", "--instance", "x", "-n", "-o", "ndjson"];
        let originals = scene.ok(&[&without_names[..], &[path]].concat());
        for (original, number) in originals.lines().zip(1..) {
            // Without its secrets, nothing within TLS can be read.
            if original.contains("\"parsers\":") && original.contains("\"tls\":") {
                continue;
            }
            let bytes = scene.export(&["-o", "pcap", "--session", &format!("{number}"), path]);
            scene.write("one.pcap", &bytes);
            let again = scene.ok(&[&without_names[..], &["one.pcap"]].concat());
            assert_eq!(
                [without(again.trim_end(), &fields)],
                [without(original, &fields)],
                "{} {number}",
                file.name
            );
        }
    }
}

#[test]
fn a_pcap_of_tcp_alone_stays_the_same_file() {
    for name in [
        "format/micro.pcap",
        "format/nano.pcap",
        "format/any-sll2.pcap",
    ] {
        let path = testdata(name);
        let original = whole(std::fs::read(&path).unwrap());
        let exported = Scene::new().export(&["-o", "pcap", &path]);
        assert!(
            exported == original.write_pcap(Vec::new()).unwrap(),
            "{name}"
        );
    }
}

#[test]
fn all_sessions_come_back_together() {
    let scene = Scene::new();
    for file in files::all() {
        let path = file.path.to_str().unwrap();
        scene.write("all.pcapng", &scene.export(&[path]));
        let fields = may_differ(file.name.as_str());
        assert_eq!(
            all_without(&scene.documents("all.pcapng"), &fields),
            all_without(&scene.documents(path), &fields),
            "{}",
            file.name
        );
        // A second time, nothing changes any more, but that an address has one name from now on.
        let again = scene.export(&["all.pcapng"]);
        let is_same = again == scene.bytes("all.pcapng");
        assert!(is_same || file.name == HAS_ANSWERS, "{}", file.name);
    }
}

#[test]
fn packets_stay_what_they_were_in_their_order() {
    let scene = Scene::new();
    for file in files::all() {
        let path = file.path.to_str().unwrap();
        let original = whole(file.bytes());
        let exported = whole(scene.export(&[path]));
        let mut rest = original.packets.iter();
        for packet in &exported.packets {
            let same = rest.find(|candidate| is_same(packet, candidate));
            let found = same.unwrap_or_else(|| panic!("{}: {:?}", file.name, packet.number));
            assert_eq!(
                interface(&exported, packet),
                interface(&original, found),
                "{}",
                file.name
            );
        }
        let documents = scene.documents(path);
        let count = |document: &String| -> usize {
            let document: serde_json::Value = serde_json::from_str(document).unwrap();
            document["packetsCount"]
                .as_u64()
                .unwrap()
                .try_into()
                .unwrap()
        };
        let counted: usize = documents.iter().map(count).sum();
        let has_fragments = file.name == "tunnel/ip-fragments.pcap";
        assert_eq!(
            counted == exported.packets.len(),
            !has_fragments,
            "{}",
            file.name
        );
        let used: BTreeSet<_> = exported.packets.iter().map(|one| one.interface.0).collect();
        assert_eq!(used.len(), exported.interfaces.len(), "{}", file.name);
    }
}

/// True for packets that are the same but for their numbers.
fn is_same(one: &KeptPacket, other: &KeptPacket) -> bool {
    one.bytes == other.bytes
        && one.time == other.time
        && one.original_len == other.original_len
        && one.attributes == other.attributes
}

/// Link type, snapshot length and options of the interface of a packet.
fn interface(capture: &Whole, packet: &KeptPacket) -> String {
    let interface = &capture.interfaces[packet.interface.0 as usize];
    let options: Vec<_> = interface.options.iter().collect();
    format!(
        "{:?} {} {options:?}",
        interface.link_type, interface.snaplen
    )
}

#[test]
fn comments_and_statistics_are_kept() {
    let scene = Scene::new();
    let comments = whole(scene.export(&[&testdata("format/comments.pcapng")]));
    let commented = comments.packets.iter();
    let commented = commented.filter(|packet| packet.attributes.options.last(1).is_some());
    assert_eq!(commented.count(), 1);
    assert!(comments.header.last(1).is_some(), "that of the section");
    let path = testdata("format/two-interfaces.pcapng");
    let original = whole(std::fs::read(&path).unwrap());
    assert_eq!(original.statistics.len(), 2);
    for session in ["1", "2"] {
        let exported = whole(scene.export(&["--session", session, &path]));
        let [statistics] = exported.statistics.as_slice() else {
            panic!("{:?}", exported.statistics);
        };
        assert_eq!(statistics.interface.0, 0, "renumbered");
        let mut known = original.statistics.iter();
        let from = known.find(|one| one.options == statistics.options).unwrap();
        let name = original.interfaces[from.interface.0 as usize].name.clone();
        assert_eq!(exported.interfaces[0].name, name);
    }
}

#[test]
fn names_behind_the_end_of_a_session_are_found() {
    let scene = Scene::new();
    let reused = scene.export(&[&testdata("session/port-reuse.pcap")]);
    let names = Whole {
        names: ["10.20.0.10", "10.20.0.80"]
            .map(|ip| NameRecord {
                ip: ip.parse().unwrap(),
                name: format!("name of {ip}"),
            })
            .into(),
        packets: Vec::new(),
        ..whole(reused.clone())
    };
    let section = names.write_pcapng(Vec::new()).unwrap();
    scene.write("late.pcapng", &[reused, section].concat());
    for session in ["1", "2", "3"] {
        let exported = whole(scene.export(&["--session", session, "late.pcapng"]));
        assert_eq!(exported.names, names.names);
    }
}

#[test]
fn all_fragments_of_a_datagram_come_along() {
    let scene = Scene::new();
    let path = testdata("tunnel/ip-fragments.pcap");
    for choice in [&["--session", "1"][..], &["--port", "80"]] {
        let exported = whole(scene.export(&[choice, &[&path]].concat()));
        let original = whole(std::fs::read(&path).unwrap());
        assert_eq!(exported.packets.len(), original.packets.len());
    }
}

#[test]
fn several_files_and_sections_become_one() {
    let scene = Scene::new();
    let names = [1, 2, 3].map(|number| testdata(&format!("format/rotated-{number}.pcapng")));
    let [one, two, three] = names.each_ref().map(String::as_str);
    scene.write("all.pcapng", &scene.export(&[three, one, two]));
    let timeless = testdata("format/simple-packets.pcapng");
    let timed = testdata("format/micro.pcap");
    let both = whole(scene.export(&[&timed, &timeless]));
    let has_time = |packet: &KeptPacket| packet.attributes.ticks.is_some();
    assert_eq!(both.packets.len(), 52);
    let mut of_first = both.packets.iter().filter(|one| one.interface.0 == 0);
    assert!(
        !of_first.any(has_time),
        "it can only be the first interface"
    );
    let together = [
        "sessions",
        "--instance",
        "x",
        "-o",
        "ndjson",
        one,
        two,
        three,
    ];
    let originals: Vec<_> = scene.ok(&together).lines().map(str::to_owned).collect();
    assert_eq!(
        all_without(&scene.documents("all.pcapng"), &OF_THE_CAPTURE),
        all_without(&originals, &OF_THE_CAPTURE)
    );
}
