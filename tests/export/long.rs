//! A session that is longer than what waits of it: written while it is read.

use std::io::{Read as _, Write as _};
use std::process::Stdio;

use spider_pcap::capture::{InterfaceId, LinkType, PacketNumber};
use spider_pcap::pcapng::{
    InterfaceDescription, NameRecord, OptionList, Packet, Packets, SecretBlock, Writer,
};

use crate::copy::Whole;
use crate::scene::{Scene, whole};

/// Payload of a packet.
const PAYLOAD: usize = 1000;

/// A capture of one session, a packet after the other.
struct Long {
    writer: Writer<Vec<u8>, Packets>,
    packets: u64,
    sent: u32,
}

impl Long {
    fn new() -> Self {
        let mut writer = Writer::new(Vec::new(), &OptionList::default()).unwrap();
        writer
            .interface(&interface(&OptionList::default()))
            .unwrap();
        Self {
            writer: writer.names(&[]).unwrap().secrets(&[]).unwrap(),
            packets: 0,
            sent: 0,
        }
    }

    /// Packets with data.
    fn data(mut self, packets: u32, interface: u32) -> Self {
        for _ in 0..packets {
            let segment = self.segment();
            self = self.packet(interface, &ip(&segment, 0x4000, 0));
        }
        self
    }

    fn segment(&mut self) -> Vec<u8> {
        let mut segment = vec![0x27, 0x10, 0, 80];
        segment.extend((1000 + self.sent).to_be_bytes());
        segment.extend([0, 0, 0, 1, 0x50, 0x18, 0x20, 0, 0, 0, 0, 0]);
        segment.extend([b'x'; PAYLOAD]);
        self.sent += u32::try_from(PAYLOAD).unwrap();
        segment
    }

    fn packet(mut self, interface: u32, bytes: &[u8]) -> Self {
        self.packets += 1;
        let packet = Packet {
            number: PacketNumber::new(self.packets).unwrap(),
            interface: InterfaceId(interface),
            ticks: Some(1_705_268_606_000_000 + self.packets),
            original_len: u32::try_from(bytes.len()).unwrap(),
            bytes,
            options: &OptionList::default(),
        };
        self.writer.packet(&packet).unwrap();
        self
    }

    fn finish(self) -> Vec<u8> {
        self.writer.finish(&[]).unwrap()
    }
}

/// A datagram of the client, or a fragment of it.
fn ip(body: &[u8], fragment: u16, id: u16) -> Vec<u8> {
    let mut bytes = vec![0x45, 0];
    bytes.extend(u16::try_from(20 + body.len()).unwrap().to_be_bytes());
    bytes.extend(id.to_be_bytes());
    bytes.extend(fragment.to_be_bytes());
    bytes.extend([64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    bytes.extend(body);
    bytes
}

const fn interface(options: &OptionList) -> InterfaceDescription<'_> {
    InterfaceDescription {
        link_type: LinkType(101),
        snaplen: 0,
        options,
    }
}

/// Its export as one session, after the documents of both were found equal.
fn exported(scene: &Scene, capture: Vec<u8>) -> Whole {
    scene.write("long.pcapng", &capture);
    scene.ok(&[
        "export",
        "--session",
        "1",
        "-w",
        "out.pcapng",
        "long.pcapng",
    ]);
    let comparable = |capture: &str| {
        let documents = scene.documents(capture);
        assert_eq!(documents.len(), 1);
        documents[0].split_once(",\"_eTag\"").unwrap().0.to_owned()
    };
    assert_eq!(comparable("out.pcapng"), comparable("long.pcapng"));
    scene.whole("out.pcapng")
}

#[test]
fn what_becomes_known_late_is_written_late() {
    let mut long = Long::new().data(900, 0);
    long.writer
        .late_interface(&interface(&OptionList::default()))
        .unwrap();
    let name = NameRecord {
        ip: [10, 0, 0, 2].into(),
        name: "late.example".to_owned(),
    };
    long.writer.late_names(std::slice::from_ref(&name)).unwrap();
    let mut long = long.data(900, 1);
    let secrets = SecretBlock {
        secrets_type: SecretBlock::TLS_KEY_LOG,
        bytes: b"# of nobody\n".to_vec(),
    };
    long.writer
        .late_secrets(std::slice::from_ref(&secrets))
        .unwrap();
    let capture = long.finish();
    let scene = Scene::new();
    let (before, after) = (whole(capture.clone()), exported(&scene, capture));
    assert!(after.packets == before.packets);
    assert_eq!(after.interfaces.len(), 2);
    assert_eq!((after.names, after.secrets), (vec![name], vec![secrets]));
}

#[test]
fn fragments_far_apart_come_along() {
    for between in [3, 200, 1400] {
        let mut long = Long::new().data(700, 0);
        let segment = long.segment();
        let (first, last) = segment.split_at(504);
        let long = long.packet(0, &ip(first, 0x2000, 7));
        let long = long.data(between, 0).packet(0, &ip(last, 504 / 8, 7));
        let capture = long.data(600, 0).finish();
        let scene = Scene::new();
        let (before, after) = (whole(capture.clone()), exported(&scene, capture));
        assert_eq!(after.packets.len(), before.packets.len());
        let times = |whole: &Whole| {
            let mut times: Vec<_> = whole.packets.iter().map(|one| one.time).collect();
            // Packets of which half a megabyte lies between cannot wait for each other.
            if 500 < between {
                times.sort();
            }
            times
        };
        assert!(times(&after) == times(&before), "{between} packets between");
    }
}

#[test]
fn reading_stops_when_nobody_reads_on() {
    let scene = Scene::new();
    let mut capture = Long::new().data(20_000, 0).finish();
    capture.truncate(capture.len() - 7);
    scene.write("cut.pcapng", &capture);
    let arguments = ["export", "--session", "1", "cut.pcapng"];
    let (code, _, stderr) = scene.run(&arguments);
    assert_eq!(code, Some(3), "the cut is found at the end: {stderr}");
    let mut child = scene
        .command(&arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut head = [0; 4000];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut head).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn what_is_piped_in_comes_out_before_its_end() {
    let scene = Scene::new();
    let capture = Long::new().data(3000, 0).finish();
    let mut child = scene
        .command(&["export", "--session", "1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let writing = std::thread::spawn(move || {
        // It stops reading when nobody takes what it writes.
        drop(stdin.write_all(&capture));
        stdin
    });
    let mut head = [0; 4000];
    stdout.read_exact(&mut head).unwrap();
    drop(stdout);
    // Only now is there an end to what it reads.
    drop(writing.join().unwrap());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_pcap_whose_header_no_longer_fits_is_an_error() {
    let mut nanoseconds = OptionList::default();
    nanoseconds.push(9, &[9]).unwrap();
    let mut long = Long::new().data(900, 0);
    long.writer
        .late_interface(&interface(&nanoseconds))
        .unwrap();
    let scene = Scene::new();
    scene.write("long.pcapng", &long.data(900, 1).finish());
    let (code, _, stderr) =
        scene.run(&["export", "--session", "1", "-w", "out.pcap", "long.pcapng"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("needs another header"), "{stderr}");
    assert!(stderr.contains("hint: "), "{stderr}");
    assert!(!scene.path("out.pcap").exists());
}
