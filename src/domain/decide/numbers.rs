//! Numbers as people write them.

/// Reads a number with a decimal point or comma, a percent sign, blanks or marks between thousands.
///
/// # Errors
/// A sentence on what to write instead; also where a text can be read as two numbers.
pub fn read_number(text: &str) -> Result<f64, String> {
    let shown = text.trim();
    let no = || format!("\"{shown}\" is not a number. Write digits, such as 8.0.");
    let plain: String = shown
        .trim_end_matches('%')
        .trim()
        .replace('\u{2212}', "-")
        .chars()
        .filter(|c| !matches!(c, ' ' | '\u{2009}' | '\u{a0}' | '\u{202f}'))
        .collect();
    let number = match (plain.matches(',').count(), plain.contains('.')) {
        (0, _) => plain,
        (1, false) => {
            let (whole, part) = plain.split_once(',').unwrap_or_default();
            if part.len() == 3 && thousands(whole) && part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(format!(
                    "\"{shown}\" can be read as two numbers. Write {whole}{part} for the thousands, or {whole}.{part} with a point."
                ));
            }
            plain.replace(',', ".")
        }
        // Several marks of one kind, or marks before a point, stand between thousands.
        (_, false) => ungrouped(&plain, ',').ok_or_else(no)?,
        (_, true) => {
            let (whole, part) = plain.split_once('.').unwrap_or_default();
            format!("{}.{part}", ungrouped(whole, ',').ok_or_else(no)?)
        }
    };
    number.parse::<f64>().ok().filter(|x| x.is_finite()).ok_or_else(no)
}

/// The same where nobody is told why it can't be read.
#[must_use]
pub fn number_in(text: &str) -> Option<f64> {
    read_number(text).ok()
}

/// One to three digits that may be a count of thousands: none begins with 0.
fn thousands(whole: &str) -> bool {
    let digits = whole.trim_start_matches(['-', '+']);
    (1..=3).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
}

/// `1,204,331` without its marks; none where they don't stand between groups of three.
fn ungrouped(text: &str, mark: char) -> Option<String> {
    let mut groups = text.split(mark);
    let first = groups.next().filter(|g| thousands(g))?;
    let mut out = first.to_owned();
    for group in groups {
        if group.len() != 3 || !group.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        out.push_str(group);
    }
    Some(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, number) in [
            (" 26,5 % ", 26.5),
            ("−3", -3.0),
            ("1 204", 1204.0),
            ("1,204,331", 1_204_331.0),
            ("1,204.5", 1204.5),
            ("0,125", 0.125),
            ("1,25", 1.25),
            ("1,2345", 1.2345),
            ("-0.5", -0.5),
        ] {
            assert_eq!(read_number(text), Ok(number), "{text}");
        }
        for text in ["1e400", "many", "", "1,20,3", "1,2.5", "1.2.3", "NaN"] {
            assert!(read_number(text).unwrap_err().contains("is not a number"), "{text}");
        }
    }

    #[test]
    fn what_can_be_read_as_two_numbers_is_not_guessed() {
        let why = read_number("1,200").unwrap_err();
        assert_eq!(why, "\"1,200\" can be read as two numbers. Write 1200 for the thousands, or 1.200 with a point.");
        assert_eq!(number_in("-12,345 %"), None);
    }
}
