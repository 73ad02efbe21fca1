//! Naming the columns that a wrong name may have meant.

use crate::engine::EngineError;
use crate::query::Schema;

/// At most so many columns are named where none is near.
const MOST_NAMED: usize = 8;

/// "There is no column "churn". Did you mean Churn?"
pub fn unknown_column(name: &str, schema: &Schema) -> EngineError {
    let names = near(name, schema.columns.iter().map(|c| c.name.as_str()));
    let next = match names.as_slice() {
        [] => {
            let all: Vec<&str> = schema.columns.iter().take(MOST_NAMED).map(|c| c.name.as_str()).collect();
            let dots = if schema.columns.len() > all.len() { " …" } else { "" };
            format!("The columns are {}{dots}. Text values stand in single quotes.", all.join(", "))
        }
        names => format!("Did you mean {}?", names.join(" or ")),
    };
    EngineError::request(format!("There is no column \"{name}\"."), next)
}

/// The columns of a table that has a name, or of the one that is made of others.
pub type Known<'a> = (Option<&'a str>, Schema);

/// "There is no column "zpi" in users, rides. Did you mean users.zip?"
pub fn unknown_in(name: &str, tables: &[Known<'_>]) -> EngineError {
    let full =
        |table: &Option<&str>, column: &str| table.map_or_else(|| column.to_owned(), |t| format!("{t}.{column}"));
    let mut close: Vec<String> = Vec::new();
    let mut all: Vec<String> = Vec::new();
    for (table, schema) in tables {
        // What the query passes on is named with its table.
        let passed_on =
            |name: &str| table.is_none() && tables.iter().any(|(t, s)| t.is_some() && s.get(name).is_some());
        let columns = || schema.columns.iter().map(|c| c.name.as_str()).filter(|name| !passed_on(name));
        close.extend(near(name, columns()).into_iter().map(|column| full(table, column)));
        all.extend(columns().take(MOST_NAMED + 1).map(|column| full(table, column)));
    }
    close.truncate(MOST_NAMED);
    let next = if close.is_empty() {
        let dots = if all.len() > MOST_NAMED { " …" } else { "" };
        all.truncate(MOST_NAMED);
        format!("The columns are {}{dots}.", all.join(", "))
    } else {
        format!("Did you mean {}?", close.join(" or "))
    };
    let named: Vec<&str> = tables.iter().filter_map(|(table, _)| *table).collect();
    EngineError::request(format!("There is no column \"{name}\" in {}.", named.join(", ")), next)
}

/// At most three of the names that are spelt like this one, the nearest first.
pub fn near<'a>(name: &str, all: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = name.to_lowercase();
    let mut near: Vec<(usize, &str)> = all
        .take(2000)
        .filter_map(|name| {
            let have = name.to_lowercase();
            let limit = (wanted.chars().count().max(have.chars().count()) / 3).max(1);
            let far = distance(&wanted, &have);
            let part = wanted.len() >= 3 && (have.contains(&wanted) || wanted.contains(&have) && have.len() >= 3);
            (far <= limit || part).then_some((far, name))
        })
        .collect();
    near.sort_unstable();
    near.into_iter().take(3).map(|(_, n)| n).collect()
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(200).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(200).enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let above = *cell;
            left = (corner + usize::from(x != *y)).min(above + 1).min(left + 1);
            corner = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        for (a, b, n) in [("", "abc", 3), ("churn", "churn", 0), ("kitten", "sitting", 3), ("ab", "ba", 2)] {
            assert_eq!(distance(a, b), n, "{a} {b}");
        }
    }
}
