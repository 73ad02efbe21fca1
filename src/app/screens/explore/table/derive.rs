//! Columns made of others by a SQL expression.

use super::columns::is_derived;
use super::like::quoted_if_odd;
use super::{arranged, change, selected_column};
use crate::app::form::{Choice, Form};
use crate::app::forms::FormId;
use crate::app::{App, Effect, Tone};
use crate::query::Derived;

/// `a`: a new column.
pub(in crate::app) fn open_derive(app: &mut App) {
    open(app, None);
}

/// `D`: another expression or name for the derived column under the cursor, or none any more.
pub(in crate::app) fn open_change(app: &mut App) {
    let found = selected_column(app).and_then(|(place, column)| {
        let info = app.main_info()?;
        let derived = &arranged(app)?.now.view.derived;
        is_derived(info, place).then(|| derived.iter().find(|d| d.name == column.name).cloned())?
    });
    match found {
        Some(derived) => open(app, Some(derived)),
        None => app.say(Tone::Warn, "This column is the file's own. a makes a new one of it."),
    }
}

fn open(app: &mut App, old: Option<Derived>) {
    let names: Vec<Choice> = app
        .main_info()
        .map(|i| i.schema.columns.iter().map(|c| (quoted_if_odd(&c.name), c.dtype.word().to_owned())).collect())
        .unwrap_or_default();
    let (title, help) = match &old {
        Some(d) => (format!("Change the column {}", d.name), "Empty drops the column"),
        None => ("A derived column".to_owned(), "SQL, such as price * items or tenure > 12"),
    };
    let (name, sql) = old.as_ref().map_or(("", ""), |d| (d.name.as_str(), d.sql.as_str()));
    let form = Form::new(FormId::TableDerive(old.as_ref().map(|d| d.name.clone())), title, "add")
        .line("name", "Name", "No other column may have it", name)
        .suggest("sql", "Expression", help, sql, names);
    app.open_form(form);
}

/// The form was submitted.
///
/// # Errors
/// A sentence for the form.
pub(in crate::app) fn submit_derive(app: &mut App, form: &Form, old: Option<&str>) -> Result<Vec<Effect>, String> {
    let (name, sql) = (form.text("name"), form.text("sql"));
    if let (Some(old), true) = (old, sql.is_empty()) {
        return Ok(change(app, |layout| {
            layout.view.derived.retain(|d| d.name != old);
            layout.view.sort.retain(|k| k.column != old);
        }));
    }
    if name.is_empty() {
        return Err("Give the column a name.".into());
    }
    if sql.is_empty() {
        return Err("Write an expression, such as price * items.".into());
    }
    let taken = app.main_info().is_some_and(|i| i.schema.get(&name).is_some()) && old != Some(name.as_str());
    if taken {
        return Err(format!("There is a column {name} already. Give it another name."));
    }
    let new = Derived { name: name.clone(), sql };
    let effects = change(app, |layout| match old {
        None => layout.view.derived.push(new),
        Some(old) => {
            for derived in layout.view.derived.iter_mut().filter(|d| d.name == old) {
                *derived = new.clone();
            }
            let known_as = |n: &mut String| {
                if n == old {
                    n.clone_from(&name);
                }
            };
            layout.view.sort.iter_mut().for_each(|k| known_as(&mut k.column));
            layout.order.iter_mut().for_each(known_as);
            if let Some(width) = layout.widths.remove(old) {
                layout.widths.insert(name.clone(), width);
            }
        }
    });
    super::asked_by(app, form);
    Ok(effects)
}
