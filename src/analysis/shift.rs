//! In which columns two groups of rows differ: by the population stability index, the mean, and the share of a value.

use std::collections::BTreeMap;

use crate::engine::{Engine, EngineError, Ticket, Unit, on_all_cores};
use crate::query::{
    Cell, ColumnInfo, ColumnShift, Estimate, Key, Kpi, Measure, MovedShare, ShiftBin, ShiftRequest, ShiftResult, Sums,
    ValueType,
};

use super::cells::{Arm, fetch};
use super::check::{BINS, psi};
use super::coding::value_order;
use super::crude::crude;
use super::format;
use super::keys::{Coded, OTHER, code};
use super::level::{UNKNOWN, count_f64, point};
use super::reach::is_true;
use super::sqltext::{names_in, quoted};

/// A side of fewer rows says little.
const FEW: u64 = 30;

/// Bins of fewer rows on both sides together are taken as one for the index.
const RARE: u64 = 10;
/// A value of a smaller share on both sides is not told of.
const TOLD: f64 = 0.01;

/// The sums of both sides in one bin.
type Bin = (Cell, (Arm, Arm));

/// Holds every column of the rows of A against those of B. Rows for which a condition is null are on neither side.
///
/// # Errors
/// A side without rows, rows on both sides at once, an unknown unit, SQL that can't be parsed, or a cancel.
pub fn run(engine: &dyn Engine, asked: &ShiftRequest, ticket: &Ticket) -> Result<ShiftResult, EngineError> {
    let n = sizes(engine, asked, ticket)?;
    let columns: Vec<ColumnInfo> =
        engine.schema().columns.iter().filter(|c| c.dtype != ValueType::Other).cloned().collect();
    let named: Vec<String> =
        [Some(&asked.a), asked.b.as_ref()].into_iter().flatten().flat_map(|s| names_in(s)).collect();
    let work = ticket.begin(Unit::Columns, columns.len() as u64);
    let mut shifts = on_all_cores(&columns, |info| {
        ticket.check()?;
        let own = named.iter().any(|n| n.eq_ignore_ascii_case(&info.name));
        let shift = column(engine, asked, info, own, &ticket.without_progress())?;
        work.advance(1);
        Ok(shift)
    })?;
    shifts.sort_by(|a, b| {
        let size = |c: &ColumnShift| c.psi.value.unwrap_or(-1.0);
        a.own.cmp(&b.own).then(size(b).total_cmp(&size(a)))
    });
    let mut notes = Vec::new();
    if n.0.min(n.1) < FEW {
        let (few, side) = if n.0 <= n.1 { (n.0, "A") } else { (n.1, "B") };
        notes.push(format!("{side} holds {} only: most of this may be chance", format::counted(few, "row")));
    }
    Ok(ShiftResult { n, columns: shifts, notes })
}

/// The keys by which the sides are told apart.
fn sides(asked: &ShiftRequest) -> Vec<Key> {
    std::iter::once(&asked.a).chain(&asked.b).map(|condition| Key::sql(format!("({condition})"))).collect()
}

/// Whether a row with these keys is in A, and whether it is in B.
fn side(asked: &ShiftRequest, keys: &[Cell]) -> (bool, bool) {
    let in_a = is_true(keys.first());
    match asked.b {
        Some(_) => (in_a, is_true(keys.get(1))),
        None => (in_a, !in_a && keys.first() != Some(&Cell::Null)),
    }
}

/// Rows on both sides.
fn sizes(engine: &dyn Engine, asked: &ShiftRequest, ticket: &Ticket) -> Result<(u64, u64), EngineError> {
    engine.check_sql(&asked.a)?;
    if let Some(b) = &asked.b {
        engine.check_sql(b)?;
    }
    let (mut n, mut twice) = ((0, 0), 0);
    for group in fetch(engine, &ones(), &sides(asked), asked.filter.as_deref(), None, ticket)? {
        let rows = group.arm.sums.n;
        match side(asked, &group.keys) {
            (true, true) => twice += rows,
            (true, false) => n.0 += rows,
            (false, true) => n.1 += rows,
            (false, false) => {}
        }
    }
    if twice > 0 {
        return Err(EngineError::request(
            format!("{} rows are on both sides at once.", format::count(twice)),
            "Make the two conditions exclude each other, or leave the second out to compare with all others.",
        ));
    }
    let rest = || asked.b.clone().unwrap_or_else(|| format!("NOT ({})", asked.a));
    for (rows, condition) in [(n.0, asked.a.clone()), (n.1, rest())] {
        if rows == 0 {
            return Err(EngineError::request(
                format!("There is no row where {condition}."),
                "Choose conditions that hold for some rows; whyboard profile shows what the columns hold.",
            ));
        }
    }
    Ok(n)
}

/// Each row counts one.
fn ones() -> Kpi {
    Kpi { measure: Measure::Mean("1".to_owned()), filter: None }
}

fn column(
    engine: &dyn Engine,
    asked: &ShiftRequest,
    info: &ColumnInfo,
    own: bool,
    ticket: &Ticket,
) -> Result<ColumnShift, EngineError> {
    let filter = asked.filter.as_deref();
    let coded = code(engine, &Key::column(&info.name), BINS, None, filter, ticket)?;
    let number = info.dtype.is_number();
    let kpi = if number { Kpi { measure: Measure::Mean(quoted(&info.name)), filter: None } } else { ones() };
    let mut keys = sides(asked);
    let first = keys.len();
    keys.push(coded.key.clone());
    let mut bins: Vec<Bin> = Vec::new();
    for group in fetch(engine, &kpi, &keys, filter, asked.unit.as_deref(), ticket)? {
        let (in_a, in_b) = side(asked, &group.keys);
        let cell = group.keys.get(first).cloned().unwrap_or(Cell::Null);
        if !in_a && !in_b {
            continue;
        }
        let at = match bins.iter().position(|(c, _)| *c == cell) {
            Some(at) => at,
            None => {
                bins.push((cell, Default::default()));
                bins.len() - 1
            }
        };
        if let Some((_, (a, b))) = bins.get_mut(at) {
            if in_a { a.absorb(&group.arm) } else { b.absorb(&group.arm) }
        }
    }
    in_order(&coded, &mut bins);
    let rows = |(_, (a, b)): &Bin| (a.sums.n, b.sums.n);
    let mut sides: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for bin in &bins {
        let n = rows(bin);
        // Values of a handful of rows would differ by chance alone.
        let name = if n.0 + n.1 < RARE { "rare".to_owned() } else { format!("{:?}", bin.0) };
        let sum = sides.entry(name).or_default();
        *sum = (sum.0 + n.0, sum.1 + n.1);
    }
    let nulls = bins.iter().find(|(cell, _)| *cell == Cell::Null).map_or((0, 0), rows);
    let (mean, moved, difference) = if number {
        let (a, b) = whole(&bins);
        (Some((point(&a.sums), point(&b.sums))), None, crude(&a, &b, false).difference)
    } else {
        // The span of time says nothing by one of its stretches.
        let (moved, difference) = moved(&coded, &bins).filter(|_| !coded.is_time()).unzip();
        (None, moved, difference.unwrap_or(UNKNOWN))
    };
    Ok(ColumnShift {
        name: info.name.clone(),
        dtype: info.dtype,
        own,
        nulls,
        mean,
        moved,
        difference,
        psi: psi(&sides),
        bins: bins.iter().map(|bin| ShiftBin { value: coded.value(&bin.0), n: rows(bin) }).collect(),
    })
}

/// Numbers and times in their order, others by rows, `other` and null last.
fn in_order(coded: &Coded, bins: &mut [Bin]) {
    let last = |cell: &Cell| match cell {
        Cell::Null => 2,
        Cell::Text(t) if t == OTHER => 1,
        _ => 0,
    };
    let rows = |(_, (a, b)): &Bin| a.sums.n + b.sums.n;
    bins.sort_by(|a, b| {
        let within = if coded.ordered() { value_order(&a.0, &b.0) } else { rows(b).cmp(&rows(a)) };
        last(&a.0).cmp(&last(&b.0)).then(within)
    });
}

/// Both sides over all bins.
fn whole(bins: &[Bin]) -> (Arm, Arm) {
    let mut all = (Arm::default(), Arm::default());
    for (_, (a, b)) in bins {
        all.0.absorb(a);
        all.1.absorb(b);
    }
    all
}

/// The value whose share of the known ones differs most, with the difference of the shares.
fn moved(coded: &Coded, bins: &[Bin]) -> Option<(MovedShare, Estimate)> {
    let known: Vec<Bin> = bins.iter().filter(|(cell, _)| *cell != Cell::Null).cloned().collect();
    let (a, b) = whole(&known);
    let share = |part: &Arm, all: &Arm| (all.sums.n > 0).then(|| count_f64(part.sums.n) / count_f64(all.sums.n));
    let (cell, parts, shares) = known
        .iter()
        .filter_map(|(cell, parts)| Some((cell, parts, (share(&parts.0, &a)?, share(&parts.1, &b)?))))
        .filter(|(_, _, s)| s.0.max(s.1) >= TOLD)
        // Of two that differ alike, the one that A holds more of.
        .max_by(|(_, _, x), (_, _, y)| {
            // 0.6 − 0.2 and 0.8 − 0.4 are one difference.
            let by = |s: &(f64, f64)| ((s.0 - s.1) * 1e9).round();
            by(x).abs().total_cmp(&by(y).abs()).then(by(x).total_cmp(&by(y)))
        })?;
    let difference = crude(&among(&parts.0, &a), &among(&parts.1, &b), true).difference;
    Some((MovedShare { value: coded.value(cell), share: shares }, difference))
}

/// Some rows as the events among all, with the buckets of units.
fn among(part: &Arm, all: &Arm) -> Arm {
    let (n, m) = (count_f64(part.sums.n), count_f64(all.sums.n));
    let sums =
        Sums { n: all.sums.n, units: all.sums.n, known: all.sums.n, y: n, d: m, yy: n, yd: n, dd: m, centre: 0.0 };
    let buckets = all
        .buckets
        .iter()
        .enumerate()
        .map(|(i, (_, rows))| (part.buckets.get(i).map_or(0.0, |(rows, _)| *rows), *rows))
        .collect();
    Arm { sums, buckets }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analysis::fake::Fake;

    /// 200 rows: in the later half `plan` turns from 50 % to 80 % `free`, `age` grows by 10, `coin` stays, and `note`
    /// is missing half of the time.
    fn table() -> Fake {
        let rows = (0..200usize)
            .map(|i| {
                let later = i >= 100;
                let k = i % 100;
                let free = if later { k % 10 < 8 } else { k % 10 < 5 };
                vec![
                    Cell::Int(i64::from(later)),
                    Cell::Text(if free { "free" } else { "paid" }.into()),
                    Cell::Float((k % 20) as f64 + if later { 10.0 } else { 0.0 }),
                    Cell::Text(if k % 2 == 0 { "heads" } else { "tails" }.into()),
                    if later && k % 4 < 2 { Cell::Null } else { Cell::Text("x".into()) },
                ]
            })
            .collect();
        Fake::new(
            &[
                ("later", ValueType::Int),
                ("plan", ValueType::Text),
                ("age", ValueType::Float),
                ("coin", ValueType::Text),
                ("note", ValueType::Text),
            ],
            rows,
        )
    }

    fn asked(a: &str, b: Option<&str>) -> ShiftRequest {
        ShiftRequest { a: a.into(), b: b.map(str::to_owned), filter: None, unit: None }
    }

    #[test]
    fn the_largest_shift_comes_first_and_what_the_condition_names_last() {
        let r = run(&table(), &asked("\"later\" = 1", None), &Ticket::default()).unwrap();
        assert_eq!(r.n, (100, 100));
        let names: Vec<&str> = r.columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names.last(), Some(&"later"));
        assert_eq!((names[3], names.len()), ("coin", 5), "what stays the same comes behind what moved: {names:?}");
        let of = |name: &str| r.columns.iter().find(|c| c.name == name).unwrap();
        let age = of("age");
        assert_eq!(age.mean, Some((Some(19.5), Some(9.5))));
        assert_eq!(age.difference.value, Some(10.0));
        let (low, high) = age.difference.interval.unwrap();
        assert!(low > 8.0 && low < 10.0 && high < 12.0, "{low} {high}");
        let plan = of("plan");
        let moved = plan.moved.as_ref().unwrap();
        assert!((moved.share.0 - moved.share.1).abs() > 0.299, "{moved:?}");
        assert!(plan.difference.interval.is_some_and(|(l, h)| l > 0.1 && h < 0.5 || l > -0.5 && h < -0.1));
        assert_eq!(of("note").nulls, (50, 0));
        assert!(of("coin").psi.value.unwrap() < 1e-9 && of("later").own);
        for c in &r.columns {
            let n = c.bins.iter().fold((0, 0), |s, b| (s.0 + b.n.0, s.1 + b.n.1));
            assert_eq!(n, r.n, "every row of {} is in one bin", c.name);
        }
    }

    #[test]
    fn sides_that_overlap_or_are_empty_are_refused() {
        let say = |a: &str, b: Option<&str>| run(&table(), &asked(a, b), &Ticket::default()).unwrap_err().to_string();
        assert!(say("\"later\" = 1", Some("\"later\" = 1")).starts_with("100 rows are on both sides"));
        assert!(say("\"later\" = 7", None).contains("no row where"));
    }

    #[test]
    fn a_small_side_is_said() {
        let r = run(&table(), &asked("\"age\" = 29", None), &Ticket::default()).unwrap();
        assert_eq!(r.n, (5, 195));
        assert_eq!(r.notes, ["A holds 5 rows only: most of this may be chance"]);
    }
}
