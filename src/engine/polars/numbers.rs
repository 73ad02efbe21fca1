//! What numbers a piece of text can be, and reading it as one.

/// A whole number within 64 bits, without leading zeros.
pub const INT: u16 = 1;
/// A number with a decimal point (whole ones included).
pub const DOT: u16 = 2;
/// A number with a decimal comma; points may group thousands.
pub const COMMA: u16 = 4;
/// A number whose commas group thousands.
pub const GROUPED: u16 = 8;
/// A number with a decimal point whose thousands are grouped by spaces or apostrophes, if at all. (The bits between
/// belong to `infer`.)
pub const SPACED_POINT: u16 = 256;
/// The same with a decimal comma.
pub const SPACED_COMMA: u16 = 512;
/// All ways to write a number.
pub const NUMBERS: u16 = INT | DOT | COMMA | GROUPED | SPACED_POINT | SPACED_COMMA;

/// Seen: a whole number beyond 64 bits.
pub const BEYOND: u16 = 1;
/// Seen: a comma that can only be a decimal comma.
pub const DECIMAL_COMMA: u16 = 2;
/// Seen: a comma that can only group thousands.
pub const GROUPING_COMMA: u16 = 4;
/// Seen: any comma in a number.
pub const ANY_COMMA: u16 = 8;
/// Seen: leading zeros, as in 00123.
pub const LEADING_ZERO: u16 = 16;
/// Seen: a number that has digits (not only infinities).
pub const DIGITS: u16 = 32;
/// Seen: a point that may group thousands, as in 1.234.
pub const POINT_OF_THREE: u16 = 64;
/// Seen: a point that cannot group thousands, as in 1.5.
pub const DECIMAL_POINT: u16 = 128;
/// Seen: a whole number shorter than 16 digits.
pub const SHORT: u16 = 256;
/// Seen: a long number with a plus, which is a telephone number. (The bits between belong to `infer`.)
pub const TELEPHONE: u16 = 8192;
/// Seen: spaces or apostrophes between thousands.
pub const SPACES: u16 = 16_384;
/// Seen: such a number that is no telephone number, which has three or more full groups and no decimals.
pub const QUANTITY: u16 = 32_768;

/// Which readings fit (a set of [`NUMBERS`]) and what was seen. `text` is trimmed and not empty.
pub fn classify(text: &str) -> (u16, u16) {
    let bytes = text.as_bytes();
    let (signed, rest) = match bytes.split_first() {
        Some((b'+' | b'-', rest)) => (true, rest),
        _ => (false, bytes),
    };
    let Some(first) = rest.first() else { return (0, 0) };
    if !first.is_ascii_digit() && *first != b'.' && *first != b',' {
        return if is_infinity(rest) { (NUMBERS & !INT, 0) } else { (0, 0) };
    }
    let whole = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let leading_zero = whole > 1 && *first == b'0';
    if whole == rest.len() {
        return whole_number(text, bytes, whole, leading_zero, signed);
    }
    if leading_zero {
        // 02/01/2024 begins with a zero too, and is no number in any case.
        let of_number = rest.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','));
        return (0, if of_number { LEADING_ZERO } else { 0 });
    }
    if let Some(b' ' | b'\'' | 0xc2 | 0xe2) = rest.get(whole) {
        return spaced(text, whole);
    }
    let mut fits = 0;
    let mut seen = DIGITS;
    if point_number(rest, whole) {
        fits |= DOT | SPACED_POINT;
        let decimals = rest.len() - whole - 1;
        let plain = rest.iter().all(|b| b.is_ascii_digit() || *b == b'.');
        seen |= if plain && decimals == 3 && (1..=3).contains(&whole) { POINT_OF_THREE } else { DECIMAL_POINT };
    }
    let commas = rest.iter().filter(|b| **b == b',').count();
    let points = rest.iter().filter(|b| **b == b'.').count();
    if commas > 0 {
        seen |= ANY_COMMA;
    }
    let comma_at = rest.iter().position(|b| *b == b',');
    let european = match comma_at {
        Some(at) if commas == 1 => {
            let (head, tail) = rest.split_at(at);
            let decimals = tail.get(1..).unwrap_or_default();
            !decimals.is_empty()
                && decimals.iter().all(u8::is_ascii_digit)
                && (head.iter().all(u8::is_ascii_digit) || grouped(head, b'.'))
        }
        None => points > 0 && grouped(rest, b'.'),
        _ => false,
    };
    if european {
        fits |= COMMA;
        fits |= if points == 0 { SPACED_COMMA } else { 0 };
    }
    let american = if commas == 0 {
        fits & DOT != 0
    } else {
        let (head, tail) = rest.split_at(rest.iter().position(|b| *b == b'.').unwrap_or(rest.len()));
        grouped(head, b',') && tail.iter().skip(1).all(u8::is_ascii_digit) && tail.len() != 1
    };
    if american {
        fits |= GROUPED;
    }
    if european && !american && commas == 1 {
        seen |= DECIMAL_COMMA;
    }
    if american && !european && commas > 0 {
        seen |= GROUPING_COMMA;
    }
    if fits == 0 { (0, 0) } else { (fits, seen) }
}

fn whole_number(text: &str, bytes: &[u8], digits: usize, leading_zero: bool, signed: bool) -> (u16, u16) {
    if signed && bytes.first() == Some(&b'+') && digits >= 7 {
        return (0, TELEPHONE);
    }
    if leading_zero {
        return (0, LEADING_ZERO);
    }
    let short = if digits < 16 { SHORT } else { 0 };
    if digits <= 18 || text.parse::<i64>().is_ok() {
        (NUMBERS, DIGITS | short)
    } else {
        (NUMBERS & !INT, DIGITS | BEYOND)
    }
}

/// What may stand between thousands besides points and commas: a space, a no-break space, a narrow one, a thin one, or an
/// apostrophe in either form.
const SPACERS: [&str; 6] = [" ", "\u{a0}", "\u{202f}", "\u{2009}", "'", "\u{2019}"];

/// `1 234`, `12 345,5`, `1'234.50`: the same mark between all groups of three.
fn spaced(text: &str, head: usize) -> (u16, u16) {
    let rest = text.trim_start_matches(['+', '-']);
    let Some(mark) = SPACERS.iter().find(|m| rest.get(head..).is_some_and(|r| r.starts_with(**m))) else {
        return (0, 0);
    };
    let (groups, decimals) = match rest.find(['.', ',']) {
        Some(at) => (rest.get(..at).unwrap_or_default(), rest.get(at..)),
        None => (rest, None),
    };
    let mut parts = groups.split(mark);
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let first = parts.next().unwrap_or_default();
    if !(1..=3).contains(&first.len()) || !digits(first) || !parts.all(|p| p.len() == 3 && digits(p)) {
        return (0, 0);
    }
    let quantity = decimals.is_some() || first.len() < 3 || groups.matches(mark).count() < 2;
    let seen = DIGITS | SPACES | SHORT | if quantity { QUANTITY } else { 0 };
    match decimals.map(|d| d.split_at(1)) {
        None => (SPACED_POINT | SPACED_COMMA, seen),
        Some((_, d)) if d.is_empty() || !digits(d) => (0, 0),
        Some((".", _)) => (SPACED_POINT, seen | DECIMAL_POINT),
        Some(_) => (SPACED_COMMA, seen | ANY_COMMA | DECIMAL_COMMA),
    }
}

fn is_infinity(text: &[u8]) -> bool {
    text.eq_ignore_ascii_case(b"inf") || text.eq_ignore_ascii_case(b"infinity")
}

/// `12.5`, `.5`, `12.`, `1e5`, `1.5e-3`.
fn point_number(rest: &[u8], whole: usize) -> bool {
    let mut at = whole;
    let mut digits = whole;
    if rest.get(at) == Some(&b'.') {
        at += 1;
        let decimals = rest.iter().skip(at).take_while(|b| b.is_ascii_digit()).count();
        digits += decimals;
        at += decimals;
    }
    if digits == 0 {
        return false;
    }
    if matches!(rest.get(at), Some(b'e' | b'E')) {
        at += 1;
        if matches!(rest.get(at), Some(b'+' | b'-')) {
            at += 1;
        }
        let exponent = rest.iter().skip(at).take_while(|b| b.is_ascii_digit()).count();
        if exponent == 0 {
            return false;
        }
        at += exponent;
    }
    at == rest.len()
}

/// `1.234.567`: one to three digits, then groups of three.
fn grouped(text: &[u8], mark: u8) -> bool {
    let mut parts = text.split(|b| *b == mark);
    let head = parts.next().unwrap_or_default();
    let mut any = false;
    (1..=3).contains(&head.len())
        && head.iter().all(u8::is_ascii_digit)
        && parts.all(|p| {
            any = true;
            p.len() == 3 && p.iter().all(u8::is_ascii_digit)
        })
        && any
}

/// Reads a number as the chosen form (one of [`NUMBERS`]).
pub fn read_float(text: &str, form: u16) -> Option<f64> {
    match form {
        SPACED_POINT | SPACED_COMMA => {
            let spacer = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '\u{2019}');
            let bare: String = text.chars().filter(|c| !spacer(*c)).collect();
            if form == SPACED_COMMA { bare.replace(',', ".").parse().ok() } else { bare.parse().ok() }
        }
        COMMA => text.replace('.', "").replace(',', ".").parse().ok(),
        GROUPED => text.replace(',', "").parse().ok(),
        _ => text.parse().ok(),
    }
}

/// A whole number of at most 18 digits without leading zeros, and how many digits it has.
#[inline]
pub fn plain_whole(bytes: &[u8]) -> Option<(i64, usize)> {
    let (negative, digits) = unsigned(bytes);
    if digits.is_empty() || digits.len() > 18 || (digits.len() > 1 && digits.first() == Some(&b'0')) {
        return None;
    }
    let value = digits_of(0, digits)?;
    Some((if negative { -value } else { value }, digits.len()))
}

/// A number with digits on both sides of its point, at most 15 in all: its value, the readings that fit and what was
/// seen, as [`classify`] has them. Both the digits and the power of ten are exact as doubles, so that their quotient is
/// the nearest double, as any correct reader gives it.
#[inline]
pub fn plain_decimal(bytes: &[u8]) -> Option<(f64, u16, u16)> {
    const TENS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let (negative, rest) = unsigned(bytes);
    if rest.len() > 16 {
        return None;
    }
    let whole = rest.iter().position(|b| *b == b'.')?;
    let (head, tail) = rest.split_at(whole);
    let decimals = tail.get(1..)?;
    if head.is_empty() || decimals.is_empty() || (head.len() > 1 && head.first() == Some(&b'0')) {
        return None;
    }
    #[allow(clippy::cast_precision_loss)]
    let digits = digits_of(digits_of(0, head)?, decimals)? as f64;
    let value = digits / TENS.get(decimals.len())?;
    let groups = decimals.len() == 3 && head.len() <= 3;
    let (fits, seen) = if groups {
        (DOT | COMMA | GROUPED | SPACED_POINT, POINT_OF_THREE)
    } else {
        (DOT | GROUPED | SPACED_POINT, DECIMAL_POINT)
    };
    Some((if negative { -value } else { value }, fits, DIGITS | seen))
}

#[inline]
fn unsigned(bytes: &[u8]) -> (bool, &[u8]) {
    match bytes.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, bytes),
    }
}

/// Appends decimal digits to a number, which has room for them.
#[inline]
fn digits_of(before: i64, digits: &[u8]) -> Option<i64> {
    let mut value = before;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_readings_apart() {
        for (text, fits) in [
            ("0", NUMBERS),
            ("-12", NUMBERS),
            ("9223372036854775807", NUMBERS),
            ("9223372036854775808", NUMBERS & !INT),
            ("00123", 0),
            ("02/01/2024", 0),
            ("0.5", DOT | GROUPED | SPACED_POINT),
            ("1e308", DOT | GROUPED | SPACED_POINT),
            (".5", DOT | GROUPED | SPACED_POINT),
            ("1.234", DOT | COMMA | GROUPED | SPACED_POINT),
            ("1.234,50", COMMA),
            ("29,85", COMMA | SPACED_COMMA),
            ("1,234", COMMA | GROUPED | SPACED_COMMA),
            ("1,234,567.5", GROUPED),
            ("-Infinity", NUMBERS & !INT),
            ("+4712345678", 0),
            ("1 234", SPACED_POINT | SPACED_COMMA),
            ("-12 345,5", SPACED_COMMA),
            ("1\u{a0}234\u{a0}567.25", SPACED_POINT),
            ("1'234.50", SPACED_POINT),
            ("12 34", 0),
            ("1 234 56", 0),
            ("1 234'567", 0),
            ("2024 12 01", 0),
            ("1.2.3", 0),
            ("12a", 0),
            ("-", 0),
            ("1,2,3", 0),
            (",5", COMMA | SPACED_COMMA),
        ] {
            assert_eq!(classify(text).0, fits, "{text}");
        }
    }

    #[test]
    fn reads_each_form() {
        assert_eq!(read_float("1.234,50", COMMA), Some(1234.5));
        assert_eq!(read_float("1,234.5", GROUPED), Some(1234.5));
        assert_eq!(read_float("-1e3", DOT), Some(-1000.0));
        assert_eq!(read_float("-12\u{202f}345,5", SPACED_COMMA), Some(-12_345.5));
        assert_eq!(read_float("1'234.50", SPACED_POINT), Some(1234.5));
    }
}
