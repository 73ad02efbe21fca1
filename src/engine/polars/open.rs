//! Opening a file: what it is by its content, and clear words where it can't be read.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use ::polars::prelude::DataFrame;

use super::cache::{Cache, Draft, Meta};
use super::inflate::Unpacked;
use super::table::{ParquetParts, Table};
use super::{columnar, csv, inflate, json, several, text, workbook};
use crate::engine::{EngineError, ReadOptions, Ticket, Unit};
use crate::query::ReadingReport;

const STEP: usize = 4 << 20;

/// Files of more bytes are not read into memory.
const LARGE: u64 = 64 << 20;
/// Bytes from which the first rows of a large text file are shown.
const GLIMPSE: u64 = 1 << 20;

/// Opens the table: one file, or all that a folder or pattern stands for.
pub fn read(path: &Path, options: &ReadOptions, ticket: &Ticket) -> Result<(Table, ReadingReport), EngineError> {
    match several::files(path)? {
        None => read_one(path, options, ticket),
        Some(files) => match files.as_slice() {
            [one] if one.keys.is_empty() => read_one(&one.path, options, ticket),
            files => several::read(files, options, ticket),
        },
    }
}

/// Opens one file: a small one is read whole, a large one stays on disk.
pub fn read_one(path: &Path, options: &ReadOptions, ticket: &Ticket) -> Result<(Table, ReadingReport), EngineError> {
    read_with(path, options, Cache::of_user().as_ref(), LARGE, ticket)
}

/// The same with a given place for copies, and for files that count as large from so many bytes on.
pub fn read_with(
    path: &Path,
    options: &ReadOptions,
    cache: Option<&Cache>,
    large: u64,
    ticket: &Ticket,
) -> Result<(Table, ReadingReport), EngineError> {
    let (mut file, size) = regular(path)?;
    let start = first_bytes(&mut file, path)?;
    if size > large && start.starts_with(b"PAR1") {
        columnar::check_parquet(&mut file, size)?;
        let (parts, notes) = ParquetParts::open(path, file)?;
        return Ok((Table::parquet(parts), ReadingReport { format: "parquet".into(), notes, ..Default::default() }));
    }
    let packed = inflate::is_packed(&start);
    if let Some(cache) = cache.filter(|_| size > large || packed)
        && let Some(key) = Cache::key(path, &file, options)
    {
        if let Some((folder, meta)) = cache.find(&key)
            && let Some(fields) = meta.fields()
        {
            return Ok((Table::files(fields, &meta.rows, folder), meta.report));
        }
        let to = Copying { path, options, cache, key: &key, ticket };
        if packed {
            return to.unpacked(&mut file, size, large);
        }
        if let Some(found) = to.by_kind(&mut file, size, None)? {
            return Ok(found);
        }
    }
    let (frame, report) = whole(path, options, ticket)?;
    Ok((Table::memory(frame), report))
}

/// The first bytes of a file, which say what it is.
fn first_bytes(file: &mut File, path: &Path) -> Result<Vec<u8>, EngineError> {
    let mut head = Vec::new();
    let read = file.rewind().and_then(|()| (&mut *file).take(4096).read_to_end(&mut head)).and_then(|_| file.rewind());
    read.map_err(|e| unreadable(path, &e)).map(|()| head)
}

/// Large text on its way into a copy.
struct Copying<'a> {
    path: &'a Path,
    options: &'a ReadOptions,
    cache: &'a Cache,
    key: &'a str,
    ticket: &'a Ticket,
}

impl Copying<'_> {
    /// A packed file: what is small once unpacked stays in memory, the rest goes by way of a file on disk.
    fn unpacked(&self, file: &mut File, size: u64, large: u64) -> Result<(Table, ReadingReport), EngineError> {
        let bytes = match inflate::inflate(file, size, large, || self.cache.spool(), self.ticket)? {
            Unpacked::Memory(bytes) => bytes,
            Unpacked::File(mut text, length) => {
                if let Some(found) = self.by_kind(&mut text, length, Some(size))? {
                    return Ok(found);
                }
                text.rewind().map_err(|e| unreadable(self.path, &e))?;
                rest_of(text, Vec::new(), length, self.path, self.ticket)?
            }
        };
        let (frame, report) = unpacked_table(bytes, size, self.path, self.options, self.ticket)?;
        Ok((Table::memory(frame), report))
    }

    /// Reads delimited text or JSON Lines into a copy; `None` where it is something else, or that is not possible.
    fn by_kind(
        &self,
        file: &mut File,
        size: u64,
        packed: Option<u64>,
    ) -> Result<Option<(Table, ReadingReport)>, EngineError> {
        if is_delimited(self.path, file, self.options)? {
            return self.copied(file, size, packed);
        }
        let head = first_bytes(file, self.path)?;
        if !is_json(self.path, &head, self.options) {
            return Ok(None);
        }
        let Ok(draft) = self.cache.begin(self.key) else { return Ok(None) };
        let Some(read) = json::stream(file, size, self.options, &draft, self.ticket)? else { return Ok(None) };
        self.finished(read, draft, packed).map(Some)
    }

    /// Gives a copy its name.
    fn finished(
        &self,
        mut read: csv::stream::Streamed,
        draft: Draft,
        packed: Option<u64>,
    ) -> Result<(Table, ReadingReport), EngineError> {
        if let Some(size) = packed {
            say_packed(&mut read.report, size);
        }
        let from = std::path::absolute(self.path).unwrap_or_default();
        let meta = Meta::new(&from, &read.fields, read.rows, read.report);
        let folder = draft.finish(&meta)?;
        Ok((Table::files(read.fields, &meta.rows, folder), meta.report))
    }

    /// Reads text into a copy; `None` where that is not possible, and it is read into memory, as far as that goes.
    fn copied(
        &self,
        file: &mut File,
        size: u64,
        packed: Option<u64>,
    ) -> Result<Option<(Table, ReadingReport)>, EngineError> {
        let Ok(draft) = self.cache.begin(self.key) else { return Ok(None) };
        let origin = origin(self.path);
        let (read, draft) = match csv::stream::read(file, size, self.options, origin, &draft, self.ticket)? {
            Some(read) => (read, draft),
            None => {
                drop(draft);
                let (Some(mut text), Ok(draft)) = (self.cache.spool(), self.cache.begin(self.key)) else {
                    return Ok(None);
                };
                // Perhaps only its encoding is another one.
                let again = || file.try_clone().and_then(|mut f| f.rewind().map(|()| f));
                let label = self.options.encoding.as_deref();
                let Some(rewritten) = text::rewrite(again, size, label, &mut text, self.ticket)? else {
                    return Ok(None);
                };
                let options = ReadOptions { encoding: None, ..self.options.clone() };
                let read = csv::stream::read(&mut text, rewritten.size, &options, origin, &draft, self.ticket)?;
                let Some(mut read) = read else { return Ok(None) };
                read.report.encoding = Some(rewritten.encoding);
                read.report.notes.splice(0..0, rewritten.notes);
                (read, draft)
            }
        };
        self.finished(read, draft, packed).map(Some)
    }
}

fn say_packed(report: &mut ReadingReport, size: u64) {
    report.notes.insert(0, format!("Unpacked from {size} bytes."));
    report.format.push_str(", packed");
}

/// Whether a file is delimited text, by its first bytes and its name.
fn is_delimited(path: &Path, file: &mut File, options: &ReadOptions) -> Result<bool, EngineError> {
    let head = first_bytes(file, path)?;
    if head.starts_with(b"ARROW1") || inflate::is_packed(&head) || may_be_workbook(&head) {
        return Ok(false);
    }
    refuse_known(&head, path)?;
    Ok(!is_json(path, &head, options))
}

/// The beginning of a large text file as a table. `None` where the whole is opened as quickly.
pub fn head(
    path: &Path,
    options: &ReadOptions,
    ticket: &Ticket,
) -> Result<Option<(Table, ReadingReport)>, EngineError> {
    if several::files(path)?.is_some() {
        return Ok(None);
    }
    let (mut file, size) = regular(path)?;
    let start = first_bytes(&mut file, path)?;
    let packed = inflate::is_packed(&start);
    if size <= if packed { LARGE / 8 } else { LARGE } {
        return Ok(None);
    }
    let copied = Cache::of_user().zip(Cache::key(path, &file, options)).is_some_and(|(c, key)| c.find(&key).is_some());
    if start.starts_with(b"PAR1") || copied || (!packed && !is_delimited(path, &mut file, options)?) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.rewind().and_then(|()| (&mut file).take(GLIMPSE).read_to_end(&mut bytes)).map_err(|e| unreadable(path, &e))?;
    if packed {
        bytes = inflate::beginning(&bytes, false, GLIMPSE)?.0;
        // Whatever is wrong with it is said when all of it is read.
        if refuse_known(&bytes, path).is_err() || is_json(path, &bytes, options) {
            return Ok(None);
        }
    }
    let Some(end) = bytes.iter().rposition(|b| *b == b'\n') else { return Ok(None) };
    bytes.truncate(end + 1);
    let (frame, report) = csv::read(bytes, options, origin(path), ticket)?;
    Ok(Some((Table::memory(frame), report)))
}

/// The beginning of a text file, as it would be read.
pub struct Beginning {
    /// Its rows.
    pub frame: DataFrame,
    /// How they were read.
    pub report: ReadingReport,
    /// The first lines as they stand.
    pub lines: Vec<String>,
    /// Whether that is all of the file.
    pub whole: bool,
}

/// So many lines are shown as they stand, each up to so many characters.
const RAW_LINES: usize = 40;
const RAW_LENGTH: usize = 400;

/// The beginning of a text file as it would be read. `None` for what is no text.
pub fn preview(path: &Path, options: &ReadOptions, ticket: &Ticket) -> Result<Option<Beginning>, EngineError> {
    let (mut file, size) = regular(path)?;
    let mut bytes = Vec::new();
    (&mut file).take(GLIMPSE).read_to_end(&mut bytes).map_err(|e| unreadable(path, &e))?;
    let mut whole = bytes.len() as u64 == size;
    if bytes.starts_with(b"PAR1") || bytes.starts_with(b"ARROW1") {
        return Ok(None);
    }
    if may_be_workbook(&bytes) {
        // A sheet can't be had in parts.
        let sheet = sheet_of(file, bytes, size, path, options, ticket)?;
        let lines = first_lines(&sheet.decoded.text.replace(char::from(workbook::BETWEEN), " │ "));
        let (frame, report) = of_sheet(sheet, options, ticket)?;
        return Ok(Some(Beginning { frame, report, lines, whole: true }));
    }
    if inflate::is_packed(&bytes) {
        (bytes, whole) = inflate::beginning(&bytes, whole, GLIMPSE)?;
    }
    if bytes.is_empty() {
        return Err(EngineError::input(format!("The file {} is empty.", path.display()), "Check how it was exported."));
    }
    refuse_known(&bytes, path)?;
    if is_json(path, &bytes, options) {
        return Ok(None);
    }
    let mut decoded = text::decode(bytes, options.encoding.as_deref())?;
    if !whole && let Some(end) = decoded.text.rfind(['\n', '\r']) {
        decoded.text.truncate(end + 1);
    }
    let lines = first_lines(&decoded.text);
    // What looks like a footer of totals is one only at the end.
    let options = ReadOptions { keep_footer: options.keep_footer || !whole, ..options.clone() };
    let (frame, report) = csv::read_text(decoded, &options, origin(path), ticket)?;
    Ok(Some(Beginning { frame, report, lines, whole }))
}

fn first_lines(text: &str) -> Vec<String> {
    text.lines().take(RAW_LINES).map(|l| l.chars().take(RAW_LENGTH).collect()).collect()
}

fn lower_name(path: &Path) -> String {
    let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    name.trim_end_matches(".gz").trim_end_matches(".zst").to_owned()
}

fn origin(path: &Path) -> csv::Origin {
    let name = lower_name(path);
    if name.ends_with(".tsv") || name.ends_with(".tab") { csv::Origin::Tabs } else { csv::Origin::File }
}

/// Reads a file into memory.
fn whole(path: &Path, options: &ReadOptions, ticket: &Ticket) -> Result<(DataFrame, ReadingReport), EngineError> {
    let (mut file, size) = regular(path)?;
    let shown = path.display();
    if size == 0 {
        return Err(EngineError::input(format!("The file {shown} is empty."), "Check how it was exported."));
    }
    let mut head = Vec::new();
    (&mut file).take(4096).read_to_end(&mut head).map_err(|e| unreadable(path, &e))?;
    if head.starts_with(b"PAR1") {
        return columnar::parquet(file, size, ticket);
    }
    if head.starts_with(b"ARROW1") {
        return columnar::ipc(&file, ticket);
    }
    if inflate::is_packed(&head) {
        return match inflate::inflate(&mut file, size, u64::MAX, || None, ticket)? {
            Unpacked::Memory(bytes) => unpacked_table(bytes, size, path, options, ticket),
            Unpacked::File(..) => Err(EngineError::input(format!("{shown} can't be unpacked."), "Unpack it by hand.")),
        };
    }
    if may_be_workbook(&head) {
        return of_sheet(sheet_of(file, head, size, path, options, ticket)?, options, ticket);
    }
    refuse_known(&head, path)?;
    let bytes = rest_of(file, head, size, path, ticket)?;
    text_table(bytes, path, options, ticket)
}

/// The table of bytes that were unpacked from so many.
fn unpacked_table(
    bytes: Vec<u8>,
    size: u64,
    path: &Path,
    options: &ReadOptions,
    ticket: &Ticket,
) -> Result<(DataFrame, ReadingReport), EngineError> {
    let shown = path.display();
    if bytes.is_empty() {
        return Err(EngineError::input(format!("The file {shown} is empty once unpacked."), "Check the export."));
    }
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    if head.starts_with(b"PAR1") || inflate::is_packed(head) {
        return Err(EngineError::input(
            format!("The file {shown} is packed twice or holds packed Parquet."),
            "Unpack it by hand and open the result.",
        ));
    }
    refuse_known(head, path)?;
    let (frame, mut report) = text_table(bytes, path, options, ticket)?;
    say_packed(&mut report, size);
    Ok((frame, report))
}

/// Whether the first bytes are those of a packed or an old workbook, or of something else in the same wrapping.
fn may_be_workbook(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xd0\xcf\x11\xe0")
}

/// The sheet of a file that may be a workbook by its first bytes; what else comes in the same wrapping is refused.
fn sheet_of(
    file: File,
    head: Vec<u8>,
    size: u64,
    path: &Path,
    options: &ReadOptions,
    ticket: &Ticket,
) -> Result<workbook::Sheet, EngineError> {
    let bytes = rest_of(file, head, size, path, ticket)?;
    let Some(kind) = workbook::Kind::of(&bytes) else {
        refuse_known(&bytes, path)?;
        let shown = path.display();
        return Err(EngineError::input(format!("{shown} is no table."), "Name a CSV, JSON or Parquet file."));
    };
    workbook::read(kind, bytes, options.sheet.as_deref(), ticket)
}

/// The table of a sheet.
fn of_sheet(
    sheet: workbook::Sheet,
    options: &ReadOptions,
    ticket: &Ticket,
) -> Result<(DataFrame, ReadingReport), EngineError> {
    let (frame, report) = csv::read_text(sheet.decoded, options, csv::Origin::Sheet, ticket)?;
    let report = ReadingReport {
        format: sheet.format.into(),
        sheet: Some(sheet.name),
        sheets: sheet.names,
        delimiter: None,
        encoding: None,
        ..report
    };
    Ok((frame, report))
}

fn text_table(
    bytes: Vec<u8>,
    path: &Path,
    options: &ReadOptions,
    ticket: &Ticket,
) -> Result<(DataFrame, ReadingReport), EngineError> {
    if is_json(path, &bytes, options) {
        return json::read(bytes, options, ticket);
    }
    let named_json = is_named_json(path);
    if named_json {
        return Err(EngineError::input(
            format!("The file {} is named JSON but does not begin with {{ or [.", path.display()),
            "Export it again, or rename it if it is a CSV file.",
        ));
    }
    csv::read(bytes, options, origin(path), ticket)
}

fn is_named_json(path: &Path) -> bool {
    let name = lower_name(path);
    [".json", ".ndjson", ".jsonl"].iter().any(|e| name.ends_with(e))
}

/// Whether text is JSON, by its name and its first characters.
fn is_json(path: &Path, bytes: &[u8], options: &ReadOptions) -> bool {
    // A byte order mark, and the zeros of UTF-16, stand between nothing.
    let mut marks =
        bytes.iter().filter(|b| !b.is_ascii_whitespace() && !matches!(b, 0xef | 0xbb | 0xbf | 0xff | 0xfe | 0));
    let (first, second) = (marks.next(), marks.next());
    // {"a": … or [{ … or [] can't be a sensible header line.
    let json_like = matches!((first, second), (Some(b'{'), Some(b'"' | b'}')) | (Some(b'['), Some(b'{')));
    (is_named_json(path) && matches!(first, Some(b'{' | b'['))) || (json_like && options.delimiter.is_none())
}

/// Opens a regular file without ever waiting for a pipe or a device; with its size.
pub fn regular(path: &Path) -> Result<(File, u64), EngineError> {
    let shown = path.display();
    let kind = |meta: &fs::Metadata| {
        let t = meta.file_type();
        if t.is_file() {
            return Ok(());
        }
        let what = if t.is_dir() {
            "a directory"
        } else if t.is_fifo() {
            "a named pipe"
        } else if t.is_char_device() || t.is_block_device() {
            "a device"
        } else {
            "not a regular file"
        };
        Err(EngineError::input(format!("{shown} is {what}."), "Name a data file, such as a CSV or Parquet file."))
    };
    kind(&fs::metadata(path).map_err(|e| unreadable(path, &e))?)?;
    let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|e| unreadable(path, &e))?;
    let meta = file.metadata().map_err(|e| unreadable(path, &e))?;
    kind(&meta)?;
    Ok((file, meta.len()))
}

fn unreadable(path: &Path, error: &std::io::Error) -> EngineError {
    let shown = path.display();
    let link = fs::symlink_metadata(path).is_ok_and(|m| m.file_type().is_symlink());
    if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
        return EngineError::input(format!("{shown} is a link that leads round in circles."), "Name the file itself.");
    }
    match error.kind() {
        ErrorKind::NotFound if link => {
            let to = fs::read_link(path).map(|t| t.display().to_string()).unwrap_or_default();
            EngineError::input(format!("{shown} is a link to {to}, which does not exist."), "Name the file itself.")
        }
        ErrorKind::NotFound => EngineError::input(format!("There is no file {shown}."), "Check the path."),
        ErrorKind::NotADirectory => {
            EngineError::input(format!("There is no file {shown}: a part of the path is a file."), "Check the path.")
        }
        ErrorKind::PermissionDenied => {
            EngineError::input(format!("You may not read {shown}."), "Change its permissions, or copy it.")
        }
        _ => EngineError::input(format!("{shown} can't be read: {error}."), "Check the disk and the path."),
    }
}

fn rest_of(mut file: File, head: Vec<u8>, size: u64, path: &Path, ticket: &Ticket) -> Result<Vec<u8>, EngineError> {
    let mut bytes = head;
    bytes.reserve_exact(usize::try_from(size).unwrap_or(0).saturating_sub(bytes.len()) + 1);
    let work = ticket.begin(Unit::Bytes, size);
    work.advance(bytes.len() as u64);
    loop {
        work.check()?;
        match (&mut file).take(STEP as u64).read_to_end(&mut bytes).map_err(|e| unreadable(path, &e))? {
            0 => return Ok(bytes),
            more => work.advance(more as u64),
        }
    }
}

/// Files that are known not to be tables, by their first bytes.
fn refuse_known(head: &[u8], path: &Path) -> Result<(), EngineError> {
    let shown = path.display();
    let refuse = |what: &str, next: &str| Err(EngineError::input(format!("{shown} is {what}."), next));
    let name = path.to_string_lossy().to_lowercase();
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        let has = |needle: &[u8]| head.windows(needle.len()).any(|w| w == needle);
        if has(b"xl/") || has(b"[Content_Types].xml") || name.contains("xlsx") {
            return refuse("a spreadsheet (xlsx) that is not whole", "Fetch or export it again.");
        }
        return refuse("a zip archive", "Unpack it and open the table inside.");
    }
    if head.starts_with(b"version https://git-lfs") {
        return refuse("a Git LFS pointer, not the data", "Run git lfs pull in its folder.");
    }
    for (magic, what) in [
        (&b"%PDF"[..], "a PDF document"),
        (b"SQLite format 3", "an SQLite database"),
        (b"\x89PNG", "a picture"),
        (b"\x7fELF", "a program"),
        (b"BZh", "packed with bzip2"),
        (b"\xfd7zXZ", "packed with xz"),
        (b"7z\xbc\xaf", "a 7-Zip archive"),
    ] {
        if head.starts_with(magic) {
            return refuse(what, "Export or unpack the table as CSV, JSON or Parquet.");
        }
    }
    let text = String::from_utf8_lossy(head.get(..head.len().min(512)).unwrap_or_default()).trim_start().to_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with("<!doctype html") || text.starts_with("<html") {
        return refuse("a web page (HTML), perhaps a log-in page", "Sign in and download the data again.");
    }
    if text.starts_with("<?xml") {
        return refuse("XML", "Export the table as CSV, JSON or Parquet.");
    }
    let utf16 = text::is_utf16(head);
    if !utf16 && head.contains(&0) && !inflate::is_packed(head) {
        return refuse("not text: it has zero bytes", "Name a CSV, JSON, Parquet or Arrow file.");
    }
    Ok(())
}
