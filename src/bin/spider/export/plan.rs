//! What is written around the packets of these sessions, by what the user wants.

use std::path::Path;

use spider_pcap::capture::Interface;
use spider_pcap::export::{
    ExportFormat, ExportPlan, FieldStyle, SecretSources, names_of, secrets_of,
};
use spider_pcap::tls::KeyLog;

use super::select::SelectedSession;
use crate::args::{CaptureFormat, ExportArgs};

/// What a capture has beside its packets.
#[derive(Clone, Copy)]
pub(super) struct Beside<'a> {
    pub(super) interfaces: &'a [Interface],
    /// All keys that are known.
    pub(super) keys: &'a KeyLog,
    /// The key log whose lines of no session are kept, if they are.
    pub(super) others: Option<&'a KeyLog>,
}

/// What is written around the packets of these sessions.
pub(super) fn plan(
    args: &ExportArgs,
    sessions: &[SelectedSession],
    beside: Beside<'_>,
) -> ExportPlan {
    let packets = sessions.iter().map(|session| &session.packets);
    let mut plan = ExportPlan::new(format(args), packets, beside.interfaces);
    if plan.format == ExportFormat::Pcap {
        return plan;
    }
    let ends = sessions.iter().flat_map(|session| session.ends.clone());
    plan.names = names_of(ends);
    if !args.output.no_secrets {
        let facts = sessions.iter().filter_map(|session| session.tls.as_deref());
        let sources = SecretSources {
            keys: beside.keys,
            others: beside.others,
        };
        let style = FieldStyle::from(args.output.spider_fields);
        plan.secrets = secrets_of(facts, sources, style);
    }
    plan
}

/// The format that was asked for, else the one that the ending of the file says.
pub(super) fn format(args: &ExportArgs) -> ExportFormat {
    let ending = args.output.write.as_deref().and_then(Path::extension);
    let is_pcap = ending.is_some_and(|ending| {
        ending.eq_ignore_ascii_case("pcap") || ending.eq_ignore_ascii_case("cap")
    });
    let asked = args.output.format.unwrap_or(if is_pcap {
        CaptureFormat::Pcap
    } else {
        CaptureFormat::Pcapng
    });
    asked.into()
}
