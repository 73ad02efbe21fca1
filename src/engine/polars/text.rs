//! Bytes to text: byte order marks, UTF-16, UTF-8, other encodings by label.

use encoding_rs::{Encoding, GB18030, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::engine::EngineError;

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
        let encoding = Encoding::for_label(label.trim().as_bytes()).ok_or_else(|| {
            EngineError::input(
                format!("The encoding \"{label}\" is not known."),
                "Use for example utf-8, windows-1252, utf-16le, shift_jis or gb18030.",
            )
        })?;
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
            let at = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            if let Some(bad) = damaged_utf8(&bytes) {
                let parts = if bad == 1 { "1 place is".to_owned() } else { format!("{bad} places are") };
                let notes =
                    vec![format!("Read as UTF-8, but {parts} not (first bad byte at offset {at}); shown as \u{fffd}.")];
                let text = String::from_utf8_lossy(&bytes).into_owned();
                return Ok(Decoded { text, encoding: "utf-8".into(), notes });
            }
            let others = east_asian(&bytes);
            let mut decoded = with(WINDOWS_1252, bytes, 0, false);
            decoded.notes.push(format!("Not UTF-8 (first bad byte at offset {at}); read as windows-1252."));
            if !others.is_empty() {
                decoded.notes.push(format!(
                    "The bytes also fit {}: set the encoding if the text looks wrong.",
                    others.join(" and ")
                ));
            }
            Ok(decoded)
        }
    }
}

/// How many places are broken in what is UTF-8 for the rest: there are at least four times as many letters beyond ASCII
/// that are whole. Text in another encoding hardly ever has such letters by chance.
fn damaged_utf8(bytes: &[u8]) -> Option<usize> {
    let (mut whole, mut bad) = (0usize, 0usize);
    for part in bytes.utf8_chunks() {
        whole += part.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!part.invalid().is_empty());
    }
    (bad > 0 && whole >= 4 * bad).then_some(bad)
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
    let high = head.iter().filter(|b| **b >= 0x80).count();
    let pairs = head.windows(2).filter(|w| w.iter().all(|b| *b >= 0x80)).count();
    if pairs * 5 < high * 2 {
        return Vec::new();
    }
    [(GB18030, "gb18030"), (SHIFT_JIS, "shift_jis")]
        .into_iter()
        .filter(|(encoding, _)| encoding.decode_without_bom_handling_and_without_replacement(bytes).is_some())
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
    fn a_label_overrules_and_an_unknown_one_is_refused() {
        let bytes = vec![0xb3, 0xc7, 0xca, 0xd0];
        assert!(decode(bytes.clone(), None).unwrap().notes.iter().any(|n| n.contains("gb18030")));
        assert_eq!(decode(bytes.clone(), Some("gb18030")).unwrap().text, "城市");
        assert!(decode(bytes, Some("klingon")).is_err());
    }
}
