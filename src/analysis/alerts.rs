//! What in a column deserves a look, in plain words with the evidence.

use crate::query::{Cell, ColumnProfile, Family, ProfileAlert, TopValue, ValueType, families};

use super::format::{count, number, percent, short};
use super::level::count_f64;

/// Numbers that often stand for "not known".
const SENTINELS: [f64; 9] = [-1.0, -9.0, -99.0, -999.0, -9999.0, 999.0, 9999.0, 99_999.0, 999_999.0];

fn alert(kind: &str, detail: String) -> ProfileAlert {
    ProfileAlert { kind: kind.to_owned(), detail }
}

/// Alerts that need no more than the column's profile (3-analysis.md i):
///
/// | kind | when |
/// |---|---|
/// | `empty`, `constant` | no value; one value |
/// | `nulls` | more than 5 %; more than 40 % is said in stronger words |
/// | `unique` | 99 % or more of at least 20 known values differ (text or whole numbers): an identifier |
/// | `cardinality` | more than 1 000 different texts |
/// | `imbalance` | one value holds more than 95 % of the known ones |
/// | `spike` | one value holds more than 20 % of a number with more than 10 different values |
/// | `sentinel` | −1, 999, 1970-01-01 … at the end of the range, with more than 1 % |
/// | `infinite` | the smallest or largest value is not finite |
#[must_use]
pub fn of_profile(p: &ColumnProfile, rows: u64) -> Vec<ProfileAlert> {
    let known = rows.saturating_sub(p.nulls);
    if known == 0 {
        return if rows == 0 { Vec::new() } else { vec![alert("empty", "no value is known".to_owned())] };
    }
    let mut out = Vec::new();
    let share = |n: u64| count_f64(n) / count_f64(known);
    let null_share = count_f64(p.nulls) / count_f64(rows);
    if null_share > 0.05 {
        let word = if null_share > 0.4 { "mostly guesswork below this: " } else { "" };
        out.push(alert(
            "nulls",
            format!("{word}{} of {} rows are missing ({})", count(p.nulls), count(rows), percent(null_share)),
        ));
    }
    if p.distinct == 1 {
        let value = p.top.first().map_or(String::new(), |t| format!(": {}", short(&t.value.to_string())));
        out.push(alert("constant", format!("one value only{value}")));
        return out;
    }
    let names = matches!(p.dtype, ValueType::Text | ValueType::Int);
    let unique = names && known >= 20 && count_f64(p.distinct) >= 0.99 * count_f64(known);
    if unique {
        out.push(alert(
            "unique",
            format!("{} different values in {} rows: an identifier, not a cause", count(p.distinct), count(known)),
        ));
    } else if p.dtype == ValueType::Text && p.distinct > 1000 {
        out.push(alert("cardinality", format!("{} different texts: group them before use", count(p.distinct))));
    }
    let top = p.top.first();
    if let Some(t) = top.filter(|t| share(t.n) > 0.95) {
        out.push(alert(
            "imbalance",
            format!("{} holds {} of the known values", short(&t.value.to_string()), percent(share(t.n))),
        ));
    }
    let many = p.distinct > 10;
    if let Some(t) = top.filter(|t| p.dtype.is_number() && many && share(t.n) > 0.2 && share(t.n) <= 0.95) {
        out.push(alert("spike", format!("{} alone holds {} of the known values", t.value, percent(share(t.n)))));
    }
    if many {
        out.extend(sentinels(p, rows).into_iter().map(|(t, why)| {
            alert("sentinel", format!("{} ({}) {why}: it may stand for \"not known\"", t.value, percent(share(t.n))))
        }));
    }
    if [&p.min, &p.max].into_iter().any(|c| c.as_f64().is_some_and(|x| !x.is_finite())) {
        out.push(alert("infinite", "holds infinite values; they are left out of mean and spread".to_owned()));
    }
    out
}

/// Values with more than 1 % of the known ones that may stand for "not known", each with the reason.
#[must_use]
pub fn sentinels(p: &ColumnProfile, rows: u64) -> Vec<(&TopValue, &'static str)> {
    let known = count_f64(rows.saturating_sub(p.nulls));
    let often = p.top.iter().filter(|t| count_f64(t.n) > 0.01 * known);
    often.filter_map(|t| sentinel(p, t).map(|why| (t, why))).collect()
}

fn sentinel(p: &ColumnProfile, t: &TopValue) -> Option<&'static str> {
    if p.dtype.is_temporal() {
        let is_epoch = matches!(&t.value, Cell::Text(s) if s.starts_with("1970-01-01"));
        return (is_epoch && t.value == p.min).then_some("is where clocks begin");
    }
    let x = t.value.as_f64().filter(|_| p.dtype.is_number())?;
    if !SENTINELS.contains(&x) {
        return None;
    }
    if x < 0.0 && t.value == p.min {
        Some("is the smallest value")
    } else if x > 0.0 && t.value == p.max {
        Some("is the largest value")
    } else {
        None
    }
}

/// The bound |skewness| ≤ max|z| says when a skew above 20 is possible at all, so that most columns need no further
/// pass over the rows.
#[must_use]
pub fn may_be_skewed(p: &ColumnProfile) -> bool {
    let (Some(mean), Some(sd)) = (p.mean, p.sd) else { return false };
    let far = |c: &Cell| c.as_f64().is_none_or(|x| !x.is_finite() || (x - mean).abs() > 20.0 * sd);
    p.dtype.is_number() && sd > 0.0 && (far(&p.min) || far(&p.max))
}

/// The alert for a skewness beyond 20.
#[must_use]
pub fn of_skew(skew: f64) -> Option<ProfileAlert> {
    (skew.abs() > 20.0 && skew.is_finite())
        .then(|| alert("skew", format!("very lopsided (skewness {}): a few rows carry the mean", number(skew))))
}

/// Alerts from all different texts of a column with their rows: values that differ in case, blanks or look-alike letters only, and
/// values that begin or end with a blank.
#[must_use]
pub fn of_texts(values: &[(String, u64)]) -> Vec<ProfileAlert> {
    let mut out = Vec::new();
    let mut twins: Vec<Family<'_>> = families(values.iter().map(|(text, n)| (text.as_str(), *n)));
    twins.retain(|family| family.spellings.len() > 1);
    if let Some(first) = twins.first() {
        let shown: Vec<String> = first.spellings.iter().take(4).map(|(s, _)| format!("{:?}", short(s))).collect();
        let more = if twins.len() > 1 { format!(" and {} more such families", twins.len() - 1) } else { String::new() };
        out.push(alert(
            "twins",
            format!("{} differ in case, blanks or look-alike letters only{more}", shown.join(", ")),
        ));
    }
    let padded: Vec<&(String, u64)> = values.iter().filter(|(t, _)| t.trim() != t).collect();
    if let Some((text, _)) = padded.first() {
        let rows: u64 = padded.iter().map(|(_, n)| *n).sum();
        out.push(alert(
            "blanks",
            format!("{} rows begin or end with a blank, for example {:?}", count(rows), short(text)),
        ));
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn column(dtype: ValueType, nulls: u64, distinct: u64, top: &[(Cell, u64)]) -> ColumnProfile {
        ColumnProfile {
            name: "x".into(),
            dtype,
            nulls,
            distinct,
            distinct_exact: true,
            min: Cell::Int(-1),
            max: Cell::Int(999),
            mean: Some(10.0),
            sd: Some(5.0),
            quantiles: std::collections::BTreeMap::new(),
            top: top.iter().map(|(value, n)| TopValue { value: value.clone(), n: *n }).collect(),
            histogram: Vec::new(),
            alerts: Vec::new(),
            skewness: None,
            texts: None,
        }
    }

    fn kinds(p: &ColumnProfile, rows: u64) -> Vec<String> {
        of_profile(p, rows).into_iter().map(|a| a.kind).collect()
    }

    #[test]
    fn each_alert_has_its_case_and_its_border() {
        assert_eq!(kinds(&column(ValueType::Text, 0, 1, &[(Cell::Text("a".into()), 100)]), 100), ["constant"]);
        assert_eq!(kinds(&column(ValueType::Text, 100, 0, &[]), 100), ["empty"]);
        assert_eq!(kinds(&column(ValueType::Text, 5, 3, &[(Cell::Text("a".into()), 50)]), 100), Vec::<String>::new());
        assert_eq!(kinds(&column(ValueType::Text, 6, 3, &[(Cell::Text("a".into()), 50)]), 100), ["nulls"]);
        assert!(of_profile(&column(ValueType::Text, 41, 3, &[]), 100)[0].detail.contains("mostly"));
        assert_eq!(kinds(&column(ValueType::Text, 0, 100, &[]), 100), ["unique"]);
        assert_eq!(kinds(&column(ValueType::Float, 0, 100, &[]), 100), Vec::<String>::new(), "measures may all differ");
        assert_eq!(kinds(&column(ValueType::Text, 0, 1001, &[]), 5000), ["cardinality"]);
        assert_eq!(kinds(&column(ValueType::Bool, 0, 2, &[(Cell::Bool(true), 96)]), 100), ["imbalance"]);
        assert_eq!(kinds(&column(ValueType::Int, 0, 40, &[(Cell::Int(0), 21)]), 100), ["spike"]);
        assert_eq!(kinds(&column(ValueType::Int, 0, 40, &[(Cell::Int(0), 20)]), 100), Vec::<String>::new());
        assert_eq!(
            kinds(&column(ValueType::Int, 0, 40, &[(Cell::Int(999), 2), (Cell::Int(-1), 2)]), 100),
            ["sentinel", "sentinel"]
        );
        assert_eq!(kinds(&column(ValueType::Int, 0, 40, &[(Cell::Int(998), 2)]), 100), Vec::<String>::new());
        assert!(of_profile(&column(ValueType::Text, 0, 0, &[]), 0).is_empty());
        let mut p = column(ValueType::Float, 0, 40, &[]);
        p.max = Cell::Float(f64::INFINITY);
        assert_eq!(kinds(&p, 100), ["infinite"]);
    }

    #[test]
    fn twins_and_blanks_are_found() {
        let values = [("North".to_owned(), 5), ("north ".to_owned(), 2), ("South".to_owned(), 3)];
        let alerts = of_texts(&values);
        assert_eq!(alerts.iter().map(|a| a.kind.as_str()).collect::<Vec<_>>(), ["twins", "blanks"]);
        assert!(alerts[0].detail.contains("\"North\", \"north \""), "{}", alerts[0].detail);
        assert!(alerts[1].detail.starts_with("2 rows"));
        assert!(of_texts(&values[2..]).is_empty());
    }

    #[test]
    fn skew_is_looked_at_only_where_it_can_be() {
        let mut p = column(ValueType::Int, 0, 40, &[]);
        assert!(may_be_skewed(&p), "999 is far from 10 ± 5");
        p.max = Cell::Int(50);
        assert!(!may_be_skewed(&p));
        assert!(of_skew(25.0).is_some() && of_skew(-25.0).is_some() && of_skew(19.0).is_none());
    }
}
