//! What is compared: presets of a time column, and the forms for anything else.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Compared, What};
use crate::analysis::sqltext::quoted;
use crate::app::form::{Choice, Form};
use crate::app::forms::FormId;
use crate::app::screens::explore;
use crate::app::{App, Effect};
use crate::query::ValueType;

/// Two periods that can be compared without being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// Its name among the choices.
    pub key: &'static str,
    /// For people, with its days.
    pub words: String,
    /// First day and the day after the last, of the earlier and of the later period.
    pub days: [(Date, Date); 2],
}

/// Which form asks what is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Four days of a time column.
    Days,
    /// Two SQL conditions.
    Conditions,
    /// Two columns of numbers.
    Forecast,
}

/// The time column: one that plays a role of the playbook, else the first one.
#[must_use]
pub fn time_column(app: &App) -> Option<String> {
    let schema = &app.main_info()?.schema;
    let temporal = |name: &str| schema.get(name).is_some_and(|c| c.dtype.is_temporal());
    let mapped = app.doc.as_ref().and_then(|d| d.session.state.columns.values().find(|c| temporal(c)).cloned());
    mapped.or_else(|| explore::time_column(app))
}

/// The first and the last day of a column, from its profile.
#[must_use]
pub fn range(app: &App, column: &str) -> Option<(Date, Date)> {
    let profile = app.main_info()?.profile.as_ref()?;
    let c = profile.columns.iter().find(|c| c.name == column)?;
    let day = |cell: &crate::query::Cell| -> Option<Date> { cell.to_string().get(..10)?.parse().ok() };
    Some((day(&c.min)?, day(&c.max)?))
}

/// The pairs of periods that lie within the data, the longest complete ones first.
#[must_use]
pub fn presets((first, last): (Date, Date)) -> Vec<Preset> {
    let Ok(end) = last.tomorrow() else { return Vec::new() };
    let mut out = Vec::new();
    let days = |n: i64| n.days();
    let mut add = |key: &'static str, what: &str, before: (Date, Date), after: (Date, Date)| {
        if before.0 >= first && before.1 <= after.0 && after.1 <= end {
            out.push(Preset { key, words: format!("{what}: {}", words(before, after)), days: [before, after] });
        }
    };
    let month = end.first_of_month();
    let back = |n: i32| month.saturating_sub(n.months());
    add("month", "last complete month against the one before", (back(2), back(1)), (back(1), month));
    let monday = end.saturating_sub(days(i64::from(end.weekday().to_monday_zero_offset())));
    let week = |n: i64| monday.saturating_sub(days(7 * n));
    add("week", "last complete week against the one before", (week(2), week(1)), (week(1), monday));
    add("weeks", "last four weeks against the four before", (week(8), week(4)), (week(4), monday));
    add("year", "last complete month against a year before", (back(13), back(12)), (back(1), month));
    let length = end.since(first).map_or(0, |s| i64::from(s.get_days()));
    if length >= 2 {
        let middle = end.saturating_sub(days(length / 2));
        add("halves", "second half of the days against the first", (first, middle), (middle, end));
        let yesterday = last.saturating_sub(days(1));
        add("day", "last day against the one before", (yesterday, last), (last, end));
    }
    out
}

/// `Dec 2013 against Nov 2013`, `16 Dec 2013 to 22 Dec 2013 against 9 Dec 2013 to 15 Dec 2013`.
#[must_use]
pub fn words(before: (Date, Date), after: (Date, Date)) -> String {
    format!("{} against {}", span(after), span(before))
}

pub(in crate::app::screens::explore) fn span((from, until): (Date, Date)) -> String {
    let last = until.yesterday().unwrap_or(until);
    if from.day() == 1 && until == from.first_of_month().saturating_add(1.month()) {
        return from.strftime("%b %Y").to_string();
    }
    let day = |d: Date| d.strftime("%-d %b %Y").to_string();
    if from == last {
        day(from)
    } else if from.year() == last.year() {
        format!("{} to {}", from.strftime("%-d %b"), day(last))
    } else {
        format!("{} to {}", day(from), day(last))
    }
}

/// The rows of some days of a column.
pub(in crate::app::screens::explore) fn condition(app: &App, column: &str, (from, until): (Date, Date)) -> String {
    let moment = app.main_info().and_then(|i| i.schema.get(column)).is_some_and(|c| c.dtype == ValueType::Datetime);
    let at = |d: Date| if moment { format!("TIMESTAMP '{d} 00:00:00'") } else { format!("DATE '{d}'") };
    let name = quoted(column);
    format!("{name} >= {} AND {name} < {}", at(from), at(until))
}

fn compared(app: &App, column: &str, days: [(Date, Date); 2]) -> Compared {
    let [before, after] = days;
    Compared {
        title: words(before, after),
        what: What::Rows { before: condition(app, column, before), after: condition(app, column, after) },
    }
}

/// What is compared until somebody chooses: the first preset of the time column.
#[must_use]
pub fn suggested(app: &App) -> Option<Compared> {
    let column = time_column(app)?;
    let preset = presets(range(app, &column)?).into_iter().next()?;
    Some(compared(app, &column, preset.days))
}

/// `v`: asks what is compared.
pub fn open(app: &mut App) {
    let column = time_column(app);
    let presets = column.as_deref().and_then(|c| range(app, c)).map(presets).unwrap_or_default();
    let mut options: Vec<Choice> = presets.into_iter().map(|p| (p.key.to_owned(), p.words)).collect();
    if column.is_some() {
        options.push(("days".into(), "two periods of your own, day by day".into()));
    }
    options.push(("conditions".into(), "one group of rows against another, by conditions".into()));
    options.push(("forecast".into(), "what happened against what was expected, two columns".into()));
    let first = options.first().map(|(key, _)| key.clone());
    let title = match &column {
        Some(column) => format!("What is compared, by {column}"),
        None => "What is compared; no column holds a time".to_owned(),
    };
    app.open_form(Form::new(FormId::Choose("compare"), title, "compare").choice(
        "choice",
        "Compare",
        "",
        options,
        first.as_deref(),
    ));
}

/// A way to compare was chosen.
pub fn chosen(app: &mut App, key: &str) -> Vec<Effect> {
    let asks = match key {
        "days" => Asks::Days,
        "conditions" => Asks::Conditions,
        "forecast" => Asks::Forecast,
        preset => {
            let Some(column) = time_column(app) else { return Vec::new() };
            let Some(range) = range(app, &column) else { return Vec::new() };
            let Some(found) = presets(range).into_iter().find(|p| p.key == preset) else { return Vec::new() };
            let compared = compared(app, &column, found.days);
            return super::compare(app, compared);
        }
    };
    open_form(app, asks);
    Vec::new()
}

fn columns(app: &App, fits: fn(ValueType) -> bool) -> Vec<Choice> {
    let all = app.main_info().map(|i| i.schema.columns.as_slice()).unwrap_or_default();
    all.iter().filter(|c| fits(c.dtype)).map(|c| (c.name.clone(), c.dtype.word().to_owned())).collect()
}

fn open_form(app: &mut App, asks: Asks) {
    let id = FormId::Compare(asks);
    let now = app.views.explore.change.compared.as_ref().map(|c| c.what.clone());
    let form = match asks {
        Asks::Days => {
            let column = time_column(app).unwrap_or_default();
            let between = range(app, &column)
                .map(|(a, b)| format!("The data go from {a} to {b}; the last day counts in"))
                .unwrap_or_default();
            let whole = |t: ValueType| t.is_temporal();
            Form::new(id, "Two periods", "compare")
                .info(between)
                .suggest("column", "Time", "The column that says when", &column, columns(app, whole))
                .line("before_from", "Before, from", "2026-08-01", "")
                .line("before_to", "Before, to", "2026-08-31", "")
                .line("after_from", "After, from", "2026-09-01", "")
                .line("after_to", "After, to", "2026-09-30", "")
        }
        Asks::Conditions => {
            let (before, after) = match now {
                Some(What::Rows { before, after }) => (before, after),
                _ => Default::default(),
            };
            Form::new(id, "Two groups of rows", "compare")
                .info("What moved from the first to the second, and where. No row may be in both.")
                .line("before", "Before", "A SQL condition, such as month = 7 or plan = 'old'", &before)
                .line("after", "After", "month = 8", &after)
        }
        Asks::Forecast => {
            let (actual, expected) = match now {
                Some(What::Forecast { actual, expected }) => (actual, expected),
                _ => Default::default(),
            };
            let numbers = || columns(app, ValueType::is_number);
            Form::new(id, "What happened against what was expected", "compare")
                .info("Row by row: where do the sums of the two columns part?")
                .suggest("actual", "Happened", "A column of numbers", &actual, numbers())
                .suggest(
                    "expected",
                    "Expected",
                    "A column of numbers: a forecast, a plan, a target",
                    &expected,
                    numbers(),
                )
        }
    };
    app.open_form(form);
}

/// Takes what a form says is compared.
///
/// # Errors
/// A sentence for the form.
pub fn submit(app: &mut App, form: &Form, asks: Asks) -> Result<Vec<Effect>, String> {
    let named = |key: &str, label: &str, fits: fn(ValueType) -> bool, kind: &str| -> Result<String, String> {
        let name = form.text(key);
        let known = app.main_info().and_then(|i| i.schema.get(&name));
        match known {
            Some(c) if fits(c.dtype) => Ok(name),
            Some(_) => Err(format!("{label}: {name} holds no {kind}.")),
            None => Err(format!("{label}: there is no column \"{name}\".")),
        }
    };
    let compared = match asks {
        Asks::Days => {
            let column = named("column", "Time", ValueType::is_temporal, "time")?;
            let day = |key: &str, label: &str| -> Result<Date, String> {
                form.text(key).parse().map_err(|_| format!("{label}: write a day as 2026-08-31."))
            };
            let period = |from: &str, to: &str, label: &str| -> Result<(Date, Date), String> {
                let (from, to) = (day(from, &format!("{label}, from"))?, day(to, &format!("{label}, to"))?);
                let until = to.tomorrow().map_err(|_| format!("{label}: that day is too late."))?;
                if from >= until { Err(format!("{label} ends before it begins.")) } else { Ok((from, until)) }
            };
            let before = period("before_from", "before_to", "Before")?;
            let after = period("after_from", "after_to", "After")?;
            if before.0 < after.1 && after.0 < before.1 {
                return Err("The two periods overlap: a row would be before and after at once.".into());
            }
            compared(app, &column, [before, after])
        }
        Asks::Conditions => {
            let (before, after) = (form.text("before"), form.text("after"));
            if before.is_empty() || after.is_empty() {
                return Err("Both conditions are needed.".into());
            }
            Compared { title: format!("{after} against {before}"), what: What::Rows { before, after } }
        }
        Asks::Forecast => {
            let actual = named("actual", "Happened", ValueType::is_number, "numbers")?;
            let expected = named("expected", "Expected", ValueType::is_number, "numbers")?;
            if actual == expected {
                return Err("What happened and what was expected are the same column.".into());
            }
            Compared { title: format!("{actual} against {expected}"), what: What::Forecast { actual, expected } }
        }
    };
    Ok(super::compare(app, compared))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn of(first: Date, last: Date) -> Vec<(&'static str, [(Date, Date); 2])> {
        presets((first, last)).into_iter().map(|p| (p.key, p.days)).collect()
    }

    #[test]
    fn presets_are_whole_and_within_the_data() {
        // The last day is a Tuesday: its week and its month are not complete unless they end there.
        let all = of(date(2013, 1, 1), date(2013, 12, 31));
        let get = |key: &str| all.iter().find(|(k, _)| *k == key).unwrap().1;
        let (d, nov, dec) = (date, date(2013, 11, 1), date(2013, 12, 1));
        assert_eq!(get("month"), [(nov, dec), (dec, d(2014, 1, 1))]);
        assert_eq!(get("week"), [(d(2013, 12, 16), d(2013, 12, 23)), (d(2013, 12, 23), d(2013, 12, 30))]);
        assert_eq!(get("weeks")[1], (d(2013, 12, 2), d(2013, 12, 30)));
        assert_eq!(get("day"), [(d(2013, 12, 30), d(2013, 12, 31)), (d(2013, 12, 31), d(2014, 1, 1))]);
        assert!(!all.iter().any(|(k, _)| *k == "year"), "the year before is not in the data");
        let keys: Vec<_> = of(date(2016, 7, 11), date(2016, 7, 15)).into_iter().map(|(k, _)| k).collect();
        assert_eq!(keys, ["halves", "day"]);
        assert!(of(date(2016, 7, 11), date(2016, 7, 11)).is_empty(), "one day compares nothing");
    }

    #[test]
    fn periods_read_as_people_say_them() {
        let (a, b) = ((date(2013, 11, 1), date(2013, 12, 1)), (date(2013, 12, 1), date(2014, 1, 1)));
        assert_eq!(words(a, b), "Dec 2013 against Nov 2013");
        let (a, b) = ((date(2013, 12, 30), date(2013, 12, 31)), (date(2013, 12, 31), date(2014, 1, 7)));
        assert_eq!(words(a, b), "31 Dec 2013 to 6 Jan 2014 against 30 Dec 2013");
    }
}
