//! Secrets that no line has as such, derived from those of lines by what handshakes show.

use std::sync::Arc;

use super::super::hex;
use super::{KeyLog, KeyLogLine, Secret, unhex};

/// A master secret that handshakes told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DerivedSecret {
    /// The connection to which it belongs.
    pub client_random: [u8; 32],
    /// The secret; absent where a line has it.
    pub master: Option<Secret>,
    /// The premaster secret of the connection, where a line has that.
    pub premaster: Option<PremasterId>,
}

/// What a premaster secret is found by: the first bytes of its encrypted form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PremasterId(pub(in crate::tls) [u8; 8]);

/// What came of a handshake.
#[derive(Clone, Debug, Default)]
pub(super) struct Derived {
    /// The place of the line with its premaster secret.
    pub(super) premaster: Option<usize>,
    /// The line that its master secret would have.
    pub(super) line: Option<KeyLogLine>,
}

impl PremasterId {
    pub(super) fn of_digits(digits: &[u8]) -> Option<Self> {
        unhex(digits)?.try_into().ok().map(Self)
    }
}

impl KeyLog {
    /// True when secrets of connections may be derived that have no line of their own.
    pub fn may_derive(&self) -> bool {
        self.lines.has_classic
    }

    /// Adds a secret that handshakes told: it counts as a line of its connection, and so does the
    /// line that it was derived from.
    pub fn add_derived(&mut self, derived: &DerivedSecret) {
        let line = derived.master.as_ref().map(|master| {
            let (random, master) = (hex(&derived.client_random), hex(master.as_bytes()));
            KeyLogLine::new(
                format!("{MASTER_LABEL} {random} {master}").as_bytes(),
                MASTER_LABEL.len(),
            )
        });
        let place = derived
            .premaster
            .and_then(|id| self.lines.premasters.get(&id));
        let known = self.derived.entry(derived.client_random).or_default();
        let known = Arc::make_mut(known);
        known.premaster = known.premaster.or_else(|| place.copied());
        known.line = known.line.take().or(line);
    }

    /// The premaster secret with this encrypted form.
    pub fn premaster(&self, id: PremasterId) -> Option<Secret> {
        let place = self.lines.premasters.get(&id)?;
        self.lines.secrets.get(*place)?.secret()
    }
}

const MASTER_LABEL: &str = "CLIENT_RANDOM";
