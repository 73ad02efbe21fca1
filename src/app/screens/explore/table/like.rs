//! Filters: an expression, rows like the cell under the cursor, rows unlike it.

use super::super::filter::{self, add_filter};
use super::{arranged, selected_column};
use crate::analysis::sqltext::{literal, quoted};
use crate::app::form::{Choice, FieldKind, Form};
use crate::app::forms::FormId;
use crate::app::screens::explore::selected_cell;
use crate::app::{App, Effect, Tone};
use crate::query::{Cell, ColumnInfo, ValueType};

/// The condition that holds for rows with this value, or for all others: null counts as a value.
fn condition(column: &ColumnInfo, cell: &Cell, like: bool) -> Option<String> {
    let name = quoted(&column.name);
    if *cell == Cell::Null {
        return Some(format!("{name} IS {}NULL", if like { "" } else { "NOT " }));
    }
    let value = match (cell, column.dtype) {
        (_, ValueType::Time | ValueType::Duration | ValueType::Other) => return None,
        _ => literal(cell, Some(column.dtype))?,
    };
    Some(if like { format!("{name} = {value}") } else { format!("({name} <> {value} OR {name} IS NULL)") })
}

/// `+`: only rows like this cell.
pub(in crate::app) fn like(app: &mut App) -> Vec<Effect> {
    by_cell(app, true)
}

/// `-`: only rows unlike this cell.
pub(in crate::app) fn unlike(app: &mut App) -> Vec<Effect> {
    by_cell(app, false)
}

fn by_cell(app: &mut App, like: bool) -> Vec<Effect> {
    let (Some((_, column)), Some(cell)) = (selected_column(app), selected_cell(app)) else {
        app.say(Tone::Warn, "This row is still being read.");
        return Vec::new();
    };
    // A page holds no more than the beginning of a very long text.
    let cut = matches!(cell, Cell::Text(t) if t.len() > 64 << 10);
    let found = if cut { None } else { condition(column, cell, like) };
    match found {
        Some(condition) => add_filter(app, &condition),
        None => {
            let words = format!("{}: this value makes no condition. f takes one of your own.", column.name);
            app.say(Tone::Warn, words);
            Vec::new()
        }
    }
}

/// `f`: a condition of one's own.
pub(in crate::app) fn open_filter(app: &mut App) {
    let info = app.main_info();
    let names: Vec<Choice> = info
        .map(|i| i.schema.columns.iter().map(|c| (quoted_if_odd(&c.name), c.dtype.word().to_owned())).collect())
        .unwrap_or_default();
    let begun = selected_column(app).map(|(_, c)| format!("{} ", quoted_if_odd(&c.name))).unwrap_or_default();
    let mut form = Form::new(FormId::TableFilter, "Only rows where", "filter").suggest(
        "condition",
        "Condition",
        "SQL, such as tenure > 12 AND Contract = 'One year'; empty shows all rows",
        &begun,
        names,
    );
    let now = arranged(app).map(|a| a.now.view.filter.clone()).unwrap_or_default();
    if !now.is_empty() {
        form = form.info(format!("It is added to: {}", now.join(" AND ")));
    }
    app.open_form(form);
}

/// A name as it may stand in an expression.
pub(in crate::app) fn quoted_if_odd(name: &str) -> String {
    let plain =
        name.chars().enumerate().all(|(i, c)| c == '_' || c.is_ascii_alphabetic() || (i > 0 && c.is_ascii_digit()));
    // A word of the language would not be read as a name.
    let word = matches!(
        name.to_ascii_uppercase().as_str(),
        "WHEN"
            | "CASE"
            | "SELECT"
            | "FROM"
            | "WHERE"
            | "AND"
            | "OR"
            | "NOT"
            | "NULL"
            | "IS"
            | "IN"
            | "LIKE"
            | "ORDER"
            | "GROUP"
            | "BY"
            | "END"
            | "THEN"
            | "ELSE"
            | "BETWEEN"
            | "TRUE"
            | "FALSE"
            | "DATE"
            | "TIME"
            | "TIMESTAMP"
            | "INTERVAL"
            | "DESC"
            | "ASC"
    );
    if plain && !word && !name.is_empty() { name.to_owned() } else { quoted(name) }
}

/// Offers columns for the word that is being typed: taking one leaves what stands before it.
pub(in crate::app) fn complete(app: &App, form: &mut Form, key: &str) {
    let Some((text, now)) = form.fields.iter().find(|f| f.key == key).and_then(|f| match &f.kind {
        FieldKind::Suggest { editor, options, .. } => Some((editor.text(), options.clone())),
        _ => None,
    }) else {
        return;
    };
    let word_of = |c: &(usize, char)| !(c.1.is_alphanumeric() || c.1 == '_');
    let begun = text.char_indices().rev().find(word_of).map_or(0, |(at, c)| at + c.len_utf8());
    let (before, word) = text.split_at(begun);
    let word = word.to_lowercase();
    let columns = app.main_info().map(|i| i.schema.columns.as_slice()).unwrap_or_default();
    let offers: Vec<Choice> = columns
        .iter()
        .filter(|c| word.is_empty() || c.name.to_lowercase().contains(&word))
        .map(|c| (format!("{before}{}", quoted_if_odd(&c.name)), c.dtype.word().to_owned()))
        .collect();
    // Whoever goes through the offers with the arrows is not put back to the first.
    if offers != now {
        form.set_suggestions(key, offers);
    }
}

pub(in crate::app) fn submit_filter(app: &mut App, form: &Form) -> Vec<Effect> {
    let text = form.text("condition");
    if text.is_empty() {
        return filter::clear(app);
    }
    let effects = add_filter(app, &text);
    super::asked_by(app, form);
    effects
}
