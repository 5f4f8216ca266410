//! Numbers of variable length: seven bits a byte, lowest first, and a bit that says that more follow.

/// Appends a number.
#[inline]
pub(super) fn put_number(number: u64, out: &mut Vec<u8>) {
    if number < u64::from(MORE) {
        out.push(low_bits(number));
    } else {
        put_long_number(number, out);
    }
}

#[inline(never)]
fn put_long_number(mut number: u64, out: &mut Vec<u8>) {
    while let Some(more) = number.checked_shr(7).filter(|more| 0 < *more) {
        out.push(low_bits(number) | MORE);
        number = more;
    }
    out.push(low_bits(number));
}

/// Appends a number that may be negative.
pub(super) fn put_signed(number: i64, out: &mut Vec<u8>) {
    put_number(
        (number.wrapping_shl(1) ^ (number >> 63)).cast_unsigned(),
        out,
    );
}

/// Takes a number from the start of `bytes`; `None` where they end before it does.
#[inline]
pub(super) fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let (first, rest) = bytes.split_first()?;
    if first & MORE == 0 {
        *bytes = rest;
        return Some(u64::from(*first));
    }
    take_long_number(bytes)
}

#[inline(never)]
fn take_long_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    let mut shift = 0_u32;
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & !MORE).checked_shl(shift)?;
        if byte & MORE == 0 {
            return Some(number);
        }
        shift = shift.saturating_add(7);
    }
}

/// Takes a number that may be negative.
pub(super) fn take_signed(bytes: &mut &[u8]) -> Option<i64> {
    let number = take_number(bytes)?;
    let sign = (number & 1).cast_signed().wrapping_neg();
    Some((number >> 1).cast_signed() ^ sign)
}

/// Takes so many bytes from the start of `bytes`; `None` where there are fewer.
#[inline]
pub(super) fn take_bytes<'a>(len: u64, bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(usize::try_from(len).ok()?)?;
    *bytes = rest;
    Some(taken)
}

const fn low_bits(number: u64) -> u8 {
    (number & 0x7f) as u8
}

/// More bits follow.
const MORE: u8 = 0x80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_out_as_they_went_in() {
        let mut bytes = Vec::new();
        let numbers = [0, 1, 127, 128, 300, 1 << 32, u64::MAX];
        let signed = [0, -1, 1, -64, 64, i64::MIN, i64::MAX];
        numbers
            .iter()
            .for_each(|number| put_number(*number, &mut bytes));
        signed
            .iter()
            .for_each(|number| put_signed(*number, &mut bytes));
        let mut rest = &bytes[..];
        for number in numbers {
            assert_eq!(take_number(&mut rest), Some(number));
        }
        for number in signed {
            assert_eq!(take_signed(&mut rest), Some(number));
        }
        assert_eq!(take_number(&mut rest), None);
    }

    #[test]
    fn a_number_without_end_is_none() {
        assert_eq!(take_number(&mut &[0xff; 30][..]), None);
        assert_eq!(take_number(&mut &[0x80][..]), None);
    }
}
