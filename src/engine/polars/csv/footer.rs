//! A last line of totals is no row.

use super::super::numbers::{self, COMMA, DOT, GROUPED};
use super::scan::Layout;
use super::tokens::{Span, Tokens};

const WORDS: [&str; 16] = [
    "total",
    "totals",
    "totalt",
    "grand total",
    "sum",
    "summe",
    "gesamt",
    "insgesamt",
    "totaal",
    "totale",
    "totaux",
    "suma",
    "razem",
    "summa",
    "itogo",
    "итого",
];
/// A longer last line is no line of totals.
const LONGEST: usize = 10_000;

/// A last line that may be one of totals.
pub struct LastLine {
    /// Its first byte.
    pub begin: usize,
    shown: String,
    /// Its numbers, by column.
    totals: Vec<(usize, String)>,
    /// Their columns' sums so far, in each form that a number may have.
    sums: Vec<[f64; FORMS.len()]>,
    rows: f64,
}

const FORMS: [u16; 3] = [DOT, COMMA, GROUPED];

/// The last line if it is one of totals.
///
/// Its first cell is a word such as `Total`. As a company may be called so too, its numbers must be totals indeed: one of
/// them is the sum of its column or the number of rows above, and what is no number is blank.
pub fn find(text: &str, layout: &Layout) -> Option<LastLine> {
    let mut line = LastLine::of(text, layout)?;
    if line.has_totals() {
        line.add(text, &Layout { end: line.begin, ..*layout });
    }
    line.adds_up().then_some(line)
}

impl LastLine {
    /// The last line, if its cells look like totals.
    pub fn of(text: &str, layout: &Layout) -> Option<Self> {
        let body = text.get(layout.start..)?.trim_end();
        let begin = layout.start + body.rfind(['\n', '\r'])? + 1;
        let last = text.get(begin..)?.trim_end();
        let lines_above = text.get(layout.start..begin)?.lines().take(3).count();
        if last.len() > LONGEST || layout.width < 2 || lines_above < 3 {
            return None;
        }
        let cells = cells(last, layout)?;
        let (head, rest) = cells.split_first()?;
        let head = head.trim().trim_end_matches(':').to_lowercase();
        if !WORDS.contains(&head.as_str()) || rest.len() >= layout.width {
            return None;
        }
        let filled = rest.iter().enumerate().map(|(i, c)| (i + 1, c.trim().to_owned()));
        let totals: Vec<(usize, String)> = filled.filter(|(_, c)| !c.is_empty()).collect();
        if totals.iter().any(|(_, c)| numbers::classify(c).0 == 0) {
            return None;
        }
        let shown: String = last.chars().take(40).collect();
        let shown = shown.trim_end_matches(char::from(layout.delimiter)).to_owned();
        let sums = vec![[0.0; FORMS.len()]; totals.len()];
        Some(Self { begin, shown, totals, sums, rows: 0.0 })
    }

    /// Whether there are numbers to hold against the rows above; else all is blank behind the word.
    pub fn has_totals(&self) -> bool {
        !self.totals.is_empty()
    }

    /// Takes in rows above.
    pub fn add(&mut self, text: &str, layout: &Layout) {
        let Some(above) = text.get(..layout.end) else { return };
        let mut tokens = Tokens::new(above, layout.delimiter, layout.quote, layout.start, layout.line);
        let (mut spans, mut scratch): (Vec<Span>, String) = (Vec::new(), String::new());
        while tokens.next_record(&mut spans).is_some() {
            if spans.len() < 2 {
                continue;
            }
            self.rows += 1.0;
            for ((column, _), sums) in self.totals.iter().zip(&mut self.sums) {
                let Some(span) = spans.get(*column) else { continue };
                let cell = Tokens::cell(above, layout.quote, *span, &mut scratch).trim();
                for (form, sum) in FORMS.iter().zip(sums) {
                    *sum += number(cell, *form).unwrap_or(0.0);
                }
            }
        }
    }

    /// Whether one of the numbers is the sum of its column above, or the number of rows there.
    pub fn adds_up(&self) -> bool {
        let fits = |((_, total), sums): (&(usize, String), &[f64; FORMS.len()])| {
            FORMS.iter().zip(sums).any(|(form, sum)| {
                number(total, *form).is_some_and(|x| near(x, *sum, total) || near(x, self.rows, total))
            })
        };
        !self.has_totals() || self.totals.iter().zip(&self.sums).any(fits)
    }

    /// The line, cut where it is long.
    pub fn shown(&self) -> String {
        self.shown.clone()
    }

    /// What is said of it.
    pub fn note(&self) -> String {
        format!(
            "The last line looks like a footer of totals and was left out: {}. Keep it with --keep-footer.",
            self.shown
        )
    }
}

fn cells(line: &str, layout: &Layout) -> Option<Vec<String>> {
    let mut tokens = Tokens::new(line, layout.delimiter, layout.quote, 0, 1);
    let (mut spans, mut scratch): (Vec<Span>, String) = (Vec::new(), String::new());
    tokens.next_record(&mut spans)?;
    Some(spans.iter().map(|s| Tokens::cell(line, layout.quote, *s, &mut scratch).to_owned()).collect())
}

fn number(cell: &str, form: u16) -> Option<f64> {
    if numbers::classify(cell).0 & form == 0 { None } else { numbers::read_float(cell, form).filter(|x| x.is_finite()) }
}

/// Equal but for rounding to the digits that are written.
fn near(total: f64, sum: f64, written: &str) -> bool {
    let decimals = written.rsplit_once(['.', ',']).map_or(0, |(_, d)| d.len());
    let digit = 0.1f64.powi(i32::try_from(decimals).unwrap_or(0));
    (total - sum).abs() <= 0.51 * digit.min(1.0) + 1e-9 * sum.abs()
}
