//! Reading, decoding and tracking all sessions, on one thread or on several.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::{self, ScopedJoinHandle};

use super::decoded::Decoded;
use super::outlet::{Outlet, Sending};
use super::reader::{Decoding, Intake, Reader, finish};
use super::record::{Analysis, CaptureSummary, CaptureTables, SessionRecord};
use super::sessions::Sessions;
use super::worker::{Share, Worker};
use super::{Progress, QUEUE, READ_AHEAD};
use crate::capture::Input;
use crate::config::Config;
use crate::error::Error;

/// Is handed each session at its end.
type Each<'a> = dyn FnMut(SessionRecord, &CaptureTables) -> ControlFlow<()> + 'a;

/// Runs the pipeline to the end of the inputs and keeps all sessions.
pub(super) fn run_all(
    inputs: Vec<Input>,
    config: &Config,
    progress: &dyn Progress,
) -> Result<Analysis, Error> {
    let mut reader = Reader::open(inputs, config)?;
    let (capture, mut sessions) = match threads(config) {
        1 => {
            let mut worker = Worker::new(config, Share::ALL, Sessions::default());
            // Nothing breaks it.
            let _: ControlFlow<()> = run_on_one_thread(&mut reader, progress, &mut worker, |_| {
                ControlFlow::Continue(())
            });
            (reader.finish(), worker.outlet)
        }
        threads => {
            let outlets = vec![Sessions::default(); threads];
            let stop = AtomicBool::new(false);
            let (capture, outlets) =
                run_on_threads((reader, progress), config, outlets, &stop, || {});
            let mut outlets = outlets.into_iter();
            let mut sessions = outlets.next().unwrap_or_default();
            outlets.for_each(|others| sessions.append(others));
            (capture, sessions)
        }
    };
    sessions.sort();
    // Every share has tracked so many.
    sessions.truncate(config.session.first.unwrap_or(usize::MAX));
    Ok(Analysis { sessions, capture })
}

/// Runs the pipeline to the end of the inputs, or until `each` breaks.
pub(super) fn run_each(
    inputs: Vec<Input>,
    config: &Config,
    progress: &dyn Progress,
    each: &mut Each<'_>,
) -> Result<CaptureSummary, Error> {
    let mut reader = Reader::open(inputs, config)?;
    let tables = Arc::clone(&reader.tables);
    let threads = threads(config);
    if threads == 1 {
        let mut worker = Worker::new(config, Share::ALL, Vec::new());
        // A break no longer matters: nothing is left to be saved.
        let _: ControlFlow<()> = run_on_one_thread(&mut reader, progress, &mut worker, |ended| {
            deliver(ended.drain(..), &tables, each)
        });
        return Ok(reader.finish());
    }
    let stop = AtomicBool::new(false);
    // Bounded, so that trackers wait for a slow output and memory stays flat.
    let (sender, ended) = sync_channel(QUEUE);
    let outlets = vec![sender; threads].into_iter().map(Sending::new);
    let receive = || {
        for sessions in ended {
            if deliver(sessions, &tables, each).is_break() {
                stop.store(true, Ordering::Relaxed);
                break;
            }
        }
    };
    let outlets = outlets.collect();
    let (capture, _) = run_on_threads((reader, progress), config, outlets, &stop, receive);
    Ok(capture)
}

/// Threads that track.
fn threads(config: &Config) -> usize {
    let cores = || thread::available_parallelism().map_or(1, usize::from);
    config.threads.map_or_else(cores, usize::from)
}

/// Calls `each` with the outlet after every batch, and at the end.
fn run_on_one_thread<O: Outlet>(
    reader: &mut Reader,
    progress: &dyn Progress,
    worker: &mut Worker<O>,
    mut each: impl FnMut(&mut O) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut spare = Decoded::default();
    while let Some(decoded) = reader.next(std::mem::take(&mut spare), progress) {
        worker.handle(Arc::new(decoded), |unused| spare = unused);
        each(&mut worker.outlet)?;
    }
    worker.finish();
    each(&mut worker.outlet)
}

/// Runs a reading thread, a decoding one, a tracking one an outlet, and `meanwhile` on this one.
fn run_on_threads<O: Outlet>(
    (reader, progress): (Reader, &dyn Progress),
    config: &Config,
    outlets: Vec<O>,
    stop: &AtomicBool,
    meanwhile: impl FnOnce(),
) -> (CaptureSummary, Vec<O::Kept>) {
    let shares = outlets.len();
    let (spare_sender, spare) = channel();
    thread::scope(|scope| {
        let mut queues = Vec::with_capacity(shares);
        let mut tracking = Vec::with_capacity(shares);
        for (share, outlet) in outlets.into_iter().enumerate() {
            let (queue, batches) = sync_channel(QUEUE);
            queues.push(queue);
            let worker = Worker::new(config, Share::new(share, shares), outlet);
            let spare = spare_sender.clone();
            tracking.push(scope.spawn(move || work(worker, &batches, &spare)));
        }
        drop(spare_sender);
        let Reader {
            intake, decoding, ..
        } = reader;
        let (sender, batches) = sync_channel(READ_AHEAD);
        let decoding = scope.spawn(move || decode(decoding, &batches, &queues));
        let reading = scope.spawn(move || read(intake, &sender, &spare, stop, progress));
        meanwhile();
        let capture = finish(join(reading), join(decoding));
        (capture, tracking.into_iter().map(join).collect())
    })
}

/// What a thread came to; its panic is ours.
fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// The reading thread.
fn read(
    mut intake: Intake,
    read: &SyncSender<Decoded>,
    spare: &Receiver<Decoded>,
    stop: &AtomicBool,
    progress: &dyn Progress,
) -> Intake {
    while !stop.load(Ordering::Relaxed) {
        let mut decoded = spare.try_recv().unwrap_or_default();
        if !intake.next(&mut decoded, progress) || read.send(decoded).is_err() {
            break;
        }
    }
    intake
}

/// The decoding thread: hands every batch to every tracker.
fn decode(
    mut decoding: Decoding,
    read: &Receiver<Decoded>,
    queues: &[SyncSender<Arc<Decoded>>],
) -> Decoding {
    for mut decoded in read {
        decoding.handle(&mut decoded);
        let decoded = Arc::new(decoded);
        let mut queues = queues.iter();
        if queues.any(|queue| queue.send(Arc::clone(&decoded)).is_err()) {
            break;
        }
    }
    decoding
}

/// A tracking thread.
fn work<O: Outlet>(
    mut worker: Worker<O>,
    batches: &Receiver<Arc<Decoded>>,
    spare: &Sender<Decoded>,
) -> O::Kept {
    for batch in batches {
        worker.handle(batch, |unused| {
            // The reader is gone at the end of the capture: then nobody needs the memory.
            drop(spare.send(unused));
        });
        if worker.outlet.hand_on().is_break() {
            return worker.outlet.close();
        }
    }
    worker.finish();
    // Nothing comes after it.
    let _: ControlFlow<()> = worker.outlet.hand_on();
    worker.outlet.close()
}

fn deliver(
    sessions: impl IntoIterator<Item = SessionRecord>,
    tables: &RwLock<CaptureTables>,
    each: &mut Each<'_>,
) -> ControlFlow<()> {
    let mut sessions = sessions.into_iter().peekable();
    if sessions.peek().is_none() {
        return ControlFlow::Continue(());
    }
    let tables = tables.read().unwrap_or_else(PoisonError::into_inner);
    sessions.try_for_each(|record| each(record, &tables))
}
