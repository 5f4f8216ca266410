//! Bodies of HTTP messages, handed out while a capture is read.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use super::Progress;
use super::decoded::Decoded;
use super::reader::Reader;
use super::record::SessionRecord;
use super::worker::{Share, Worker};
use crate::capture::{Input, PacketNumber};
use crate::config::Config;
use crate::error::Error;
use crate::http::{BodyPart, Keep};

/// Where sessions put the parts of their bodies; none is kept where nobody asked for them.
#[derive(Clone, Debug, Default)]
pub(super) struct Mailbox(Option<Arc<Mutex<Vec<Posted>>>>);

/// The first packet of a session, and a part of a body in it.
type Posted = (PacketNumber, BodyPart);

impl Mailbox {
    /// A mailbox that keeps what is put into it.
    fn open() -> Self {
        Self(Some(Arc::default()))
    }

    /// True when parts are wanted.
    pub(super) const fn is_open(&self) -> bool {
        self.0.is_some()
    }

    /// Takes parts of a session.
    pub(super) fn post(&self, session: PacketNumber, parts: Vec<BodyPart>) {
        if let Some(kept) = &self.0 {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend(parts.into_iter().map(|part| (session, part)));
        }
    }

    fn empty(&self) -> Vec<Posted> {
        let kept = self.0.as_ref();
        kept.map(|kept| std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner)))
            .unwrap_or_default()
    }
}

/// Reads captures on one thread, and hands out the bodies of HTTP messages part by part: with the
/// number of the first packet of their session, as they were sent, without chunk sizes and frames.
///
/// # Errors
/// When an input cannot be opened or is no capture.
pub fn http_bodies(
    inputs: Vec<Input>,
    config: &Config,
    progress: &dyn Progress,
    each: &mut dyn FnMut(PacketNumber, BodyPart) -> ControlFlow<()>,
) -> Result<(), Error> {
    let config = Config {
        http: Keep::Bodies,
        ..config.clone()
    };
    let mut reader = Reader::open(inputs, &config)?;
    let mailbox = Mailbox::open();
    let outlet: Vec<SessionRecord> = Vec::new();
    let mut worker = Worker::with_mailbox(&config, Share::ALL, outlet, mailbox.clone());
    let mut spare = Decoded::default();
    while let Some(decoded) = reader.next(std::mem::take(&mut spare), progress) {
        worker.handle(Arc::new(decoded), |unused| spare = unused);
        worker.outlet.clear();
        let mut parts = mailbox.empty().into_iter();
        if parts
            .try_for_each(|(session, part)| each(session, part))
            .is_break()
        {
            return Ok(());
        }
    }
    worker.finish();
    // A break no longer matters: nothing is left to be saved.
    let mut parts = mailbox.empty().into_iter();
    let _: ControlFlow<()> = parts.try_for_each(|(session, part)| each(session, part));
    Ok(())
}
