//! Bytes from a terminal to input.
//!
//! Our own, because the reader must see hang-ups, must never wait inside a half sequence, and must
//! not leave bytes behind when many arrive at once; the parser of crossterm is private to a source
//! that does these. Sequences as in ECMA-48 and xterm's ctlseqs: CSI and SS3 keys with modifiers,
//! SGR mouse, bracketed paste, focus, modifyOtherKeys and the plain form of the kitty protocol.
//! Replies of the terminal and what is unknown are dropped whole, so that no part of them is taken
//! for keys.

use std::time::Duration;

use super::csi;
use crate::app::key::{Input, Key, KeyCode};

/// How long the rest of a sequence may take before its beginning counts as keys. Slow lines split
/// sequences; people wait for Esc.
const SEQUENCE: Duration = Duration::from_millis(50);
/// How long a paste may pause before it counts as over.
const PASTE: Duration = Duration::from_secs(2);
/// Longest sequence that is waited for.
const LONGEST: usize = 4096;
/// Most bytes of one paste; what is beyond is left out.
const PASTE_LIMIT: usize = 4 << 20;

const PASTE_END: &[u8] = b"\x1b[201~";

/// What the beginning of the buffer is.
pub(super) enum Step {
    /// So many bytes make this input.
    Take(usize, Input),
    /// So many bytes mean nothing to us.
    Skip(usize),
    /// So many bytes begin a paste.
    Paste(usize),
    /// Not all has come yet.
    More,
}

/// Holds what has come so far of an unfinished sequence or paste.
#[derive(Debug, Default)]
pub struct Parser {
    bytes: Vec<u8>,
    paste: Option<Vec<u8>>,
}

impl Parser {
    /// Takes bytes as they came and adds what they mean to `out`.
    pub fn feed(&mut self, bytes: &[u8], out: &mut Vec<Input>) {
        self.bytes.extend_from_slice(bytes);
        loop {
            if self.paste.is_some() && !self.take_paste(out) {
                return;
            }
            match step(&self.bytes) {
                Step::Take(n, input) => {
                    self.drop_front(n);
                    out.push(input);
                }
                Step::Skip(n) => self.drop_front(n),
                Step::Paste(n) => {
                    self.drop_front(n);
                    self.paste = Some(Vec::new());
                }
                Step::More if self.bytes.len() > LONGEST => self.bytes.clear(),
                Step::More => return,
            }
        }
    }

    /// How long to wait for more bytes before [`Parser::give_up`]; `None` when nothing is unfinished.
    pub fn patience(&self) -> Option<Duration> {
        match (&self.paste, self.bytes.is_empty()) {
            (Some(_), _) => Some(PASTE),
            (None, false) => Some(SEQUENCE),
            (None, true) => None,
        }
    }

    /// No more bytes came: what is unfinished counts as what was typed (`Esc`, Alt and a character)
    /// or is dropped; a paste without its end is a paste.
    pub fn give_up(&mut self, out: &mut Vec<Input>) {
        if let Some(mut text) = self.paste.take() {
            text.append(&mut self.bytes);
            out.push(pasted(text));
            return;
        }
        match self.bytes.as_slice() {
            [0x1b] => out.push(Input::Key(Key::plain(KeyCode::Esc))),
            [0x1b, c @ 0x20..=0x7e] => out.push(Input::Key(Key::alt(char::from(*c)))),
            _ => {}
        }
        self.bytes.clear();
    }

    fn drop_front(&mut self, n: usize) {
        self.bytes.drain(..n.min(self.bytes.len()));
    }

    /// Moves pasted bytes over; true when the paste has ended.
    fn take_paste(&mut self, out: &mut Vec<Input>) -> bool {
        let Some(text) = &mut self.paste else { return true };
        let end = self.bytes.windows(PASTE_END.len()).position(|w| w == PASTE_END);
        // The last bytes may be the beginning of the end mark.
        let ready = end.unwrap_or(self.bytes.len().saturating_sub(PASTE_END.len() - 1));
        let room = PASTE_LIMIT.saturating_sub(text.len());
        text.extend(self.bytes.drain(..ready).take(room));
        if end.is_none() {
            return false;
        }
        self.drop_front(PASTE_END.len());
        out.push(pasted(self.paste.take().unwrap_or_default()));
        true
    }
}

fn pasted(bytes: Vec<u8>) -> Input {
    let text = String::from_utf8_lossy(&bytes);
    Input::Paste(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// Reads the first key, sequence or character.
fn step(bytes: &[u8]) -> Step {
    match bytes {
        [] => Step::More,
        [0x1b, rest @ ..] => escape(rest),
        _ => match character(bytes) {
            Some((n, c)) => Step::Take(n, Input::Key(Key::char(c))),
            None => Step::More,
        },
    }
}

/// The sequence after an ESC.
fn escape(rest: &[u8]) -> Step {
    match rest {
        [] => Step::More,
        [b'[', tail @ ..] => csi::read(tail),
        [b'O'] => Step::More,
        [b'O', last, ..] => match csi::ss3(*last) {
            Some(key) => Step::Take(3, Input::Key(key)),
            // Not a function key: Alt-O was typed, and something after it.
            None => Step::Take(2, Input::Key(Key::alt('O'))),
        },
        // Replies: OSC, DCS, APC, up to BEL or ESC \. Alone it is Alt and the character.
        [b']' | b'P' | b'_', tail @ ..] => string(tail),
        // Two escapes are two keys; the second may begin a sequence.
        [0x1b, ..] => Step::Take(1, Input::Key(Key::plain(KeyCode::Esc))),
        _ => match character(rest) {
            Some((n, c)) => {
                let key = Key::char(c);
                Step::Take(1 + n, Input::Key(Key::new(key.code, key.ctrl, true, key.shift)))
            }
            None => Step::More,
        },
    }
}

/// The length of a string sequence whose first two bytes were taken off.
fn string(tail: &[u8]) -> Step {
    for (i, byte) in tail.iter().enumerate() {
        match (byte, tail.get(i + 1)) {
            (0x07, _) => return Step::Skip(2 + i + 1),
            (0x1b, Some(b'\\')) => return Step::Skip(2 + i + 2),
            (0x1b, None) => return Step::More,
            // Another sequence begins: this one was cut short.
            (0x1b, Some(_)) => return Step::Skip(2 + i),
            _ => {}
        }
    }
    Step::More
}

/// One character of UTF-8 and its bytes; a wrong byte is `U+FFFD`. `None` when it is not complete.
fn character(bytes: &[u8]) -> Option<(usize, char)> {
    let lead = *bytes.first()?;
    let len = match lead {
        0..=0x7f => return Some((1, char::from(lead))),
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Some((1, '\u{fffd}')),
    };
    let part = bytes.get(..len.min(bytes.len())).unwrap_or_default();
    match std::str::from_utf8(part) {
        Ok(text) => text.chars().next().map(|c| (len, c)),
        // Only what may still become a character is waited for.
        Err(e) if e.error_len().is_none() => None,
        Err(_) => Some((1, '\u{fffd}')),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::app::key::MouseKind;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Vec<Input> {
        let (mut parser, mut out) = (Parser::default(), Vec::new());
        parser.feed(bytes, &mut out);
        out
    }

    /// Keys as printed.
    fn keys(bytes: &[u8]) -> String {
        let name = |input: &Input| match input {
            Input::Key(key) => key.to_string(),
            other => format!("{other:?}"),
        };
        read(bytes).iter().map(name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn plain_keys() {
        assert_eq!(keys("qG?é客".as_bytes()), "q G ? é 客");
        assert_eq!(keys(b"\r\n\t\x7f\x08 "), "Enter Enter Tab Backspace Backspace Space");
        assert_eq!(keys(b"\x01\x03\x1a\x00\x1f"), "Ctrl-A Ctrl-C Ctrl-Z Ctrl-@ Ctrl-_");
    }

    #[test]
    fn arrows_and_function_keys_with_modifiers() {
        assert_eq!(keys(b"\x1b[A\x1bOB\x1b[1;5C\x1b[1;2D"), "Up Down Ctrl-Right S-Left");
        assert_eq!(keys(b"\x1b[H\x1b[4~\x1b[5~\x1b[6;3~\x1b[3~\x1b[2~"), "Home End PageUp Alt-PageDown Delete Insert");
        assert_eq!(keys(b"\x1bOP\x1b[15~\x1b[24;6~\x1b[[A\x1b[1;2R"), "F1 F5 Ctrl-S-F12 F1 S-F3");
        assert_eq!(keys(b"\x1b[Z"), "S-Tab");
        assert_eq!(keys(b"\x1b[27;5;13~\x1b[97;5u\x1b[13;2u"), "Ctrl-Enter Ctrl-A S-Enter");
        // A release is no press.
        assert_eq!(keys(b"\x1b[97;1:3u"), "");
    }

    #[test]
    fn alt_is_an_escape_before() {
        assert_eq!(keys(b"\x1b1\x1bx\x1bX\x1b\x7f\x1b\r"), "Alt-1 Alt-x Alt-X Alt-Backspace Alt-Enter");
        assert_eq!(keys("\x1bé".as_bytes()), "Alt-é");
        assert_eq!(keys(b"\x1bOz"), "Alt-O z");
    }

    #[test]
    fn escape_waits_a_little_and_then_is_a_key() {
        let (mut parser, mut out) = (Parser::default(), Vec::new());
        parser.feed(b"\x1b", &mut out);
        assert!(out.is_empty());
        assert_eq!(parser.patience(), Some(SEQUENCE));
        parser.give_up(&mut out);
        assert_eq!(out, [Input::Key(Key::plain(KeyCode::Esc))]);
        assert_eq!(parser.patience(), None);
        out.clear();
        parser.feed(b"\x1b[", &mut out);
        parser.give_up(&mut out);
        assert_eq!(out, [Input::Key(Key::alt('['))]);
        assert_eq!(keys(b"\x1b\x1b[A"), "Esc Up");
    }

    #[test]
    fn a_paste_is_text_whatever_it_holds() {
        let got = read(b"\x1b[200~one\r\ntwo\rq\x1b[A\x03\x1b[201~q");
        let paste = Input::Paste("one\ntwo\nq\x1b[A\x03".to_owned());
        assert_eq!(got, [paste, Input::Key(Key::char('q'))]);
    }

    #[test]
    fn a_paste_that_never_ends_ends_by_itself() {
        let (mut parser, mut out) = (Parser::default(), Vec::new());
        parser.feed(b"\x1b[200~half \x1b[2", &mut out);
        assert!(out.is_empty());
        assert_eq!(parser.patience(), Some(PASTE));
        parser.give_up(&mut out);
        assert_eq!(out, [Input::Paste("half \x1b[2".to_owned())]);
    }

    #[test]
    fn the_mouse_points_at_cells() {
        let at = |kind, column, row| Input::Mouse { kind, column, row };
        assert_eq!(
            read(b"\x1b[<0;5;3M\x1b[<32;6;3M\x1b[<0;6;3m\x1b[<64;1;1M\x1b[<65;1;1M\x1b[<2;1;1M"),
            [
                at(MouseKind::Down, 4, 2),
                at(MouseKind::Drag, 5, 2),
                at(MouseKind::Up, 5, 2),
                at(MouseKind::ScrollUp, 0, 0),
                at(MouseKind::ScrollDown, 0, 0),
            ]
        );
    }

    #[test]
    fn focus_comes_and_goes() {
        assert_eq!(read(b"\x1b[I\x1b[O"), [Input::FocusGained, Input::FocusLost]);
    }

    #[test]
    fn replies_of_the_terminal_are_no_keys() {
        assert_eq!(keys(b"\x1b]11;rgb:0000/0000/0000\x07a\x1bP1$r0m\x1b\\b\x1b[?62;22cc\x1b[?2026;2$yd"), "a b c d");
    }

    #[test]
    fn broken_bytes_do_not_stop_what_follows() {
        assert_eq!(keys(b"\xffa\xc3(b"), "\u{fffd} a \u{fffd} ( b");
        assert_eq!(keys(b"\x1b[12\x1b[A"), "Up");
        assert_eq!(keys(&[b"\x1b]", "x".repeat(5000).as_bytes()].concat()), "");
    }

    #[test]
    fn thousands_of_keys_at_once_all_arrive() {
        assert_eq!(read(&b"x".repeat(10_000)).len(), 10_000);
    }

    fn pieces() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..6),
            proptest::sample::select(vec![
                &b"\x1b[A"[..],
                b"\x1b[200~",
                b"\x1b[201~",
                b"\x1b[<0;3;4M",
                b"\x1b]0;t\x07",
                b"\x1bOP",
                b"\x1b",
                b"\xe5\xae",
                b"\x1b[1;5",
                b"\x1b[M",
                b"\x1b[[",
                b"\x1bO",
            ])
            .prop_map(<[u8]>::to_vec),
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|p| p.concat())
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_bytes_are_split(bytes in pieces(), cuts in proptest::collection::vec(0usize..40, 0..6)) {
            let whole = read(&bytes);
            let (mut parser, mut out, mut rest) = (Parser::default(), Vec::new(), bytes.as_slice());
            for cut in cuts {
                let (head, tail) = rest.split_at(cut.min(rest.len()));
                parser.feed(head, &mut out);
                rest = tail;
            }
            parser.feed(rest, &mut out);
            prop_assert_eq!(out, whole);
        }

        #[test]
        fn nothing_is_pending_after_giving_up(bytes in pieces()) {
            let (mut parser, mut out) = (Parser::default(), Vec::new());
            parser.feed(&bytes, &mut out);
            parser.give_up(&mut out);
            prop_assert_eq!(parser.patience(), None);
            for input in out {
                if let Input::Key(key) = input {
                    prop_assert_eq!(Key::new(key.code, key.ctrl, key.alt, key.shift), key);
                }
            }
        }
    }
}
