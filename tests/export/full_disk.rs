//! A disk that is full at any byte.

use std::fs;
use std::io::{self, ErrorKind, Write};

use spider_pcap::capture::{Batch, Capture, Input, PacketOrigin, PacketSet, ReadLimits};
use spider_pcap::export::{ExportError, ExportFormat, ExportPlan};
use spider_pcap::pcapng::{NameRecord, SecretBlock};

use crate::scene::{Scene, testdata};

/// An output that has room for so many bytes.
struct Full {
    room: usize,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.room);
        if taken == 0 && !bytes.is_empty() {
            return Err(ErrorKind::StorageFull.into());
        }
        self.room -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn an_export_fails_at_every_byte_that_does_not_fit() {
    let input = Input::File(testdata("format/two-interfaces.pcapng").into());
    let mut capture = Capture::open(vec![input], ReadLimits::default()).unwrap();
    let (mut batch, mut end) = (Batch::default(), Batch::default());
    assert!(capture.next_batch(&mut batch) && !capture.next_batch(&mut end));
    let mut packets = PacketSet::default();
    for slot in &batch.slots {
        packets.insert(PacketOrigin::of(slot));
    }
    for format in [ExportFormat::Pcap, ExportFormat::Pcapng] {
        let mut plan = ExportPlan::new(format, [&packets], capture.interfaces());
        let statistics: Vec<_> = capture.statistics().cloned().collect();
        plan.names = vec![NameRecord {
            ip: [10, 0, 0, 1].into(),
            name: "a".to_owned(),
        }];
        plan.secrets = vec![SecretBlock {
            secrets_type: SecretBlock::TLS_KEY_LOG,
            bytes: b"# nothing\n".to_vec(),
        }];
        let write = |output: &mut dyn Write| -> Result<(), ExportError> {
            let mut writer = plan.start(output)?;
            let mut slots = batch.slots.iter().take(4);
            slots.try_for_each(|slot| writer.packet(&batch, slot))?;
            writer.finish(&statistics).map(drop)
        };
        let mut whole = Vec::new();
        write(&mut whole).unwrap();
        for room in 0..whole.len() {
            let error = write(&mut Full { room }).unwrap_err();
            assert_eq!(error.hint(), None);
            assert_eq!(error.into_io().unwrap().kind(), ErrorKind::StorageFull);
        }
        write(&mut Full { room: whole.len() }).unwrap();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_an_error() {
    let scene = Scene::new();
    let demo = testdata("demo.pcapng");
    for choice in [&["--session", "1"][..], &[]] {
        let (code, _, stderr) =
            scene.run(&[&["export", &demo, "-w", "/dev/full"], choice].concat());
        let expected = "spider: cannot write '/dev/full': No space left on device\n";
        assert_eq!((code, stderr.as_str()), (Some(2), expected));
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_does_not_fit_leaves_nothing_behind() {
    let scene = Scene::new();
    let demo = testdata("demo.pcapng");
    for target in ["-w old.pcapng --force", "-w new.pcapng", "--split parts"] {
        scene.write("old.pcapng", b"old");
        let program = env!("CARGO_BIN_EXE_spider");
        let script = format!("trap '' XFSZ; ulimit -f 8; exec {program} export {target} {demo}");
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &script]).current_dir(scene.path(""));
        let (code, _, stderr) = crate::scene::run(&mut command);
        assert_eq!(code, Some(2), "{stderr}");
        assert!(stderr.contains("File too large"), "{stderr}");
        assert_eq!(scene.bytes("old.pcapng"), b"old");
        assert_eq!(fs::read_dir(scene.path("")).unwrap().count(), 1, "{target}");
    }
}
