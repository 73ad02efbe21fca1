//! Naming the columns that a wrong name may have meant.

use crate::engine::EngineError;
use crate::query::Schema;

/// "There is no column "churn". Did you mean Churn?"
pub fn unknown_column(name: &str, schema: &Schema) -> EngineError {
    let wanted = name.to_lowercase();
    let mut near: Vec<(usize, &str)> = schema
        .columns
        .iter()
        .take(2000)
        .filter_map(|c| {
            let have = c.name.to_lowercase();
            let limit = (wanted.chars().count().max(have.chars().count()) / 3).max(1);
            let far = distance(&wanted, &have);
            let part = wanted.len() >= 3 && (have.contains(&wanted) || wanted.contains(&have) && have.len() >= 3);
            (far <= limit || part).then_some((far, c.name.as_str()))
        })
        .collect();
    near.sort_unstable();
    let names: Vec<&str> = near.iter().take(3).map(|(_, n)| *n).collect();
    let next = match names.as_slice() {
        [] => {
            let all: Vec<&str> = schema.columns.iter().take(8).map(|c| c.name.as_str()).collect();
            let dots = if schema.columns.len() > all.len() { " …" } else { "" };
            format!("The columns are {}{dots}. Text values stand in single quotes.", all.join(", "))
        }
        names => format!("Did you mean {}?", names.join(" or ")),
    };
    EngineError::request(format!("There is no column \"{name}\"."), next)
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
