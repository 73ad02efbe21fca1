//! The KPI grammar: `rate(…)`, `mean(…)`, `sum(…)`, `count()`, `ratio(sum(…), sum(…))`, each with an optional
//! ` where …`. What stands inside is SQL text that an engine parses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Which way the KPI should move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// Lower is better (churn).
    #[default]
    Lower,
    /// Higher is better (completed rides).
    Higher,
}

/// What the KPI measures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// The share of rows for which a condition holds; rows where it is null are left out.
    Rate(String),
    /// The mean of a numeric expression; nulls are left out.
    Mean(String),
    /// The sum of a numeric expression.
    Sum(String),
    /// The number of rows.
    Count,
    /// The ratio of two sums: numerator and denominator expressions.
    Ratio(String, String),
}

/// A named measure over a table, with an optional filter (SQL condition).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kpi {
    /// What is measured.
    pub measure: Measure,
    /// Rows that count, as a SQL condition; all rows when absent.
    pub filter: Option<String>,
}

/// Why a KPI text could not be read, with the byte offset at which reading stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KpiParseError {
    /// What is wrong, in plain words.
    pub message: String,
    /// Byte offset in the text.
    pub at: usize,
}

impl fmt::Display for KpiParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the KPI can't be read at character {}: {}. Write for example rate(Churn = 'Yes'), mean(wait_min), \
             sum(revenue), count() or ratio(sum(completed), sum(requests)).",
            self.at + 1,
            self.message
        )
    }
}

impl std::error::Error for KpiParseError {}

impl Kpi {
    /// True where the KPI is a share between 0 and 1, shown in percent.
    #[must_use]
    pub fn is_share(&self) -> bool {
        matches!(self.measure, Measure::Rate(_))
    }

    /// The same KPI as a rate, for a mean whose expression is known to be a condition; others as they are.
    #[must_use]
    pub fn of_condition(&self) -> Self {
        match &self.measure {
            Measure::Mean(e) => Self { measure: Measure::Rate(e.clone()), filter: self.filter.clone() },
            _ => self.clone(),
        }
    }

    /// Whether both measure the same: a mean of a condition and its rate are one KPI in two spellings.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.of_condition() == other.of_condition()
    }

    /// What it measures, in a few words: `Churn = Yes`, `mean wait_min`, `total revenue`, `rows`,
    /// `completed / requests`.
    #[must_use]
    pub fn words(&self) -> String {
        let plain = |e: &str| e.replace(['\'', '"', '`'], "");
        let what = match &self.measure {
            Measure::Rate(e) => plain(e),
            Measure::Mean(e) => format!("mean {}", plain(e)),
            Measure::Sum(e) => format!("total {}", plain(e)),
            Measure::Count => "rows".to_owned(),
            Measure::Ratio(a, b) => format!("{} / {}", plain(a), plain(b)),
        };
        match &self.filter {
            Some(filter) => format!("{what} where {}", plain(filter)),
            None => what,
        }
    }

    /// What people of a field call it, where that name speaks of the KPI's own columns or values ("churn rate" of
    /// `rate(Churn = 'Yes')`), and else what it measures.
    #[must_use]
    pub fn name_with(&self, usual: &str) -> String {
        let text = self.to_string().to_lowercase();
        let speaks = |w: &str| w.chars().count() >= 4 && !matches!(w, "rate" | "mean" | "count" | "ratio" | "number");
        let fits = usual.to_lowercase().split_whitespace().any(|w| speaks(w) && text.contains(w));
        if fits { usual.to_owned() } else { self.words() }
    }
}

impl fmt::Display for Kpi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.measure {
            Measure::Rate(e) => write!(f, "rate({e})")?,
            Measure::Mean(e) => write!(f, "mean({e})")?,
            Measure::Sum(e) => write!(f, "sum({e})")?,
            Measure::Count => write!(f, "count()")?,
            Measure::Ratio(a, b) => write!(f, "ratio(sum({a}), sum({b}))")?,
        }
        match &self.filter {
            Some(filter) => write!(f, " where {filter}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Kpi {
    type Err = KpiParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let trimmed = text.trim();
        let lead = text.len() - text.trim_start().len();
        let (name, inside, rest, inside_at) = call(trimmed).map_err(|e| shift(e, lead))?;
        let fail = |message: String, at: usize| Err(KpiParseError { message, at: at + lead });
        let body = inside.trim();
        let measure = match name.to_ascii_lowercase().as_str() {
            "count" if body.is_empty() || body == "*" => Measure::Count,
            "count" => {
                return fail("count() takes nothing inside; put a condition after it with where".into(), inside_at);
            }
            "rate" | "mean" | "sum" | "ratio" if body.is_empty() => {
                return fail(format!("{name}() needs an expression inside"), inside_at);
            }
            "rate" => Measure::Rate(body.to_owned()),
            "mean" => Measure::Mean(body.to_owned()),
            "sum" => Measure::Sum(body.to_owned()),
            "ratio" => {
                let parts = split_top_level(body);
                let [num, den] = parts.as_slice() else {
                    return fail("ratio needs two sums, as in ratio(sum(a), sum(b))".into(), inside_at);
                };
                Measure::Ratio(
                    sum_inside(num).map_err(|e| shift(e, inside_at + lead))?,
                    sum_inside(den).map_err(|e| shift(e, inside_at + lead))?,
                )
            }
            other => {
                return fail(format!("\"{other}\" is not one of rate, mean, sum, count, ratio"), 0);
            }
        };
        let rest_trimmed = rest.trim();
        let filter = if rest_trimmed.is_empty() {
            None
        } else {
            let at = trimmed.len() - rest.trim_start().len();
            match rest_trimmed.get(..5) {
                Some(word) if word.eq_ignore_ascii_case("where") && ends_word(rest_trimmed.get(5..)) => {
                    let condition = rest_trimmed[5..].trim();
                    if condition.is_empty() {
                        return fail("a condition is missing after where".into(), at);
                    }
                    Some(condition.to_owned())
                }
                _ => return fail(format!("\"{rest_trimmed}\" is left over; only where may follow"), at),
            }
        };
        Ok(Self { measure, filter })
    }
}

/// Whether what follows a word can't be a part of it: `where(x)` and `where x`, not `wherex`.
fn ends_word(rest: Option<&str>) -> bool {
    !rest.unwrap_or_default().starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$')
}

fn shift(mut e: KpiParseError, by: usize) -> KpiParseError {
    e.at += by;
    e
}

/// Splits `name(inside)rest`; parentheses inside quotes do not count.
fn call(text: &str) -> Result<(&str, &str, &str, usize), KpiParseError> {
    let open = text
        .find('(')
        .ok_or_else(|| KpiParseError { message: "a measure with parentheses is expected".into(), at: 0 })?;
    let name = text[..open].trim();
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphabetic()) {
        return Err(KpiParseError { message: "the measure's name is missing".into(), at: 0 });
    }
    let mut depth = 0usize;
    let mut quote: Option<char> = None;
    for (i, c) in text.char_indices().skip_while(|(i, _)| *i < open) {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth -= 1;
                if depth == 0 {
                    return Ok((name, &text[open + 1..i], &text[i + 1..], open + 1));
                }
            }
            _ => {}
        }
    }
    Err(KpiParseError {
        message: if quote.is_some() { "a quote is not closed".into() } else { "a parenthesis is not closed".into() },
        at: text.len(),
    })
}

/// Splits at commas; those inside parentheses and quotes do not count.
#[must_use]
pub fn split_top_level(text: &str) -> Vec<&str> {
    let (mut depth, mut quote, mut start, mut out) = (0i32, None, 0, Vec::new());
    for (i, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, ',') if depth == 0 => {
                out.push(&text[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    out.push(&text[start..]);
    out
}

fn sum_inside(text: &str) -> Result<String, KpiParseError> {
    let trimmed = text.trim();
    let (name, inside, rest, at) = call(trimmed)?;
    if !name.eq_ignore_ascii_case("sum") || !rest.trim().is_empty() || inside.trim().is_empty() {
        return Err(KpiParseError { message: format!("\"{trimmed}\" should be sum(expression)"), at });
    }
    Ok(inside.trim().to_owned())
}

impl Serialize for Kpi {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Kpi {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_measure_and_prints_it_back() {
        for text in [
            "rate(Churn = 'Yes')",
            "mean(cnt)",
            "sum(revenue)",
            "count()",
            "ratio(sum(completed), sum(requests))",
            "rate(note = 'a) or (b' AND f(x, 1) > 2) where zone = 'North'",
            "mean(x) where (y > 1)",
        ] {
            let kpi: Kpi = text.parse().unwrap();
            assert_eq!(kpi.to_string(), text);
        }
    }

    #[test]
    fn a_kpi_is_named_by_what_it_measures() {
        let kpi = |text: &str| text.parse::<Kpi>().unwrap();
        assert_eq!(kpi("rate(Churn = 'Yes')").words(), "Churn = Yes");
        assert_eq!(kpi("mean(\"wait min\") where zone = 'N'").words(), "mean wait min where zone = N");
        assert_eq!(kpi("ratio(sum(done), sum(asked))").words(), "done / asked");
        assert_eq!(kpi("rate(Churn = 'Yes')").name_with("churn rate"), "churn rate");
        assert_eq!(kpi("rate(arr_delay > 15)").name_with("churn rate"), "arr_delay > 15");
    }

    #[test]
    fn a_mean_and_the_rate_of_a_condition_are_one_kpi() {
        let kpi = |text: &str| text.parse::<Kpi>().unwrap();
        assert!(kpi("mean(x > 1) where y").is_same(&kpi("rate(x > 1) where y")));
        assert!(!kpi("mean(x > 1)").is_same(&kpi("rate(x > 2)")));
        assert_eq!(kpi("sum(x)").of_condition(), kpi("sum(x)"));
    }

    #[test]
    fn where_needs_no_space_before_a_parenthesis() {
        let kpi: Kpi = "mean(x) WHERE(y > 1)".parse().unwrap();
        assert_eq!(kpi.filter.as_deref(), Some("(y > 1)"));
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        for (text, word) in [
            ("churn", "parentheses"),
            ("rate(Churn = 'Yes", "quote"),
            ("rate(Churn", "not closed"),
            ("median(x)", "not one of"),
            ("rate()", "needs an expression"),
            ("ratio(sum(a))", "two sums"),
            ("ratio(a, b)", "expected"),
            ("mean(x) by y", "left over"),
            ("mean(x) where ", "condition is missing"),
            ("count(x)", "takes nothing"),
            ("mean(x) wherex > 1", "left over"),
            ("mean(x) where_x > 1", "left over"),
        ] {
            let e = text.parse::<Kpi>().unwrap_err();
            assert!(e.to_string().contains(word), "{text}: {e}");
        }
    }
}
