//! The time zone of this computer, and how times are shown.

use jiff::tz::TimeZone;
use spider_pcap::time::Timestamp;
use spider_pcap::view::{TimeStyle, TimeText};

use crate::args::TimeChoice;

/// The time zone of this computer.
pub(crate) struct Zone(Box<dyn Fn(Timestamp) -> i32 + Sync>);

impl Zone {
    /// The zone that is set.
    pub(crate) fn system() -> Self {
        let zone = TimeZone::system();
        Self(Box::new(move |time| offset_seconds(&zone, time)))
    }

    /// Times as they were asked for; relative ones have no start yet.
    pub(crate) fn times(&self, choice: TimeChoice) -> TimeText<'_> {
        TimeText::new(self.style(choice), None)
    }

    /// The style that was asked for.
    pub(crate) fn style(&self, choice: TimeChoice) -> TimeStyle<'_> {
        match choice {
            TimeChoice::Absolute => TimeStyle::Absolute,
            TimeChoice::Local => TimeStyle::Zoned(&*self.0),
            TimeChoice::Epoch => TimeStyle::Epoch,
            TimeChoice::Relative => TimeStyle::Relative,
            TimeChoice::Delta => TimeStyle::Delta,
        }
    }
}

/// Seconds east of UTC at a time.
fn offset_seconds(zone: &TimeZone, time: Timestamp) -> i32 {
    let instant = jiff::Timestamp::from_nanosecond(i128::from(time.nanos()));
    instant.map_or(0, |instant| zone.to_offset(instant).seconds())
}
