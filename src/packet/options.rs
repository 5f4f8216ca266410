//! TCP options.
//!
//! Parsing never fails: it stops at the first option that is malformed or cut, and keeps what
//! stood before it. Options that are not listed in [`TcpOptions`] are skipped.
//! Sources: RFC 9293 §3.2, RFC 7323 §2 and §3, RFC 2018 §2 and §3.

use super::sequence::SeqNumber;

/// The options of one segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpOptions {
    /// Maximum segment size in bytes.
    pub mss: Option<u16>,
    /// Window scale as sent, `0 <= shift <= 255`; receivers take more than 14 as 14 (RFC 7323 §2.3).
    pub window_scale: Option<u8>,
    /// Selective acknowledgment is permitted.
    pub sack_permitted: bool,
    /// Timestamp value and echo reply (`TSval`, `TSecr`).
    pub timestamps: Option<(u32, u32)>,
    /// Selective acknowledgments.
    pub sack: SackBlocks,
}

/// Up to four blocks of a selective acknowledgment, as sent: first byte, and byte after the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SackBlocks {
    blocks: [(SeqNumber, SeqNumber); 4],
    len: u8,
}

impl TcpOptions {
    /// The options of a TCP header that starts at the first byte of `header`.
    #[inline]
    pub fn parse(header: &[u8]) -> Self {
        let options = header.get(20..).unwrap_or_default();
        if let [1, 1, 8, 10, v0, v1, v2, v3, e0, e1, e2, e3] = *options {
            let value = u32::from_be_bytes([v0, v1, v2, v3]);
            let echo = u32::from_be_bytes([e0, e1, e2, e3]);
            return Self {
                timestamps: Some((value, echo)),
                ..Self::default()
            };
        }
        Self::slow(options)
    }

    fn slow(options: &[u8]) -> Self {
        let mut parsed = Self::default();
        let mut rest = options;
        while let Some((kind, tail)) = rest.split_first() {
            match kind {
                0 => break,
                1 => rest = tail,
                _ => {
                    let Some(body_len) = tail.first().and_then(|len| len.checked_sub(2)) else {
                        break;
                    };
                    let Some((body, next)) = tail
                        .get(1..)
                        .and_then(|tail| tail.split_at_checked(body_len.into()))
                    else {
                        break;
                    };
                    parsed.take(*kind, body);
                    rest = next;
                }
            }
        }
        parsed
    }

    /// Notes one option; one of a wrong length is ignored.
    fn take(&mut self, kind: u8, body: &[u8]) {
        match (kind, body) {
            (2, [m0, m1]) => self.mss = Some(u16::from_be_bytes([*m0, *m1])),
            (3, [shift]) => self.window_scale = Some(*shift),
            (4, []) => self.sack_permitted = true,
            (5, blocks) => self.sack = SackBlocks::parse(blocks),
            (8, [v0, v1, v2, v3, e0, e1, e2, e3]) => {
                let value = u32::from_be_bytes([*v0, *v1, *v2, *v3]);
                let echo = u32::from_be_bytes([*e0, *e1, *e2, *e3]);
                self.timestamps = Some((value, echo));
            }
            _ => {}
        }
    }
}

impl SackBlocks {
    fn parse(body: &[u8]) -> Self {
        let mut parsed = Self::default();
        let (blocks, _) = body.as_chunks::<8>();
        for (to, [l0, l1, l2, l3, r0, r1, r2, r3]) in parsed.blocks.iter_mut().zip(blocks) {
            *to = (
                SeqNumber(u32::from_be_bytes([*l0, *l1, *l2, *l3])),
                SeqNumber(u32::from_be_bytes([*r0, *r1, *r2, *r3])),
            );
            parsed.len = parsed.len.saturating_add(1);
        }
        parsed
    }

    /// True without blocks.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The blocks in the order in which they were sent: first byte, and byte after the last.
    pub fn iter(&self) -> impl Iterator<Item = (SeqNumber, SeqNumber)> + '_ {
        self.blocks.iter().copied().take(self.len.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(options: &[u8]) -> TcpOptions {
        let mut header = vec![0; 20];
        header.extend_from_slice(options);
        TcpOptions::parse(&header)
    }

    #[test]
    fn options_of_a_linux_syn_are_all_read() {
        let syn = [
            2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 7, 0, 0, 0, 9, 1, 3, 3, 7,
        ];
        let parsed = parse(&syn);
        assert_eq!(parsed.mss, Some(1460));
        assert_eq!(parsed.window_scale, Some(7));
        assert!(parsed.sack_permitted);
        assert_eq!(parsed.timestamps, Some((7, 9)));
        assert!(parsed.sack.is_empty());
    }

    #[test]
    fn the_usual_layout_gives_the_same_as_the_slow_path() {
        let usual = [1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(parse(&usual), TcpOptions::slow(&usual));
        assert_eq!(parse(&usual).timestamps, Some((0x0102_0304, 0x0506_0708)));
    }

    #[test]
    fn sack_blocks_come_in_the_order_sent() {
        let options = [1, 1, 5, 18, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 9];
        let blocks: Vec<_> = parse(&options).sack.iter().collect();
        let expected = vec![(SeqNumber(1), SeqNumber(2)), (SeqNumber(5), SeqNumber(9))];
        assert_eq!(blocks, expected);
    }

    #[test]
    fn a_malformed_option_ends_the_list_and_keeps_what_stood_before() {
        for bad in [
            &[2, 4, 5, 180, 8, 10, 0][..],
            &[2, 4, 5, 180, 9, 1],
            &[2, 4, 5, 180, 9],
        ] {
            assert_eq!(parse(bad).mss, Some(1460));
            assert_eq!(parse(bad).timestamps, None);
        }
    }

    #[test]
    fn an_option_of_the_wrong_length_is_ignored() {
        assert_eq!(parse(&[3, 4, 1, 1, 2, 4, 1, 0]).window_scale, None);
        assert_eq!(parse(&[3, 4, 1, 1, 2, 4, 1, 0]).mss, Some(256));
    }

    #[test]
    fn a_header_without_options_or_cut_short_has_none() {
        assert_eq!(parse(&[]), TcpOptions::default());
        assert_eq!(TcpOptions::parse(&[0; 7]), TcpOptions::default());
    }
}
