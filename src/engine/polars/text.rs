//! Bytes to text: byte order marks, UTF-16, UTF-8, other encodings by label.

use std::io::{Read, Write};

use encoding_rs::{CoderResult, Encoding, GB18030, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::engine::{EngineError, Ticket, Unit};

/// Text with the label of the encoding it was read in and remarks for people.
pub struct Decoded {
    pub text: String,
    pub encoding: String,
    pub notes: Vec<String>,
}

/// Decodes a whole file. A label overrules the guess; a byte order mark overrules nothing but is always removed.
pub fn decode(bytes: Vec<u8>, label: Option<&str>) -> Result<Decoded, EngineError> {
    let (marked, mark_length) = match Encoding::for_bom(&bytes) {
        Some((encoding, length)) => (Some(encoding), length),
        None => (None, 0),
    };
    if let Some(label) = label {
        let encoding = labelled(label)?;
        let skip = if marked == Some(encoding) { mark_length } else { 0 };
        return Ok(with(encoding, bytes, skip, true));
    }
    if let Some(encoding) = marked {
        let mut decoded = with(encoding, bytes, mark_length, false);
        decoded.notes.insert(0, format!("A byte order mark says {}.", name(encoding)));
        return Ok(decoded);
    }
    if let Some(encoding) = zeros_at_alternate_bytes(&bytes) {
        let mut decoded = with(encoding, bytes, 0, false);
        decoded.notes.insert(0, format!("Read as {}: every second byte is zero.", name(encoding)));
        return Ok(decoded);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Decoded { text, encoding: "utf-8".into(), notes: Vec::new() }),
        Err(error) => {
            let bytes = error.into_bytes();
            let mut survey = Survey::default();
            survey.add(&bytes);
            let (encoding, notes) = of_bad(&survey, &bytes);
            if encoding == UTF_8 {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                return Ok(Decoded { text, encoding: "utf-8".into(), notes });
            }
            let mut decoded = with(encoding, bytes, 0, false);
            decoded.notes.extend(notes);
            Ok(decoded)
        }
    }
}

fn labelled(label: &str) -> Result<&'static Encoding, EngineError> {
    Encoding::for_label(label.trim().as_bytes()).ok_or_else(|| {
        EngineError::input(
            format!("The encoding \"{label}\" is not known."),
            "Use for example utf-8, windows-1252, utf-16le, shift_jis or gb18030.",
        )
    })
}

/// How bytes that are not all UTF-8 are read, and what is said of that.
fn of_bad(survey: &Survey, head: &[u8]) -> (&'static Encoding, Vec<String>) {
    let (bad, at) = (survey.bad, survey.first_bad);
    // There are at least four times as many letters beyond ASCII that are whole: text in another encoding hardly ever
    // has such letters by chance.
    if survey.whole >= 4 * bad {
        let parts = if bad == 1 { "1 place is".to_owned() } else { format!("{bad} places are") };
        let note = format!("Read as UTF-8, but {parts} not (first bad byte at offset {at}); shown as \u{fffd}.");
        return (UTF_8, vec![note]);
    }
    let mut notes = vec![format!("Not UTF-8 (first bad byte at offset {at}); read as windows-1252.")];
    let others = east_asian(head);
    if !others.is_empty() {
        notes.push(format!("The bytes also fit {}: set the encoding if the text looks wrong.", others.join(" and ")));
    }
    (WINDOWS_1252, notes)
}

/// What is broken in bytes if they are UTF-8.
#[derive(Default)]
struct Survey {
    /// Letters beyond ASCII that are whole.
    whole: u64,
    /// Places that are not UTF-8, and the first of them.
    bad: u64,
    first_bad: u64,
    length: u64,
}

impl Survey {
    /// Takes in the bytes that follow. A letter that a cut goes through counts as bad: cut at a line.
    fn add(&mut self, bytes: &[u8]) {
        let mut at = self.length;
        for part in bytes.utf8_chunks() {
            self.whole += part.valid().chars().filter(|c| !c.is_ascii()).count() as u64;
            at += part.valid().len() as u64;
            if !part.invalid().is_empty() {
                if self.bad == 0 {
                    self.first_bad = at;
                }
                self.bad += 1;
                at += part.invalid().len() as u64;
            }
        }
        self.length += bytes.len() as u64;
    }
}

/// Text in another encoding than UTF-8, or in a damaged one, as it was written anew.
pub struct Rewritten {
    /// Bytes of UTF-8.
    pub size: u64,
    /// The encoding it was in.
    pub encoding: String,
    /// Remarks for people.
    pub notes: Vec<String>,
}

const BLOCK: usize = 1 << 20;

/// Writes text anew as UTF-8, block by block. `again` gives its bytes from the beginning, of which there are `size`.
/// `None`, with nothing written, where it is UTF-8 as it stands.
///
/// # Errors
/// An unknown label, bytes that can't be read, or a place where nothing can be written.
pub fn rewrite<R: Read>(
    mut again: impl FnMut() -> std::io::Result<R>,
    size: u64,
    label: Option<&str>,
    out: &mut dyn Write,
    ticket: &Ticket,
) -> Result<Option<Rewritten>, EngineError> {
    let failed = |e: std::io::Error| {
        EngineError::input(
            format!("The text can't be written anew as UTF-8: {e}."),
            "Look at the disk of the cache folder.",
        )
    };
    let work = ticket.begin(Unit::Bytes, 2 * size);
    let mut head = Vec::new();
    again().map_err(failed)?.take(BLOCK as u64).read_to_end(&mut head).map_err(failed)?;
    let mut notes = Vec::new();
    let marked = Encoding::for_bom(&head);
    let (encoding, skip) = match (label, marked) {
        (Some(label), _) => {
            let encoding = labelled(label)?;
            if encoding == UTF_8 && surveyed(again().map_err(failed)?, &work)?.bad == 0 {
                return Ok(None);
            }
            (encoding, marked.filter(|(e, _)| *e == encoding).map_or(0, |(_, length)| length))
        }
        (None, Some((encoding, length))) => {
            notes.push(format!("A byte order mark says {}.", name(encoding)));
            (encoding, length)
        }
        (None, None) => match zeros_at_alternate_bytes(&head) {
            Some(encoding) => {
                notes.push(format!("Read as {}: every second byte is zero.", name(encoding)));
                (encoding, 0)
            }
            None => {
                let survey = surveyed(again().map_err(failed)?, &work)?;
                if survey.bad == 0 {
                    return Ok(None);
                }
                let (encoding, why) = of_bad(&survey, &head);
                notes = why;
                (encoding, 0)
            }
        },
    };
    let mut reader = again().map_err(failed)?;
    std::io::copy(&mut (&mut reader).take(skip as u64), &mut std::io::sink()).map_err(failed)?;
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (mut bytes, mut text) = (vec![0; BLOCK], String::with_capacity(4 * BLOCK));
    let (mut written, mut replaced) = (0, false);
    loop {
        work.check()?;
        let got = reader.read(&mut bytes).map_err(failed)?;
        work.advance(got as u64);
        let mut rest = bytes.get(..got).unwrap_or_default();
        loop {
            let (result, used, bad) = decoder.decode_to_string(rest, &mut text, got == 0);
            replaced |= bad;
            rest = rest.get(used..).unwrap_or_default();
            out.write_all(text.as_bytes()).map_err(failed)?;
            written += text.len() as u64;
            text.clear();
            if result == CoderResult::InputEmpty {
                break;
            }
        }
        if got == 0 {
            break;
        }
    }
    if replaced && (encoding != UTF_8 || label.is_some()) {
        let asked = if label.is_some() { " as asked" } else { "" };
        notes.insert(0, format!("Some bytes are not {}{asked}; those are shown as \u{fffd}.", name(encoding)));
    }
    Ok(Some(Rewritten { size: written, encoding: name(encoding), notes }))
}

/// Looks at all bytes, in blocks that end with a line.
fn surveyed(mut reader: impl Read, work: &Ticket) -> Result<Survey, EngineError> {
    let mut survey = Survey::default();
    let (mut bytes, mut kept) = (vec![0; BLOCK], 0);
    loop {
        work.check()?;
        let room = bytes.get_mut(kept..).unwrap_or_default();
        let got = reader
            .read(room)
            .map_err(|e| EngineError::input(format!("The file can't be read any more: {e}."), "Check the disk."))?;
        work.advance(got as u64);
        let filled = kept + got;
        let have = bytes.get(..filled).unwrap_or_default();
        let end = if got == 0 { filled } else { memchr::memrchr(b'\n', have).map_or(0, |at| at + 1) };
        // A line longer than a block is cut where it is.
        let end = if end == 0 && filled == bytes.len() { filled } else { end };
        survey.add(have.get(..end).unwrap_or_default());
        if got == 0 {
            return Ok(survey);
        }
        bytes.copy_within(end..filled, 0);
        kept = filled - end;
    }
}

fn with(encoding: &'static Encoding, bytes: Vec<u8>, skip: usize, asked: bool) -> Decoded {
    let mut notes = Vec::new();
    if encoding == UTF_8 && skip == 0 {
        return match String::from_utf8(bytes) {
            Ok(text) => Decoded { text, encoding: name(encoding), notes },
            Err(error) => {
                notes.push(format!(
                    "Not all bytes are UTF-8 (first bad one at offset {}); those are shown as \u{fffd}.",
                    error.utf8_error().valid_up_to()
                ));
                let text = String::from_utf8_lossy(&error.into_bytes()).into_owned();
                Decoded { text, encoding: name(encoding), notes }
            }
        };
    }
    let (text, bad) = encoding.decode_without_bom_handling(bytes.get(skip..).unwrap_or_default());
    if bad {
        notes.push(format!(
            "Some bytes are not {}{}; those are shown as \u{fffd}.",
            name(encoding),
            if asked { " as asked" } else { "" }
        ));
    }
    Decoded { text: text.into_owned(), encoding: name(encoding), notes }
}

fn name(encoding: &'static Encoding) -> String {
    encoding.name().to_ascii_lowercase()
}

/// Whether the first bytes are UTF-16, marked or not.
pub fn is_utf16(head: &[u8]) -> bool {
    head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || zeros_at_alternate_bytes(head).is_some()
}

/// UTF-16 of mostly Western text without a mark has a zero in nearly every second byte.
fn zeros_at_alternate_bytes(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(4096))?;
    if head.len() < 8 {
        return None;
    }
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    if odd * 10 >= half * 7 && even * 10 <= half {
        Some(UTF_16LE)
    } else if even * 10 >= half * 7 && odd * 10 <= half {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Double-byte encodings that also fit, where bytes above 127 stand mostly side by side: in Western text they are
/// single letters among ASCII ones.
fn east_asian(bytes: &[u8]) -> Vec<&'static str> {
    let head = bytes.get(..bytes.len().min(1 << 20)).unwrap_or_default();
    // A cut through a letter would fit nothing.
    let whole = if head.len() == bytes.len() {
        head
    } else {
        head.get(..memchr::memrchr(b'\n', head).unwrap_or(head.len())).unwrap_or_default()
    };
    let high = head.iter().filter(|b| **b >= 0x80).count();
    let pairs = head.windows(2).filter(|w| w.iter().all(|b| *b >= 0x80)).count();
    if pairs * 5 < high * 2 {
        return Vec::new();
    }
    [(GB18030, "gb18030"), (SHIFT_JIS, "shift_jis")]
        .into_iter()
        .filter(|(encoding, _)| encoding.decode_without_bom_handling_and_without_replacement(whole).is_some())
        .map(|(_, label)| label)
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn guesses_the_common_encodings() {
        let utf16: Vec<u8> = "a,b\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = [0xfe, 0xff].into_iter().chain("a,å\n".encode_utf16().flat_map(u16::to_be_bytes)).collect();
        for (bytes, label, text) in [
            (b"a,b\n".to_vec(), "utf-8", "a,b\n"),
            (b"\xef\xbb\xbfa,b\n".to_vec(), "utf-8", "a,b\n"),
            (utf16, "utf-16le", "a,b\n1,2\n"),
            (big, "utf-16be", "a,å\n"),
            (b"by\nTroms\xf8\n\x80\n".to_vec(), "windows-1252", "by\nTromsø\n€\n"),
        ] {
            let decoded = decode(bytes, None).unwrap();
            assert_eq!((decoded.encoding.as_str(), decoded.text.as_str()), (label, text));
        }
    }

    #[test]
    fn one_bad_byte_does_not_turn_utf8_into_something_else() {
        let mut bytes = "by,navn\nTromsø,Bjørn\nMalmö,Åse\n".as_bytes().to_vec();
        bytes.extend(b"Oslo,\xff\n");
        let at = bytes.len() - 2;
        let decoded = decode(bytes, None).unwrap();
        assert_eq!(decoded.encoding, "utf-8");
        assert!(decoded.text.contains("Tromsø,Bjørn") && decoded.text.ends_with("Oslo,\u{fffd}\n"));
        assert!(decoded.notes[0].contains(&format!("offset {at}")), "{:?}", decoded.notes);
        // A single whole letter may be chance.
        let western = b"caf\xc3\xa9,\xe9t\xe9,\xe8,\xe0\n".to_vec();
        assert_eq!(decode(western, None).unwrap().encoding, "windows-1252");
    }

    #[test]
    fn text_that_is_utf8_is_not_written_anew() {
        let rewritten = |bytes: &[u8], label: Option<&str>| {
            let mut out = Vec::new();
            let found = rewrite(|| Ok(bytes), bytes.len() as u64, label, &mut out, &Ticket::default()).unwrap();
            (found.map(|r| r.encoding), out)
        };
        let clean = "by,navn\nTromsø,Bjørn\n".as_bytes();
        assert_eq!(rewritten(clean, None), (None, Vec::new()));
        assert_eq!(rewritten(clean, Some("utf-8")), (None, Vec::new()));
        assert_eq!(rewritten(b"Troms\xf8\n", None), (Some("windows-1252".into()), "Tromsø\n".into()));
        assert_eq!(rewritten(b"\xef\xbb\xbfa\n", None), (Some("utf-8".into()), b"a\n".to_vec()));
        let (encoding, out) = rewritten(b"Oslo,\xff\n", Some("utf-8"));
        assert_eq!((encoding.as_deref(), out), (Some("utf-8"), "Oslo,\u{fffd}\n".into()));
    }

    #[test]
    fn a_label_overrules_and_an_unknown_one_is_refused() {
        let bytes = vec![0xb3, 0xc7, 0xca, 0xd0];
        assert!(decode(bytes.clone(), None).unwrap().notes.iter().any(|n| n.contains("gb18030")));
        assert_eq!(decode(bytes.clone(), Some("gb18030")).unwrap().text, "城市");
        assert!(decode(bytes, Some("klingon")).is_err());
    }
}
