//! The rows of both sides, by group.

use std::collections::BTreeMap;

use crate::analysis::cells::{Arm, fetch};
use crate::analysis::format;
use crate::analysis::keys::{Coded, column_type, key_named, quoted};
use crate::analysis::level::{level, point};
use crate::analysis::reach::is_true;
use crate::analysis::sqltext::both;
use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{Cell, ChangeRequest, Estimate, GroupQuery, Key, Kpi, Measure, Sides, Sums};

/// What kind of number is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A level per row: a rate, a mean, a ratio.
    Level,
    /// A total over a period: a sum or a count.
    Total,
    /// What happened against what was expected, in the same rows.
    Forecast,
}

/// The sums of a group on both sides.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell2 {
    /// Before, or expected.
    pub before: Arm,
    /// After, or actual.
    pub after: Arm,
    /// Of a forecast: (Σ(actual − expected)²) over the rows; else 0.
    pub squares: f64,
}

impl Cell2 {
    /// Adds another group's rows to this one.
    pub fn absorb(&mut self, other: &Self) {
        self.before.absorb(&other.before);
        self.after.absorb(&other.after);
        self.squares += other.squares;
    }

    /// All of some groups together.
    pub fn sum<'a>(cells: impl Iterator<Item = &'a Self>) -> Self {
        let mut out = Self::default();
        for cell in cells {
            out.absorb(cell);
        }
        out
    }

    /// Rows on both sides.
    pub fn rows(&self) -> u64 {
        self.before.sums.n.max(self.after.sums.n)
    }
}

/// A request made ready to fetch.
pub struct Frame<'a> {
    /// The table.
    pub engine: &'a dyn Engine,
    /// What was asked.
    pub asked: &'a ChangeRequest,
    /// The KPI of both sides; of a forecast the sum of what happened.
    pub kpi: Kpi,
    /// The kind of number.
    pub kind: Kind,
}

impl<'a> Frame<'a> {
    /// Checks what was asked.
    pub fn new(engine: &'a dyn Engine, asked: &'a ChangeRequest) -> Result<Self, EngineError> {
        let kind = match &asked.sides {
            Sides::Periods { kpi, before, after } => {
                engine.check_sql(before)?;
                engine.check_sql(after)?;
                match kpi.measure {
                    Measure::Sum(_) | Measure::Count => Kind::Total,
                    _ => Kind::Level,
                }
            }
            Sides::Forecast { actual, expected } => {
                for column in [actual, expected] {
                    if !column_type(engine, column)?.is_number() {
                        return Err(EngineError::request(
                            format!("{column} holds no numbers, so it can't be compared with a forecast."),
                            "Name two columns of numbers.",
                        ));
                    }
                }
                Kind::Forecast
            }
        };
        if asked.by.len() > 2 {
            return Err(EngineError::request(
                "A change is shown by at most two columns.",
                "Name one or two columns; the search for causes looks at all of them anyway.",
            ));
        }
        for name in &asked.by {
            key_named(engine, name)?;
        }
        for column in asked.exclude.iter().chain(&asked.unit) {
            column_type(engine, column)?;
        }
        Ok(Self { engine, asked, kpi: super::kpi_of(&asked.sides), kind })
    }

    /// The rows of both sides, without other rows.
    pub fn filter(&self) -> Option<String> {
        let filter = self.asked.filter.as_deref();
        match &self.asked.sides {
            Sides::Periods { before, after, .. } => both(filter, Some(&format!("({before}) OR ({after})"))),
            // A row of which only one side is known compares nothing.
            Sides::Forecast { actual, expected } => {
                both(filter, Some(&format!("{} IS NOT NULL AND {} IS NOT NULL", quoted(actual), quoted(expected))))
            }
        }
    }

    /// The sums of both sides by some columns, with the unit's buckets where one is named.
    pub fn fetch(&self, columns: &[&Coded], ticket: &Ticket) -> Result<Vec<(Vec<Cell>, Cell2)>, EngineError> {
        self.fetch_by(columns, self.asked.unit.as_deref(), ticket)
    }

    /// The sums of both sides by some columns.
    pub fn fetch_by(
        &self,
        columns: &[&Coded],
        unit: Option<&str>,
        ticket: &Ticket,
    ) -> Result<Vec<(Vec<Cell>, Cell2)>, EngineError> {
        let keys: Vec<Key> = columns.iter().map(|c| c.key.clone()).collect();
        let filter = self.filter();
        match &self.asked.sides {
            Sides::Periods { kpi, before, after } => {
                let mut all = vec![Key::sql(format!("({before})")), Key::sql(format!("({after})"))];
                all.extend(keys);
                let mut cells: BTreeMap<String, (Vec<Cell>, Cell2)> = BTreeMap::new();
                let mut twice = 0;
                // A count is a sum in which every row is worth one.
                let summed = match kpi.measure {
                    Measure::Count => &Kpi { measure: Measure::Sum("1".to_owned()), filter: kpi.filter.clone() },
                    _ => kpi,
                };
                for mut group in fetch(self.engine, summed, &all, filter.as_deref(), unit, ticket)? {
                    let place = group.keys.split_off(2);
                    let cell = &mut cells.entry(format!("{place:?}")).or_insert_with(|| (place, Cell2::default())).1;
                    match (is_true(group.keys.first()), is_true(group.keys.get(1))) {
                        (true, true) => twice += group.arm.sums.n,
                        (true, false) => cell.before.absorb(&group.arm),
                        (false, true) => cell.after.absorb(&group.arm),
                        (false, false) => {}
                    }
                }
                if twice > 0 {
                    return Err(EngineError::request(
                        format!("{} rows are before and after at once.", format::count(twice)),
                        "Make the two periods exclude each other.",
                    ));
                }
                Ok(cells.into_values().collect())
            }
            Sides::Forecast { actual, expected } => {
                let (a, e) = (quoted(actual), quoted(expected));
                let sum = |of: String| Kpi { measure: Measure::Sum(of), filter: None };
                let mut cells: BTreeMap<String, (Vec<Cell>, Cell2)> = BTreeMap::new();
                for (side, of) in [(0, e.clone()), (1, a.clone()), (2, format!("{a} - {e}"))] {
                    for group in fetch(self.engine, &sum(of), &keys, filter.as_deref(), unit, ticket)? {
                        let key = format!("{:?}", group.keys);
                        let cell = &mut cells.entry(key).or_insert_with(|| (group.keys, Cell2::default())).1;
                        match side {
                            0 => cell.before.absorb(&group.arm),
                            1 => cell.after.absorb(&group.arm),
                            _ => cell.squares += raw_squares(&group.arm.sums),
                        }
                    }
                }
                Ok(cells.into_values().collect())
            }
        }
    }

    /// The level of a side, clustered as the KPI's panes show it where a unit is named.
    pub fn level(&self, side: &Arm, ticket: &Ticket) -> Result<Estimate, EngineError> {
        let (Some(unit), Sides::Periods { kpi, before, after }) = (&self.asked.unit, &self.asked.sides) else {
            return Ok(level(&self.kpi, &side.sums, false));
        };
        if self.kind == Kind::Total {
            return Ok(level(&self.kpi, &side.sums, false));
        }
        for condition in [before, after] {
            let query = GroupQuery {
                keys: Vec::new(),
                kpi: Some(kpi.clone()),
                filter: both(self.asked.filter.as_deref(), Some(condition)),
                unit: Some(unit.clone()),
            };
            let rows = self.engine.aggregate(&query, ticket)?;
            if let Some(row) = rows.first().filter(|r| r.sums.n == side.sums.n && r.sums.y == side.sums.y) {
                return Ok(level(kpi, &row.sums, true));
            }
        }
        Ok(level(kpi, &side.sums, false))
    }

    /// Refuses sides without rows, or without a level.
    pub fn refuse_empty(&self, total: &Cell2) -> Result<(), EngineError> {
        let (sides, names) = match &self.asked.sides {
            Sides::Periods { before, after, .. } => {
                ([&total.before, &total.after], [format!("before ({before})"), format!("after ({after})")])
            }
            Sides::Forecast { actual, expected } => {
                ([&total.before, &total.after], [format!("with both {expected} and {actual}"), actual.clone()])
            }
        };
        for (side, name) in sides.into_iter().zip(names) {
            if side.sums.n == 0 {
                return Err(EngineError::request(
                    format!("There is no row {name}."),
                    "Choose conditions that hold for some rows; whyboard profile shows what the columns hold.",
                ));
            }
            if self.kind == Kind::Level && point(&side.sums).is_none() {
                return Err(EngineError::request(
                    format!("The KPI {} is unknown in all {} rows {name}.", self.kpi, format::count(side.sums.n)),
                    "Choose periods in which it was measured.",
                ));
            }
        }
        Ok(())
    }
}

/// Σy² of sums whose squares are counted from a centre.
pub fn raw_squares(s: &Sums) -> f64 {
    let c = s.centre;
    (s.yy + 2.0 * c * s.yd + c * c * s.dd).max(0.0)
}
