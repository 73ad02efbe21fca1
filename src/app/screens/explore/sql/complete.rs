//! What the word under the cursor may become: tables behind FROM, columns of the tables that are read, keywords,
//! functions.

use super::RESULT;
use crate::app::App;
use crate::app::screens::explore::table::quoted_if_odd;
use crate::query::{SqlKind, sql_tables, sql_words};

/// So many are offered.
const MOST: usize = 8;

const KEYWORDS: [&str; 44] = [
    "SELECT",
    "DISTINCT",
    "FROM",
    "WHERE",
    "GROUP BY",
    "ORDER BY",
    "HAVING",
    "LIMIT",
    "OFFSET",
    "JOIN",
    "LEFT JOIN",
    "INNER JOIN",
    "FULL JOIN",
    "CROSS JOIN",
    "ON",
    "USING",
    "AS",
    "AND",
    "OR",
    "NOT",
    "IN",
    "IS NULL",
    "IS NOT NULL",
    "LIKE",
    "ILIKE",
    "BETWEEN",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "ASC",
    "DESC",
    "NULLS LAST",
    "UNION ALL",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "WITH",
    "OVER",
    "PARTITION BY",
    "CAST",
    "DATE",
    "INTERVAL",
];

/// Something that the word may become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What is written.
    pub text: String,
    /// What it is: a type, `table`, `function`.
    pub what: String,
    /// Characters before the cursor that it takes the place of.
    pub replaces: usize,
}

/// Looks for offers at the cursor. While nothing is typed only what was asked for is offered.
pub(super) fn look(app: &mut App, typed: bool) {
    let offers = if typed { offers(app) } else { Vec::new() };
    let view = &mut app.views.explore.sql;
    (view.offers, view.offer) = (offers, 0);
}

/// Tab: takes what is offered; where nothing was, offers all that fits here. Says whether there was anything.
pub(super) fn take(app: &mut App) -> bool {
    if app.views.explore.sql.offers.is_empty() {
        look(app, true);
        return !app.views.explore.sql.offers.is_empty();
    }
    let view = &mut app.views.explore.sql;
    if let Some(offer) = view.offers.get(view.offer).cloned() {
        view.editor.replace_before(offer.replaces, &offer.text);
        view.failed = None;
    }
    view.offers.clear();
    true
}

fn offers(app: &App) -> Vec<Offer> {
    let editor = &app.views.explore.sql.editor;
    let (text, (line, column)) = (editor.text(), editor.cursor());
    let current: String = text.split('\n').nth(line).unwrap_or_default().chars().take(column).collect();
    let head: String = text.split('\n').take(line).map(|l| format!("{l}\n")).collect::<String>() + &current;
    let words = sql_words(&head);
    // Inside a text nothing is offered.
    if words.last().is_some_and(|w| {
        w.kind == SqlKind::Text && w.start + w.text.len() == head.len() && (w.text.len() < 2 || !w.text.ends_with('\''))
    }) {
        return Vec::new();
    }
    let word_start = current
        .char_indices()
        .rev()
        .find(|(_, c)| !(c.is_alphanumeric() || *c == '_'))
        .map_or(0, |(i, c)| i + c.len_utf8());
    let (before, word) = current.split_at(word_start);
    let wanted = word.to_lowercase();
    let replaces = word.chars().count();
    let previous: Vec<_> = words.iter().filter(|w| w.start + w.text.len() <= head.len() - word.len()).collect();
    let last = previous.last().map(|w| w.text.to_ascii_uppercase()).unwrap_or_default();
    let behind_from = matches!(last.as_str(), "FROM" | "JOIN");
    let read = sql_tables(&sql_words(&text));
    let mut found: Vec<(u8, Offer)> = Vec::new();
    let rank = |name: &str| -> Option<u8> {
        let have = name.to_lowercase();
        if have.starts_with(&wanted) {
            Some(0)
        } else if wanted.len() >= 2 && have.contains(&wanted) {
            Some(1)
        } else {
            None
        }
    };
    let tables = || app.tables.iter().filter(|(name, _)| name.as_str() != RESULT);
    let offer = |text: String, what: &str| Offer { text, what: what.to_owned(), replaces };
    if before.ends_with('.') {
        // Columns of the table that stands before the dot.
        let name = previous.iter().rev().nth(1).map(|w| w.name()).unwrap_or_default();
        let table = read.iter().find(|(_, called)| called.as_deref() == Some(&name)).map_or(&name, |(t, _)| t);
        if let Some(info) = app.tables.get(table.as_str()) {
            found.extend(
                info.schema
                    .columns
                    .iter()
                    .filter_map(|c| Some((rank(&c.name)?, offer(quoted_if_odd(&c.name), c.dtype.word())))),
            );
        }
    } else if behind_from {
        found.extend(tables().filter_map(|(n, _)| Some((rank(n)?, offer(quoted_if_odd(n), "table")))));
    } else if !wanted.is_empty() {
        let mut columns: Vec<(u8, Offer)> = Vec::new();
        for (_, info) in tables().filter(|(n, _)| read.is_empty() || read.iter().any(|(r, _)| r == *n)) {
            for c in &info.schema.columns {
                let text = quoted_if_odd(&c.name);
                if let Some(rank) = rank(&c.name).filter(|_| columns.iter().all(|(_, o)| o.text != text)) {
                    columns.push((rank * 4, offer(text, c.dtype.word())));
                }
            }
        }
        found.extend(columns);
        let begins = |name: &str| name.to_lowercase().starts_with(&wanted);
        found.extend(KEYWORDS.iter().filter(|k| begins(k)).map(|k| (1, offer((*k).to_owned(), "word"))));
        found.extend(tables().filter(|(n, _)| begins(n)).map(|(n, _)| (2, offer(quoted_if_odd(n), "table"))));
        let functions = crate::engine::sql_functions();
        found.extend(
            functions.iter().filter(|f| begins(f)).map(|f| (3, offer(format!("{}(", f.to_uppercase()), "function"))),
        );
    }
    found.sort_by_key(|(rank, _)| *rank);
    // A word that is whole needs no offer.
    if found.iter().any(|(_, o)| o.text.eq_ignore_ascii_case(word)) && !word.is_empty() {
        return Vec::new();
    }
    found.into_iter().map(|(_, o)| o).take(MOST).collect()
}
