//! Names that tell of the outcome.

/// Words in a column's name that tell of the outcome.
const TELLING: [&str; 14] = [
    "cancel",
    "cancelled",
    "canceled",
    "cancellation",
    "churn",
    "churned",
    "refund",
    "refunded",
    "closed",
    "reason",
    "status",
    "final",
    "outcome",
    "result",
];

/// Words in the name of a column of time that say: stamped at the end, or each time something changes.
const STAMPED: [&str; 19] = [
    "end",
    "ended",
    "exit",
    "exited",
    "left",
    "resigned",
    "terminated",
    "termination",
    "deactivated",
    "deleted",
    "removed",
    "returned",
    "resolved",
    "completed",
    "finished",
    "expired",
    "modified",
    "updated",
    "changed",
];

/// Words that say that a moment was set ahead: it is known before it comes.
const AHEAD: [&str; 9] =
    ["planned", "plan", "expected", "scheduled", "due", "target", "estimated", "promised", "agreed"];

/// Whether a name says what came of it, by its words.
pub fn telling(name: &str) -> bool {
    let words = words(name);
    words.iter().any(|w| TELLING.contains(&w.as_str()))
        || words.windows(2).any(|two| two[0] == "end" && two[1] == "date")
}

/// Whether a column of time is, by its name, a moment that is only known once the outcome is.
pub fn stamped_after(name: &str) -> bool {
    let words = words(name);
    let has = |list: &[&str]| words.iter().any(|w| list.contains(&w.as_str()));
    (has(&TELLING) || has(&STAMPED)) && !has(&AHEAD)
}

/// The words of a name in lower case: cut at what is no letter or digit, and where a small letter meets a capital.
fn words(name: &str) -> Vec<String> {
    let mut spaced = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            spaced.push(' ');
        }
        spaced.extend(c.to_lowercase());
        before = c;
    }
    spaced.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_by_whole_words() {
        for name in ["cancel_date", "ChurnReason", "reservation_status", "end date", "Refunded"] {
            assert!(telling(name), "{name}");
        }
        for name in ["statusquo", "finalist", "date", "weekend", "reasonable", "closest"] {
            assert!(!telling(name), "{name}");
        }
    }

    #[test]
    fn moments_are_told_by_name_unless_they_were_set_ahead() {
        for name in ["reservation_status_date", "closedAt", "updated_at", "exit_date", "EndDate", "last modified"] {
            assert!(stamped_after(name), "{name}");
        }
        for name in ["signup_date", "planned_end", "due_date_final", "arrival", "weekend", "expected completed on"] {
            assert!(!stamped_after(name), "{name}");
        }
    }
}
