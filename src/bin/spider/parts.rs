//! Long lists made in parts on all cores, and taken in their order.
//!
//! Limits: some parts for each core are in memory at a time.

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use rayon::iter::ParallelIterator as _;
use rayon::slice::ParallelSlice as _;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The cores that make parts.
pub(crate) struct Parts {
    pool: ThreadPool,
}

impl Parts {
    /// So many threads; by default one a core.
    pub(crate) fn new(threads: Option<NonZeroUsize>) -> Result<Self> {
        let threads = threads.map_or(0, NonZeroUsize::get);
        let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
        Ok(Self { pool })
    }

    /// Makes something of every `len` items, and has it taken in their order, while the next are
    /// made.
    pub(crate) fn each<I: Sync, T: Send>(
        &self,
        items: &[I],
        len: usize,
        make: impl Fn(&[I]) -> Result<T> + Sync,
        mut take: impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        let at_a_time = len.saturating_mul(PARTS * self.pool.current_num_threads());
        let make_all = |some: &[I]| -> Vec<Result<T>> { some.par_chunks(len).map(&make).collect() };
        let mut groups = items.chunks(at_a_time.max(1));
        let mut made = Vec::new();
        loop {
            let mut next = None;
            let group = groups.next();
            let taken = self.pool.in_place_scope(|scope| {
                if let Some(some) = group {
                    scope.spawn(|_| next = Some(make_all(some)));
                }
                // Meanwhile, on this thread.
                made.into_iter().try_for_each(|part: Result<T>| take(part?))
            });
            taken?;
            match next {
                Some(parts) => made = parts,
                None => break,
            }
        }
        Ok(())
    }
}

/// Text buffers that are used again: fresh ones cost the kernel a clean page for every 4 kB.
#[derive(Debug, Default)]
pub(crate) struct Buffers(Mutex<Vec<Vec<u8>>>);

impl Buffers {
    /// An empty buffer, with the room of an earlier one where there is one.
    pub(crate) fn take(&self) -> Vec<u8> {
        self.lock().pop().unwrap_or_default()
    }

    /// Gives a buffer back.
    pub(crate) fn give_back(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        self.lock().push(buffer);
    }

    /// A list of buffers is whole whatever happened to who had it.
    fn lock(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Parts for each core at a time: several, since they are not equal. As many are taken meanwhile.
const PARTS: usize = 4;
