//! How bad each kind of anomaly is.

use crate::lot::AnomalyKind;
use crate::view::Tone;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Severity {
    /// Ordinary TCP that explains what is seen.
    Harmless,
    /// The network's or the capture's doing, made good by TCP.
    Mended,
    /// It held somebody up, or leaves a question open.
    Harmful,
    /// The session failed, or bytes are missing.
    Failed,
}

impl Severity {
    pub(super) const fn tone(self) -> Tone {
        match self {
            Self::Harmless => Tone::Calm,
            Self::Mended | Self::Harmful => Tone::Notable,
            Self::Failed => Tone::Severe,
        }
    }

    pub(super) const fn of(kind: AnomalyKind) -> Self {
        match kind {
            AnomalyKind::Refused
            | AnomalyKind::NoAnswer
            | AnomalyKind::OneSided
            | AnomalyKind::Reset
            | AnomalyKind::ResetUnanswered
            | AnomalyKind::Missing
            | AnomalyKind::MissingAtEnd
            | AnomalyKind::Cut
            | AnomalyKind::LimitReached => Self::Failed,
            AnomalyKind::OverlapConflict
            | AnomalyKind::WindowClosed
            | AnomalyKind::MissedSyn
            | AnomalyKind::NoSynAck
            | AnomalyKind::NoResponse
            | AnomalyKind::RepeatedSyn
            | AnomalyKind::SlowSynAck
            | AnomalyKind::SlowAnswer
            | AnomalyKind::PausedLot
            | AnomalyKind::UnansweredClose
            | AnomalyKind::UnansweredEnd => Self::Harmful,
            AnomalyKind::Resent
            | AnomalyKind::LostUpstream
            | AnomalyKind::OutOfOrder
            | AnomalyKind::Duplicate
            | AnomalyKind::Late
            | AnomalyKind::InvalidReset
            | AnomalyKind::InvalidSequence => Self::Mended,
            AnomalyKind::BadChecksum
            | AnomalyKind::SlowStart
            | AnomalyKind::HalfClosed
            | AnomalyKind::Idle
            | AnomalyKind::IdleClose
            | AnomalyKind::IdleEnd
            | AnomalyKind::WindowFull
            | AnomalyKind::SimultaneousOpen
            | AnomalyKind::KeepAlive
            | AnomalyKind::WindowProbe => Self::Harmless,
        }
    }
}
