//! Results arrive.

use super::pages::{self, confounders};
use super::{ask_reach, ask_split, change, clues, columns, leaks, sight};
use crate::app::screens::checks::clue_columns;
use crate::app::{App, CANCELLED, Effect, Tone, forms};
use crate::query::{Analysis, Findings, KpiResult};

/// An analysis is done.
pub fn found(app: &mut App, slot: &str, result: Result<Findings, String>, _seconds: f64) -> Vec<Effect> {
    let result = match result {
        Ok(result) => result,
        Err(why) => return failed(app, slot, why),
    };
    match (slot, result) {
        ("bind", Findings::Kpi(result)) => forms::bind(app, &result),
        ("kpi form", Findings::Kpi(result)) => {
            forms::level_found(app, Ok(&result));
            Vec::new()
        }
        ("try", _) => forms::ad_hoc_tried(app, Ok(())),
        ("level", Findings::Kpi(result)) => {
            // Whoever waits for nothing, or for another KPI, takes nothing.
            if app.views.explore.asked_level && is_current(app, &result) {
                app.views.explore.asked_level = false;
                app.views.explore.level = Some(result);
            }
            Vec::new()
        }
        ("by", Findings::Kpi(result)) => {
            if !is_current(app, &result) {
                return Vec::new();
            }
            let Some(name) = app.views.explore.asked_by.take() else { return Vec::new() };
            for (column, _) in result.groups.first().map(|g| g.place.as_slice()).unwrap_or_default() {
                app.views.explore.looked.insert(column.clone());
            }
            associate(app, &name);
            app.views.explore.by.insert(name, result);
            let mut effects: Vec<Effect> = ask_reach(app).into_iter().collect();
            effects.extend(next_association(app));
            effects
        }
        ("cover" | "shift", findings) => columns::found(app, findings),
        ("drivers" | "segments", findings) => clues::found(app, findings),
        ("change", findings) => change::found(app, findings),
        ("leaks", findings) => leaks::found(app, findings),
        ("confounders", findings) => confounders::found(app, findings),
        ("reach", Findings::Reach(result)) => {
            if app.views.explore.asked_reach.as_deref() != Some(result.segment.as_str()) {
                return Vec::new();
            }
            app.views.explore.asked_reach = None;
            app.views.explore.reach.insert(result.segment.clone(), result);
            let mut effects = sight::go_on(app);
            // On its page several groups wait for theirs.
            effects.extend(pages::ask(app));
            effects
        }
        (slot, Findings::Fixes(fixes)) => {
            let table = slot.strip_prefix(pages::reading::FIXES).unwrap_or_default().to_owned();
            pages::reading::found(app, &table, Ok(fixes));
            Vec::new()
        }
        (slot, Findings::Profile(profile)) => {
            let Some(table) = slot.strip_prefix("profile:") else { return Vec::new() };
            if let Some(info) = app.tables.get_mut(table) {
                info.profile = Some(profile);
                info.profiling = false;
            }
            if app.main_table() != Some(table) {
                return Vec::new();
            }
            let mut effects = ask_split(app);
            effects.extend(columns::ask(app));
            // What lies in the data says which periods can be compared.
            effects.extend(change::ask(app));
            effects
        }
        (slot, Findings::Association { v }) => {
            if let Some((a, b)) = slot.strip_prefix("assoc:").and_then(|s| s.split_once('|')) {
                app.views.explore.associations.insert((a.to_owned(), b.to_owned()), v.unwrap_or(0.0));
            }
            next_association(app).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a result is of the KPI that is bound now.
fn is_current(app: &App, result: &KpiResult) -> bool {
    app.doc.as_ref().and_then(|d| d.session.state.kpi.as_ref()).is_some_and(|k| k.kpi.is_same(&result.kpi))
}

fn failed(app: &mut App, slot: &str, why: String) -> Vec<Effect> {
    match slot {
        "bind" => {
            app.views.problem.binding = None;
            match app.views.problem.asked_in.take() {
                Some(form) => forms::reopen(app, form, format!("The KPI was not bound. {why}")),
                None => app.say(Tone::Bad, format!("The KPI was not bound. {why}")),
            }
        }
        "kpi form" => forms::level_found(app, Err(&why)),
        slot if slot.starts_with(pages::reading::FIXES) => {
            let table = slot.strip_prefix(pages::reading::FIXES).unwrap_or_default().to_owned();
            pages::reading::found(app, &table, Err(why));
        }
        "try" => return forms::ad_hoc_tried(app, Err(why)),
        "level" => {
            app.views.explore.asked_level = false;
            if why != CANCELLED {
                app.say(Tone::Bad, why);
            }
        }
        "by" => {
            if app.views.explore.asked_by.take().is_some() {
                app.views.explore.failed = Some(format!("{why} 3 tries again."));
            }
        }
        "cover" | "shift" => columns::failed(app, slot, &why),
        "drivers" | "segments" => clues::failed(app, slot, &why),
        "change" => change::failed(app, &why),
        "leaks" => leaks::failed(app, &why),
        "confounders" => confounders::failed(app, &why),
        "reach" => {
            app.views.explore.asked_reach = None;
            if app.views.explore.then.take().is_some() && why != CANCELLED {
                app.say(Tone::Bad, why);
            }
        }
        s if s.starts_with("assoc:") => return next_association(app).into_iter().collect(),
        s if s.starts_with("profile:") => {
            if let Some(info) = s.strip_prefix("profile:").and_then(|t| app.tables.get_mut(t)) {
                info.profiling = false;
                info.profile_failed = Some(why);
            }
        }
        // Who cancels has been told so already.
        _ if why == CANCELLED => {}
        _ => app.say(Tone::Bad, why),
    }
    Vec::new()
}

/// Notes which columns of earlier clues this one may go with: they would share a family.
fn associate(app: &mut App, column: &str) {
    for other in clue_columns(app) {
        let known = &app.views.explore.associations;
        let pair = (column.to_owned(), other.clone());
        let turned = (other.clone(), column.to_owned());
        let is_column =
            app.main_info().is_some_and(|i| i.schema.get(column).is_some() && i.schema.get(&other).is_some());
        if other != column && is_column && !known.contains_key(&pair) && !known.contains_key(&turned) {
            app.views.explore.to_associate.push(pair);
        }
    }
}

fn next_association(app: &mut App) -> Option<Effect> {
    let (a, b) = app.views.explore.to_associate.pop()?;
    let data = app.main_table()?.to_owned();
    Some(Effect::Run {
        slot: format!("assoc:{a}|{b}"),
        label: format!("how {a} goes with {b}"),
        data,
        analysis: Box::new(Analysis::Association { a, b }),
    })
}
