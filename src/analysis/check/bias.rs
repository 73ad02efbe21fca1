//! `bias_by`: is a forecast too high or too low in one group?

use crate::analysis::format;
use crate::analysis::keys::{column_type, quoted};
use crate::analysis::kpi::{self, Grouping};
use crate::engine::EngineError;
use crate::query::{Key, Kpi, Measure};

use super::ask::{Ask, Found};

/// Groups with fewer rows are not called the worst.
const FEWEST: u64 = 30;

/// The mean of `expected` less `actual` (roles or columns of numbers): over all rows, and in the group of `by` in which it
/// is farthest from 0 among those whose interval is off 0, or else at all.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let of = |param: &str| -> Result<String, EngineError> {
        let column = match ask.text(param)? {
            Some(role) => ask.column(&role)?,
            None => ask.column(param)?,
        };
        if column_type(ask.engine, &column)?.is_number() {
            return Ok(column);
        }
        Err(EngineError::request(format!("{column} holds no numbers."), "Name a column of numbers."))
    };
    let (expected, actual) = (of("expected")?, of("actual")?);
    let role = ask.text("by")?.ok_or_else(|| ask.missing("by", "name a role or a column"))?;
    let by = ask.column(&role)?;
    let bias = Kpi { measure: Measure::Mean(format!("{} - {}", quoted(&expected), quoted(&actual))), filter: None };
    let filter = ask.filter()?;
    let keys = [Key::column(&by)];
    let grouping = Grouping { by: &keys, trend: None, filter: filter.as_deref(), unit: ask.unit };
    let r = kpi::run(ask.engine, &bias, grouping, ask.ticket)?;
    let off = |g: &&crate::query::KpiGroup| g.level.interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0);
    let size = |g: &crate::query::KpiGroup| g.level.value.map_or(0.0, f64::abs);
    let enough: Vec<&crate::query::KpiGroup> =
        r.groups.iter().filter(|g| g.n >= FEWEST && g.condition.is_some() && g.level.value.is_some()).collect();
    let worst = enough
        .iter()
        .copied()
        .filter(off)
        .max_by(|a, b| size(a).total_cmp(&size(b)))
        .or_else(|| enough.iter().copied().max_by(|a, b| size(a).total_cmp(&size(b))));
    let mut found = Found::new("bias_points", String::new());
    found.put("all_points", r.level);
    let Some(worst) = worst else {
        found.put_fact("bias_points", None);
        found.put_fact("share_of_rows", None);
        found.says = format!("{by} has no group of {FEWEST} rows that know both {expected} and {actual}.");
        return Ok(found);
    };
    found.put("bias_points", worst.level);
    #[allow(clippy::cast_precision_loss)]
    found.put_fact("share_of_rows", Some(worst.n as f64 / r.n.max(1) as f64));
    found.n = vec![worst.n, r.n.saturating_sub(worst.n)];
    let way = |x: Option<f64>| if x.is_some_and(|x| x < 0.0) { "too low" } else { "too high" };
    let amount = |e: &crate::query::Estimate| {
        let range = e.interval.map(|i| format!(" {}", format::plain_interval(i))).unwrap_or_default();
        format!("{}{range}", e.value.map_or_else(|| format::UNKNOWN.to_owned(), format::number))
    };
    found.says = format!(
        "{expected} is {} by {} on average where {by} is {} ({} rows), and off by {} over all {} rows.",
        way(worst.level.value),
        amount(&worst.level),
        worst.label,
        format::count(worst.n),
        amount(&r.level),
        format::count(r.n)
    );
    Ok(found)
}
