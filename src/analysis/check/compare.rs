//! `compare_rate`, `compare_groups`, `missing_vs_target`: group A against group B, optionally within strata.

use crate::analysis::compare::{self, OVERLAP_NEEDED};
use crate::analysis::format;
use crate::analysis::keys::{both, column_type, literal, quoted};
use crate::analysis::level::UNKNOWN;
use crate::engine::EngineError;
use crate::query::{Cell, Comparison, ComparisonResult, GroupQuery, Key, KeyBin, Kpi, ValueType};

use super::answers::{columns_in, held};
use super::ask::{Ask, Found, events, scaled};
use super::words::group_words;

/// What the groups are called where their conditions can't be said in a few words.
const TESTED: &str = "The tested group";
const COMPARED: &str = "the group it is held against";

pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    if let Some(a) = ask.sql("a")? {
        let label = group_words(ask, "a", &a, TESTED)?;
        return compared(ask, a, ask.sql("b")?, &label);
    }
    if ask.text("b")?.is_some() {
        return Err(ask.missing("a", "a SQL condition, since b is given"));
    }
    let column = match ask.text("exposure")? {
        Some(role) => ask.column(&role)?,
        None => ask.column_of("exposure").map_err(|_| ask.missing("a", "a SQL condition, or name an exposure role"))?,
    };
    let (condition, label) = exposure(ask, &column)?;
    compared(ask, condition, None, &label)
}

pub(super) fn missing(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let column = ask.column_of("column")?;
    column_type(ask.engine, &column)?;
    compared(ask, format!("{} IS NULL", quoted(&column)), None, &format!("{column} is missing"))
}

/// The condition for "exposed" that a split of a column gives, and words for it. Without a `split`: true of a yes/no
/// column, the top quarter of a number, the most frequent value of anything else.
fn exposure(ask: &Ask<'_>, column: &str) -> Result<(String, String), EngineError> {
    let dtype = column_type(ask.engine, column)?;
    let name = quoted(column);
    let filter = both(ask.filter()?.as_deref(), ask.kpi.filter.as_deref());
    let split = ask.text("split")?;
    let split = split.as_deref().unwrap_or(match dtype {
        ValueType::Bool => "true",
        t if t.is_number() => "top_quarter",
        _ => "top_value",
    });
    if dtype == ValueType::Bool && split != "top_value" {
        return Ok((format!("{name} = TRUE"), column.to_owned()));
    }
    if split == "top_value" {
        let key = Key::column(column);
        let query = GroupQuery { keys: vec![key.binned(KeyBin::Top(2))], kpi: None, filter, unit: None };
        let rows = ask.engine.aggregate(&query, ask.ticket)?;
        let known = rows.iter().filter_map(|r| Some((r.keys.first()?, r.sums.n))).filter(|(c, _)| **c != Cell::Null);
        // Of the two kept values the larger one; what is folded into other may be larger still and is not meant.
        let named = rows.len() > 2;
        let top = known
            .filter(|(c, _)| !(named && **c == Cell::Text(crate::analysis::keys::OTHER.to_owned())))
            .max_by_key(|(_, n)| *n)
            .map(|(c, _)| c.clone());
        let value = top.as_ref().and_then(|c| literal(c, Some(dtype)));
        return match (value, top) {
            (Some(v), Some(top)) => Ok((format!("{name} = {v}"), format!("{column} = {top}"))),
            _ => Err(EngineError::request(
                format!("The column \"{column}\" has no value to split by."),
                "Give a and b as SQL conditions.",
            )),
        };
    }
    if !dtype.is_number() {
        return Err(EngineError::request(
            format!("The split {split} needs a number, and \"{column}\" holds {}.", dtype.word()),
            "Use top_value, or give a and b as SQL conditions.",
        ));
    }
    let (probability, upper) = match split {
        "top_quarter" => (0.75, true),
        "median" => (0.5, true),
        "bottom_quarter" => (0.25, false),
        other => {
            return Err(ask.wrong(
                "split",
                &format!("is \"{other}\"; it may be top_quarter, bottom_quarter, median or top_value"),
            ));
        }
    };
    let q = ask.engine.quantiles(&Key::column(column), &[probability, 1.0], filter.as_deref(), ask.ticket)?;
    let (Some(cut), Some(max)) = (q.first().copied(), q.get(1).copied()) else {
        return Err(EngineError::request(
            format!("The column \"{column}\" has no known number."),
            "Choose another exposure.",
        ));
    };
    let (op, sign) = match (upper, cut >= max) {
        (true, false) => (">", ">"),
        // Where the largest value is that frequent, nothing lies above the cut.
        (true, true) => (">=", "≥"),
        (false, _) => ("<=", "≤"),
    };
    let at = literal(&Cell::Float(cut), None).unwrap_or_default();
    Ok((format!("{name} {op} {at}"), format!("{column} {sign} {}", format::number(cut))))
}

fn compared(ask: &Ask<'_>, a: String, b: Option<String>, label: &str) -> Result<Found, EngineError> {
    let held = held(ask, &columns_in(ask, &a))?;
    let within = held.columns.clone();
    let other = b.as_deref().map(|b| group_words(ask, "b", b, COMPARED)).transpose()?;
    let comparison = Comparison {
        kpi: ask.kpi.clone(),
        a,
        b,
        within: within.clone(),
        filter: ask.filter()?,
        unit: ask.unit.map(str::to_owned),
    };
    let r = compare::run(ask.engine, &comparison, ask.ticket)?;
    let mut found = Found::new("rate_ratio", says(ask.kpi, &r, label, other.as_deref(), &within) + &held.words());
    let (ratio, difference) = if within.is_empty() {
        (r.ratio, r.difference)
    } else {
        (r.adjusted_ratio.unwrap_or(UNKNOWN), r.adjusted_difference.unwrap_or(UNKNOWN))
    };
    found.put("rate_ratio", ratio);
    found.put("difference_points", scaled(difference, ask.points()));
    found.put("crude_ratio", r.ratio);
    found.put("crude_points", scaled(r.difference, ask.points()));
    found.put_fact("explained_away", r.explained_away);
    found.put_fact("overlap", Some(r.overlap));
    found.n = vec![r.n.0, r.n.1];
    found.events = events(ask.kpi, &[r.events.0, r.events.1]);
    Ok(found)
}

fn says(kpi: &Kpi, r: &ComparisonResult, label: &str, other: Option<&str>, within: &[String]) -> String {
    if r.n.0 == 0 || r.n.1 == 0 {
        let which = if r.n.0 == 0 { label.to_owned() } else { other.unwrap_or("the others").to_owned() };
        return format!("No row with a known KPI is in the group {which}.");
    }
    let against = other.map_or_else(|| "the others".to_owned(), str::to_owned);
    let mut text = format!(
        "{label} goes with {} ({} rows) against {} for {against} ({} rows): {}",
        format::level(kpi, r.a.value),
        format::count(r.n.0),
        format::level(kpi, r.b.value),
        format::count(r.n.1),
        format::change_with_interval(kpi, &r.difference),
    );
    let times = |e: &crate::query::Estimate| match e.value {
        Some(_) => format!(", ratio {}", format::ratio_with_interval(e)),
        None => String::new(),
    };
    text.push_str(&times(&r.ratio));
    if !within.is_empty() {
        let strata = within.join(" and ");
        match (&r.adjusted_difference, &r.adjusted_ratio) {
            (Some(d), ratio) => {
                text.push_str(&format!("; within {strata} {}", format::change_with_interval(kpi, d)));
                text.push_str(&ratio.as_ref().map(times).unwrap_or_default());
            }
            _ => text.push_str(&format!(
                "; within {strata} nothing can be said: {} of the first group has a counterpart, {} is needed",
                format::percent(r.overlap),
                format::percent_with(OVERLAP_NEEDED, 0)
            )),
        }
    }
    text.push('.');
    text
}
