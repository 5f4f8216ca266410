//! Reading, decoding and tracking all sessions, on one thread or on several.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;

use super::decoded::Decoded;
use super::history::History;
use super::probe::SessionProbe;
use super::reader::Reader;
use super::record::{CaptureSummary, CaptureTables, SessionRecord};
use super::{Progress, QUEUE};
use crate::capture::Input;
use crate::config::Config;
use crate::error::Error;
use crate::packet::Checksum;
use crate::session::{Ended, Tracker};

/// Is handed each session at its end.
type Each<'a> = dyn FnMut(SessionRecord, &CaptureTables) -> ControlFlow<()> + 'a;

/// Runs the pipeline to the end of the inputs, or until `each` breaks.
pub(super) fn run(
    inputs: Vec<Input>,
    config: &Config,
    progress: &dyn Progress,
    each: &mut Each<'_>,
) -> Result<CaptureSummary, Error> {
    let reader = Reader::open(inputs, config)?;
    let threads = config.threads.map_or_else(cores, usize::from);
    if threads == 1 {
        Ok(run_on_one_thread(reader, config, progress, each))
    } else {
        Ok(run_on_threads(reader, config, progress, each, threads))
    }
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn run_on_one_thread(
    mut reader: Reader,
    config: &Config,
    progress: &dyn Progress,
    each: &mut Each<'_>,
) -> CaptureSummary {
    let mut worker = Worker::new(config, 0, 1);
    let mut spare = Decoded::default();
    while let Some(decoded) = reader.next(std::mem::take(&mut spare), progress) {
        let ended = worker.handle(Arc::new(decoded), |unused| spare = unused);
        if deliver(ended, &reader.tables, each).is_break() {
            return reader.finish();
        }
    }
    // A break no longer matters: nothing is left to be saved.
    let _: ControlFlow<()> = deliver(worker.finish(), &reader.tables, each);
    reader.finish()
}

fn run_on_threads(
    reader: Reader,
    config: &Config,
    progress: &dyn Progress,
    each: &mut Each<'_>,
    threads: usize,
) -> CaptureSummary {
    let stop = AtomicBool::new(false);
    let tables = Arc::clone(&reader.tables);
    // Bounded, so that trackers wait for a slow output and memory stays flat.
    let (ended_sender, ended) = sync_channel(QUEUE);
    let (spare_sender, spare) = channel();
    thread::scope(|scope| {
        let mut queues = Vec::with_capacity(threads);
        for share in 0..threads {
            let (queue, batches) = sync_channel(QUEUE);
            queues.push(queue);
            let worker = Worker::new(config, share, threads);
            let (ended, spare) = (ended_sender.clone(), spare_sender.clone());
            scope.spawn(move || work(worker, &batches, &ended, &spare));
        }
        drop((ended_sender, spare_sender));
        let stop = &stop;
        let reading = scope.spawn(move || read(reader, &queues, &spare, stop, progress));
        for sessions in ended {
            if deliver(sessions, &tables, each).is_break() {
                stop.store(true, Ordering::Relaxed);
                break;
            }
        }
        reading
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The reading thread: hands every batch to every tracker.
fn read(
    mut reader: Reader,
    queues: &[SyncSender<Arc<Decoded>>],
    spare: &Receiver<Decoded>,
    stop: &AtomicBool,
    progress: &dyn Progress,
) -> CaptureSummary {
    while !stop.load(Ordering::Relaxed) {
        let empty = spare.try_recv().unwrap_or_default();
        let Some(decoded) = reader.next(empty, progress) else {
            break;
        };
        let decoded = Arc::new(decoded);
        if queues
            .iter()
            .any(|queue| queue.send(Arc::clone(&decoded)).is_err())
        {
            break;
        }
    }
    reader.finish()
}

/// A tracking thread.
fn work(
    mut worker: Worker,
    batches: &Receiver<Arc<Decoded>>,
    ended: &SyncSender<Vec<SessionRecord>>,
    spare: &Sender<Decoded>,
) {
    for batch in batches {
        let sessions = worker.handle(batch, |unused| {
            // The reader is gone at the end of the capture: then nobody needs the memory.
            drop(spare.send(unused));
        });
        if !sessions.is_empty() && ended.send(sessions).is_err() {
            return;
        }
    }
    drop(ended.send(worker.finish()));
}

fn deliver(
    sessions: Vec<SessionRecord>,
    tables: &RwLock<CaptureTables>,
    each: &mut Each<'_>,
) -> ControlFlow<()> {
    if sessions.is_empty() {
        return ControlFlow::Continue(());
    }
    let tables = tables.read().unwrap_or_else(PoisonError::into_inner);
    sessions
        .into_iter()
        .try_for_each(|record| each(record, &tables))
}

/// Tracks one share of the sessions.
struct Worker {
    tracker: Tracker<SessionProbe>,
    history: History,
    share: u64,
    shares: u64,
    verify_checksums: bool,
}

impl Worker {
    fn new(config: &Config, share: usize, shares: usize) -> Self {
        Self {
            tracker: Tracker::new(config.session),
            history: History::default(),
            share: share as u64,
            shares: shares as u64,
            verify_checksums: config.verify_checksums,
        }
    }

    /// Handles the segments of this share; gives the sessions that ended, and hands batches that
    /// nobody needs any more to `unused`.
    fn handle(
        &mut self,
        batch: Arc<Decoded>,
        mut unused: impl FnMut(Decoded),
    ) -> Vec<SessionRecord> {
        let at_hand = Arc::clone(&batch);
        for gone in self.history.push(batch) {
            if let Some(decoded) = Arc::into_inner(gone) {
                unused(decoded);
            }
        }
        let mut ended = Vec::new();
        for (index, route) in at_hand.routes.iter().enumerate() {
            // The upper half: the lower bits choose the place in the tracker's table.
            if ((route.hash >> 32) * self.shares) >> 32 == self.share {
                ended.extend(self.handle_segment(&at_hand, index));
            }
        }
        ended.extend(
            self.tracker
                .sweep(at_hand.newest)
                .into_iter()
                .map(record_of),
        );
        ended
    }

    fn handle_segment(&mut self, batch: &Decoded, index: usize) -> Option<SessionRecord> {
        let (segment, route, position) = batch.segment(index)?;
        if self.verify_checksums && segment.checksum() == Checksum::Bad {
            return None;
        }
        self.history.position = position;
        self.tracker
            .handle(&segment, route, &self.history)
            .ended
            .map(record_of)
    }

    fn finish(&mut self) -> Vec<SessionRecord> {
        self.tracker.finish().into_iter().map(record_of).collect()
    }
}

fn record_of(ended: Ended<SessionProbe>) -> SessionRecord {
    let (lots, tls) = ended.observer.finish();
    SessionRecord {
        summary: ended.summary,
        lots,
        tls,
    }
}
