//! Messages of gRPC in a body, counted: a flag, four bytes of length, the message.

/// Counts the messages of one body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Grpc {
    prefix: Vec<u8>,
    left: u32,
    messages: u64,
}

impl Grpc {
    /// A counter for a body of this content type, if it is of gRPC.
    pub(super) fn of(content_type: &[u8]) -> Option<Self> {
        let is_grpc = content_type.starts_with(b"application/grpc");
        is_grpc.then(Self::default)
    }

    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        while let [byte, rest @ ..] = bytes {
            if 0 < self.left {
                let left = usize::try_from(self.left).unwrap_or(usize::MAX);
                let len = left.min(bytes.len());
                self.left = self
                    .left
                    .saturating_sub(u32::try_from(len).unwrap_or(u32::MAX));
                bytes = bytes.get(len..).unwrap_or_default();
                continue;
            }
            self.prefix.push(*byte);
            bytes = rest;
            if let [_, a, b, c, d] = *self.prefix {
                self.left = u32::from_be_bytes([a, b, c, d]);
                self.messages = self.messages.saturating_add(1);
                self.prefix.clear();
            }
        }
    }

    pub(super) const fn messages(&self) -> u64 {
        self.messages
    }
}
