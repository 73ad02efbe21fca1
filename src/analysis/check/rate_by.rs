//! `rate_by`: the KPI by a column, the worst group against all others, and its share of the excess.

use crate::analysis::cells::{Arm, Scale, delta_at, fetch, need_level};
use crate::analysis::crude::crude_at;
use crate::analysis::dist::ALPHA;
use crate::analysis::format;
use crate::analysis::keys::{OTHER, SHOWN, code};
use crate::analysis::level::{count_f64, point};
use crate::engine::EngineError;
use crate::query::{Better, Cell, Key, KeyBin};

use super::ask::{Ask, Found, events, scaled};

/// Groups below this many known rows are not called the worst.
const MIN_ROWS: f64 = 30.0;

/// The worst of k groups is chosen by what the intervals speak of, so each of them is widened to an error of 0.05 / k
/// (Bonferroni): together they miss in at most 5 of 100 draws, whichever group is the worst.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    need_level(ask.kpi, "This check")?;
    let column = ask.column_of("by")?;
    let filter = ask.filter()?;
    let min_rows = ask.number("min_rows")?.unwrap_or(MIN_ROWS);
    let coded = code(ask.engine, &Key::column(&column), SHOWN, Some(ask.kpi), filter.as_deref(), ask.ticket)?;
    let keys = [coded.key.clone()];
    let groups = fetch(ask.engine, ask.kpi, &keys, filter.as_deref(), ask.unit, ask.ticket)?;
    // +1 where a higher KPI is worse.
    let worse = if ask.better == Better::Lower { 1.0 } else { -1.0 };
    let folded = matches!(coded.key.bin, KeyBin::Top(n) if groups.len() > n);
    let candidates: Vec<(usize, f64)> = groups
        .iter()
        .enumerate()
        .filter(|(_, g)| count_f64(g.arm.sums.known) >= min_rows)
        .filter(|(_, g)| !(folded && g.keys.first() == Some(&Cell::Text(OTHER.to_owned()))))
        .filter_map(|(i, g)| Some((i, point(&g.arm.sums)? * worse)))
        .collect();
    let mut found = Found::new("rate_ratio", String::new());
    let worst = candidates.iter().copied().reduce(|a, b| if b.1 > a.1 { b } else { a }).map(|w| w.0);
    let mut others = Arm::default();
    for (i, g) in groups.iter().enumerate() {
        if Some(i) != worst {
            others.absorb(&g.arm);
        }
    }
    let Some(top) = worst.and_then(|i| groups.get(i)).filter(|_| others.sums.known > 0) else {
        for name in ["rate_ratio", "difference_points", "share_of_excess", "share_of_rows"] {
            found.put_fact(name, None);
        }
        found.says = format!("{column} has no two groups to compare with {min_rows} or more known rows in the worst.");
        return Ok(found);
    };
    let rate = ask.kpi.is_share();
    let alpha = ALPHA / count_f64(candidates.len().max(1) as u64);
    let (forward, backward) = (crude_at(&top.arm, &others, rate, alpha), crude_at(&others, &top.arm, rate, alpha));
    let ratio = if worse > 0.0 { forward.ratio } else { backward.ratio };
    found.put("rate_ratio", ratio);
    let difference = if worse > 0.0 { forward.difference } else { backward.difference };
    found.put("difference_points", scaled(difference, ask.points()));

    let arms: Vec<&Arm> = groups.iter().map(|g| &g.arm).collect();
    let at = worst.unwrap_or(0);
    let excess = delta_at(&arms, Scale::Share, alpha, |totals| {
        let (y, d) = totals.iter().fold((0.0, 0.0), |a, t| (a.0 + t.0, a.1 + t.1));
        let level = y / d;
        let of = |t: &(f64, f64)| (worse * (t.0 - t.1 * level)).max(0.0);
        let all: f64 = totals.iter().map(of).sum();
        (all > 0.0).then(|| totals.get(at).map_or(0.0, of) / all)
    });
    found.put("share_of_excess", excess);
    let d = top.arm.sums.d + others.sums.d;
    let share = if d == 0.0 { None } else { Some(top.arm.sums.d / d) };
    found.put_fact("share_of_rows", share);
    found.n = vec![top.arm.sums.known, others.sums.known];
    found.events = events(ask.kpi, &[top.arm.sums.y, others.sums.y]);
    let label = top.keys.first().map(|c| coded.label(c)).unwrap_or_default();
    let widened = match (ratio.interval, candidates.len()) {
        (Some(_), 2..) => " (widened for that choice)",
        _ => "",
    };
    let (word, excess_word) = if worse > 0.0 { ("highest", "excess") } else { ("lowest", "shortfall") };
    found.says = format!(
        "The {word} of {} groups is {label}: {} in {} rows against {} elsewhere, ratio {}{widened}, with {} of the {excess_word} in {} of the rows.",
        candidates.len().max(1),
        format::level(ask.kpi, point(&top.arm.sums)),
        format::count(top.arm.sums.known),
        format::level(ask.kpi, point(&others.sums)),
        format::ratio_with_interval(&ratio),
        excess.value.map_or_else(|| format::UNKNOWN.to_owned(), format::percent),
        share.map_or_else(|| format::UNKNOWN.to_owned(), format::percent),
    );
    Ok(found)
}
