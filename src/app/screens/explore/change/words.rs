//! A change in sentences: what a row says, how its figures come about, and the clue that it makes.

use serde_json::{Map, json};

use super::pin::{self, Look};
use super::{ChangeRow, What, inside_sum, result, selected};
use crate::analysis::format;
use crate::app::{App, Effect, Popup, Tone};
use crate::query::{ChangeResult, Measure, Usual};

/// The change as a whole: `24.5% [24.1, 24.9] → 13.7% [13.4, 14.0]   −10.8 pp [−11.3, −10.3]`.
#[must_use]
pub fn headline(r: &ChangeResult) -> String {
    format!(
        "{} {} {}   {}",
        format::level_with_interval(&r.kpi, &r.before.level),
        "→",
        format::level_with_interval(&r.kpi, &r.after.level),
        format::change_with_interval(&r.kpi, &r.change)
    )
}

/// Whether the change is unusual at all, in plain words.
#[must_use]
pub fn usual_words(usual: Option<&Usual>) -> Option<String> {
    let u = usual?;
    Some(match u.z {
        None if u.pairs == 0 => "no earlier pair of this kind says what is usual".to_owned(),
        None if u.pairs == 1 => "1 earlier pair of this kind is too few to say what is usual".to_owned(),
        None => format!("{} earlier pairs of this kind are too few to say what is usual", u.pairs),
        Some(z) => {
            let what = if z.abs() < 1.0 {
                "usual"
            } else if z.abs() < 2.0 {
                "nothing unusual"
            } else if z.abs() < 3.0 {
                "unusual"
            } else {
                "very unusual"
            };
            format!(
                "{what}: {} standard deviations off the mean of {} earlier changes of this kind",
                format::signed(z, 1),
                u.pairs
            )
        }
    })
}

/// What the two parts of a contribution are called: of a total price and volume.
#[must_use]
pub fn part_names(r: &ChangeResult, forecast: bool) -> (&'static str, &'static str) {
    match r.kpi.measure {
        _ if forecast => ("off plan", "–"),
        Measure::Sum(_) | Measure::Count => ("by price", "by volume"),
        _ => ("by level", "by share"),
    }
}

/// Whether what happened is held against what was expected.
#[must_use]
pub fn is_forecast(app: &App) -> bool {
    matches!(app.views.explore.change.compared.as_ref().map(|c| &c.what), Some(What::Forecast { .. }))
}

/// The row in one sentence, with its figures.
#[must_use]
pub fn sentence(app: &App, r: &ChangeResult, row: ChangeRow<'_>) -> String {
    let change = |x: Option<f64>| format::change(&r.kpi, x);
    let level = |x: Option<f64>| format::level(&r.kpi, x);
    let of = change(r.change.value);
    let label = if row.place().is_empty() { "Everything" } else { row.label() };
    match row {
        ChangeRow::Cause(c) if c.place.is_empty() => {
            format!("Everything moved: {} → {}, {of}, n {}", level(c.level.0), level(c.level.1), format::count(c.n))
        }
        ChangeRow::Cause(c) => {
            let part = c.contribution.map(|x| format!(", {} of {of}", change(Some(x)))).unwrap_or_default();
            format!(
                "{label}: {} → {}{part}, n {}; it moved unlike what surrounds it",
                level(c.level.0),
                level(c.level.1),
                format::count(c.n)
            )
        }
        ChangeRow::Part(p) => {
            let (rate, mix) = part_names(r, is_forecast(app));
            let split = if is_forecast(app) {
                String::new()
            } else {
                format!(" ({} {rate}, {} {mix})", change(Some(p.rate)), change(Some(p.mix)))
            };
            let n = if is_forecast(app) {
                format::count(p.n.1)
            } else {
                format!("{} and {}", format::count(p.n.0), format::count(p.n.1))
            };
            format!(
                "{label}: {} → {}, contributes {} of {of}{split}, n {n}",
                level(p.level.0),
                level(p.level.1),
                format::change_with_interval(&r.kpi, &p.contribution)
            )
        }
    }
}

/// How the figures come about.
pub(super) fn explain(app: &mut App) {
    let Some(r) = result(app) else { return };
    let view = &app.views.explore.change;
    let mut lines = Vec::new();
    if let Some(row) = selected(app) {
        lines.push(format!("{}.", sentence(app, r, row)));
        lines.push(String::new());
    }
    let total = matches!(r.kpi.measure, Measure::Sum(_) | Measure::Count);
    if is_forecast(app) {
        lines.push(
            "A group contributes Σ actual − Σ expected over its rows; together the groups give the whole difference \
             exactly."
                .into(),
        );
    } else if total {
        lines.push(
            "A group contributes its total after less its total before. By price: mean rows · (price after − price \
             before); by volume: (rows after − rows before) · mean price. Both together are the contribution, and all \
             contributions the change, exactly."
                .into(),
        );
    } else {
        lines.push(
            "A group contributes C = (N₁/D₁ − N₀/D₀) − (w₁ − w₀)·R̄, where N is the sum in the group, D that of all \
             rows, w the group's share and R̄ the middle of the two levels. By level: w̄·(r₁ − r₀), what goes with the \
             group's own level. By share: (w₁ − w₀)·(r̄ − R̄), what goes with more or fewer rows in it. Both together \
             are C, and all C the change, exactly."
                .into(),
        );
    }
    lines.push(
        "z tells a group that moved by itself from one that moved with all others: its own change less that of the \
         rest, in standard errors (difference in differences)."
            .into(),
    );
    lines.push(
        "Rows on top are the smallest set of cells in which the change stands: each gains more log likelihood than the \
         price of looking for it. Everything moved alike where no cell stands out."
            .into(),
    );
    if r.usual.is_some() {
        lines.push(
            "Usual or not: the same comparison over earlier pairs of periods of the same length and distance.".into(),
        );
    }
    if let (Some(inside), Some(sum)) = (&view.inside, inside_sum(app)) {
        lines.push(format!("The parts of {} add up to {}.", inside.label, format::change(&r.kpi, Some(sum))));
    }
    lines.push(super::super::independence(app));
    lines.push(format!("{} cells were looked at.", format::count(super::first(app).map_or(r.tried, |f| f.tried))));
    lines.extend(r.notes.iter().filter(|n| *n != crate::analysis::coding::ROWS_ALONE).cloned());
    lines.push(String::new());
    lines.push("It goes with the change; that is no proof of a cause.".into());
    let title = view.compared.as_ref().map(|c| c.title.clone()).unwrap_or_default();
    app.popups.push(Popup::Words { title, lines, scroll: 0 });
}

/// `c`: pins the row under the cursor.
pub(in crate::app::screens::explore) fn pin_row(app: &mut App) -> Vec<Effect> {
    let (Some(r), Some(row), Some(compared)) = (result(app), selected(app), app.views.explore.change.compared.clone())
    else {
        app.say(Tone::Warn, "There is no change in sight: v chooses what is compared.");
        return Vec::new();
    };
    let says = format!("{} ({})", sentence(app, r, row), compared.title);
    let columns: Vec<String> = row.place().iter().map(|(c, _)| c.clone()).collect();
    let mut params = Map::new();
    params.insert("kpi".into(), json!(r.kpi));
    match &compared.what {
        What::Rows { before, after } => {
            params.insert("before".into(), json!(before));
            params.insert("after".into(), json!(after));
        }
        What::Forecast { actual, expected } => {
            params.insert("actual".into(), json!(actual));
            params.insert("expected".into(), json!(expected));
        }
    }
    params.insert("by".into(), json!(columns));
    params.insert("where".into(), json!(row.condition()));
    let tried = super::first(app).map_or(r.tried, |f| f.tried);
    params.insert("tried".into(), json!(tried));
    let mut result = Map::new();
    let off_zero = match row {
        ChangeRow::Part(p) => {
            result.insert("n".into(), json!([p.n.0, p.n.1]));
            result.insert("estimate".into(), json!(p.contribution.value));
            result.insert("interval".into(), json!(p.contribution.interval));
            result.insert("level_share".into(), json!(p.rate));
            result.insert("mix".into(), json!(p.mix));
            result.insert("did_z".into(), json!(p.did_z));
            p.contribution.interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0)
        }
        ChangeRow::Cause(c) => {
            result.insert("n".into(), json!(c.n));
            result.insert("estimate".into(), json!(c.contribution));
            result.insert("gain".into(), json!(c.gain));
            !c.place.is_empty()
        }
    };
    result.insert("tried".into(), json!(tried));
    let title = format!("what moved, {}", compared.title);
    pin::open(app, Look { title, columns, params, result, says, off_zero, tried });
    Vec::new()
}
