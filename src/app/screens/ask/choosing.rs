//! Keys on options and on a scale.

use std::collections::BTreeSet;

use crate::app::editor::Editor;
use crate::app::form::Choice;
use crate::app::key::{Key, KeyCode};
use crate::domain::decide::number_in;
use crate::domain::playbook::Question;

/// A key on the options; true when the keys should go on to the words.
pub(super) fn option_key(
    options: &[Choice],
    many: bool,
    chosen: &mut BTreeSet<usize>,
    cursor: &mut usize,
    unknown: &mut bool,
    key: Key,
) -> bool {
    let last = options.len(); // "does not know"
    let mut pick = |at: usize, chosen: &mut BTreeSet<usize>| {
        if at == last {
            *unknown = !many || !*unknown;
            chosen.clear();
        } else if many {
            *unknown = false;
            if !chosen.remove(&at) {
                chosen.insert(at);
            }
        } else {
            *unknown = false;
            *chosen = BTreeSet::from([at]);
        }
    };
    let by = match key.code {
        KeyCode::Down | KeyCode::Right | KeyCode::Char('j') => 1,
        KeyCode::Up | KeyCode::Left | KeyCode::Char('k') => -1,
        KeyCode::Enter => {
            // The first Enter picks what the cursor shows, so that nothing is skipped unseen.
            if chosen.is_empty() && !many {
                pick(*cursor, chosen);
            }
            return true;
        }
        KeyCode::Char(' ') => {
            pick(*cursor, chosen);
            return false;
        }
        KeyCode::Backspace | KeyCode::Delete => {
            chosen.clear();
            *unknown = false;
            return false;
        }
        KeyCode::Char(c) => {
            let digit = c.to_digit(10).and_then(|d| usize::try_from(d).ok()).filter(|d| (1..=last + 1).contains(d));
            // With two options such as yes and no a first letter is quicker.
            let letter = || options.iter().position(|(k, _)| last == 2 && k.starts_with(c));
            if let Some(at) = digit.map(|d| d - 1).or_else(letter) {
                *cursor = at;
                pick(at, chosen);
            }
            return false;
        }
        _ => return false,
    };
    // In a single choice the first arrow picks where the cursor stands; later ones move the choice.
    let untouched = !many && chosen.is_empty() && *cursor != last;
    if !untouched || by < 0 {
        *cursor = cursor.saturating_add_signed(by).min(last);
    }
    if !many {
        pick(*cursor, chosen);
    }
    false
}

/// Arrows step a rating. No value is set beforehand, so that none suggests itself: from an empty field the first
/// step goes to an end of the scale.
pub(super) fn rating_key(question: &Question, line: &mut Editor, key: Key) -> bool {
    let Some(scale) = &question.scale else { return false };
    let up = match key.code {
        KeyCode::Up | KeyCode::Right | KeyCode::Char('+') => true,
        KeyCode::Down | KeyCode::Left | KeyCode::Char('-') => false,
        _ => return false,
    };
    let step = scale.step.filter(|s| *s > 0.0).unwrap_or(1.0);
    let next = match number_in(&line.text()) {
        None if up => scale.min,
        None => scale.max,
        Some(x) => (if up { x + step } else { x - step }).clamp(scale.min, scale.max.max(scale.min)),
    };
    line.set(&next.to_string());
    true
}
