//! Values of a type from text whose type is known ([`super::infer`] finds it), and the column built of them.

use ::polars::prelude::{
    BooleanChunkedBuilder, ChunkedBuilder, Float64Type, Int32Type, Int64Type, IntoSeries, PrimitiveChunkedBuilder,
    Series, StringChunkedBuilder, TimeUnit,
};

use super::dates::{self, YMD};
use super::infer::{BOOL, Kind, NO_ZONE, NUMERIC_DATE, TIME};
use super::numbers::{self, DIGITS, DOT, NUMBERS, SHORT};

/// Marks a form in which values of other forms are no numbers.
const STRICT: u16 = 32_768;

/// A column under construction.
pub enum Builder {
    Int(PrimitiveChunkedBuilder<Int64Type>),
    Float(PrimitiveChunkedBuilder<Float64Type>, u16),
    Bool(BooleanChunkedBuilder),
    Date(PrimitiveChunkedBuilder<Int32Type>, u16),
    Moment(PrimitiveChunkedBuilder<Int64Type>, u16),
    Text(StringChunkedBuilder),
}

impl Builder {
    pub fn new(name: &str, kind: Kind, rows: usize) -> Self {
        let name = name.into();
        match kind {
            Kind::Strict(form) => Self::Float(PrimitiveChunkedBuilder::new(name, rows), form | STRICT),
            Kind::Int => Self::Int(PrimitiveChunkedBuilder::new(name, rows)),
            Kind::Float(form) => Self::Float(PrimitiveChunkedBuilder::new(name, rows), form),
            Kind::Bool => Self::Bool(BooleanChunkedBuilder::new(name, rows)),
            Kind::Date(order) => Self::Date(PrimitiveChunkedBuilder::new(name, rows), order),
            Kind::Moment(order) => Self::Moment(PrimitiveChunkedBuilder::new(name, rows), order),
            Kind::Text => Self::Text(StringChunkedBuilder::new(name, rows)),
        }
    }

    pub fn null(&mut self) {
        match self {
            Self::Int(b) | Self::Moment(b, _) => b.append_null(),
            Self::Float(b, _) => b.append_null(),
            Self::Bool(b) => b.append_null(),
            Self::Date(b, _) => b.append_null(),
            Self::Text(b) => b.append_null(),
        }
    }

    /// Appends a value that is not null; the guess has made sure that it fits.
    pub fn push(&mut self, text: &str) {
        match self {
            Self::Int(b) => b.append_option(int(text)),
            Self::Float(b, form) => b.append_option(float(text, *form)),
            Self::Bool(b) => b.append_option(flag(text)),
            Self::Date(b, order) => b.append_option(day(text, *order)),
            Self::Moment(b, order) => b.append_option(moment(text, *order)),
            Self::Text(b) => b.append_value(text),
        }
    }

    pub fn finish(self) -> Series {
        match self {
            Self::Int(b) => b.finish().into_series(),
            Self::Float(b, _) => b.finish().into_series(),
            Self::Bool(b) => b.finish().into_series(),
            Self::Date(b, _) => b.finish().into_date().into_series(),
            Self::Moment(b, _) => b.finish().into_datetime(TimeUnit::Microseconds, None).into_series(),
            Self::Text(b) => b.finish().into_series(),
        }
    }
}

/// A whole number.
pub fn int(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

/// A number in a form.
pub fn float(text: &str, form: u16) -> Option<f64> {
    let text = text.trim();
    if form & STRICT != 0 && numbers::classify(text).0 & form == 0 {
        #[allow(clippy::cast_precision_loss)] // about 15 digits exact, as of every such column
        return int(text).map(|x| x as f64);
    }
    numbers::read_float(text, form & !STRICT)
}

/// True or false.
pub fn flag(text: &str) -> Option<bool> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("true") { Some(true) } else { text.eq_ignore_ascii_case("false").then_some(false) }
}

/// A day, counted from 1970.
pub fn day(text: &str, order: u16) -> Option<i32> {
    i32::try_from(dates::day(&dates::scan(text.trim())?, order)?).ok()
}

/// A moment in microseconds since 1970, UTC.
pub fn moment(text: &str, order: u16) -> Option<i64> {
    let written = dates::scan(text.trim())?;
    let day = dates::day(&written, order)?;
    Some(day * dates::DAY + written.time.unwrap_or(0) - written.zone.unwrap_or(0) * 1_000_000)
}

/// A value that is written as most are, read and judged in one step: the readings it fits and what was seen are those that
/// the long way finds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plain<V> {
    pub value: V,
    pub fits: u16,
    pub seen: u16,
}

/// A plain whole number.
#[inline]
pub fn plain_int(text: &str) -> Option<Plain<i64>> {
    let (value, digits) = numbers::plain_whole(text.as_bytes())?;
    let seen = DIGITS | if digits < 16 { SHORT } else { 0 };
    Some(Plain { value, fits: NUMBERS, seen })
}

/// A plain number with a decimal point, or a whole one.
#[inline]
pub fn plain_float(text: &str, form: u16) -> Option<Plain<f64>> {
    if form & !STRICT != DOT {
        return None;
    }
    if let Some((value, fits, seen)) = numbers::plain_decimal(text.as_bytes()) {
        return Some(Plain { value, fits, seen });
    }
    // Up to 15 digits a whole number is the same as a double; but only the latter tells -0 from 0.
    let whole = plain_int(text).filter(|p| p.seen & SHORT != 0 && (p.value != 0 || !text.starts_with('-')))?;
    #[allow(clippy::cast_precision_loss)]
    let value = whole.value as f64;
    Some(Plain { value, fits: whole.fits, seen: whole.seen })
}

/// `true` or `false`.
#[inline]
pub fn plain_flag(text: &str) -> Option<Plain<bool>> {
    let value = match text.len() {
        4 if text.eq_ignore_ascii_case("true") => true,
        5 if text.eq_ignore_ascii_case("false") => false,
        _ => return None,
    };
    Some(Plain { value, fits: BOOL, seen: 0 })
}

/// A day as ISO 8601 has it. A text that begins with a zero may be more than one thing, which only the long way tells.
#[inline]
pub fn plain_day(text: &str, order: u16) -> Option<Plain<i32>> {
    let (day, time) = dates::iso(text.as_bytes()).filter(|_| !text.starts_with('0'))?;
    let value = i32::try_from(day).ok().filter(|_| order == YMD && time.is_none())?;
    Some(Plain { value, fits: YMD, seen: NO_ZONE | NUMERIC_DATE })
}

/// A moment without a zone as ISO 8601 has it, or a day.
#[inline]
pub fn plain_moment(text: &str, order: u16) -> Option<Plain<i64>> {
    let (day, time) = dates::iso(text.as_bytes()).filter(|_| order == YMD && !text.starts_with('0'))?;
    let seen = NO_ZONE | NUMERIC_DATE | if time.is_some() { TIME } else { 0 };
    Some(Plain { value: day * dates::DAY + time.unwrap_or(0), fits: YMD, seen })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::infer::{ANYTHING, readings};
    use super::*;

    #[test]
    fn zones_are_brought_to_utc() {
        let mut builder = Builder::new("t", Kind::Moment(YMD), 1);
        builder.push("2024-01-02T01:30:00+02:00");
        let series = builder.finish();
        assert_eq!(series.get(0).map(|v| v.to_string()).ok().as_deref(), Some("2024-01-01 23:30:00"));
    }

    fn judged<V>(text: &str, plain: Option<Plain<V>>, long: Option<V>) -> Result<(), TestCaseError>
    where
        V: PartialEq + std::fmt::Debug,
    {
        let Some(plain) = plain else { return Ok(()) };
        prop_assert_eq!((plain.fits, plain.seen), readings(text, ANYTHING), "{}", text);
        prop_assert_eq!(Some(plain.value), long, "{}", text);
        Ok(())
    }

    proptest! {
        #[test]
        fn the_short_way_and_the_long_way_agree(text in prop_oneof![
            "[-+]?[0-9]{1,20}",
            "-?[0-9]{0,16}[.,][0-9]{0,16}",
            "[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?Z?)?",
            "(19|20)[0-9]{2}-(0[1-9]|1[0-2])-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]{0,8})?)?",
            "[tT]rue|[fF]alse|TRUE|FALSE",
            "-?[0-9]{1,3}([ '\u{a0}][0-9]{3}){0,3}([.,][0-9]{0,3})?",
            "[-0-9.,:eT/ ]{1,12}",
        ]) {
            judged(&text, plain_int(&text), int(&text))?;
            judged(&text, plain_float(&text, DOT).map(|p| Plain { value: p.value.to_bits(), fits: p.fits, seen: p.seen }),
                float(&text, DOT).map(f64::to_bits))?;
            judged(&text, plain_flag(&text), flag(&text))?;
            judged(&text, plain_day(&text, YMD), day(&text, YMD))?;
            judged(&text, plain_moment(&text, YMD), moment(&text, YMD))?;
        }
    }
}
