//! Round-trip times of one direction: from a data packet to the acknowledgment that covers it.
//!
//! Takes one sample an acknowledgment, of the newest packet that it covers. Follows Karn's rule
//! strictly: a re-sent or missing range makes all packets that wait for an acknowledgment
//! ambiguous (a cumulative acknowledgment was held back by the loss), so they give no sample.
//!
//! Limits: [`PENDING_LIMIT`] packets wait at a time; percentiles are exact up to [`EXACT_LIMIT`]
//! samples and within 1.6 % above (32 steps an octave).
//! Source: RFC 6298 §3 (Karn's algorithm).

use std::collections::VecDeque;

use super::offset::StreamOffset;
use super::summary::RttSummary;
use crate::time::{Span, Timestamp};

/// Packets that wait for their acknowledgment.
const PENDING_LIMIT: usize = 256;

/// Samples kept as they are.
const EXACT_LIMIT: usize = 128;

/// Takes round-trip samples of one direction.
#[derive(Clone, Debug, Default)]
pub(super) struct RttSampler {
    pending: VecDeque<(StreamOffset, Timestamp)>,
    samples: Samples,
}

/// Samples and what they come to.
#[derive(Clone, Debug, Default)]
struct Samples {
    count: u64,
    sum: i128,
    min: i64,
    max: i64,
    exact: Vec<i64>,
    /// Samples by bucket, in ascending order of buckets; used when `exact` is full.
    buckets: Vec<(u16, u64)>,
}

impl RttSampler {
    /// A data packet with new bytes in order up to `end`.
    pub(super) fn sent(&mut self, end: StreamOffset, time: Option<Timestamp>) {
        if let Some(time) = time
            && self.pending.len() < PENDING_LIMIT
        {
            self.pending.push_back((end, time));
        }
    }

    /// Bytes were re-sent or are missing: what waits gives no sample.
    pub(super) fn forget_pending(&mut self) {
        self.pending.clear();
    }

    /// The first acknowledgment of all bytes before `acked`.
    pub(super) fn acknowledged(&mut self, acked: StreamOffset, time: Option<Timestamp>) {
        let mut newest = None;
        while let Some((end, sent)) = self.pending.front().copied() {
            if acked < end {
                break;
            }
            newest = Some(sent);
            self.pending.pop_front();
        }
        if let (Some(sent), Some(time)) = (newest, time) {
            let nanos = time.since(sent).nanos();
            if 0 <= nanos {
                self.samples.add(nanos);
            }
        }
    }

    /// Smallest sample so far.
    pub(super) fn min(&self) -> Option<Span> {
        (self.samples.count > 0).then(|| Span::from_nanos(self.samples.min))
    }

    /// What the samples come to; `None` without any.
    pub(super) fn summary(&mut self) -> Option<RttSummary> {
        self.samples.summary()
    }

    /// Forgets all, and keeps the memory for another session.
    pub(super) fn restart(&mut self) {
        self.pending.clear();
        let Samples {
            count,
            sum,
            min,
            max,
            exact,
            buckets,
        } = &mut self.samples;
        (*count, *sum, *min, *max) = (0, 0, 0, 0);
        exact.clear();
        *buckets = Vec::new();
    }
}

impl Samples {
    fn add(&mut self, nanos: i64) {
        self.min = if self.count == 0 {
            nanos
        } else {
            self.min.min(nanos)
        };
        self.max = self.max.max(nanos);
        self.count += 1;
        self.sum += i128::from(nanos);
        if !self.buckets.is_empty() {
            self.add_to_bucket(nanos);
        } else if self.exact.len() < EXACT_LIMIT {
            self.exact.push(nanos);
        } else {
            for sample in std::mem::take(&mut self.exact) {
                self.add_to_bucket(sample);
            }
            self.add_to_bucket(nanos);
        }
    }

    fn add_to_bucket(&mut self, nanos: i64) {
        let bucket = bucket_of(nanos.unsigned_abs());
        match self.buckets.binary_search_by_key(&bucket, |entry| entry.0) {
            Ok(found) => {
                if let Some(entry) = self.buckets.get_mut(found) {
                    entry.1 += 1;
                }
            }
            Err(place) => self.buckets.insert(place, (bucket, 1)),
        }
    }

    fn summary(&mut self) -> Option<RttSummary> {
        if self.count == 0 {
            return None;
        }
        self.exact.sort_unstable();
        let mean = self.sum / i128::from(self.count);
        let percentile = |percent| Span::from_nanos(self.percentile(percent));
        Some(RttSummary {
            samples: self.count,
            min: Span::from_nanos(self.min),
            avg: Span::from_nanos(i64::try_from(mean).unwrap_or(i64::MAX)),
            p50: percentile(50),
            p95: percentile(95),
            p99: percentile(99),
            max: Span::from_nanos(self.max),
        })
    }

    /// The smallest sample that at least `percent` of all samples do not exceed (nearest rank);
    /// the exact samples are sorted.
    fn percentile(&self, percent: u64) -> i64 {
        let rank = (self.count * percent).div_ceil(100).max(1);
        if self.buckets.is_empty() {
            let index = usize::try_from(rank - 1).unwrap_or(usize::MAX);
            return self.exact.get(index).copied().unwrap_or(self.max);
        }
        let mut seen = 0;
        for (bucket, count) in &self.buckets {
            seen += count;
            if rank <= seen {
                return middle_of(*bucket).clamp(self.min, self.max);
            }
        }
        self.max
    }
}

/// Index of the bucket of a sample: 5 bits below the leading one.
fn bucket_of(nanos: u64) -> u16 {
    let nanos = nanos.max(32);
    let exponent = nanos.ilog2();
    let mantissa = (nanos >> (exponent - 5)) & 31;
    u16::try_from(u64::from(exponent) * 32 + mantissa).unwrap_or(u16::MAX)
}

/// A value in the middle of a bucket.
fn middle_of(bucket: u16) -> i64 {
    let (exponent, mantissa) = (u32::from(bucket / 32), u64::from(bucket % 32));
    let width = 1_u64 << (exponent.max(5) - 5);
    i64::try_from((32 + mantissa) * width + width / 2).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Option<Timestamp> {
        Some(Timestamp::from_nanos(micros * 1000))
    }

    #[test]
    fn one_sample_an_acknowledgment_of_the_newest_packet() {
        let mut rtt = RttSampler::default();
        rtt.sent(StreamOffset(100), at(0));
        rtt.sent(StreamOffset(200), at(10));
        rtt.acknowledged(StreamOffset(200), at(60));
        let summary = rtt.summary().unwrap();
        assert_eq!(
            (summary.samples, summary.max),
            (1, Span::from_nanos(50_000))
        );
    }

    #[test]
    fn a_loss_makes_waiting_packets_ambiguous() {
        let mut rtt = RttSampler::default();
        rtt.sent(StreamOffset(100), at(0));
        rtt.forget_pending();
        rtt.acknowledged(StreamOffset(100), at(60));
        assert_eq!(rtt.summary(), None);
    }

    #[test]
    fn percentiles_are_exact_for_few_samples() {
        let mut samples = Samples::default();
        (1..=100).rev().for_each(|n| samples.add(n * 1000));
        let summary = samples.summary().unwrap();
        let spans = [
            summary.min,
            summary.p50,
            summary.p95,
            summary.p99,
            summary.max,
        ];
        assert_eq!(
            spans.map(Span::nanos),
            [1000, 50_000, 95_000, 99_000, 100_000]
        );
    }

    #[test]
    fn percentiles_of_many_samples_are_within_their_bound() {
        let mut samples = Samples::default();
        (1..=100_000).for_each(|n| samples.add(n * 1000));
        let summary = samples.summary().unwrap();
        for (span, exact) in [(summary.p50, 50_000_000), (summary.p99, 99_000_000)] {
            let error = (span.nanos() - exact).abs();
            assert!(
                error * 1000 <= exact * 16,
                "{} against {exact}",
                span.nanos()
            );
        }
        assert_eq!(summary.avg.nanos(), 50_000_500);
    }
}
