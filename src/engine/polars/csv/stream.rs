//! Large files: read once from beginning to end in blocks, on all cores, into a copy on disk.
//!
//! The types are guessed from the first blocks, and every value of the file is held against the guess while the
//! columns are built. Where a later value does not fit, the type is decided anew from all values, and the columns
//! concerned are built a second time. So the result is the same as that of reading the whole text at once, in bounded
//! memory.
//!
//! A block ends where a line ends outside quotes, which is found by counting quotes. Should the count be misled by
//! stray quotes, the cut leaves a quote open in its block, which is seen; such files are read the other way.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use ::polars::prelude::{Column, DataFrame, DataType};

use super::super::cache::Draft;
use super::super::infer::Kind;
use super::super::typed::Builder;
use super::footer::LastLine;
use super::rules::Rules;
use super::scan::{self, Layout, Seen, Shape};
use super::{Found, Origin, ReadOptions, decide, lay_out, nulls};
use crate::engine::{EngineError, Ticket, Unit};
use crate::query::ReadingReport;

/// Text that is looked at before anything is built.
const HEAD: usize = 4 << 20;
/// Text at the end that may hold a footer.
const TAIL: u64 = 64 << 10;
/// Bytes of a block, before it is cut at a line.
const BLOCK: usize = 16 << 20;
/// A block without a place to cut grows up to this.
const LARGEST_BLOCK: usize = 128 << 20;

/// A table that was read into a copy.
pub struct Streamed {
    /// Names and types.
    pub fields: Vec<(String, DataType)>,
    /// Rows of each part.
    pub rows: Vec<usize>,
    /// How the file was read.
    pub report: ReadingReport,
}

/// Why a file can't be read in blocks; it is then read whole.
enum Stop {
    Unsuited,
    Failed(EngineError),
}

impl From<EngineError> for Stop {
    fn from(error: EngineError) -> Self {
        Self::Failed(error)
    }
}

/// Reads a file of `size` bytes into the copy. `None`: it can't be read in blocks (not UTF-8, stray quotes).
///
/// # Errors
/// As [`super::read`]; also when the copy can't be written.
pub fn read(
    file: &mut File,
    size: u64,
    options: &ReadOptions,
    origin: Origin,
    draft: &Draft,
    ticket: &Ticket,
) -> Result<Option<Streamed>, EngineError> {
    match run(file, size, options, origin, draft, ticket) {
        Ok(streamed) => Ok(Some(streamed)),
        Err(Stop::Unsuited) => Ok(None),
        Err(Stop::Failed(error)) => Err(error),
    }
}

fn run(
    file: &mut File,
    size: u64,
    options: &ReadOptions,
    origin: Origin,
    draft: &Draft,
    ticket: &Ticket,
) -> Result<Streamed, Stop> {
    let utf8 = options.encoding.as_deref().is_none_or(|e| e.eq_ignore_ascii_case("utf-8"));
    let head = head(file)?;
    if !utf8 || !head.contains('\n') {
        return Err(Stop::Unsuited);
    }
    let skipped = if head.starts_with('\u{feff}') { 3 } else { 0 };
    let head = head.trim_start_matches('\u{feff}');
    let mut notes = Vec::new();
    let (layout, names, header_row) = lay_out(head, options, origin, &mut notes)?;
    let rules = Rules::new(options, &names);
    let first = scan::look(head, &Layout { end: head.rfind('\n').map_or(0, |i| i + 1), ..layout }, &rules, ticket)?;
    let guessed = decide(&first, &names, options, &mut Vec::new());
    let mut footer = None;
    let last = if options.keep_footer { None } else { last_line(file, size, &layout)? };
    let work = ticket.begin(Unit::Bytes, size);
    let mut walk =
        Walk { file, skipped, end: size - skipped, layout: &layout, rules: &rules, names: &names, ticket: &work };
    if let Some((at, mut line)) = last {
        let whole = std::mem::replace(&mut walk.end, at - skipped);
        if line.has_totals() {
            walk.cut(|block| {
                if let Ok(text) = std::str::from_utf8(&block.bytes) {
                    line.add(text, &Layout { start: 0, end: text.len(), line: block.line, ..layout });
                }
                true
            })?;
        }
        if line.adds_up() {
            notes.push(line.note());
            footer = Some(line.shown());
        } else {
            walk.end = whole;
        }
    }
    let all: Vec<usize> = (0..names.len()).collect();
    let mut seen = Seen {
        shape: Shape::default(),
        guesses: rules.guesses(),
        nulls: vec![vec![0; rules.words.kinds()]; names.len()],
    };
    let mut rows = Vec::new();
    walk.blocks(
        &all,
        &guessed,
        |part, mut frame| draft.write(part, &mut frame),
        |part| {
            rows.push(usize::try_from(part.shape.rows).unwrap_or(usize::MAX));
            seen.add(part);
        },
    )?;
    notes.extend(seen.shape.notes(&layout));
    notes.extend(nulls::notes(&names, &seen.nulls, &rules.words));
    let kinds = decide(&seen, &names, options, &mut notes);
    let late: Vec<usize> = (0..names.len()).filter(|i| kinds.get(*i) != guessed.get(*i)).collect();
    if !late.is_empty() {
        work.set_total(2 * size);
        walk.blocks(&late, &kinds, |part, frame| replace(draft, part, &frame), |_| ())?;
    }
    let null_words = rules.words.met(&seen.nulls);
    let read = Found { layout: &layout, options, names: &names, kinds: &kinds, seen: &seen };
    let encoding = Some("utf-8".to_owned());
    let report = ReadingReport { encoding, header_row, null_words, notes, footer, ..read.report() };
    let fields = names.iter().cloned().zip(kinds.iter().map(|k| k.dtype())).collect();
    Ok(Streamed { fields, rows, report })
}

/// Puts columns that were built anew into a part that was written.
fn replace(draft: &Draft, part: usize, columns: &DataFrame) -> Result<(), EngineError> {
    let mut frame = draft.read(part)?;
    for column in columns.columns() {
        frame.with_column(column.clone()).map_err(|e| super::super::broken(&e))?;
    }
    draft.write(part, &mut frame)
}

fn gone(error: &std::io::Error) -> EngineError {
    EngineError::input(format!("The file can't be read any more: {error}."), "Check the disk.")
}

fn head(file: &mut File) -> Result<String, Stop> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).map_err(|e| gone(&e))?;
    file.take(HEAD as u64).read_to_end(&mut bytes).map_err(|e| gone(&e))?;
    let whole = match std::str::from_utf8(&bytes) {
        Ok(_) => bytes.len(),
        // A character that the cut went through.
        Err(e) if e.error_len().is_none() && bytes.len() - e.valid_up_to() < 4 => e.valid_up_to(),
        Err(_) => return Err(Stop::Unsuited),
    };
    bytes.truncate(whole);
    String::from_utf8(bytes).map_err(|_| Stop::Unsuited)
}

/// The last line if it may be one of totals, with its place in the file.
fn last_line(file: &mut File, size: u64, layout: &Layout) -> Result<Option<(u64, LastLine)>, Stop> {
    let from = size.saturating_sub(TAIL);
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from)).map_err(|e| gone(&e))?;
    file.take(TAIL).read_to_end(&mut bytes).map_err(|e| gone(&e))?;
    let cut = bytes.iter().position(|b| *b == b'\n').map_or(0, |i| i + 1);
    let Ok(text) = std::str::from_utf8(bytes.get(cut..).unwrap_or_default()) else { return Err(Stop::Unsuited) };
    let layout = Layout { start: 0, end: text.len(), ..*layout };
    Ok(LastLine::of(text, &layout).map(|line| (from + (cut + line.begin) as u64, line)))
}

/// A block of whole records.
struct Block {
    part: usize,
    line: u64,
    bytes: Vec<u8>,
}

struct Walk<'a> {
    file: &'a File,
    /// Bytes before the text.
    skipped: u64,
    /// Where the data end, counted from the text's beginning.
    end: u64,
    layout: &'a Layout,
    rules: &'a Rules,
    names: &'a [String],
    ticket: &'a Ticket,
}

impl Walk<'_> {
    /// Cuts the file into blocks, builds the wanted columns of each on all cores, hands them to `keep` (on any thread,
    /// in any order) and what was seen to `tell` (on this thread, in order).
    fn blocks(
        &self,
        wanted: &[usize],
        kinds: &[Kind],
        keep: impl Fn(usize, DataFrame) -> Result<(), EngineError> + Sync,
        mut tell: impl FnMut(Seen),
    ) -> Result<(), Stop> {
        let workers = thread::available_parallelism().map_or(1, usize::from).clamp(1, 8);
        let (send, receive) = sync_channel::<Block>(1);
        let receive = Mutex::new(receive);
        let trouble: Mutex<Option<Stop>> = Mutex::new(None);
        let found: Mutex<BTreeMap<usize, Seen>> = Mutex::new(BTreeMap::new());
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    while let Some(block) = next(&receive) {
                        let part = block.part;
                        let stopped = trouble.lock().map_or(true, |t| t.is_some());
                        let done = if stopped { continue } else { self.block(&block, wanted, kinds) };
                        let done = done.and_then(|(seen, frame)| {
                            keep(part, frame)?;
                            Ok(seen)
                        });
                        match done {
                            Ok(seen) => {
                                self.ticket.advance(block.bytes.len() as u64);
                                found.lock().unwrap_or_else(PoisonError::into_inner).insert(part, seen);
                            }
                            Err(stop) => {
                                trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(stop);
                            }
                        }
                    }
                });
            }
            let cut = self.cut(|block| {
                let stopped = trouble.lock().map_or(true, |t| t.is_some());
                !stopped && send.send(block).is_ok()
            });
            drop(send);
            if let Err(stop) = cut {
                trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(stop);
            }
        });
        if let Some(stop) = trouble.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(stop);
        }
        for seen in found.into_inner().unwrap_or_else(PoisonError::into_inner).into_values() {
            tell(seen);
        }
        Ok(())
    }

    /// Reads the file and hands out blocks of whole records until `send` declines.
    fn cut(&self, mut send: impl FnMut(Block) -> bool) -> Result<(), Stop> {
        let mut file = self.file;
        let start = self.layout.start as u64;
        file.seek(SeekFrom::Start(self.skipped + start)).map_err(|e| gone(&e))?;
        let mut left = self.end.saturating_sub(start);
        let (mut rest, mut line, mut part, mut room) = (Vec::new(), self.layout.line, 0, BLOCK);
        loop {
            self.ticket.check()?;
            let want = (room.saturating_sub(rest.len()) as u64).min(left);
            let mut bytes = rest;
            bytes.reserve_exact(usize::try_from(want).unwrap_or(0));
            let got = file.take(want).read_to_end(&mut bytes).map_err(|e| gone(&e))? as u64;
            left -= got;
            let last = left == 0 || got < want;
            if last && bytes.is_empty() {
                return Ok(());
            }
            let end = if last { bytes.len() } else { cut_at(&bytes, self.layout.quote) };
            if end == 0 {
                room *= 2;
                if room > LARGEST_BLOCK {
                    return Err(Stop::Unsuited);
                }
                rest = bytes;
                continue;
            }
            room = BLOCK;
            rest = bytes.split_off(end);
            let lines = memchr::memchr_iter(b'\n', &bytes).count() as u64;
            if !send(Block { part, line, bytes }) || last {
                return Ok(());
            }
            (line, part) = (line + lines, part + 1);
        }
    }

    fn block(&self, block: &Block, wanted: &[usize], kinds: &[Kind]) -> Result<(Seen, DataFrame), Stop> {
        let Ok(text) = std::str::from_utf8(&block.bytes) else { return Err(Stop::Unsuited) };
        let layout = Layout { start: 0, end: text.len(), line: block.line, ..*self.layout };
        // Rows are as long as those before; a little room more than is needed costs nothing.
        let rows = memchr::memchr_iter(b'\n', &block.bytes).count() + 1;
        let kind = |i: usize| kinds.get(i).copied().unwrap_or(Kind::Text);
        let name = |i: usize| self.names.get(i).map_or("", String::as_str);
        let mut builders: Vec<Builder> = wanted.iter().map(|i| Builder::new(name(*i), kind(*i), rows)).collect();
        let seen = scan::look_and_fill(text, &layout, self.rules, wanted, &mut builders, self.ticket)?;
        if seen.shape.is_odd() {
            return Err(Stop::Unsuited);
        }
        let rows = usize::try_from(seen.shape.rows).unwrap_or(usize::MAX);
        let columns: Vec<Column> = builders.into_iter().map(|b| Column::from(b.finish())).collect();
        let frame = DataFrame::new(rows, columns).map_err(|e| super::super::broken(&e))?;
        Ok((seen, frame))
    }
}

fn next(blocks: &Mutex<Receiver<Block>>) -> Option<Block> {
    blocks.lock().ok()?.recv().ok()
}

/// Behind the last line end that stands outside quotes; 0 where there is none.
fn cut_at(bytes: &[u8], quote: u8) -> usize {
    let mut inside = memchr::memchr_iter(quote, bytes).count() % 2 == 1;
    let mut end = bytes.len();
    while let Some(at) = memchr::memrchr2(b'\n', quote, bytes.get(..end).unwrap_or_default()) {
        match bytes.get(at) {
            Some(b'\n') if !inside => return at + 1,
            Some(b) if *b == quote => inside = !inside,
            _ => {}
        }
        end = at;
    }
    0
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn blocks_end_at_lines_outside_quotes() {
        assert_eq!(cut_at(b"a,b\n1,2\n3", b'"'), 8);
        assert_eq!(cut_at(b"a,\"x\ny\"\n1,\"2\n", b'"'), 8);
        assert_eq!(cut_at(b"\"x\ny\nz", b'"'), 0);
        assert_eq!(cut_at(b"no line", b'"'), 0);
    }
}
