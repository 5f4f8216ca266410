//! The progress bar: on a terminal's standard error, and only when work takes a while.

use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use spider_pcap::analyze::{Analysis, Progress, analyze};
use spider_pcap::capture::Input;
use spider_pcap::config::Config;

use crate::console::Console;
use crate::failure;

/// Shows how far the reading has come.
#[derive(Debug)]
pub(crate) struct Bar {
    bar: ProgressBar,
    started: Instant,
    is_wanted: bool,
    is_shown: AtomicBool,
}

impl Bar {
    /// A bar that shows itself when it is wanted, and can be seen.
    pub(crate) fn new(is_wanted: bool) -> Self {
        Self {
            bar: ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()),
            started: now(),
            is_wanted: is_wanted && io::stderr().is_terminal(),
            is_shown: AtomicBool::new(false),
        }
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    fn show(&self, total: Option<u64>) {
        let template = if total.is_some() {
            KNOWN_TEMPLATE
        } else {
            UNKNOWN_TEMPLATE
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style.progress_chars("=> "));
        }
        self.bar
            .set_draw_target(ProgressDrawTarget::stderr_with_hz(REDRAWS_PER_SECOND));
    }
}

/// Analyses captures as one, with a bar that shows how far the reading has come.
pub(crate) fn analyze_shown(
    inputs: Vec<Input>,
    config: &Config,
    console: Console,
) -> Result<Analysis> {
    let bar = Bar::new(console.progress);
    let analysis = analyze(inputs, config, &bar);
    bar.clear();
    analysis.map_err(|error| failure::from_analysis(&error))
}

impl Progress for Bar {
    fn read(&self, bytes: u64, total: Option<u64>, packets: u64) {
        if !self.is_wanted || now().duration_since(self.started) < QUIET_TIME {
            return;
        }
        if !self.is_shown.swap(true, Ordering::Relaxed) {
            self.show(total);
        }
        if let Some(total) = total {
            self.bar.set_length(total);
        }
        self.bar.set_position(bytes);
        self.bar.set_message(format!("{packets} packets"));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a bar is about real time; no result depends on it"
)]
fn now() -> Instant {
    Instant::now()
}

/// Work that is done by then shows no bar at all.
const QUIET_TIME: Duration = Duration::from_millis(500);
const REDRAWS_PER_SECOND: u8 = 10;
const KNOWN_TEMPLATE: &str = "{bar:30} {percent:>3}% {bytes}/{total_bytes} {msg} {eta} left";
const UNKNOWN_TEMPLATE: &str = "{spinner} {bytes} {bytes_per_sec} {msg}";
