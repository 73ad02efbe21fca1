//! What a key does in a field of a form: each gives false where it does nothing there, so that the form may use it.

use std::collections::BTreeSet;

use super::Choice;
use crate::app::editor::Editor;
use crate::app::key::{Key, KeyCode};
use crate::domain::words::Rating;

/// The suggestions that fit what was typed: those that hold every word of it, in any order and case. An empty text and
/// one that was taken from the list narrow nothing.
#[must_use]
pub fn fitting<'a>(options: &'a [Choice], typed: &str) -> Vec<&'a Choice> {
    let typed = typed.trim();
    if typed.is_empty() || options.iter().any(|(text, _)| text == typed) {
        return options.iter().collect();
    }
    let typed = typed.to_lowercase();
    let words: Vec<&str> =
        typed.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty()).collect();
    let fits = |(text, words_of): &Choice| {
        let (text, words_of) = (text.to_lowercase(), words_of.to_lowercase());
        words.iter().all(|w| text.contains(w) || words_of.contains(w))
    };
    options.iter().filter(|o| fits(o)).collect()
}

pub(super) fn suggest_key(editor: &mut Editor, options: &[Choice], at: &mut Option<usize>, key: Key) -> bool {
    let plain = !key.ctrl && !key.alt;
    match key.code {
        KeyCode::Down if plain => {
            let n = fitting(options, &editor.text()).len();
            let next = at.map_or(0, |i| i + 1);
            if next >= n {
                return n > 0 && at.is_some();
            }
            *at = Some(next);
            true
        }
        KeyCode::Up if plain && at.is_some() => {
            *at = at.and_then(|i| i.checked_sub(1));
            true
        }
        KeyCode::Enter if plain && at.is_some() => {
            let taken = at.and_then(|i| fitting(options, &editor.text()).get(i).map(|(text, _)| text.clone()));
            if let Some(text) = taken {
                editor.set(&text);
            }
            *at = None;
            true
        }
        _ => {
            let used = editor.key(key);
            if used {
                *at = None;
            }
            used
        }
    }
}

/// Moves a cursor by one row; true when it stood at the end already.
pub(super) fn step_cursor(cursor: &mut usize, len: usize, down: bool) -> bool {
    let to = if down { (*cursor + 1).min(len.saturating_sub(1)) } else { cursor.saturating_sub(1) };
    std::mem::replace(cursor, to) == to
}

/// Whether options stand below each other: side by side they would take too many cells for a narrow form.
#[must_use]
pub fn is_list(options: &[Choice]) -> bool {
    const WIDEST: usize = 66;
    options.iter().map(|(_, words)| words.chars().count() + 6).sum::<usize>() > WIDEST
}

pub(super) fn choice_key(options: &[Choice], selected: &mut Option<usize>, key: Key) -> bool {
    let n = options.len();
    if n == 0 || key.ctrl || key.alt {
        return false;
    }
    match key.code {
        // A list goes up and down, and leads on to the next field at its ends; a row goes sideways.
        KeyCode::Down if is_list(options) && selected.is_none_or(|i| i + 1 < n) => {
            *selected = Some(selected.map_or(0, |i| i + 1));
        }
        KeyCode::Up if is_list(options) && selected.is_some_and(|i| i > 0) => *selected = selected.map(|i| i - 1),
        KeyCode::Right | KeyCode::Char(' ' | 'l') => *selected = Some(selected.map_or(0, |i| (i + 1) % n)),
        KeyCode::Left | KeyCode::Char('h') => *selected = Some(selected.map_or(n - 1, |i| (i + n - 1) % n)),
        KeyCode::Char(c) => {
            // A digit names an option; any other letter goes to the next option that starts with it.
            if let Some(d) = c.to_digit(10).filter(|d| (1..=n as u32).contains(d)) {
                *selected = Some(d as usize - 1);
            } else {
                let from = selected.map_or(0, |i| i + 1);
                let starts = |i: &usize| {
                    options
                        .get(*i)
                        .and_then(|(_, w)| w.chars().next())
                        .is_some_and(|f| f.to_lowercase().eq(c.to_lowercase()))
                };
                match (from..n).chain(0..from.min(n)).find(starts) {
                    Some(i) => *selected = Some(i),
                    None => return false,
                }
            }
        }
        KeyCode::Backspace | KeyCode::Delete => *selected = None,
        _ => return false,
    }
    true
}

pub(super) fn many_key(options: &[Choice], chosen: &mut BTreeSet<usize>, cursor: &mut usize, key: Key) -> bool {
    if options.is_empty() || key.ctrl || key.alt {
        return false;
    }
    match key.code {
        KeyCode::Down | KeyCode::Char('j') if *cursor + 1 < options.len() => *cursor += 1,
        KeyCode::Up | KeyCode::Char('k') if *cursor > 0 => *cursor -= 1,
        KeyCode::Char(' ') => {
            if !chosen.remove(cursor) {
                chosen.insert(*cursor);
            }
        }
        _ => return false,
    }
    true
}

pub(super) fn ratings_key(rows: &mut [(String, String, Option<Rating>)], cursor: &mut usize, key: Key) -> bool {
    if rows.is_empty() || key.ctrl || key.alt {
        return false;
    }
    let n = rows.len();
    let mut change = |f: &dyn Fn(Option<Rating>) -> Option<Rating>| {
        if let Some(row) = rows.get_mut(*cursor) {
            row.2 = f(row.2);
        }
    };
    match key.code {
        KeyCode::Down | KeyCode::Char('j') if *cursor + 1 < n => *cursor += 1,
        KeyCode::Up | KeyCode::Char('k') if *cursor > 0 => *cursor -= 1,
        KeyCode::Right | KeyCode::Char('l' | '+') => change(&|r| Some(r.unwrap_or(Rating::NoDifference).step(true))),
        KeyCode::Left | KeyCode::Char('h' | '-') => change(&|r| Some(r.unwrap_or(Rating::NoDifference).step(false))),
        KeyCode::Char('0' | '=') => change(&|_| Some(Rating::NoDifference)),
        KeyCode::Backspace | KeyCode::Delete => change(&|_| None),
        _ => return false,
    }
    true
}
