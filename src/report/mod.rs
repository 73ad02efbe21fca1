//! What a session says to people outside it.
//!
//! | file | holds |
//! |---|---|
//! | [`markdown`] | the brief for stakeholders |
//! | [`escape`] | text from sessions and data stays text |
//! | [`tell`] | an event in one line of words |

pub mod escape;
pub mod markdown;
pub mod tell;

/// A number as it was meant: at most four figures after the point, and no zeros at the end (`7.6`, `0.38`, `30`).
#[must_use]
pub fn figure(x: f64) -> String {
    let text = crate::analysis::format::fixed(x, 4);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    #[test]
    fn figures_have_no_idle_zeros() {
        for (x, text) in
            [(7.6, "7.6"), (0.4, "0.4"), (8.0, "8"), (-0.25, "−0.25"), (1200.0, "1\u{2009}200"), (0.0, "0")]
        {
            assert_eq!(super::figure(x), text);
        }
    }
}
