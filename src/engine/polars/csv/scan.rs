//! The two walks over the data: looking at every value, and filling the columns.

use std::thread;

use super::super::infer::Guess;
use super::super::typed::Builder;
use super::batch::Batch;
use super::fill;
use super::rules::Rules;
use super::tokens::{Oddities, Span, Tokens};
use crate::engine::{EngineError, Ticket};
use crate::query::{OddLine, OddLines};

/// Where the data stand and how they are split.
#[derive(Clone, Copy)]
pub struct Layout {
    pub delimiter: u8,
    pub quote: u8,
    /// First byte of the first data record.
    pub start: usize,
    /// Its line.
    pub line: u64,
    /// Byte behind the last record.
    pub end: usize,
    /// Columns.
    pub width: usize,
    /// Lines that begin with this text are passed over; not in use where it is empty.
    pub comment: Comment,
    /// Rows end with their last filled cell, as those of a sheet do.
    pub ragged: bool,
}

/// What a line of remarks begins with: a few bytes, kept in place so that a layout can be copied.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Comment {
    bytes: [u8; Self::LONGEST],
    length: usize,
}

impl Comment {
    /// The longest.
    pub const LONGEST: usize = 8;

    /// `None` where the text is too long.
    pub fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; Self::LONGEST];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self { bytes, length: text.len() })
    }

    /// Whether a line is one of remarks.
    pub fn begins(&self, line: &str) -> bool {
        let mark = self.bytes.get(..self.length).unwrap_or_default();
        !mark.is_empty() && line.as_bytes().starts_with(mark)
    }
}

/// Rows and the irregular ones.
#[derive(Default)]
pub struct Shape {
    pub rows: u64,
    short: Lines,
    long: Lines,
    blank: Lines,
    remarks: Lines,
    odd: Oddities,
}

/// Lines of one kind: all are counted, the first are kept.
#[derive(Default)]
struct Lines {
    n: u64,
    first: Vec<u64>,
    texts: Vec<(u64, String)>,
}

impl Lines {
    /// So many line numbers are named.
    const NAMED: usize = 5;
    /// So many lines are kept to be looked at, each up to so many characters.
    const KEPT: usize = 100;
    const LENGTH: usize = 300;

    fn add(&mut self, line: u64) {
        self.n += 1;
        if self.first.len() < Self::NAMED {
            self.first.push(line);
        }
    }

    /// The same for a line that is kept.
    fn keep(&mut self, line: u64, text: &str) {
        self.add(line);
        if self.texts.len() < Self::KEPT {
            self.texts.push((line, text.chars().take(Self::LENGTH).collect()));
        }
    }

    fn put(&self, what: &str, odd: &mut OddLines) {
        odd.n += self.n;
        odd.first.extend(self.texts.iter().map(|(line, text)| OddLine {
            line: *line,
            what: what.to_owned(),
            text: text.clone(),
        }));
    }

    fn append(&mut self, later: Self) {
        self.n += later.n;
        self.first.extend(later.first);
        self.first.truncate(Self::NAMED);
        self.texts.extend(later.texts);
        self.texts.truncate(Self::KEPT);
    }

    /// `3 rows are short (lines 4, 9, 12 …)`
    fn note(&self, one: &str, many: &str) -> Option<String> {
        let lines: Vec<String> = self.first.iter().map(ToString::to_string).collect();
        let dots = if self.n > self.first.len() as u64 { " …" } else { "" };
        match self.n {
            0 => None,
            1 => Some(format!("1 {one} (line {}).", lines.join(", "))),
            n => Some(format!("{n} {many} (lines {}{dots}).", lines.join(", "))),
        }
    }
}

/// What the first walk found.
pub struct Seen {
    pub shape: Shape,
    pub guesses: Vec<Guess>,
    /// Per column, nulls by kind.
    pub nulls: Vec<Vec<u64>>,
}

impl Seen {
    /// Adds what was found in the text that follows.
    pub fn add(&mut self, later: Self) {
        self.shape.rows += later.shape.rows;
        self.shape.short.append(later.shape.short);
        self.shape.long.append(later.shape.long);
        self.shape.blank.append(later.shape.blank);
        self.shape.remarks.append(later.shape.remarks);
        self.shape.odd.append(&later.shape.odd);
        for (mine, more) in self.guesses.iter_mut().zip(later.guesses) {
            mine.append(more);
        }
        for (mine, more) in self.nulls.iter_mut().zip(later.nulls) {
            for (n, m) in mine.iter_mut().zip(more) {
                *n += m;
            }
        }
    }
}

impl Shape {
    /// Whether quotes were met that a cut of the text may have torn apart.
    pub fn is_odd(&self) -> bool {
        self.odd.never_closed.is_some() || self.odd.text_after_quote.is_some() || self.odd.long_quote.is_some()
    }

    /// The lines that did not fit.
    pub fn odd_lines(&self) -> OddLines {
        let mut odd = OddLines::default();
        self.short.put("too few cells; the rest is null", &mut odd);
        self.long.put("too many cells; the surplus was cut off", &mut odd);
        odd
    }

    pub fn notes(&self, layout: &Layout) -> Vec<String> {
        let odd = &self.odd;
        let mut out: Vec<String> = [
            self.short.note("row has too few cells; the rest is null", "rows have too few cells; the rest is null"),
            self.long.note(
                &format!("row has more than {} cells; the surplus was cut off", layout.width),
                &format!("rows have more than {} cells; the surplus was cut off", layout.width),
            ),
            self.blank.note("blank line was skipped", "blank lines were skipped"),
            self.remarks.note("line of remarks was skipped", "lines of remarks were skipped"),
            odd.text_after_quote
                .map(|(line, n)| format!("{n} × text after a closing quote was kept (first in line {line}).")),
            odd.never_closed.map(|line| format!("The quote opened in line {line} is never closed; read as it stands.")),
            odd.long_quote
                .map(|line| format!("A quoted cell that begins in line {line} runs over more than 200 lines.")),
        ]
        .into_iter()
        .flatten()
        .collect();
        let ends: Vec<&str> = [(odd.ends_lf, "LF"), (odd.ends_crlf, "CR LF"), (odd.ends_cr, "CR")]
            .into_iter()
            .filter_map(|(met, name)| met.then_some(name))
            .collect();
        if ends.len() > 1 || ends == ["CR"] {
            out.push(format!("Lines end in {}.", ends.join(" and ")));
        }
        out
    }
}

/// How many threads are worth it.
fn threads(layout: &Layout) -> usize {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    if layout.end.saturating_sub(layout.start) < 1 << 20 { 1 } else { cores.min(layout.width).min(4) }
}

/// Walks over the records and hands them on in batches; the thread of part 0 keeps the account of rows.
fn walk(
    text: &str,
    layout: &Layout,
    part: usize,
    ticket: &Ticket,
    mut look: impl FnMut(&mut Batch<'_>),
) -> Result<Shape, EngineError> {
    let text = text.get(..layout.end).unwrap_or_default();
    let mut tokens = Tokens::new(text, layout.delimiter, layout.quote, layout.start, layout.line);
    let (mut spans, mut shape): (Vec<Span>, _) = (Vec::new(), Shape::default());
    let mut batch = Batch::new(text, layout.quote, layout.width);
    let mut reported = layout.start;
    loop {
        let begin = tokens.position();
        if layout.comment != Comment::default()
            && let Some(line) = tokens.pass_line(|text| layout.comment.begins(text))
        {
            shape.remarks.add(line);
            continue;
        }
        let Some(line) = tokens.next_record(&mut spans) else { break };
        if layout.width > 1
            && let [only] = spans.as_slice()
            && text.get(only.start..only.end).is_some_and(|t| t.trim().is_empty())
        {
            shape.blank.add(line);
            continue;
        }
        shape.rows += 1;
        if spans.len() < layout.width && !layout.ragged {
            shape.short.keep(line, as_written(text, begin, &spans));
        } else if spans.len() > layout.width
            && spans.iter().skip(layout.width).any(|s| text.get(s.start..s.end).is_some_and(|t| !t.trim().is_empty()))
        {
            shape.long.keep(line, as_written(text, begin, &spans));
        }
        batch.add(line, &spans);
        if batch.is_full() {
            look(&mut batch);
            batch.clear();
        }
        if shape.rows.is_multiple_of(4096) {
            ticket.check()?;
            if part == 0 {
                ticket.advance((tokens.position() - reported) as u64);
                reported = tokens.position();
            }
        }
    }
    look(&mut batch);
    if part == 0 {
        ticket.advance((tokens.position() - reported) as u64);
    }
    shape.odd = tokens.odd;
    Ok(shape)
}

/// A record as it stands in the text.
fn as_written<'t>(text: &'t str, begin: usize, spans: &[Span]) -> &'t str {
    // A closing quote stands behind the last cell.
    let end = spans.last().map_or(begin, |s| s.end);
    let rest = text.get(begin..).unwrap_or_default();
    let line = rest.split(['\n', '\r']).next().unwrap_or_default();
    text.get(begin..end).filter(|t| t.len() > line.len()).unwrap_or(line)
}

/// The first walk.
pub fn look(text: &str, layout: &Layout, rules: &Rules, ticket: &Ticket) -> Result<Seen, EngineError> {
    let step = threads(layout);
    let part = |part: usize| -> Result<Seen, EngineError> {
        let mine = (part..layout.width).step_by(step).count();
        let mut guesses: Vec<Guess> = (part..layout.width).step_by(step).map(|column| rules.guess(column)).collect();
        let mut nulls = vec![vec![0u64; rules.words.kinds()]; mine];
        let shape = walk(text, layout, part, ticket, |batch| {
            let columns = (part..layout.width).step_by(step);
            for (column, (guess, nulls)) in columns.zip(guesses.iter_mut().zip(&mut nulls)) {
                fill::see(batch, column, &rules.words, guess, nulls);
            }
        })?;
        Ok(Seen { shape, guesses, nulls })
    };
    let mut parts = spread(step, (0..step).collect(), part)?;
    let shape = parts.first_mut().map(|p| std::mem::take(&mut p.shape)).unwrap_or_default();
    let (guesses, nulls) = parts.into_iter().map(|p| (p.guesses, p.nulls)).unzip();
    Ok(Seen { shape, guesses: deal_back(guesses, layout.width), nulls: deal_back(nulls, layout.width) })
}

/// Both walks in one, over text of which a type is already expected: looks at every value, and fills the builders of
/// the wanted columns.
pub fn look_and_fill(
    text: &str,
    layout: &Layout,
    rules: &Rules,
    wanted: &[usize],
    builders: &mut [Builder],
    ticket: &Ticket,
) -> Result<Seen, EngineError> {
    let mut guesses = rules.guesses();
    let mut nulls = vec![vec![0u64; rules.words.kinds()]; layout.width];
    let mut hand: Vec<Option<usize>> = vec![None; layout.width];
    for (i, column) in wanted.iter().enumerate() {
        if let Some(slot) = hand.get_mut(*column) {
            *slot = Some(i);
        }
    }
    let silent = ticket.without_progress();
    let shape = walk(text, layout, 0, &silent, |batch| {
        for (column, (guess, nulls)) in guesses.iter_mut().zip(&mut nulls).enumerate() {
            match hand.get(column).copied().flatten().and_then(|i| builders.get_mut(i)) {
                Some(builder) => fill::take(batch, column, &rules.words, builder, guess, nulls),
                None => fill::see(batch, column, &rules.words, guess, nulls),
            }
        }
    })?;
    Ok(Seen { shape, guesses, nulls })
}

/// The second walk: fills the builders and gives them back in column order.
pub fn fill(
    text: &str,
    layout: &Layout,
    rules: &Rules,
    builders: Vec<Builder>,
    ticket: &Ticket,
) -> Result<Vec<Builder>, EngineError> {
    let step = threads(layout);
    let mut hands: Vec<(usize, Vec<Builder>)> = (0..step).map(|i| (i, Vec::new())).collect();
    for (column, builder) in builders.into_iter().enumerate() {
        if let Some(hand) = hands.get_mut(column % step) {
            hand.1.push(builder);
        }
    }
    let filled = spread(step, hands, |(part, mut mine): (usize, Vec<Builder>)| {
        // All of it is known from the first walk.
        let (mut guess, mut nulls) = (Guess::settled(), vec![0; rules.words.kinds()]);
        walk(text, layout, part, ticket, |batch| {
            let columns = (part..layout.width).step_by(step);
            for (column, builder) in columns.zip(&mut mine) {
                fill::take(batch, column, &rules.words, builder, &mut guess, &mut nulls);
            }
        })?;
        Ok(mine)
    })?;
    Ok(deal_back(filled, layout.width))
}

/// Runs the work on that many threads and waits for all.
fn spread<I: Send, T: Send>(
    step: usize,
    inputs: Vec<I>,
    work: impl Fn(I) -> Result<T, EngineError> + Sync,
) -> Result<Vec<T>, EngineError> {
    if step <= 1 {
        return inputs.into_iter().map(work).collect();
    }
    thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = inputs.into_iter().map(|input| scope.spawn(move || work(input))).collect();
        running
            .into_iter()
            .map(|t| {
                t.join().unwrap_or_else(|_| {
                    Err(EngineError::input("Reading stopped at an unforeseen place.", "Please report the file."))
                })
            })
            .collect()
    })
}

/// Puts what was dealt out column by column back into column order.
fn deal_back<T>(hands: Vec<Vec<T>>, width: usize) -> Vec<T> {
    let mut hands: Vec<_> = hands.into_iter().map(Vec::into_iter).collect();
    let step = hands.len().max(1);
    (0..width).filter_map(|column| hands.get_mut(column % step)?.next()).collect()
}
