//! Whole numbers are kept exactly or refused.
//!
//! A plain value such as `99999999999999999999` fits no 64-bit number, and the library would turn
//! it into the float 1e20. Most texts hold no digit run that long, so a byte scan decides first and
//! only suspects are read event by event.

use serde_yaml::granit_parser::{Event, Parser, ScalarStyle};

use super::error::Fault;

/// Shortest digit run that may not fit: `i64` holds every number of 18 digits.
const SUSPECT: usize = 19;

/// Finds the first plain whole number outside `i64::MIN..=u64::MAX`.
pub fn check(text: &str) -> Result<(), Fault> {
    if !has_long_run(text) {
        return Ok(());
    }
    for event in Parser::new_from_str(text) {
        // What the parser refuses is reported by the reading itself, in its own words.
        let Ok((event, span)) = event else { return Ok(()) };
        if let Event::Scalar(word, ScalarStyle::Plain, _, tag) = event
            && tag.is_none()
            && too_large(&word)
        {
            return Err(Fault {
                message: format!("the whole number {} is too large to be kept exactly; put it in quotes", clip(&word)),
                place: Some((span.start.line(), span.start.col() + 1)),
            });
        }
    }
    Ok(())
}

fn has_long_run(text: &str) -> bool {
    let mut run = 0;
    text.bytes().any(|b| {
        run = if b.is_ascii_digit() { run + 1 } else { 0 };
        run >= SUSPECT
    })
}

fn too_large(word: &str) -> bool {
    let digits = word.strip_prefix(['-', '+']).unwrap_or(word);
    !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
        && if word.starts_with('-') { word.parse::<i64>().is_err() } else { digits.parse::<u64>().is_err() }
}

fn clip(word: &str) -> String {
    if word.len() <= 24 { word.to_owned() } else { format!("{}…", word.chars().take(20).collect::<String>()) }
}
