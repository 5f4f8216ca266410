//! One stream: a request with its response.

use super::super::collect::{Collector, Role};
use super::super::item::Item;
use super::super::mark::{Extent, Marks};
use super::super::message::{Framing, HttpVersion, Message, Oddity};
use super::block::Head;
use super::grpc::Grpc;

/// A stream that is not over.
#[derive(Debug)]
pub(super) struct Stream {
    index: u64,
    item: Option<Box<Item>>,
    request: Side,
    response: Side,
}

/// One message of it.
#[derive(Debug, Default)]
enum Side {
    #[default]
    Nothing,
    Open(Box<Message>, Option<Grpc>),
    Over,
}

impl Stream {
    pub(super) const fn new(index: u64, item: Option<Box<Item>>) -> Self {
        Self {
            index,
            item,
            request: Side::Nothing,
            response: Side::Nothing,
        }
    }

    /// A stream whose request came by other means.
    pub(super) fn answering(index: u64, item: Option<Box<Item>>) -> Self {
        Self {
            request: Side::Over,
            ..Self::new(index, item)
        }
    }

    /// Takes in fields: a head, an interim response, or trailers.
    pub(super) fn head(&mut self, role: Role, head: Head, collector: &mut Collector) {
        let keep = collector.keeps_items();
        let ends = head.block.ends_stream;
        if let Side::Open(message, _) = self.side(role) {
            message.extent = message.extent.and(&head.block.extent);
            if keep {
                message.trailers = head.fields;
            }
        } else {
            if let Some(status) = head.status.filter(|status| *status < 200)
                && role == Role::Response
            {
                self.interim(status);
                return;
            }
            let grpc = Grpc::of(&head.content_type);
            let message = message(head, keep);
            *self.side(role) = Side::Open(Box::new(message), grpc);
        }
        if ends {
            self.end(role, None, collector);
        }
    }

    fn interim(&mut self, status: u16) {
        if let Some(item) = &mut self.item
            && item.interim.len() < MAX_INTERIM
        {
            item.interim.push(status);
        }
    }

    /// Takes in content.
    pub(super) fn data(
        &mut self,
        role: Role,
        bytes: &[u8],
        marks: &Marks,
        collector: &mut Collector,
    ) {
        let index = self.index;
        let side = self.side(role);
        if let Side::Nothing = side {
            // Its head was not captured.
            let message = Message::starting_at(Extent::of(marks), HttpVersion::Http2);
            *side = Side::Open(Box::new(message), None);
        }
        if let Side::Open(message, grpc) = side {
            message.extent.extend(marks);
            message.framing = Framing::EndStream;
            message.body_bytes = message.body_bytes.saturating_add(bytes.len() as u64);
            if let Some(grpc) = grpc {
                grpc.push(bytes);
            }
            collector.body(index, role, bytes);
        }
    }

    /// Bytes of its content were never captured.
    pub(super) fn missing(&mut self, role: Role, len: u64) {
        if let Side::Open(message, _) = self.side(role) {
            message.missing_bytes = message.missing_bytes.saturating_add(len);
        }
    }

    /// A message ends, as it should or with what is odd.
    pub(super) fn end(&mut self, role: Role, oddity: Option<Oddity>, collector: &mut Collector) {
        let Side::Open(mut message, grpc) = std::mem::replace(self.side(role), Side::Over) else {
            return;
        };
        message.is_complete = oddity.is_none() && 0 < message.head_bytes;
        message.grpc_messages = grpc.as_ref().map(Grpc::messages);
        if let Some(oddity) = oddity {
            message.oddities.insert(oddity);
        }
        collector.note(&mut message);
        collector.end_body(self.index, role);
        if let Some(item) = &mut self.item {
            match role {
                Role::Request => item.request = Some(*message),
                Role::Response => item.response = Some(*message),
            }
        }
    }

    /// It will not go on: what is open ends with what is odd.
    pub(super) fn close(mut self, oddity: Oddity, collector: &mut Collector) {
        for role in [Role::Request, Role::Response] {
            if matches!(self.side(role), Side::Open(_, _)) {
                self.end(role, Some(oddity), collector);
            }
        }
        collector.close(self.item);
    }

    /// True when both messages are over.
    pub(super) const fn is_over(&self) -> bool {
        matches!((&self.request, &self.response), (Side::Over, Side::Over))
    }

    const fn side(&mut self, role: Role) -> &mut Side {
        match role {
            Role::Request => &mut self.request,
            Role::Response => &mut self.response,
        }
    }
}

fn message(head: Head, keep: bool) -> Message {
    let extent = head.block.extent;
    let mut message = Message {
        status: head.status.unwrap_or_default(),
        head_bytes: head.bytes,
        content_length: head.content_length,
        ..Message::starting_at(extent, HttpVersion::Http2)
    };
    if keep {
        message.head = head.fields;
    }
    if head.has_missing {
        message.oddities.insert(Oddity::FieldsMissing);
    }
    if head.is_cut {
        message.oddities.insert(Oddity::HeadTooLong);
    }
    message
}

/// Interim responses of an item that are kept; more are left out.
const MAX_INTERIM: usize = 16;
