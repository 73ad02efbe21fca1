//! Numbers as people read them: one place for percent, points, thousands, intervals and the unknown.
//!
//! Minus is `−` (U+2212), thousands are set off by a thin space (U+2009), the unknown is `–`, zero is `0`.

use crate::query::{Estimate, Kpi};

/// What is shown where nothing is known.
pub const UNKNOWN: &str = "–";
/// Between thousands.
pub const THIN_SPACE: char = '\u{2009}';
const MINUS: char = '−';

/// A whole count: `7 043` with a thin space.
#[must_use]
pub fn count(n: u64) -> String {
    group_thousands(&n.to_string())
}

/// A count with its noun: `1 value`, `7 043 values`.
#[must_use]
pub fn counted(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(n), if n == 1 { "" } else { "s" })
}

/// A number with a fixed number of decimals: `−1 204.50`.
#[must_use]
pub fn fixed(x: f64, decimals: usize) -> String {
    if !x.is_finite() {
        return infinite(x);
    }
    let digits = format!("{:.decimals$}", x.abs());
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    let sign =
        if x < 0.0 && digits.bytes().any(|b| (b'1'..=b'9').contains(&b)) { MINUS.to_string() } else { String::new() };
    format!("{sign}{}{rest}", group_thousands(whole))
}

/// A number with as many decimals as about three figures need: `6 792.8` is `6 793`, `29.65`, `0.0123`.
/// Whole numbers stay whole; what is too large or too small for that is written `1.2e9`.
#[must_use]
pub fn number(x: f64) -> String {
    let size = x.abs();
    if x.is_finite() && (size >= 1e12 || (size > 0.0 && size < 1e-6)) {
        return format!("{x:.2e}").replace('-', "−");
    }
    if x.is_finite() && x.fract() == 0.0 {
        return fixed(x, 0);
    }
    fixed(x, decimals_for(size))
}

/// A share as percent: `26.5%`; tiny but not zero is `<0.1%`, and what is not quite all is `>99.9%`.
#[must_use]
pub fn percent(share: f64) -> String {
    percent_with(share, 1)
}

/// A share as percent with that many decimals.
#[must_use]
pub fn percent_with(share: f64, decimals: usize) -> String {
    if !share.is_finite() {
        return infinite(share);
    }
    let smallest = 0.1f64.powi(i32::try_from(decimals).unwrap_or(1));
    let x = share * 100.0;
    if x == 0.0 {
        "0%".to_owned()
    } else if x > 0.0 && x < smallest / 2.0 {
        format!("<{smallest:.decimals$}%")
    } else if x < 100.0 && x > 100.0 - smallest / 2.0 {
        format!(">{:.decimals$}%", 100.0 - smallest)
    } else {
        format!("{}%", fixed(x, decimals))
    }
}

/// The KPI's level in its own unit: a rate in percent, everything else as a number.
#[must_use]
pub fn level(kpi: &Kpi, value: Option<f64>) -> String {
    match value {
        None => UNKNOWN.to_owned(),
        Some(x) if kpi.is_share() => percent(x),
        Some(x) => number(x),
    }
}

/// A level with its interval: `26.5% [25.5, 27.6]`; without an interval only the level.
#[must_use]
pub fn level_with_interval(kpi: &Kpi, e: &Estimate) -> String {
    match interval(kpi, e.interval) {
        Some(range) => format!("{} {range}", level(kpi, e.value)),
        None => level(kpi, e.value),
    }
}

/// The interval of a level, without unit: `[25.5, 27.6]`.
#[must_use]
pub fn interval(kpi: &Kpi, range: Option<(f64, f64)>) -> Option<String> {
    let (low, high) = range?;
    if kpi.is_share() {
        return Some(format!("[{}, {}]", fixed(low * 100.0, 1), fixed(high * 100.0, 1)));
    }
    Some(plain_interval((low, high)))
}

/// An interval of plain numbers, both ends with the same decimals.
#[must_use]
pub fn plain_interval((low, high): (f64, f64)) -> String {
    let size = low.abs().max(high.abs());
    if size >= 1e12 || (size > 0.0 && size < 1e-6) {
        return format!("[{}, {}]", number(low), number(high));
    }
    let decimals = if low.fract() == 0.0 && high.fract() == 0.0 { 0 } else { decimals_for(size) };
    format!("[{}, {}]", fixed(low, decimals), fixed(high, decimals))
}

/// A change of the KPI with its sign: `−19.8 pp` for a rate, `+1 548` else.
#[must_use]
pub fn change(kpi: &Kpi, value: Option<f64>) -> String {
    difference(kpi.is_share(), value)
}

fn difference(share: bool, value: Option<f64>) -> String {
    match value {
        None => UNKNOWN.to_owned(),
        Some(x) if share => format!("{} pp", signed(x * 100.0, small_decimals(x * 100.0))),
        Some(x) => {
            let text = number(x);
            if x > 0.0 { format!("+{text}") } else { text }
        }
    }
}

/// A change with its interval: `−19.8 pp [−20.8, −18.7]`.
#[must_use]
pub fn change_with_interval(kpi: &Kpi, e: &Estimate) -> String {
    difference_with_interval(kpi.is_share(), e)
}

/// A difference of shares in points, or of other numbers, with its interval: `−19.8 pp [−20.8, −18.7]`, `+1 548`.
#[must_use]
pub fn difference_with_interval(share: bool, e: &Estimate) -> String {
    let text = difference(share, e.value);
    let Some((low, high)) = e.interval else { return text };
    let range = if share {
        let decimals = e.value.map_or(1, |v| small_decimals(v * 100.0));
        format!("[{}, {}]", fixed(low * 100.0, decimals), fixed(high * 100.0, decimals))
    } else {
        plain_interval((low, high))
    };
    format!("{text} {range}")
}

/// A ratio of two levels, with two decimals below 10: `1.92`, `12.3`.
#[must_use]
pub fn ratio(value: Option<f64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |x| fixed(x, if x.abs() < 10.0 { 2 } else { 1 }))
}

/// A ratio with its interval, all with the same decimals: `6.32 [5.53, 7.23]`.
#[must_use]
pub fn ratio_with_interval(e: &Estimate) -> String {
    let text = ratio(e.value);
    let (Some(value), Some((low, high))) = (e.value, e.interval) else { return text };
    let decimals = if value.abs() < 10.0 { 2 } else { 1 };
    format!("{text} [{}, {}]", fixed(low, decimals), fixed(high, decimals))
}

/// At most 40 characters of a text from data, for a sentence.
#[must_use]
pub fn short(text: &str) -> String {
    let mut out: String = text.chars().take(40).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

/// A p or q value: `0.41`, `0.003`, `<1e-9`.
#[must_use]
pub fn p_value(p: f64) -> String {
    if !(0.0..=1.0).contains(&p) {
        UNKNOWN.to_owned()
    } else if p < 1e-9 {
        "<1e-9".to_owned()
    } else if p < 0.001 {
        format!("{p:.0e}")
    } else {
        format!("{p:.prec$}", prec = if p < 0.01 { 3 } else { 2 })
    }
}

/// A number with its sign always shown, `±` never: zero has none.
#[must_use]
pub fn signed(x: f64, decimals: usize) -> String {
    let text = fixed(x, decimals);
    if x > 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) { format!("+{text}") } else { text }
}

/// One decimal for points, two where one would show a mere 0.
fn small_decimals(x: f64) -> usize {
    if x != 0.0 && x.abs() < 1.0 { 2 } else { 1 }
}

fn decimals_for(size: f64) -> usize {
    match size {
        s if s >= 1000.0 => 0,
        s if s >= 100.0 => 1,
        s if s >= 1.0 => 2,
        s if s >= 0.1 => 3,
        s if s >= 0.01 => 4,
        s if s >= 0.001 => 5,
        _ => 7,
    }
}

fn infinite(x: f64) -> String {
    if x == f64::INFINITY {
        "∞".to_owned()
    } else if x == f64::NEG_INFINITY {
        "−∞".to_owned()
    } else {
        UNKNOWN.to_owned()
    }
}

fn group_thousands(digits: &str) -> String {
    let n = digits.len();
    let mut out = String::with_capacity(n + n);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (n - i).is_multiple_of(3) {
            out.push(THIN_SPACE);
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_in_the_style_guide() {
        let rate: Kpi = "rate(x)".parse().unwrap();
        let mean: Kpi = "mean(x)".parse().unwrap();
        let e = Estimate { value: Some(0.265_37), interval: Some((0.255_1, 0.275_8)) };
        assert_eq!(level_with_interval(&rate, &e), "26.5% [25.5, 27.6]");
        assert_eq!(count(7043), "7\u{2009}043");
        assert_eq!(count(1_204_331), "1\u{2009}204\u{2009}331");
        assert_eq!(count(12), "12");
        let g = Estimate { value: Some(-0.1978), interval: Some((-0.208, -0.187)) };
        assert_eq!(change_with_interval(&rate, &g), "−19.8 pp [−20.8, −18.7]");
        assert_eq!(change(&rate, Some(0.0056)), "+0.56 pp");
        assert_eq!(change(&mean, Some(1548.2)), "+1\u{2009}548");
        assert_eq!(level(&mean, Some(6792.834)), "6\u{2009}793");
        assert_eq!(level(&rate, None), "–");
        assert_eq!(p_value(1e-12), "<1e-9");
        assert_eq!(p_value(0.41), "0.41");
        assert_eq!(ratio(Some(1.923)), "1.92");
        let r = Estimate { value: Some(0.638), interval: Some((0.587, 0.6949)) };
        assert_eq!(ratio_with_interval(&r), "0.64 [0.59, 0.69]");
        assert_eq!(short("Zürich"), "Zürich");
        assert_eq!(short(&"ü".repeat(50)).chars().count(), 41);
    }

    #[test]
    fn zero_is_zero_and_nearly_zero_is_not() {
        assert_eq!(percent(0.0), "0%");
        assert_eq!(percent(0.0001), "<0.1%");
        assert_eq!(percent(0.999_9), ">99.9%");
        assert_eq!(percent(1.0), "100.0%");
        assert_eq!(fixed(-0.001, 2), "0.00");
        assert_eq!(number(0.0), "0");
        assert_eq!(number(f64::NAN), "–");
        assert_eq!(number(f64::INFINITY), "∞");
        assert_eq!(number(1.5e13), "1.50e13");
        assert_eq!(number(-2.5e-9), "−2.50e−9");
        assert_eq!(signed(-0.5, 1), "−0.5");
        assert_eq!(signed(0.0, 1), "0.0");
    }
}
