//! Compressed messages of a WebSocket (`permessage-deflate`): what was agreed on, and inflating.
//!
//! Deliberately absent: the size of windows, since a window of 32 KiB inflates what any smaller one
//! compressed; and the history before a final block, which hardly any sender writes.
//! Limits: 64 MiB of one message. Beyond, as behind missing bytes, the history is not known, and
//! messages are not inflated until one comes that does not build upon it.
//! Source: RFC 7692 §7.

use flate2::{Decompress, FlushDecompress, Status};

/// What both ends agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeflateTerms {
    /// Of messages of the client.
    pub client: SenderTerms,
    /// Of messages of the server.
    pub server: SenderTerms,
}

/// What holds of the messages of one end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderTerms {
    /// Messages build upon those before.
    pub keeps_history: bool,
    /// Size of its window, as a power of two.
    pub window_bits: u8,
}

/// Why a message is not inflated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InflateFailure {
    /// It is not as the format says.
    Broken,
    /// It is larger than is inflated.
    TooLarge,
    /// Bytes before it are missing.
    BytesMissing,
}

impl InflateFailure {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Broken => "its bytes are not as the format says",
            Self::TooLarge => "no more than 64 MiB are inflated of a message",
            Self::BytesMissing => "bytes before it are missing",
        }
    }
}

impl DeflateTerms {
    /// The terms in the `Sec-WebSocket-Extensions` of a response; `None` without any.
    pub fn of(value: &[u8]) -> Option<Self> {
        let mut extensions = value.split(|byte| *byte == b',');
        extensions.find_map(|extension| {
            let mut words = extension
                .split(|byte| *byte == b';')
                .map(<[u8]>::trim_ascii);
            let is_ours = words.next()?.eq_ignore_ascii_case(b"permessage-deflate");
            is_ours.then(|| words.fold(Self::default(), Self::with))
        })
    }

    fn with(mut self, parameter: &[u8]) -> Self {
        let mut parts = parameter.splitn(2, |byte| *byte == b'=');
        let name = parts.next().unwrap_or_default().trim_ascii();
        let value = parts.next().unwrap_or_default().trim_ascii();
        let digits = value.strip_prefix(b"\"").unwrap_or(value);
        let digits = digits.strip_suffix(b"\"").unwrap_or(digits);
        let bits = std::str::from_utf8(digits).ok();
        let bits = bits
            .and_then(|bits| bits.parse().ok())
            .filter(|bits| (8..16).contains(bits));
        match name {
            b"server_no_context_takeover" => self.server.keeps_history = false,
            b"client_no_context_takeover" => self.client.keeps_history = false,
            b"server_max_window_bits" => self.server.window_bits = bits.unwrap_or(MAX_WINDOW_BITS),
            b"client_max_window_bits" => self.client.window_bits = bits.unwrap_or(MAX_WINDOW_BITS),
            _ => {}
        }
        self
    }
}

impl Default for DeflateTerms {
    fn default() -> Self {
        let usual = SenderTerms {
            keeps_history: true,
            window_bits: MAX_WINDOW_BITS,
        };
        Self {
            client: usual,
            server: usual,
        }
    }
}

/// Inflates the messages of one end, one after the other.
#[derive(Debug)]
pub(super) struct Inflater {
    terms: SenderTerms,
    inflate: Decompress,
    buffer: Vec<u8>,
    /// Bytes of the message at hand.
    message_bytes: u64,
    failure: Option<InflateFailure>,
}

impl Inflater {
    pub(super) fn new(terms: SenderTerms) -> Self {
        Self {
            terms,
            inflate: Decompress::new(false),
            buffer: vec![0; BUFFER_BYTES],
            message_bytes: 0,
            failure: None,
        }
    }

    /// Inflates a part of a message, and hands out what it gives.
    pub(super) fn push(
        &mut self,
        mut bytes: &[u8],
        each: &mut dyn FnMut(&[u8]),
    ) -> Result<(), InflateFailure> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        loop {
            let (taken, made) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self
                .inflate
                .decompress(bytes, &mut self.buffer, FlushDecompress::Sync);
            let taken = length(self.inflate.total_in().saturating_sub(taken));
            let made = length(self.inflate.total_out().saturating_sub(made));
            bytes = bytes.get(taken..).unwrap_or_default();
            let inflated = self.buffer.get(..made).unwrap_or_default();
            if !inflated.is_empty() {
                each(inflated);
            }
            self.message_bytes = self.message_bytes.saturating_add(made as u64);
            if MAX_MESSAGE_BYTES < self.message_bytes {
                return self.fail(InflateFailure::TooLarge);
            }
            match status {
                Err(_) => return self.fail(InflateFailure::Broken),
                // What follows is inflated on its own.
                Ok(Status::StreamEnd) => self.inflate.reset(false),
                Ok(_) if taken == 0 && made == 0 => return Ok(()),
                Ok(_) => {}
            }
            if bytes.is_empty() && made < self.buffer.len() {
                return Ok(());
            }
        }
    }

    /// A message is over.
    pub(super) fn end_message(
        &mut self,
        each: &mut dyn FnMut(&[u8]),
    ) -> Result<(), InflateFailure> {
        let ended = self.push(MESSAGE_END, each);
        self.message_bytes = 0;
        if !self.terms.keeps_history {
            self.inflate.reset(false);
            self.failure = None;
        }
        ended
    }

    /// Bytes of a message are missing.
    pub(super) const fn lose(&mut self) {
        self.failure = Some(InflateFailure::BytesMissing);
    }

    const fn fail(&mut self, failure: InflateFailure) -> Result<(), InflateFailure> {
        self.failure = Some(failure);
        Err(failure)
    }
}

fn length(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// What a sender leaves out at the end of each message (RFC 7692 §7.2.1).
const MESSAGE_END: &[u8] = b"\0\0\xff\xff";
const MAX_MESSAGE_BYTES: u64 = 64 << 20;
const MAX_WINDOW_BITS: u8 = 15;
const BUFFER_BYTES: usize = 8 << 10;

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compress, Compression, FlushCompress};

    #[test]
    fn terms_are_read_from_the_answer() {
        assert_eq!(DeflateTerms::of(b"x-webkit-deflate-frame"), None);
        assert_eq!(
            DeflateTerms::of(b"permessage-deflate"),
            Some(DeflateTerms::default())
        );
        let value: &[u8] = b"foo, Permessage-Deflate; server_no_context_takeover; \
            client_max_window_bits=\"9\";server_max_window_bits=10";
        let terms = DeflateTerms::of(value).unwrap();
        assert_eq!(
            (terms.server.keeps_history, terms.server.window_bits),
            (false, 10)
        );
        assert_eq!(
            (terms.client.keeps_history, terms.client.window_bits),
            (true, 9)
        );
    }

    /// A message as its sender compresses it.
    pub(crate) fn deflated(compress: &mut Compress, message: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(100_000.max(message.len()));
        compress
            .compress_vec(message, &mut out, FlushCompress::Sync)
            .unwrap();
        out.strip_suffix(MESSAGE_END).unwrap().to_vec()
    }

    fn inflated(inflater: &mut Inflater, message: &[u8], cut: usize) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let mut each = |bytes: &[u8]| out.extend_from_slice(bytes);
        let mut pushed = Ok(());
        for part in message.chunks(cut) {
            let part = inflater.push(part, &mut each);
            pushed = pushed.and(part);
        }
        let ended = inflater.end_message(&mut each);
        pushed.and(ended).ok()?;
        Some(out)
    }

    #[test]
    fn messages_build_upon_those_before_where_that_was_agreed() {
        for keeps_history in [true, false] {
            let terms = SenderTerms {
                keeps_history,
                window_bits: 15,
            };
            let mut inflater = Inflater::new(terms);
            let mut compress = Compress::new(Compression::best(), false);
            let mut first_len = None;
            for cut in [1, 3, 100] {
                let text = b"{\"hello\": \"hello, hello\", \"again\": true}";
                let packed = deflated(&mut compress, text);
                let first_len = *first_len.get_or_insert_with(|| packed.len().saturating_add(1));
                assert!(packed.len() < first_len);
                assert_eq!(inflated(&mut inflater, &packed, cut).unwrap(), text);
                if !keeps_history {
                    compress.reset();
                }
            }
            assert_eq!(inflated(&mut inflater, b"\xff\xff\xff", 9), None);
            compress.reset();
            let packed = deflated(&mut compress, b"next");
            let next = inflated(&mut inflater, &packed, 9);
            assert_eq!(next.is_some(), !keeps_history);
        }
    }

    #[test]
    fn a_bomb_ends_at_64_mib() {
        let mut inflater = Inflater::new(DeflateTerms::default().client);
        let mut compress = Compress::new(Compression::best(), false);
        let packed = deflated(&mut compress, &vec![0; 70 << 20]);
        assert!(packed.len() < 100_000);
        let mut total = 0;
        let pushed = inflater.push(&packed, &mut |bytes| {
            total = bytes.len().saturating_add(total);
        });
        assert_eq!(pushed, Err(InflateFailure::TooLarge));
        assert!(total < 65 << 20);
    }
}
