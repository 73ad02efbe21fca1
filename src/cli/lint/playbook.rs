//! Faults of a playbook, with the places where they stand.

use std::path::Path;

use serde_json::Value;

use super::{Finding, place, words};
use crate::cli::load::{newer_playbook, with_bases};
use crate::domain::playbook::{Playbook, PlaybookFault, lint, unknown_keys};
use crate::yaml;

/// Everything wrong or doubtful.
pub fn look(path: &Path, text: &str, origin: &str) -> Vec<Finding> {
    let document = match yaml::value(text, origin) {
        Ok(document) => document,
        Err(e) => return risky(text).into_iter().chain([Finding::yaml(&e)]).collect(),
    };
    if let Some(why) = newer_playbook(&document) {
        return vec![Finding::fault(place::of_key(text, "schema").unwrap_or((1, 1)), why)];
    }
    let mut out = risky(text);
    out.extend(version(text, &document));
    let keys = unknown_keys(&document);
    let slips = keys.iter().any(|f| !f.warning);
    out.extend(keys.iter().map(|f| finding(text, f, None)));
    let extends = document.get("extends").and_then(Value::as_str);
    let found = match extends {
        None => yaml::parse::<Playbook>(text, origin).map_err(|e| Finding::yaml(&e)),
        Some(_) => with_bases(path, &document).and_then(|(whole, _)| read(whole)).map_err(|why| {
            let at = place::of_key(text, "extends").unwrap_or((1, 1));
            Finding::fault(at, why.trim_end_matches('.'))
        }),
    };
    match found {
        Ok(playbook) => out.extend(lint(&playbook).iter().map(|f| finding(text, f, extends))),
        // What can't be read at all is told only where no slip explains it.
        Err(finding) if !slips => out.push(finding),
        Err(_) => {}
    }
    out
}

fn read(whole: Value) -> Result<Playbook, String> {
    serde_json::from_value(whole).map_err(|e| format!("together with what it extends it is no playbook: {e}"))
}

fn risky(text: &str) -> Vec<Finding> {
    words::risky(text)
        .into_iter()
        .map(|(line, column, word)| {
            let message = format!("write \"{word}\" in quotes: many programs read it as true or false");
            // With a capital it is a word for people rather than one that is compared with.
            if word.starts_with(char::is_uppercase) {
                Finding::warning((line, column), message)
            } else {
                Finding::fault((line, column), message)
            }
        })
        .collect()
}

/// A version without quotes: 1.10 becomes 1.1, and 1.0.0 is a word only as long as it has two points.
fn version(text: &str, document: &Value) -> Option<Finding> {
    let (line, _) = place::of_key(text, "version")?;
    let source = text.lines().nth(line - 1)?;
    let value = source.strip_prefix("version:")?.trim_start();
    if value.starts_with(['"', '\'', '|', '>', '&', '*', '!']) {
        return None;
    }
    let at = (line, source.chars().count() - value.chars().count() + 1);
    let shown = value.split(" #").next().unwrap_or(value).trim_end();
    if document.get("version").is_some_and(Value::is_number) {
        let message = format!("write the version in quotes, \"{shown}\": it is read as a number, and 1.10 as 1.1");
        return Some(Finding::fault(at, message));
    }
    let message = format!("write the version in quotes, \"{shown}\", so that it stays a word whatever it says");
    Some(Finding::warning(at, message))
}

/// A fault with its place. What stands in the playbook that this one extends is shown at `extends`.
fn finding(text: &str, f: &PlaybookFault, extends: Option<&str>) -> Finding {
    let here = place::of_id(text, &f.needle, 0).is_some();
    let (at, message) = match extends {
        Some(base) if !here && !f.needle.is_empty() => (
            place::of_key(text, "extends").unwrap_or((1, 1)),
            format!("{} (it stands in {base}, on which this one builds)", f.message),
        ),
        _ => (find(text, f), f.message.clone()),
    };
    Finding { warning: f.warning, ..Finding::fault(at, message) }
}

/// Near the needle: at its word, at the word that the message quotes or ends with, if the entry holds it, else where
/// the entry begins.
fn find(text: &str, f: &PlaybookFault) -> (usize, usize) {
    let nth = usize::from(f.message.ends_with("stands twice"));
    let Some(entry) = place::of_id(text, &f.needle, nth).or_else(|| place::of_key(text, &f.needle)) else {
        let column = |l: &str| place::word_column(l, &f.needle);
        return text.lines().enumerate().find_map(|(i, l)| column(l).map(|c| (i + 1, c))).unwrap_or((1, 1));
    };
    let quoted = f.message.split('"').nth(1);
    let last = f.message.split_whitespace().last().map(|w| w.trim_matches(['"', '.', ',', ';']));
    std::iter::once(f.word.as_str())
        .chain(quoted)
        .chain(last)
        .filter(|w| !w.is_empty() && *w != f.needle)
        .find_map(|w| place::of_word_in_entry(text, entry.0, w))
        .unwrap_or(entry)
}
