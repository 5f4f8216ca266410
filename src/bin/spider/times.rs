//! How times are shown, as it was asked for.

use jiff::tz::TimeZone;
use spider_pcap::time::Timestamp;
use spider_pcap::view::TimeStyle;

use crate::args::TimeChoice;

/// The time zone of this computer.
#[derive(Debug)]
pub(crate) struct Zone(TimeZone);

impl Zone {
    /// The zone that the system names.
    pub(crate) fn system() -> Self {
        Self(TimeZone::system())
    }

    /// Seconds east of UTC at a time.
    pub(crate) fn offset_seconds(&self, time: Timestamp) -> i32 {
        let instant = jiff::Timestamp::from_nanosecond(i128::from(time.nanos()));
        instant.map_or(0, |instant| self.0.to_offset(instant).seconds())
    }
}

/// The style that was chosen; `local` gives seconds east of UTC at a time.
pub(crate) const fn style<'a>(
    choice: TimeChoice,
    local: &'a dyn Fn(Timestamp) -> i32,
) -> TimeStyle<'a> {
    match choice {
        TimeChoice::Absolute => TimeStyle::Absolute,
        TimeChoice::Local => TimeStyle::Zoned(local),
        TimeChoice::Epoch => TimeStyle::Epoch,
        TimeChoice::Relative => TimeStyle::Relative,
        TimeChoice::Delta => TimeStyle::Delta,
    }
}
