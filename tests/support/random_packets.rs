//! Captures of packets that hardly any TCP would send: small numbers around the ones that would
//! come next, windows that close and open, and times at the edges of what is looked at.

use std::iter::repeat_with;

/// A capture of `packets` packets in `sessions` sessions; one seed gives one capture.
pub(crate) fn capture(seed: u64, sessions: usize, packets: usize) -> Vec<u8> {
    let mut random = Random(seed);
    let mut ends: Vec<_> = repeat_with(|| Session::new(&mut random))
        .take(sessions)
        .collect();
    let mut bytes = words(&[0xa1b2_3c4d, 0x0004_0002, 0, 0, 0x0004_0000, RAW_IP]);
    let mut now_ns = 1_000_000_000_000_000_000;
    for _ in 0..packets {
        now_ns += random.of(&GAPS_NS);
        let time_ns = now_ns - random.seldom(50, &GAPS_NS);
        let number = random.below(sessions);
        let packet = ends[number].packet(number, &mut random);
        let (seconds, nanos) = (time_ns / 1_000_000_000, time_ns % 1_000_000_000);
        let len = u32::try_from(packet.len()).unwrap();
        let seconds = u32::try_from(seconds).unwrap();
        bytes.extend(words(&[seconds, u32::try_from(nanos).unwrap(), len, len]));
        bytes.extend(packet);
    }
    bytes
}

/// Both ends: what they would send next, acknowledged last, and their windows.
struct Session {
    initial: [u32; 2],
    next: [u32; 2],
    acknowledged: [u32; 2],
    windows: [u16; 2],
}

impl Session {
    fn new(random: &mut Random) -> Self {
        let initial = [random.of(&INITIAL), random.of(&INITIAL)];
        Self {
            initial,
            next: initial,
            acknowledged: [initial[1], initial[0]],
            windows: [100, 100],
        }
    }

    fn packet(&mut self, session: usize, random: &mut Random) -> Vec<u8> {
        let (from, to) = random.of(&[(0, 1), (1, 0)]);
        let acks = [self.next[to], self.next[to], self.acknowledged[from]];
        let ack = random.of(&acks);
        let ack = ack.wrapping_add_signed(random.seldom(10, &STEPS));
        let (flags, len, options) = self.content(from, random);
        let is_syn = flags & 2 != 0;
        let next = if is_syn {
            self.initial[from]
        } else {
            self.next[from]
        };
        let seq = next.wrapping_add_signed(random.seldom(4, &STEPS));
        let end = seq.wrapping_add(u32::from(len) + u32::from(flags & 3 != 0));
        if end.wrapping_sub(self.next[from]) < 5000 {
            self.next[from] = end;
        }
        self.acknowledged[from] = ack;
        if random.below(3) == 0 {
            self.windows[from] = random.of(&[0, 0, 10, 50, 100, 200]);
        }
        let numbers = [seq, ack];
        let tcp = tcp(from, numbers, flags, self.windows[from], &options);
        ip(session, from, &[tcp, vec![b'x'; len.into()]].concat())
    }

    /// Flags, payload bytes and options.
    fn content(&mut self, from: usize, random: &mut Random) -> (u8, u16, Vec<u8>) {
        match random.below(100) {
            0..3 => {
                if random.below(10) == 0 {
                    self.initial[from] = random.of(&INITIAL);
                }
                let syn = [2, 18][from];
                let scale = random.of(&[0, 2, 7, 15, 255]);
                let options = random.of(&[vec![], vec![3, 3, scale, 0]]);
                (syn, 0, options)
            }
            3..6 => (17, 0, vec![]),
            6..9 => (random.of(&[0, 1, 3, 4, 6, 8, 19, 20, 24]), 0, vec![]),
            9..50 => (16, random.of(&[1, 1, 2, 10, 10, 20, 50, 100, 200]), vec![]),
            _ => (16, 0, vec![]),
        }
    }
}

fn tcp(from: usize, numbers: [u32; 2], flags: u8, window: u16, options: &[u8]) -> Vec<u8> {
    let mut tcp = [[0, 1, 0, 2], [0, 2, 0, 1]][from].to_vec();
    tcp.extend(numbers.map(u32::to_be_bytes).concat());
    tcp.extend([if options.is_empty() { 0x50 } else { 0x60 }, flags]);
    tcp.extend(window.to_be_bytes());
    tcp.extend([0; 4]);
    tcp.extend(options);
    tcp
}

fn ip(session: usize, from: usize, tcp: &[u8]) -> Vec<u8> {
    let [.., high, low] = session.to_be_bytes();
    let ends = [[10, high, low, 1], [10, high, low, 2]];
    let mut ip = vec![0x45, 0];
    ip.extend(u16::try_from(20 + tcp.len()).unwrap().to_be_bytes());
    ip.extend([0, 0, 0, 0, 64, 6, 0, 0]);
    ip.extend(ends[from]);
    ip.extend(ends[1 - from]);
    ip.extend(tcp);
    ip
}

fn words(values: &[u32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// Numbers that only look random (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap() % limit
    }

    fn of<T: Clone>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())].clone()
    }

    /// One of the values once in `every` times, and nothing else.
    fn seldom<T: Clone + Default>(&mut self, every: usize, values: &[T]) -> T {
        if self.below(every) == 0 {
            self.of(values)
        } else {
            T::default()
        }
    }
}

const RAW_IP: u32 = 101;

/// Around the 3 and 20 ms that labels depend on.
const GAPS_NS: [u64; 9] = [
    0,
    1000,
    100_000,
    1_000_000,
    2_999_999,
    3_000_000,
    19_999_999,
    20_000_000,
    500_000_000,
];

/// At the wrap, at half of all numbers, and at the 0 that stands for none.
const INITIAL: [u32; 6] = [0, 1, 100, 0xffff_ff00, 0x7fff_ffff, 0x1234_5678];

const STEPS: [i32; 12] = [-1, -1, -1, 1, -10, 10, -20, 20, -50, 50, -100, i32::MIN];
