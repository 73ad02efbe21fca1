//! Calendar days and moments: which spellings a text fits, reading it, and ISO text.
//!
//! Day numbers follow H. Hinnant, "chrono-compatible low-level date algorithms" (days from civil and back).

/// Year, month, day.
pub const YMD: u16 = 32;
/// Day, month, year.
pub const DMY: u16 = 64;
/// Month, day, year.
pub const MDY: u16 = 128;
/// All orders of date parts.
pub const ORDERS: u16 = YMD | DMY | MDY;

/// Microseconds of a day.
pub const DAY: i64 = 86_400_000_000;
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const LONG_MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A date as written: three parts in unknown order, and a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    parts: [i64; 3],
    digits: [usize; 3],
    named_month: Option<usize>,
    separator: u8,
    /// Microseconds since midnight, where a time is written.
    pub time: Option<i64>,
    /// Seconds east of UTC, where a zone is written.
    pub zone: Option<i64>,
}

/// Splits a trimmed text into the parts of a date; `None` where it is not one in any order.
pub fn scan(text: &str) -> Option<Written> {
    let bytes = text.as_bytes();
    if !(6..=40).contains(&bytes.len()) || !text.is_ascii() {
        return None;
    }
    let mut at = 0;
    let (mut parts, mut digits, mut named_month, mut separators) = ([0; 3], [0; 3], None, [0u8; 2]);
    for i in 0..3 {
        let start = at;
        if bytes.get(at)?.is_ascii_digit() {
            while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            if at - start > 4 {
                return None;
            }
            *parts.get_mut(i)? = text.get(start..at)?.parse().ok()?;
            *digits.get_mut(i)? = at - start;
        } else {
            while bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
                at += 1;
            }
            let word = text.get(start..at)?.to_ascii_lowercase();
            let month = MONTHS.iter().position(|m| *m == word).or(LONG_MONTHS.iter().position(|m| *m == word))?;
            if named_month.replace(i).is_some() || i == 2 {
                return None;
            }
            *parts.get_mut(i)? = i64::try_from(month).ok()? + 1;
        }
        if i < 2 {
            let separator = *bytes.get(at)?;
            if !matches!(separator, b'-' | b'/' | b'.' | b' ' | b',') {
                return None;
            }
            *separators.get_mut(i)? = separator;
            at += 1;
            while separator != b'-' && separator != b'/' && bytes.get(at) == Some(&b' ') {
                at += 1;
            }
        }
    }
    let [first, second] = separators;
    if named_month.is_none() && (first != second || matches!(first, b' ' | b',')) {
        return None;
    }
    let (time, zone) = clock(text.get(at..)?)?;
    let written = Written { parts, digits, named_month, separator: first, time, zone };
    (orders(&written) != 0).then_some(written)
}

/// `2024-01-31` and `2024-01-31T10:20:30.5`, as [`scan`] would read them: days since 1970-01-01, and microseconds since
/// midnight where a time is written. `None` for all other spellings, too.
#[inline]
pub fn iso(bytes: &[u8]) -> Option<(i64, Option<i64>)> {
    let (date, rest) = bytes.split_first_chunk::<10>()?;
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *date else { return None };
    let pair = |a: u8, b: u8| -> Option<i64> {
        let (a, b) = (a.wrapping_sub(b'0'), b.wrapping_sub(b'0'));
        (a <= 9 && b <= 9).then(|| i64::from(a) * 10 + i64::from(b))
    };
    let day = civil(pair(y0, y1)? * 100 + pair(y2, y3)?, pair(m0, m1)?, pair(d0, d1)?)?;
    if rest.is_empty() {
        return Some((day, None));
    }
    let (clock, fraction) = rest.split_first_chunk::<9>()?;
    let [b'T' | b' ', h0, h1, b':', n0, n1, b':', s0, s1] = *clock else { return None };
    let (hour, minute, second) = (pair(h0, h1)?, pair(n0, n1)?, pair(s0, s1)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut micros = ((hour * 60 + minute) * 60 + second) * 1_000_000;
    if let Some((point, digits)) = fraction.split_first() {
        if *point != b'.' || digits.is_empty() || digits.len() > 9 {
            return None;
        }
        let mut unit = 100_000;
        for byte in digits {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            micros += i64::from(digit) * unit;
            unit /= 10;
        }
    }
    Some((day, Some(micros)))
}

/// `T12:30:05.5Z`, ` 5:07`, ` 5:07 PM`, or nothing.
fn clock(text: &str) -> Option<(Option<i64>, Option<i64>)> {
    if text.is_empty() {
        return Some((None, None));
    }
    let rest = text.strip_prefix(['T', 't', ' '])?.trim_start();
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(rest.len());
    let (clock, tail) = rest.split_at(end);
    let mut fields = clock.split(':');
    let number = |field: Option<&str>, most: i64| -> Option<i64> {
        let field = field?;
        (1..=2).contains(&field.len()).then(|| field.parse().ok()).flatten().filter(|n| *n <= most)
    };
    let mut hour = number(fields.next(), 24)?;
    let minute = number(fields.next(), 59)?;
    let mut micros = 0;
    if let Some(seconds) = fields.next() {
        let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
        micros = number(Some(whole), 59)? * 1_000_000;
        if !fraction.is_empty() {
            let six: String = fraction.chars().chain("000000".chars()).take(6).collect();
            micros += six.parse::<i64>().ok()?;
        }
    }
    if fields.next().is_some() {
        return None;
    }
    let mut tail = tail.trim();
    let lower = tail.to_ascii_lowercase();
    if lower == "am" || lower == "pm" {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if lower == "pm" { 12 } else { 0 };
        tail = "";
    }
    let micros = (hour * 60 + minute) * 60_000_000 + micros;
    if micros > DAY {
        return None;
    }
    Some((Some(micros), if tail.is_empty() { None } else { Some(offset(tail)?) }))
}

fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") || text.eq_ignore_ascii_case("utc") {
        return Some(0);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let digits: String = rest.chars().filter(|c| *c != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = digits.get(2..).filter(|m| !m.is_empty()).map_or(Some(0), |m| m.parse().ok())?;
    (hours <= 15 && minutes <= 59).then_some(sign * (hours * 3600 + minutes * 60))
}

/// In which orders the parts are a valid day.
pub fn orders(written: &Written) -> u16 {
    [YMD, DMY, MDY].into_iter().filter(|order| day(written, *order).is_some()).sum()
}

/// True where only the order tells day from month and the separator gives no hint.
pub fn is_numeric_with_slash_or_dash(written: &Written) -> bool {
    written.named_month.is_none() && written.separator != b'.'
}

/// Days since 1970-01-01, reading the parts in this order.
pub fn day(written: &Written, order: u16) -> Option<i64> {
    let (y, m, d) = match order {
        YMD => (0, 1, 2),
        DMY => (2, 1, 0),
        _ => (2, 0, 1),
    };
    if written.named_month.is_some_and(|at| at != m) {
        return None;
    }
    // A day in points is never month first.
    if order == MDY && written.separator == b'.' {
        return None;
    }
    let year_digits = *written.digits.get(y)?;
    if *written.digits.get(d)? > 2 || *written.digits.get(m)? > 2 {
        return None;
    }
    let mut year = *written.parts.get(y)?;
    match year_digits {
        4 => {}
        2 if order != YMD => year += if year >= 69 { 1900 } else { 2000 },
        _ => return None,
    }
    civil(year, *written.parts.get(m)?, *written.parts.get(d)?)
}

/// Days since 1970-01-01 of a day in the Gregorian calendar; `None` where there is no such day.
#[inline]
pub fn civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=9999).contains(&year) || !(1..=last).contains(&day) {
        return None;
    }
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y - era * 400;
    let doy = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468)
}

/// Year, month and day of a day number.
pub fn from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z - era * 146_097;
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

/// `2024-03-01`.
pub fn iso_day(days: i64) -> String {
    let (y, m, d) = from_days(days);
    format!("{y:04}-{m:02}-{d:02}")
}

/// `2024-03-01T12:30:05`, with decimals only where there are any.
pub fn iso_moment(micros: i64) -> String {
    format!("{}T{}", iso_day(micros.div_euclid(DAY)), iso_clock(micros.rem_euclid(DAY)))
}

/// `12:30:05`, with decimals only where there are any.
pub fn iso_clock(micros: i64) -> String {
    let (seconds, rest) = (micros / 1_000_000, micros % 1_000_000);
    let mut text = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest != 0 {
        text.push_str(format!(".{rest:06}").trim_end_matches('0'));
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn day_numbers_go_there_and_back() {
        assert_eq!(civil(1970, 1, 1), Some(0));
        assert_eq!(civil(2000, 3, 1), Some(11_017));
        assert_eq!(civil(2023, 2, 29), None);
        for days in (-700_000..2_900_000).step_by(97) {
            let (y, m, d) = from_days(days);
            assert_eq!(civil(y, m, d), Some(days));
        }
    }

    #[test]
    fn tells_the_orders_apart() {
        for (text, expected) in [
            ("2024-01-02", YMD),
            ("2024/1/2", YMD),
            ("13-07-2016 08:33:16", DMY),
            ("11/7/2016 11:51", DMY | MDY),
            ("7/13/2016", MDY),
            ("11.7.16 11:51", DMY),
            ("02-Jan-2024", DMY),
            ("Jan 2, 2024", MDY),
            ("2 January 2024", DMY),
            ("2013-01-01T10:00:00Z", YMD),
        ] {
            assert_eq!(scan(text).map_or(0, |w| orders(&w)), expected, "{text}");
        }
        for text in ["2024-13-45", "1706745600", "192.168.1.1", "1.2.3", "12:30", "2024-01-02 25:00", "Oslo"] {
            assert_eq!(scan(text), None, "{text}");
        }
    }

    #[test]
    fn writes_iso() {
        let w = scan("2013-01-01 5:07:09.250 PM").unwrap();
        assert_eq!(iso_moment(day(&w, YMD).unwrap() * DAY + w.time.unwrap()), "2013-01-01T17:07:09.25");
        assert_eq!(scan("2013-01-01T10:00:00+02:00").unwrap().zone, Some(7200));
        assert_eq!(iso_moment(-1_000_000), "1969-12-31T23:59:59");
    }
}
