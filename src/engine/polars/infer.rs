//! The type of a text column, found by looking at every value; [`super::typed`] builds the column.

use ::polars::prelude::{DataType, TimeUnit};

use super::dates::{self, DMY, MDY, ORDERS, YMD};
use super::numbers::{
    self, ANY_COMMA, BEYOND, COMMA, DECIMAL_COMMA, DECIMAL_POINT, DIGITS, DOT, GROUPED, GROUPING_COMMA, INT,
    LEADING_ZERO, NUMBERS, QUANTITY, SHORT, SPACED_COMMA, SPACED_POINT, SPACES, TELEPHONE,
};
use super::typed;
use crate::engine::{DateOrder, ReadOptions, SheetType, Thousands};
use crate::query::{OddLine, OddLines};

/// True or false.
pub const BOOL: u16 = 16;
/// Everything a text may be.
pub const ANYTHING: u16 = NUMBERS | BOOL | ORDERS;
/// Seen: a time of day.
pub(super) const TIME: u16 = 512;
/// Seen: a time with a zone.
const ZONE: u16 = 1024;
/// Seen: a date, or a time without a zone.
pub(super) const NO_ZONE: u16 = 2048;
/// Seen: a date of numbers between slashes or dashes.
pub(super) const NUMERIC_DATE: u16 = 4096;

/// What is known of a column while its values pass by.
#[derive(Debug, Clone)]
pub struct Guess {
    /// Readings that fit every value so far.
    fits: u16,
    seen: u16,
    /// Values that are not null.
    known: u64,
    /// The first value that fitted nothing any more: its text (cut), its line, and what fitted before.
    broke: Option<Odd>,
    /// The last value that ruled a reading out: where two texts are joined, it may be the one that broke the whole.
    narrowed: Option<Odd>,
    /// Of the first [`LOOKED_AT`] values those that are dates in any spelling.
    dates: u64,
    /// The type that was asked for, whatever the values are.
    asked: Option<SheetType>,
    /// Values that are not of that type.
    misfits: Misfits,
}

/// So many values are looked at for dates of more than one spelling.
const LOOKED_AT: u64 = 1000;

/// Values that are not of the type that was asked for: all are counted, the first are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Misfits {
    /// How many there are.
    pub n: u64,
    /// Line and text (cut) of the first.
    pub first: Vec<(u64, String)>,
}

impl Misfits {
    /// So many are kept of each column.
    const KEPT: usize = 20;

    fn add(&mut self, text: &str, line: u64) {
        self.n += 1;
        if self.first.len() < Self::KEPT {
            self.first.push((line, text.chars().take(80).collect()));
        }
    }

    fn append(&mut self, later: Self) {
        self.n += later.n;
        self.first.extend(later.first);
        self.first.truncate(Self::KEPT);
    }
}

/// Adds the values of a column that are not of the type asked for.
pub fn put_misfits(odd: &mut OddLines, name: &str, guess: &Guess) {
    let Some(asked) = guess.asked else { return };
    odd.n += guess.misfits.n;
    odd.first.extend(guess.misfits.first.iter().map(|(line, text)| OddLine {
        line: *line,
        what: format!("{name} is not {}; null", asked.word()),
        text: text.clone(),
    }));
}

/// How the first column of numbers with marks writes them.
pub fn number_example(kinds: &[Kind], guesses: &[Guess]) -> Option<&'static str> {
    kinds.iter().zip(guesses).find_map(|(kind, guess)| match kind {
        Kind::Float(form) | Kind::Strict(form) => match *form {
            COMMA => Some("1.234,5"),
            GROUPED if guess.seen & ANY_COMMA != 0 => Some("1,234.5"),
            SPACED_POINT if guess.seen & SPACES != 0 => Some("1 234.5"),
            SPACED_COMMA if guess.seen & SPACES != 0 => Some("1 234,5"),
            _ => None,
        },
        _ => None,
    })
}

/// The order of the parts of dates, where there are such as 03/04/2024.
pub fn order_word(kinds: &[Kind], guesses: &[Guess]) -> Option<&'static str> {
    kinds.iter().zip(guesses).find_map(|(kind, guess)| match kind {
        Kind::Date(DMY) | Kind::Moment(DMY) if guess.seen & NUMERIC_DATE != 0 => Some(DateOrder::Dmy.word()),
        Kind::Date(MDY) | Kind::Moment(MDY) if guess.seen & NUMERIC_DATE != 0 => Some(DateOrder::Mdy.word()),
        _ => None,
    })
}

/// What is known of a column before its values are looked at.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    /// Readings that are tried.
    tried: u16,
    asked: Option<SheetType>,
}

impl Default for Expected {
    fn default() -> Self {
        Self { tried: ANYTHING, asked: None }
    }
}

impl Expected {
    /// By the options for all columns, and the type asked for this one.
    pub fn new(options: &ReadOptions, asked: Option<SheetType>) -> Self {
        let numbers = match options.thousands {
            None => NUMBERS,
            Some(Thousands::Comma) => INT | DOT | GROUPED,
            Some(Thousands::Point) => INT | COMMA,
            Some(Thousands::Space) => INT | SPACED_POINT | SPACED_COMMA,
            Some(Thousands::None) => INT | DOT | COMMA,
        };
        let numbers = numbers
            & match options.decimal_comma {
                None => NUMBERS,
                Some(true) => INT | COMMA | SPACED_COMMA,
                Some(false) => INT | DOT | GROUPED | SPACED_POINT,
            };
        // What can be told by itself, as 2024-03-04, needs no order.
        let orders = match options.date_order {
            None => ORDERS,
            Some(DateOrder::Ymd) => YMD,
            Some(DateOrder::Dmy) => YMD | DMY,
            Some(DateOrder::Mdy) => YMD | MDY,
        };
        let tried = match asked {
            None => numbers | BOOL | orders,
            Some(SheetType::Text) => 0,
            Some(SheetType::Int) => INT,
            Some(SheetType::Num) => numbers,
            Some(SheetType::Bool) => BOOL,
            Some(SheetType::Date | SheetType::Time) => orders,
        };
        Self { tried, asked }
    }

    /// The guess of a column of which no value was seen yet.
    pub fn guess(self) -> Guess {
        Guess { fits: self.tried, asked: self.asked, ..Guess::default() }
    }
}

/// A value that did not fit: its text (cut), its line, the readings that fitted before, and how many values came before.
type Odd = (String, u64, u16, u64);

/// The chosen type, with the form its text has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Int,
    /// The number form.
    Float(u16),
    /// The same, with values of other forms that become null.
    Strict(u16),
    Bool,
    /// The order of the date's parts.
    Date(u16),
    /// The same, with a time of day.
    Moment(u16),
    Text,
}

impl Kind {
    /// The type of the column.
    pub fn dtype(self) -> DataType {
        match self {
            Self::Int => DataType::Int64,
            Self::Float(_) | Self::Strict(_) => DataType::Float64,
            Self::Bool => DataType::Boolean,
            Self::Date(_) => DataType::Date,
            Self::Moment(_) => DataType::Datetime(TimeUnit::Microseconds, None),
            Self::Text => DataType::String,
        }
    }
}

/// How a file writes decimals, as far as it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimals {
    /// Whether commas are decimal commas where a column alone does not tell.
    pub comma: bool,
    /// Whether the user said what stands between thousands, so that nothing need be made sure of.
    pub spaces: bool,
}

impl Default for Guess {
    fn default() -> Self {
        Self {
            fits: ANYTHING,
            seen: 0,
            known: 0,
            broke: None,
            narrowed: None,
            dates: 0,
            asked: None,
            misfits: Misfits::default(),
        }
    }
}

impl Guess {
    /// Takes in one value (not a null word) from a line.
    pub fn see(&mut self, text: &str, line: u64) {
        self.known += 1;
        if self.known <= LOOKED_AT && dates::scan(text.trim()).is_some() {
            self.dates += 1;
        }
        if self.fits == 0 {
            return;
        }
        let (fits, seen) = readings(text.trim(), self.fits);
        self.take(fits, seen, text, line);
    }

    /// Looks at nothing any more: what there is to know is known.
    pub fn settled() -> Self {
        Self { fits: 0, known: LOOKED_AT, ..Self::default() }
    }

    /// Takes in a value that was read as a [`typed::Plain`] one, with the readings that it has.
    #[inline]
    pub fn see_plain(&mut self, fits: u16, seen: u16, text: &str, line: u64) {
        self.known += 1;
        if fits & ORDERS != 0 && self.known <= LOOKED_AT {
            self.dates += 1;
        }
        if self.fits == 0 {
            return;
        }
        if self.fits & !fits == 0 {
            self.seen |= seen;
        } else {
            self.take(fits, seen, text, line);
        }
    }

    /// Takes in a value whose readings are known (a JSON number, for example).
    pub fn see_as(&mut self, fits: u16, text: &str, line: u64) {
        self.known += 1;
        let seen = if fits & (INT | DOT) != 0 { DIGITS | SHORT } else { 0 };
        if self.fits != 0 {
            self.take(fits, seen, text, line);
        }
    }

    /// Takes in JSON text: a date or nothing else but text.
    pub fn see_string(&mut self, text: &str, line: u64) {
        self.known += 1;
        if self.fits != 0 {
            // Whoever asks for a type wants texts read as such, too.
            let wanted = if self.asked.is_some() { self.fits } else { self.fits & ORDERS };
            let (fits, seen) = readings(text.trim(), wanted);
            self.take(fits, seen, text, line);
        }
    }

    fn take(&mut self, fits: u16, seen: u16, text: &str, line: u64) {
        let before = self.fits;
        if self.asked.is_some() && before & fits == 0 {
            // Whoever asks for a number takes 007 for one.
            if !matches!(self.asked, Some(SheetType::Int | SheetType::Num)) || typed::int(text).is_none() {
                self.misfits.add(text, line);
            }
            return;
        }
        self.fits &= fits;
        self.seen |= seen;
        if self.fits == before {
            return;
        }
        let odd = (text.chars().take(40).collect(), line, before, self.known - 1);
        if self.fits == 0 && self.known > 1 {
            self.broke = Some(odd.clone());
        }
        self.narrowed = Some(odd);
    }

    /// Adds what was found in the text that follows.
    pub fn append(&mut self, later: Self) {
        if self.fits != 0 && self.fits & later.fits == 0 && self.known > 0 {
            // Rather the value that ruled all out by itself than the last one that narrowed.
            let odd = later.broke.or(later.narrowed);
            self.broke = odd.map(|(text, line, _, before)| (text, line, self.fits, self.known + before));
        } else if self.known == 0 {
            self.broke = later.broke;
            self.narrowed = later.narrowed;
        } else if self.fits & later.fits != self.fits {
            self.narrowed = later.narrowed;
        }
        // Once nothing fits, nothing more is looked at, so that what was seen later does not count either.
        if self.fits != 0 || self.known == 0 {
            self.seen |= later.seen;
        }
        // Counted of the first values only, as if the text had been walked at once.
        if self.known < LOOKED_AT {
            self.dates += later.dates.min(LOOKED_AT - self.known);
        }
        self.known += later.known;
        // A column whose type was asked for keeps one: what rules it out is a misfit of the later text.
        if self.asked.is_none() || self.fits & later.fits != 0 {
            self.fits &= later.fits;
        } else {
            self.misfits.n += (later.known).saturating_sub(later.misfits.n);
        }
        self.misfits.append(later.misfits);
    }

    /// Whether this column alone shows decimal commas.
    pub fn shows_decimal_comma(&self) -> bool {
        self.fits & COMMA != 0 && self.seen & DECIMAL_COMMA != 0 && self.fits & (INT | DOT) == 0
    }

    /// The type, and what people should know about the choice.
    pub fn decide(&self, decimals: Decimals) -> (Kind, Vec<String>) {
        let Some(asked) = self.asked else { return self.guessed(decimals) };
        let form = |usual: u16| number_form(self.fits, self.seen, decimals).unwrap_or(usual);
        let order = self.fits & ORDERS;
        // Where all values fit two orders, the day comes first in more countries.
        let order = [YMD, DMY, MDY].into_iter().find(|o| order & o != 0).unwrap_or(YMD);
        let order = if self.seen & NUMERIC_DATE != 0 && self.fits & (DMY | MDY) == DMY | MDY { DMY } else { order };
        let kind = match asked {
            SheetType::Text => Kind::Text,
            SheetType::Int => Kind::Int,
            SheetType::Num => Kind::Strict(form(if decimals.comma { COMMA } else { DOT })),
            SheetType::Bool => Kind::Bool,
            SheetType::Date => Kind::Date(order),
            SheetType::Time => Kind::Moment(order),
        };
        let n = self.misfits.n;
        let notes = match self.misfits.first.first() {
            None => Vec::new(),
            Some((line, text)) => vec![format!(
                "has {n} value{} that {} not {} as asked and {} null (first \"{text}\" in line {line})",
                if n == 1 { "" } else { "s" },
                if n == 1 { "is" } else { "are" },
                asked.word(),
                if n == 1 { "is" } else { "are" },
            )],
        };
        (kind, notes)
    }

    fn guessed(&self, decimals: Decimals) -> (Kind, Vec<String>) {
        let mut notes = Vec::new();
        if self.known == 0 {
            return (Kind::Text, notes);
        }
        let fits = self.fits;
        if fits & INT != 0 {
            return (Kind::Int, notes);
        }
        if fits & NUMBERS != 0 && self.seen & DIGITS != 0 {
            if self.seen & BEYOND != 0 && self.seen & (SHORT | ANY_COMMA | DECIMAL_POINT) == 0 {
                notes.push("has whole numbers beyond 64 bits and stays text, so that no digit is lost".into());
                return (Kind::Text, notes);
            }
            if let Some(form) = number_form(fits, self.seen, decimals) {
                if form & (SPACED_POINT | SPACED_COMMA) != 0
                    && self.seen & SPACES != 0
                    && self.seen & QUANTITY == 0
                    && !decimals.spaces
                {
                    notes.push("stays text: groups of digits as in telephone numbers".into());
                    return (Kind::Text, notes);
                }
                match form {
                    SPACED_POINT | SPACED_COMMA if self.seen & SPACES != 0 => {
                        notes.push("has spaces or apostrophes between thousands; read as numbers".into());
                    }
                    COMMA if self.seen & ANY_COMMA != 0 => notes.push("has decimal commas; read as numbers".into()),
                    COMMA => notes.push("has points between thousands; read as numbers".into()),
                    GROUPED => notes.push("has commas between thousands; read as numbers".into()),
                    _ => {}
                }
                if self.seen & BEYOND != 0 {
                    notes.push("has whole numbers beyond 64 bits; read with decimals, about 15 digits exact".into());
                }
                return (Kind::Float(form), notes);
            }
        }
        if fits & BOOL != 0 {
            return (Kind::Bool, notes);
        }
        if fits & ORDERS != 0 {
            return self.decide_date(notes);
        }
        let looked_at = self.known.min(LOOKED_AT);
        if self.dates >= 3 && self.dates * 2 > looked_at {
            let all = if self.known > LOOKED_AT { "the first " } else { "" };
            notes.push(format!(
                "stays text: {} of {all}{looked_at} values are dates, in more than one spelling or order; --sheet-type \
                 COLUMN=date reads those of one order and counts the rest",
                self.dates
            ));
        } else if let Some((text, line, before, count)) = &self.broke {
            let what = if *before & ORDERS != 0 && *before & (INT | DOT) == 0 {
                "a date of the same form"
            } else if *before & NUMBERS != 0 {
                "a number"
            } else {
                ""
            };
            let odd = numbers::classify(text.trim()).1;
            if odd & TELEPHONE != 0 {
                notes.push(format!("stays text: \"{text}\" (line {line}) begins with + as a telephone number does"));
            } else if odd & LEADING_ZERO != 0 {
                notes.push(format!("stays text: \"{text}\" (line {line}) has leading zeros"));
            } else if !what.is_empty() && (*count >= 5 || *before & ORDERS != 0) {
                notes.push(format!(
                    "stays text: \"{text}\" (line {line}) is not {what}, unlike the {count} value{} before",
                    if *count == 1 { "" } else { "s" }
                ));
            }
        } else if self.seen & TELEPHONE != 0 {
            notes.push("stays text: there are numbers that begin with + as telephone numbers do".into());
        } else if self.seen & LEADING_ZERO != 0 {
            notes.push("stays text: there are leading zeros".into());
        }
        (Kind::Text, notes)
    }

    fn decide_date(&self, mut notes: Vec<String>) -> (Kind, Vec<String>) {
        if self.seen & ZONE != 0 && self.seen & NO_ZONE != 0 {
            notes.push("stays text: some times have a zone and some have none".into());
            return (Kind::Text, notes);
        }
        let order = match self.fits & ORDERS {
            order @ (YMD | DMY | MDY) => order,
            _ => {
                notes.push(
                    "stays text: every value could be day/month as well as month/day; the date order (--date-order dmy \
                     or mdy) says which"
                        .into(),
                );
                return (Kind::Text, notes);
            }
        };
        if order != YMD && self.seen & NUMERIC_DATE != 0 {
            let words = if order == DMY { "day, month, year" } else { "month, day, year" };
            notes.push(format!("has dates, read as {words}"));
        }
        if self.seen & ZONE != 0 {
            notes.push("has times with a zone; shown in UTC".into());
        }
        (if self.seen & TIME == 0 { Kind::Date(order) } else { Kind::Moment(order) }, notes)
    }
}

/// The readings that a text fits, of those wanted, and what was seen in it.
pub(super) fn readings(text: &str, wanted: u16) -> (u16, u16) {
    let Some(first) = text.as_bytes().first() else { return (0, 0) };
    let (mut fits, mut seen) = (0, 0);
    if wanted & NUMBERS != 0 {
        (fits, seen) = numbers::classify(text);
    }
    if wanted & BOOL != 0 && (text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")) {
        fits |= BOOL;
    }
    if wanted & ORDERS != 0
        && fits & INT == 0
        && first.is_ascii_alphanumeric()
        && let Some(written) = dates::scan(text)
    {
        fits |= dates::orders(&written);
        seen |= if written.time.is_some() { TIME } else { 0 };
        seen |= if written.zone.is_some() { ZONE } else { NO_ZONE };
        seen |= if dates::is_numeric_with_slash_or_dash(&written) { NUMERIC_DATE } else { 0 };
    }
    (fits, seen)
}

fn number_form(fits: u16, seen: u16, decimals: Decimals) -> Option<u16> {
    let fit = |form: u16| (fits & form != 0).then_some(form);
    if seen & SPACES != 0 {
        let comma = seen & DECIMAL_COMMA != 0 || (decimals.comma && seen & DECIMAL_POINT == 0);
        return if comma { fit(SPACED_COMMA).or(fit(SPACED_POINT)) } else { fit(SPACED_POINT).or(fit(SPACED_COMMA)) };
    }
    // 1.234 alone: a decimal point, unless the file writes decimal commas elsewhere and none here.
    if fits & DOT != 0 {
        let only_groups = fits & COMMA != 0 && seen & DECIMAL_POINT == 0 && seen & numbers::POINT_OF_THREE != 0;
        return Some(if decimals.comma && only_groups { COMMA } else { DOT });
    }
    match (fit(COMMA), fit(GROUPED)) {
        (Some(_), Some(_)) => {
            let comma = seen & DECIMAL_COMMA != 0 || (seen & GROUPING_COMMA == 0 && decimals.comma);
            Some(if comma { COMMA } else { GROUPED })
        }
        (comma, grouped) => comma.or(grouped).or(fit(SPACED_POINT)).or(fit(SPACED_COMMA)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(values: &[&str], comma: bool) -> Kind {
        let mut guess = Guess::default();
        for (line, value) in (2..).zip(values) {
            guess.see(value, line);
        }
        guess.decide(Decimals { comma, spaces: false }).0
    }

    #[test]
    fn a_type_must_fit_every_value() {
        for (values, comma, expected) in [
            (&["1", "-2", "+3"][..], false, Kind::Int),
            (&["1", "2.5"], false, Kind::Float(DOT)),
            (&["1", "x"], false, Kind::Text),
            (&["00123", "00456"], false, Kind::Text),
            (&["1", "007"], false, Kind::Text),
            (&["True", "false"], false, Kind::Bool),
            (&["2024-01-02", "2024-12-31"], false, Kind::Date(YMD)),
            (&["2024-01-02", "02/01/2024"], false, Kind::Text),
            (&["01/02/2024", "03/04/2024"], false, Kind::Text),
            (&["01/02/2024", "13/04/2024"], false, Kind::Date(DMY)),
            (&["11/7/2016 11:51", "13-07-2016 08:33:16"], false, Kind::Moment(DMY)),
            (&["29,85", "84"], false, Kind::Float(COMMA)),
            (&["1,234", "2,500"], false, Kind::Float(GROUPED)),
            (&["1,234", "2,500"], true, Kind::Float(COMMA)),
            (&["1.234", "2.500"], true, Kind::Float(COMMA)),
            (&["1.234", "2.500"], false, Kind::Float(DOT)),
            (&["1", "9223372036854775808"], false, Kind::Float(DOT)),
            (&["92233720368547758080", "92233720368547758081"], false, Kind::Text),
            (&["inf", "-Infinity"], false, Kind::Text),
            (&["20240102", "20240103"], false, Kind::Int),
            (&["2024-01-02T10:00:00Z", "2024-01-02 10:00"], false, Kind::Text),
            (&["1 234", "12 345,5", "7"], false, Kind::Float(SPACED_COMMA)),
            (&["1 234", "980"], false, Kind::Float(SPACED_POINT)),
            (&["1'234.5", "12.25"], false, Kind::Float(SPACED_POINT)),
            (&["912 345 678", "902 111 222"], false, Kind::Text),
        ] {
            assert_eq!(kind(values, comma), expected, "{values:?}");
        }
    }

    #[test]
    fn says_where_a_number_column_breaks() {
        let mut guess = Guess::default();
        for line in 2..22 {
            guess.see("7", line);
        }
        guess.see("abc", 22);
        let (kind, notes) = guess.decide(Decimals { comma: false, spaces: false });
        assert_eq!(kind, Kind::Text);
        assert_eq!(notes, ["stays text: \"abc\" (line 22) is not a number, unlike the 20 values before"]);
    }

    #[test]
    fn says_why_telephone_numbers_stay_text() {
        for values in [&["+4712345678", "+4787654321"][..], &["5", "+4787654321"]] {
            let mut guess = Guess::default();
            for (line, value) in (2..).zip(values) {
                guess.see(value, line);
            }
            let (kind, notes) = guess.decide(Decimals { comma: false, spaces: false });
            assert_eq!(kind, Kind::Text);
            assert!(notes.len() == 1 && notes[0].contains("telephone") && !notes[0].contains("zeros"), "{notes:?}");
        }
    }
}
