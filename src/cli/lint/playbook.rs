//! Faults of a playbook, with the places where they stand.

use super::{Finding, place, words};
use crate::domain::playbook::{Playbook, lint, unknown_keys};
use crate::yaml;

/// Everything wrong or doubtful.
pub fn look(text: &str, origin: &str) -> Vec<Finding> {
    let mut out: Vec<Finding> = words::risky(text)
        .into_iter()
        .map(|(line, column, word)| {
            Finding::fault(
                (line, column),
                format!("write \"{word}\" in quotes: many programs read it as true or false"),
            )
        })
        .collect();
    match yaml::parse::<Playbook>(text, origin) {
        Ok(playbook) => {
            let keys = yaml::value(text, origin).map(|v| unknown_keys(&v)).unwrap_or_default();
            for f in lint(&playbook).into_iter().chain(keys) {
                let at = find(text, &f.needle, &f.message);
                out.push(Finding { warning: f.warning, ..Finding::fault(at, f.message) });
            }
        }
        Err(e) => out.push(Finding::yaml(&e)),
    }
    out
}

/// Near the needle: at the word that the message ends with, if the entry holds it, else where the entry begins.
fn find(text: &str, needle: &str, message: &str) -> (usize, usize) {
    let nth = usize::from(message.ends_with("stands twice"));
    let Some(entry) = place::of_id(text, needle, nth).or_else(|| place::of_key(text, needle)) else {
        return text
            .lines()
            .enumerate()
            .find_map(|(i, l)| place::word_column(l, needle).map(|c| (i + 1, c)))
            .unwrap_or((1, 1));
    };
    let quoted = message.split('"').nth(1);
    let last = message.split_whitespace().last().map(|w| w.trim_matches(['"', '.', ',', ';']));
    quoted
        .into_iter()
        .chain(last)
        .filter(|w| *w != needle)
        .find_map(|w| place::of_word_in_entry(text, entry.0, w))
        .unwrap_or(entry)
}
