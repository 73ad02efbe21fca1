//! Names, values and conditions as SQL text.

use jiff::civil::DateTime;

use crate::query::{Cell, ValueType};

/// The name of a column in SQL.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A value in SQL; absent for null and for what SQL can't write.
#[must_use]
pub fn literal(cell: &Cell, dtype: Option<ValueType>) -> Option<String> {
    match cell {
        Cell::Null => None,
        Cell::Bool(b) => Some(if *b { "TRUE".to_owned() } else { "FALSE".to_owned() }),
        Cell::Int(i) => Some(i.to_string()),
        Cell::Float(x) => x.is_finite().then(|| sql_number(*x)),
        Cell::Text(s) => match dtype {
            Some(ValueType::Date) => Some(format!("DATE '{}'", s.get(..10)?)),
            Some(ValueType::Datetime) => moment(s).map(timestamp),
            Some(ValueType::Time | ValueType::Duration | ValueType::Other) => None,
            _ => Some(format!("'{}'", s.replace('\'', "''"))),
        },
    }
}

/// Two conditions that must both hold.
#[must_use]
pub fn both(a: Option<&str>, b: Option<&str>) -> Option<String> {
    match (a, b) {
        (Some(a), Some(b)) => Some(format!("({a}) AND ({b})")),
        (one, other) => one.or(other).map(str::to_owned),
    }
}

/// Every name in a condition, in its order: quoted ones as they are, bare words that are no function. Text in single
/// quotes holds none; words of the language are among them and are no column.
#[must_use]
pub fn names_in(sql: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        if matches!(c, '"' | '`' | '\'') {
            let mut inside = String::new();
            let mut left = after;
            // A doubled quote stands for itself.
            loop {
                let Some((part, beyond)) = left.split_once(c) else {
                    left = "";
                    break;
                };
                inside.push_str(part);
                left = beyond;
                match beyond.strip_prefix(c) {
                    Some(more) => {
                        inside.push(c);
                        left = more;
                    }
                    None => break,
                }
            }
            if c != '\'' && !inside.is_empty() {
                out.push(inside);
            }
            rest = left;
        } else if c.is_alphabetic() || c == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let (word, beyond) = rest.split_at(end);
            if !beyond.trim_start().starts_with('(') {
                out.push(word.to_owned());
            }
            rest = beyond;
        } else if c.is_ascii_digit() {
            rest = rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '.');
        } else {
            rest = after;
        }
    }
    out
}

/// A number as SQL reads it: shortest exact decimals, never `inf`, exponents only where Rust must write zeros.
pub(super) fn sql_number(x: f64) -> String {
    if x.fract() == 0.0 && x.abs() < 1e15 { format!("{x:.0}") } else { format!("{x}") }
}

pub(super) fn moment(text: &str) -> Option<DateTime> {
    text.trim_end_matches('Z').parse().ok().or_else(|| text.get(..19)?.parse().ok())
}

pub(super) fn timestamp(t: DateTime) -> String {
    format!("TIMESTAMP '{}'", t.strftime("%Y-%m-%d %H:%M:%S"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back_as_the_same_value() {
        assert_eq!(quoted("a \"b\""), r#""a ""b""""#);
        let text = |c: Cell, t| literal(&c, t);
        assert_eq!(text(Cell::Text("it's".into()), Some(ValueType::Text)).unwrap(), "'it''s'");
        assert_eq!(text(Cell::Text("2024-02-29".into()), Some(ValueType::Date)).unwrap(), "DATE '2024-02-29'");
        let t = text(Cell::Text("2024-02-29T10:00:00Z".into()), Some(ValueType::Datetime)).unwrap();
        assert_eq!(t, "TIMESTAMP '2024-02-29 10:00:00'");
        assert_eq!(text(Cell::Float(2.0), None).unwrap(), "2");
        assert_eq!(text(Cell::Float(-0.125), None).unwrap(), "-0.125");
        assert_eq!(text(Cell::Bool(true), None).unwrap(), "TRUE");
        assert_eq!(text(Cell::Null, None), None);
        assert_eq!(text(Cell::Float(f64::NAN), None), None);
        assert_eq!(text(Cell::Text("soon".into()), Some(ValueType::Datetime)), None);
    }

    #[test]
    fn names_stand_outside_of_texts_and_functions() {
        let names =
            names_in(r#"LOWER(CAST("a ""b""" AS VARCHAR)) LIKE 'it''s x%' OR NOT (wait_min > 1e3 AND `c d` = 2)"#);
        let columns: Vec<&str> = names.iter().map(String::as_str).filter(|n| n.to_lowercase() == *n).collect();
        assert_eq!(columns, [r#"a "b""#, "wait_min", "c d"]);
        assert!(names_in("'never closed").is_empty() && names_in("").is_empty());
    }

    #[test]
    fn conditions_join_with_parentheses() {
        assert_eq!(both(Some("a OR b"), Some("c")).unwrap(), "(a OR b) AND (c)");
        assert_eq!(both(None, Some("c")).unwrap(), "c");
        assert_eq!(both(None, None), None);
    }
}
