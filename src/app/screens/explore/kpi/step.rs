//! By which calendar step the KPI is shown over time.

use crate::app::App;
use crate::app::screens::explore::change::periods;
use crate::domain::event::Shape;
use crate::query::Every;

/// The step, chosen or left to the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Step {
    /// The one that gives a readable course.
    #[default]
    Auto,
    /// Day by day.
    Day,
    /// Week by week, from Monday.
    Week,
    /// Month by month.
    Month,
}

impl Step {
    /// All steps in the order in which the key goes through them.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Day, Self::Week, Self::Month];

    /// The word under which it is kept.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The next one, round the end.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Auto => Self::Day,
            Self::Day => Self::Week,
            Self::Week => Self::Month,
            Self::Month => Self::Auto,
        }
    }
}

/// The step of the course of a time column. `None` while the data's own step waits for what the profile says.
#[must_use]
pub fn every(app: &App, column: &str) -> Option<Every> {
    match app.views.explore.kpi.step {
        Step::Day => Some(Every::Day),
        Step::Week => Some(Every::Week),
        Step::Month => Some(Every::Month),
        Step::Auto => {
            let info = app.main_info()?;
            let rise = app.doc.as_ref().is_some_and(|d| d.session.state.goal.shape == Some(Shape::Rise));
            let Some((first, last)) = periods::range(app, column) else {
                let awaited = info.profile.is_none() && info.profile_failed.is_none();
                return (!awaited).then_some(if rise { Every::Week } else { Every::Month });
            };
            let days = first.until(last).map_or(0, |span| i64::from(span.get_days())) + 1;
            Some(readable(u64::try_from(days).unwrap_or(1), info.rows, rise))
        }
    }
}

/// More periods than this are no course but a cloud.
const MOST: u64 = 60;
/// Fewer rows in a period than this say little of it.
const ROWS: u64 = 30;
/// Fewer periods than this show no course.
const FEWEST: u64 = 3;

/// The finest step that gives a course that can be read: not too many periods, and enough rows in each. Where the KPI
/// rose it counts when that began, so that small periods are taken as well.
fn readable(days: u64, rows: u64, rise: bool) -> Every {
    let steps = [
        (Every::Hour, days * 24),
        (Every::Day, days),
        (Every::Week, days.div_ceil(7)),
        (Every::Month, days.div_ceil(30)),
        (Every::Quarter, days.div_ceil(91)),
        (Every::Year, days.div_ceil(365)),
    ];
    let few_enough = || steps.iter().filter(|(_, n)| *n <= MOST);
    let full = few_enough().find(|(_, n)| *n >= FEWEST && (rise || rows / (*n).max(1) >= ROWS));
    // Rather small periods than none; rather two than sixty of a handful of rows.
    let coarsest = || few_enough().rev().find(|(_, n)| *n >= FEWEST);
    full.or_else(coarsest).or_else(|| few_enough().next()).map_or(Every::Year, |(every, _)| *every)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_and_its_rows_give_a_readable_step() {
        for (days, rows, rise, every) in [
            (1, 10_000, false, Every::Hour),
            (5, 6_745, false, Every::Day),
            (150, 400, false, Every::Month),
            (150, 400, true, Every::Week),
            (365, 336_776, false, Every::Week),
            (793, 119_390, false, Every::Month),
            (3650, 1_000_000, false, Every::Quarter),
            (36_500, 1_000_000, false, Every::Year),
            (150, 40, false, Every::Month),
            (2, 0, false, Every::Hour),
        ] {
            assert_eq!(readable(days, rows, rise), every, "{days} days, {rows} rows");
        }
    }
}
