//! Old workbooks (xls) and locked ones: what a compound file holds, and whether its sheets can be held.
//!
//! A compound file is a small file system: chains of sectors with a table of what follows what ([MS-CFB]). A chain that
//! runs in circles, or a sheet that tells of billions of cells, is found here, before room is made for it.

use super::{broken, locked, spans_too_much};
use crate::engine::EngineError;

/// Sheets together span at most so many cells.
const MOST_CELLS: u64 = 20_000_000;
/// Sector numbers from here on have a meaning of their own.
const LAST_SECTOR: u32 = 0xffff_fff9;
const ROWS: u64 = 65_536;
const COLUMNS: u64 = 256;

/// Looks at a compound file.
///
/// # Errors
/// What it is when it is no workbook, is locked, broken or too large.
pub fn check(file: &[u8]) -> Result<(), EngineError> {
    let compound = Compound::open(file).map_err(|what| broken(&what))?;
    let entry = |name: &str| compound.entries.iter().find(|e| e.name.eq_ignore_ascii_case(name));
    if entry("EncryptedPackage").is_some() {
        return Err(locked());
    }
    let Some(stream) = entry("Workbook").or_else(|| entry("Book")) else {
        let what = if entry("WordDocument").is_some() {
            "a Word document"
        } else if entry("PowerPoint Document").is_some() {
            "a PowerPoint presentation"
        } else {
            "an old Office file without a workbook"
        };
        return Err(EngineError::input(
            format!("The file is {what}, not a table."),
            "Export the table as CSV, Excel or Parquet.",
        ));
    };
    records(&compound.stream(file, stream).map_err(|what| broken(&what))?)
}

struct Entry {
    name: String,
    start: u32,
    length: u64,
}

struct Compound {
    sector: u64,
    /// What follows each sector.
    next: Vec<u32>,
    /// The same for the short sectors of small streams, and their bytes.
    next_short: Vec<u32>,
    short: Vec<u8>,
    entries: Vec<Entry>,
}

impl Compound {
    fn open(file: &[u8]) -> Result<Self, &'static str> {
        const CUT: &str = "it is cut short";
        let (head, size) = (file.get(..512).ok_or(CUT)?, file.len() as u64);
        let word = |bytes: &[u8], at: usize| -> u32 {
            bytes.get(at..).and_then(|b| b.first_chunk()).map_or(u32::MAX, |b| u32::from_le_bytes(*b))
        };
        let sector: u64 = if head.get(30) == Some(&12) { 4096 } else { 512 };
        let most = size / sector + 1;
        let mut tables: Vec<u32> = (76..512).step_by(4).map(|at| word(head, at)).filter(|s| *s < LAST_SECTOR).collect();
        let (mut more, mut seen) = (word(head, 68), 0);
        while more < LAST_SECTOR {
            seen += 1;
            if seen > most {
                return Err("its list of sectors runs in circles");
            }
            let bytes = read_sector(file, sector, more).ok_or(CUT)?;
            let (entries, link) = bytes.split_at(bytes.len().saturating_sub(4));
            tables.extend((0..entries.len()).step_by(4).map(|at| word(entries, at)).filter(|s| *s < LAST_SECTOR));
            more = word(link, 0);
        }
        if tables.len() as u64 > most {
            return Err("its list of sectors is longer than the file");
        }
        let mut next = Vec::new();
        for table in tables {
            let bytes = read_sector(file, sector, table).ok_or(CUT)?;
            next.extend((0..bytes.len()).step_by(4).map(|at| word(&bytes, at)));
        }
        if goes_round(&next) {
            return Err("a chain of its sectors runs in circles");
        }
        let mut compound = Self { sector, next, next_short: Vec::new(), short: Vec::new(), entries: Vec::new() };
        let folder = compound.chain(file, word(head, 48), size).ok_or(CUT)?;
        let (mut root, mut entries) = (None, Vec::new());
        for entry in folder.chunks_exact(128) {
            let units: Vec<u16> = entry.as_chunks::<2>().0.iter().take(32).map(|c| u16::from_le_bytes(*c)).collect();
            let name: String = String::from_utf16_lossy(&units).chars().take_while(|c| *c != '\0').collect();
            let length = u64::from(word(entry, 120));
            let entry = Entry { name, start: word(entry, 116), length };
            if root.is_none() {
                root = Some((entry.start, entry.length));
            }
            entries.push(entry);
        }
        compound.entries = entries;
        if let (Some((start, length)), table @ ..LAST_SECTOR) = (root, word(head, 60)) {
            compound.short = compound.chain(file, start, length.min(size)).ok_or(CUT)?;
            let bytes = compound.chain(file, table, size).ok_or(CUT)?;
            compound.next_short = (0..bytes.len()).step_by(4).map(|at| word(&bytes, at)).collect();
            if goes_round(&compound.next_short) {
                return Err("a chain of its short sectors runs in circles");
            }
        }
        Ok(compound)
    }

    /// The bytes of a chain, so many at most.
    fn chain(&self, file: &[u8], start: u32, length: u64) -> Option<Vec<u8>> {
        let (mut out, mut sector, mut steps) = (Vec::new(), start, 0);
        while sector < LAST_SECTOR && (out.len() as u64) < length && steps <= self.next.len() {
            out.extend(read_sector(file, self.sector, sector)?);
            sector = *self.next.get(sector as usize)?;
            steps += 1;
        }
        out.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Some(out)
    }

    fn stream(&self, file: &[u8], entry: &Entry) -> Result<Vec<u8>, &'static str> {
        const CUT: &str = "its workbook is cut short";
        if entry.length >= 4096 {
            return self.chain(file, entry.start, entry.length).ok_or(CUT);
        }
        let (mut out, mut sector, mut steps) = (Vec::new(), entry.start, 0);
        while sector < LAST_SECTOR && (out.len() as u64) < entry.length && steps <= self.next_short.len() {
            let at = sector as usize * 64;
            out.extend_from_slice(self.short.get(at..at + 64).ok_or(CUT)?);
            sector = *self.next_short.get(sector as usize).ok_or(CUT)?;
            steps += 1;
        }
        Ok(out)
    }
}

/// A sector; the last one of a file may be short.
fn read_sector(file: &[u8], length: u64, sector: u32) -> Option<Vec<u8>> {
    let (start, length) = (usize::try_from((u64::from(sector) + 1) * length).ok()?, usize::try_from(length).ok()?);
    let mut bytes = file.get(start..file.len().min(start + length)).filter(|b| !b.is_empty())?.to_vec();
    bytes.resize(length, 0xff);
    Some(bytes)
}

/// Whether following the table from anywhere leads round in circles.
fn goes_round(next: &[u32]) -> bool {
    const NEW: u32 = 0;
    let mut met = vec![NEW; next.len()];
    for start in 0..next.len() {
        let mark = u32::try_from(start).unwrap_or(u32::MAX - 1) + 1;
        let mut at = start;
        while let Some(seen) = met.get_mut(at) {
            if *seen == mark {
                return true;
            }
            if *seen != NEW {
                break;
            }
            *seen = mark;
            at = next.get(at).map_or(usize::MAX, |n| *n as usize);
        }
    }
    false
}

/// Walks over the records of a workbook ([MS-XLS]) and adds up what its sheets span.
fn records(bytes: &[u8]) -> Result<(), EngineError> {
    let word = |data: &[u8], at: usize| -> u64 {
        data.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u64::from(u16::from_le_bytes(*b)))
    };
    let (mut at, mut cells) = (0usize, 0u64);
    let mut span: Option<[u64; 4]> = None;
    let area = |span: Option<[u64; 4]>| span.map_or(0, |[top, low, left, right]| (low - top + 1) * (right - left + 1));
    while let Some(head) = bytes.get(at..at + 4) {
        let (kind, length) = (word(head, 0), word(head, 2) as usize);
        let data = bytes.get(at + 4..at + 4 + length).unwrap_or_default();
        at += 4 + length;
        match kind {
            0x002f if word(data, 0) != 0 => return Err(locked()),
            // A new sheet begins.
            0x0809 => {
                cells += area(span.take());
            }
            0x0200 if data.len() >= 14 => {
                let rows = word(data, 4) | word(data, 6) << 16;
                if rows > ROWS || word(data, 10) > COLUMNS {
                    return Err(broken(&"a sheet tells of more cells than a sheet can hold"));
                }
            }
            // Number, label, flag, formula, text of the list, text with fonts, short numbers.
            0x0203 | 0x0204 | 0x0205 | 0x0006 | 0x00fd | 0x00d6 | 0x027e | 0x00bd => {
                let (row, first) = (word(data, 0), word(data, 2));
                let last = if kind == 0x00bd { word(data, data.len().saturating_sub(2)) } else { first };
                let [top, low, left, right] = span.unwrap_or([row, row, first, first]);
                let wider = [top.min(row), low.max(row), left.min(first), right.max(last)];
                span = Some(wider);
                if cells + area(span) > MOST_CELLS {
                    return Err(spans_too_much(&format!("more than {MOST_CELLS} cells")));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found_wherever_they_begin() {
        const END: u32 = 0xffff_fffe;
        assert!(!goes_round(&[1, 2, END, 1, END]));
        assert!(goes_round(&[1, 2, 0]));
        assert!(goes_round(&[END, 2, 3, 2]));
        assert!(goes_round(&[0]));
        assert!(!goes_round(&[]));
    }
}
