//! The ways of reading: how each is called, what it is now, and from where that comes.

use crate::app::App;
use crate::engine::{DateOrder, ReadOptions, Thousands};
use crate::query::ReadingReport;

use super::is_changed;

/// A way of reading text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// What stands between cells.
    Delimiter,
    /// What cells are quoted with.
    Quote,
    /// The encoding.
    Encoding,
    /// The sheet of a workbook.
    Sheet,
    /// Lines at the top that are passed over.
    SkipLines,
    /// What lines of remarks begin with.
    Comment,
    /// The line of the header.
    Header,
    /// Words that mean missing.
    NullWords,
    /// The decimal mark.
    Decimal,
    /// The mark between thousands.
    Thousands,
    /// The order of a date.
    DateOrder,
    /// A last line of totals.
    Footer,
    /// A type for a column.
    Types,
}

/// All of them, in the order of the rows.
pub const FIELDS: [Field; 13] = [
    Field::Encoding,
    Field::Delimiter,
    Field::Quote,
    Field::Sheet,
    Field::SkipLines,
    Field::Comment,
    Field::Header,
    Field::Footer,
    Field::NullWords,
    Field::Decimal,
    Field::Thousands,
    Field::DateOrder,
    Field::Types,
];

/// From where a value comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The program made it out.
    Guessed,
    /// It is what is always done.
    Usual,
    /// The user said so.
    Chosen,
}

impl Source {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Guessed => "guessed",
            Self::Usual => "usual",
            Self::Chosen => "chosen",
        }
    }
}

/// Encodings that are offered; others can be typed.
const ENCODINGS: [&str; 10] = [
    "utf-8",
    "windows-1252",
    "iso-8859-15",
    "windows-1251",
    "utf-16le",
    "utf-16be",
    "gb18030",
    "shift_jis",
    "big5",
    "euc-kr",
];

impl Field {
    /// How it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Delimiter => "Delimiter",
            Self::Quote => "Quote",
            Self::Encoding => "Encoding",
            Self::Sheet => "Sheet",
            Self::SkipLines => "Lines skipped at the top",
            Self::Comment => "Remarks begin with",
            Self::Header => "Header",
            Self::NullWords => "Words for missing",
            Self::Decimal => "Decimal mark",
            Self::Thousands => "Between thousands",
            Self::DateOrder => "Dates such as 03/04/2024",
            Self::Footer => "Last line of totals",
            Self::Types => "Types of columns",
        }
    }

    /// What is said of it where it is typed.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::Delimiter => "One ASCII character, or tab; empty to guess",
            Self::Quote => "One ASCII character, or none; empty to guess",
            Self::Encoding => "A label such as utf-8, windows-1252 or gb18030; empty to guess",
            Self::Sheet => "Its name, or its number from 1; empty for the first that holds anything",
            Self::SkipLines => "How many lines are passed over unread",
            Self::Comment => "Such as # or //; empty where there are no remarks",
            Self::Header => "Its line, from 1; 0 for none; empty to guess",
            Self::NullWords => "Separated by commas; empty for the usual ones",
            _ => "h and l choose",
        }
    }

    /// The option as a text that can be typed; empty where it is guessed.
    #[must_use]
    pub fn typed(self, o: &ReadOptions) -> String {
        match self {
            Self::Delimiter => o.delimiter.map(|c| if c == '\t' { "tab".to_owned() } else { c.to_string() }),
            Self::Quote => o.quote.clone(),
            Self::Encoding => o.encoding.clone(),
            Self::Sheet => o.sheet.clone(),
            Self::SkipLines => (o.skip_lines > 0).then(|| o.skip_lines.to_string()),
            Self::Comment => o.comment.clone(),
            Self::Header => o.header_row.map(|n| n.to_string()),
            Self::NullWords => o.null_words.as_ref().map(|w| w.join(",")),
            Self::Decimal => o.decimal_comma.map(|c| if c { "comma" } else { "point" }.to_owned()),
            Self::Thousands => o.thousands.map(|t| t.word().to_owned()),
            Self::DateOrder => o.date_order.map(|d| d.word().to_owned()),
            Self::Footer => o.keep_footer.then(|| "kept".to_owned()),
            Self::Types => (!o.types.is_empty()).then(|| o.types.len().to_string()),
        }
        .unwrap_or_default()
    }

    /// Sets the option from a text; an empty one means guess.
    ///
    /// # Errors
    /// Why it can't be.
    pub fn set(self, o: &mut ReadOptions, text: &str) -> Result<(), String> {
        let whole = |text: &str| match text {
            "" => Ok(None),
            _ => text.parse::<u64>().map(Some).map_err(|_| "Write a whole number.".to_owned()),
        };
        let given = (!text.is_empty()).then(|| text.to_owned());
        match self {
            Self::Delimiter => {
                let mut chars = text.chars();
                o.delimiter = match (text, chars.next(), chars.next()) {
                    ("", ..) => None,
                    ("tab" | "\\t", ..) => Some('\t'),
                    (_, Some(c), None) if c.is_ascii() => Some(c),
                    _ => return Err("A delimiter is one ASCII character, or tab.".into()),
                };
            }
            Self::Quote => match text {
                "" | "none" => o.quote = given,
                _ if text.len() == 1 => o.quote = given,
                _ => return Err("A quote is one ASCII character, or none.".into()),
            },
            Self::Encoding => o.encoding = given,
            Self::Sheet => o.sheet = given,
            Self::SkipLines => o.skip_lines = whole(text)?.unwrap_or(0),
            Self::Comment => o.comment = given,
            Self::Header => o.header_row = whole(text)?,
            Self::NullWords => {
                o.null_words = given.map(|t| t.split(',').map(|w| w.trim().to_owned()).collect());
            }
            Self::Decimal => o.decimal_comma = given.map(|t| t == "comma"),
            Self::Thousands => o.thousands = parsed(text)?,
            Self::DateOrder => o.date_order = parsed(text)?,
            Self::Footer => o.keep_footer = text == "kept",
            Self::Types => {}
        }
        Ok(())
    }

    /// What h and l go through, with the sheets that were met; the first is to guess. Empty where a text is typed.
    #[must_use]
    pub fn choices(self, read: Option<&ReadingReport>) -> Vec<String> {
        let list = |words: &[&str]| std::iter::once("").chain(words.iter().copied()).map(str::to_owned).collect();
        match self {
            Self::Delimiter => list(&[",", ";", "tab", "|", ":"]),
            Self::Quote => list(&["\"", "'", "none"]),
            Self::Encoding => list(&ENCODINGS),
            Self::SkipLines => (0..=20).map(|n| if n == 0 { String::new() } else { n.to_string() }).collect(),
            Self::Comment => list(&["#", "//", "%", ";", "--"]),
            Self::Header => std::iter::once(String::new()).chain((0..=20).map(|n| n.to_string())).collect(),
            Self::Decimal => list(&["point", "comma"]),
            Self::Thousands => list(&Thousands::ALL.iter().map(|t| t.word()).collect::<Vec<_>>()),
            Self::DateOrder => list(&DateOrder::ALL.iter().map(|d| d.word()).collect::<Vec<_>>()),
            Self::Footer => list(&["kept"]),
            Self::Sheet => {
                let met = read.map(|r| r.sheets.as_slice()).unwrap_or_default();
                std::iter::once(String::new()).chain(met.iter().cloned()).collect()
            }
            Self::NullWords | Self::Types => Vec::new(),
        }
    }

    /// Whether files of a kind have such a thing: a sheet has no delimiter, and text has no sheet.
    #[must_use]
    pub fn applies(self, of_sheet: bool) -> bool {
        match self {
            Self::Sheet => of_sheet,
            Self::Encoding | Self::Delimiter | Self::Quote | Self::Comment => !of_sheet,
            _ => true,
        }
    }

    /// Whether Enter opens a line to type into.
    #[must_use]
    pub fn is_typed(self) -> bool {
        matches!(
            self,
            Self::Delimiter
                | Self::Quote
                | Self::Encoding
                | Self::Sheet
                | Self::SkipLines
                | Self::Comment
                | Self::Header
                | Self::NullWords
        )
    }
}

fn parsed<T: std::str::FromStr<Err = String>>(text: &str) -> Result<Option<T>, String> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}

/// From where the value of a field comes.
#[must_use]
pub fn source(draft: &ReadOptions, field: Field) -> Source {
    if !field.typed(draft).is_empty() {
        return Source::Chosen;
    }
    match field {
        Field::SkipLines | Field::Comment | Field::NullWords => Source::Usual,
        _ => Source::Guessed,
    }
}

/// The value of a field in words: as it was chosen, or as it was made out.
#[must_use]
pub fn value(draft: &ReadOptions, read: Option<&ReadingReport>, field: Field) -> String {
    let chosen = field.typed(draft);
    let unknown = || "–".to_owned();
    let shown = |mark: &str| match mark {
        "\t" | "tab" => "tab".to_owned(),
        other => other.to_owned(),
    };
    match field {
        Field::Header => match draft.header_row.or_else(|| read?.header_row) {
            None => unknown(),
            Some(0) => "none: columns are called column_1, column_2 …".to_owned(),
            Some(line) => format!("line {line}"),
        },
        Field::NullWords => {
            let words = read.map(|r| r.null_words.as_slice()).unwrap_or_default();
            let quoted = |words: &[String]| words.iter().map(|w| format!("\"{w}\"")).collect::<Vec<_>>().join(" ");
            match (&draft.null_words, words) {
                (Some(own), _) => quoted(own),
                (None, []) => "none met; NA, N/A, null, NaN, none, - and ? would be".to_owned(),
                (None, met) => quoted(met),
            }
        }
        Field::Footer => match (draft.keep_footer, read.and_then(|r| r.footer.as_ref())) {
            (true, _) => "kept as a row".to_owned(),
            (false, Some(line)) => format!("left out: {line}"),
            (false, None) => "none found".to_owned(),
        },
        Field::Types => {
            let n = draft.types.len();
            if n == 0 { "all made out from the values".to_owned() } else { format!("{n} chosen, below") }
        }
        _ if !chosen.is_empty() => match field {
            Field::DateOrder => order_words(&chosen).to_owned(),
            Field::SkipLines if chosen == "1" => "1 line".to_owned(),
            Field::SkipLines => format!("{chosen} lines"),
            _ => shown(&chosen),
        },
        Field::Delimiter => match read.map(|r| r.delimiter.as_deref()) {
            Some(Some(mark)) => shown(mark),
            Some(None) => "none: one column".to_owned(),
            None => unknown(),
        },
        Field::Quote => read.map_or_else(unknown, |r| r.quote.clone().unwrap_or_else(|| "\"".to_owned())),
        Field::Encoding => read.and_then(|r| r.encoding.clone()).unwrap_or_else(unknown),
        Field::Sheet => match read.map(|r| (r.sheet.as_deref(), r.sheets.len())) {
            Some((Some(name), n)) if n > 1 => format!("{name}, of {n}"),
            Some((Some(name), _)) => name.to_owned(),
            _ => unknown(),
        },
        Field::SkipLines => "none".to_owned(),
        Field::Comment => "nothing".to_owned(),
        Field::Decimal | Field::Thousands => numbers(field, read.and_then(|r| r.numbers.as_deref())),
        Field::DateOrder => match read.and_then(|r| r.dates.as_deref()) {
            Some(order) => order_words(order).to_owned(),
            None => "none that need an order".to_owned(),
        },
    }
}

fn order_words(order: &str) -> &'static str {
    match order {
        "dmy" => "day, month, year",
        "mdy" => "month, day, year",
        _ => "year, month, day",
    }
}

/// What an example such as `1.234,5` says of the marks.
fn numbers(field: Field, example: Option<&str>) -> String {
    let said = match (field, example) {
        (Field::Decimal, Some("1.234,5" | "1 234,5")) => "comma",
        (Field::Decimal, _) => "point",
        (_, Some("1.234,5")) => "point",
        (_, Some("1,234.5")) => "comma",
        (_, Some("1 234.5" | "1 234,5")) => "space",
        _ => "nothing met",
    };
    match example {
        Some(example) => format!("{said}, as in {example}"),
        None => said.to_owned(),
    }
}

/// Words for the head of the page: what a change waits for.
#[must_use]
pub fn waiting(app: &App) -> Option<&'static str> {
    is_changed(app).then_some("changed, not taken yet: a reads the table so")
}
