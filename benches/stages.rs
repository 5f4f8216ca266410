//! Each stage of the pipeline on its own: read, decode, track, reassemble, document.
//!
//! `CAPTURE` names another capture than the small one of `testdata/`. See `README.md` beside this
//! file for what the numbers are good for.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark stops where it cannot go on"
)]

use std::io::Cursor;
use std::path::PathBuf;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use spider_pcap::analyze::{Analysis, NoProgress, analyze};
use spider_pcap::capture::{Batch, Capture, Input, ReadLimits};
use spider_pcap::config::Config;
use spider_pcap::document::{DocumentContext, Identity, TcpSession};
use spider_pcap::lot::LotCounter;
use spider_pcap::names::Names;
use spider_pcap::packet::{DecodeLimits, Decoder, SegmentHead};
use spider_pcap::session::{Limits, NoPayloads, Reassembler, Route, StreamOffset, Tracker};
use spider_pcap::tls::KeyLog;

fn main() {
    divan::main();
}

#[divan::bench]
fn read(bencher: Bencher<'_, '_>) {
    let bytes = bytes();
    bencher
        .counter(BytesCount::new(bytes.len()))
        .with_inputs(|| input(&bytes))
        .bench_values(|input| batches(input).len());
}

#[divan::bench]
fn decode(bencher: Bencher<'_, '_>) {
    let batches = batches(input(&bytes()));
    let packets: usize = batches.iter().map(|batch| batch.slots.len()).sum();
    bencher
        .counter(ItemsCount::new(packets))
        .with_inputs(|| copied(&batches))
        .bench_values(|batches| decoded(batches).len());
}

#[divan::bench]
fn track(bencher: Bencher<'_, '_>) {
    let batches = decoded(batches(input(&bytes())));
    let segments: usize = batches.iter().map(|(_, heads)| heads.len()).sum();
    bencher.counter(ItemsCount::new(segments)).bench(|| {
        let mut tracker = Tracker::<LotCounter>::new(Limits::default());
        let mut ended = 0;
        for (batch, heads) in &batches {
            for head in heads {
                let route = Route::of(head.source, head.destination, 0, 7);
                let handled = tracker.handle(&head.resolve(batch), &route, &NoPayloads);
                ended += usize::from(handled.ended.is_some());
            }
        }
        ended + tracker.finish().count()
    });
}

/// Segments of 1448 bytes, every second pair of them exchanged.
#[divan::bench]
fn reassemble(bencher: Bencher<'_, '_>) {
    let segment = [7; 1448];
    let pairs = 0..1000_i64;
    bencher
        .counter(BytesCount::new(2 * 1000 * segment.len()))
        .bench(|| {
            let mut reassembler = Reassembler::starting_at(StreamOffset::ZERO, 1 << 20);
            let mut pieces = 0;
            for pair in pairs.clone() {
                for place in [2 * pair + (pair & 1), 2 * pair + 1 - (pair & 1)] {
                    let start = StreamOffset(place * 1448);
                    reassembler.push(start, &segment, &mut |_| pieces += 1);
                }
            }
            pieces
        });
}

#[divan::bench]
fn document(bencher: Bencher<'_, '_>) {
    let Analysis { sessions, capture } =
        analyze(vec![input(&bytes())], &Config::default(), &NoProgress).unwrap();
    let identity = Identity {
        whisperer: "offline".to_owned(),
        instance: "bench".to_owned(),
    };
    let context = DocumentContext {
        identity: &identity,
        names: &Names::none(),
        keys: &KeyLog::default(),
        interfaces: &capture.tables.interfaces,
        encapsulations: &capture.tables.encapsulations,
    };
    let mut json = Vec::new();
    bencher
        .counter(ItemsCount::new(sessions.len()))
        .bench_local(|| {
            json.clear();
            for record in sessions.iter() {
                let session = TcpSession::new(&record.summary, &record.lots, &context);
                session.write_json(&mut json).unwrap();
            }
            json.len()
        });
}

fn bytes() -> Vec<u8> {
    let own = || {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        root.join("testdata/session/lossy-client.pcap")
    };
    let path = std::env::var_os("CAPTURE").map_or_else(own, PathBuf::from);
    std::fs::read(path).unwrap()
}

fn input(bytes: &[u8]) -> Input {
    Input::Stream {
        name: "bench.pcap".to_owned(),
        reader: Box::new(Cursor::new(bytes.to_vec())),
    }
}

fn batches(input: Input) -> Vec<Batch> {
    let mut capture = Capture::open(vec![input], ReadLimits::default()).unwrap();
    let mut batches = Vec::new();
    let mut batch = Batch::default();
    while capture.next_batch(&mut batch) {
        batches.push(std::mem::take(&mut batch));
    }
    batches
}

fn copied(batches: &[Batch]) -> Vec<Batch> {
    let copy = |batch: &Batch| Batch {
        bytes: batch.bytes.clone(),
        slots: batch.slots.clone(),
    };
    batches.iter().map(copy).collect()
}

fn decoded(batches: Vec<Batch>) -> Vec<(Batch, Vec<SegmentHead>)> {
    let mut decoder = Decoder::new(DecodeLimits::default());
    let mut decode = |mut batch| {
        let mut heads = Vec::new();
        decoder.decode(&mut batch, &mut heads);
        (batch, heads)
    };
    batches.into_iter().map(&mut decode).collect()
}
