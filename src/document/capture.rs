//! The `capture` part of a document: where and how the session was captured.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;

use super::context::DocumentContext;
use super::exact::Text;
use super::link_type::LinkTypeName;
use crate::capture::InterfaceId;
use crate::packet::{Encapsulation, Tunnel};
use crate::session::SessionSummary;

/// Where and how the session was captured.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Capture<'a> {
    /// Number of the first packet, from 1.
    pub first_packet: u64,
    /// Number of the last packet, from 1.
    pub last_packet: u64,
    /// Interfaces in order of appearance: the name, or `#` and the index where it has none.
    pub interfaces: Vec<Cow<'a, str>>,
    /// Link type of the first interface; absent when that is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_type: Option<Text<LinkTypeName>>,
    /// Different VLAN ids in order of appearance; absent without any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vlans: Vec<u16>,
    /// Tunnels, outermost first, such as `GRE > IPIP`; those of packets in other tunnels follow
    /// after a comma. Absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tunnel: Option<String>,
    /// Packets of which not all bytes were captured.
    pub truncated_packets: u64,
}

impl<'a> Capture<'a> {
    /// Where and how a session was captured.
    pub(super) fn new(summary: &SessionSummary, context: &DocumentContext<'a>) -> Self {
        let interface = |id: InterfaceId| {
            let index = usize::try_from(id.0).ok()?;
            context.interfaces.get(index)
        };
        let interface_name = |id| match interface(id).and_then(|known| known.name.as_deref()) {
            Some(name) if !name.is_empty() => Cow::Borrowed(name),
            // What nearly all captures without names have.
            _ if id == InterfaceId(0) => Cow::Borrowed("#0"),
            _ => Cow::Owned(format!("#{}", id.0)),
        };
        let first_interface = interface(summary.interfaces.first());
        let around = encapsulations(summary, context.encapsulations);
        Self {
            first_packet: summary.first_packet.value(),
            last_packet: summary.last_packet.value(),
            interfaces: summary.interfaces.iter().map(interface_name).collect(),
            link_type: first_interface.map(|known| Text(LinkTypeName(known.link_type))),
            vlans: distinct_vlans(around.clone()),
            tunnel: tunnel_text(around),
            truncated_packets: summary.truncated_packets,
        }
    }
}

fn encapsulations<'a>(
    summary: &'a SessionSummary,
    table: &'a [Encapsulation],
) -> impl Iterator<Item = &'a Encapsulation> + Clone {
    let ids = summary.encapsulations.iter();
    ids.filter_map(|id| table.get(usize::try_from(id.0).ok()?))
}

fn distinct_vlans<'a>(around: impl Iterator<Item = &'a Encapsulation>) -> Vec<u16> {
    let mut distinct = Vec::new();
    for &vlan in around.flat_map(|encapsulation| &encapsulation.vlans) {
        if !distinct.contains(&vlan) {
            distinct.push(vlan);
        }
    }
    distinct
}

fn tunnel_text<'a>(around: impl Iterator<Item = &'a Encapsulation>) -> Option<String> {
    let mut distinct: Vec<&[Tunnel]> = Vec::new();
    for tunnels in around.map(|encapsulation| &*encapsulation.tunnels) {
        if !tunnels.is_empty() && !distinct.contains(&tunnels) {
            distinct.push(tunnels);
        }
    }
    let mut text = String::new();
    for tunnels in distinct {
        for (depth, tunnel) in tunnels.iter().enumerate() {
            text.push_str(match (depth, text.is_empty()) {
                (0, true) => "",
                (0, false) => ", ",
                _ => " > ",
            });
            // Writing to a string never fails.
            write!(text, "{tunnel}").ok()?;
        }
    }
    (!text.is_empty()).then_some(text)
}
