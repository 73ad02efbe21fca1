//! The KPI's numerator and denominator of every row.

use ::polars::prelude::DataType;

use super::super::sql::Planned;
use super::super::{PolarsEngine, cells, codes, sql};
use crate::engine::{EngineError, Ticket};
use crate::query::{Kpi, Measure, ValueType};

/// Numerators and denominators; NaN in either means unknown.
pub enum Measured {
    /// No KPI: nothing is known.
    Nothing,
    /// y = d = 1 in each row.
    Rows,
    /// y as given, d = 1.
    Numerator(Vec<f64>),
    /// Both.
    Both(Vec<f64>, Vec<f64>),
}

impl Measured {
    /// Numerator and denominator of a row with a known KPI.
    pub fn at(&self, row: usize) -> Option<(f64, f64)> {
        let pair = match self {
            Self::Nothing => return None,
            Self::Rows => (1.0, 1.0),
            Self::Numerator(y) => (*y.get(row)?, 1.0),
            Self::Both(y, d) => (*y.get(row)?, *d.get(row)?),
        };
        (!pair.0.is_nan() && !pair.1.is_nan()).then_some(pair)
    }
}

/// Squares of numbers whose level is this many times their spread, squared, are counted from the level.
const FAR: f64 = 1e4;

impl Measured {
    /// The level of the rows that count, where it is so large against the spread that plain squares would round the
    /// spread away; else 0. `None` where no row is known.
    pub fn far_level(&self, rows: usize, mask: Option<&[bool]>) -> Option<f64> {
        let counts = |row: &usize| mask.is_none_or(|m| m.get(*row).copied().unwrap_or(false));
        let known = || (0..rows).filter(counts).filter_map(|row| self.at(row));
        let (n, y, d) = known().fold((0u64, 0.0, 0.0), |sum, (y, d)| (sum.0 + 1, sum.1 + y, sum.2 + d));
        if n == 0 {
            return None;
        }
        let level: f64 = y / d;
        if !level.is_finite() || level == 0.0 {
            return Some(0.0);
        }
        let (squares, weights) =
            known().fold((0.0, 0.0), |sum, (y, d)| (sum.0 + (y - level * d).powi(2), sum.1 + d * d));
        Some(if level * level * weights > FAR * squares { level } else { 0.0 })
    }
}

/// A KPI whose expressions were checked against the columns.
pub enum Plan {
    /// No KPI.
    Nothing,
    /// Rows are counted.
    Rows,
    /// A condition; `flags` where it is a bare column that must hold 0 and 1.
    Rate { condition: Planned, flags: Option<String> },
    /// A number.
    Number(Planned),
    /// A number over another.
    Ratio(Planned, Planned),
}

/// Checks a KPI's expressions.
///
/// # Errors
/// An expression that can't be used, or text where a condition or a number is needed.
pub fn plan(engine: &PolarsEngine, kpi: Option<&Kpi>, ticket: &Ticket) -> Result<Plan, EngineError> {
    let Some(kpi) = kpi else { return Ok(Plan::Nothing) };
    Ok(match &kpi.measure {
        Measure::Count => Plan::Rows,
        Measure::Rate(text) => rate(engine, text, ticket)?,
        Measure::Mean(text) | Measure::Sum(text) => Plan::Number(number(engine, text)?),
        Measure::Ratio(y, d) => Plan::Ratio(number(engine, y)?, number(engine, d)?),
    })
}

impl Plan {
    /// Whether its numbers may be large against their spread: those of a rate are 0 and 1.
    pub fn has_centre(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Ratio(..))
    }

    /// Evaluates the KPI over a part. The mask is that of the rows that count: only their values are checked to be 0
    /// or 1.
    ///
    /// # Errors
    /// As [`Planned::on`]; also a rate over a column that holds other numbers.
    pub fn on(
        &self,
        engine: &PolarsEngine,
        part: usize,
        mask: Option<&[bool]>,
        ticket: &Ticket,
    ) -> Result<Measured, EngineError> {
        let numbers = |planned: &Planned| -> Result<Vec<f64>, EngineError> {
            let series = planned.on(engine, part, ticket)?;
            Ok(codes::numbers(&series)?.unwrap_or_else(|| vec![f64::NAN; series.len()]))
        };
        Ok(match self {
            Self::Nothing => Measured::Nothing,
            Self::Rows => Measured::Rows,
            Self::Number(y) => Measured::Numerator(numbers(y)?),
            Self::Ratio(y, d) => Measured::Both(numbers(y)?, numbers(d)?),
            Self::Rate { condition, flags } => {
                let values = numbers(condition)?;
                if let Some(name) = flags {
                    only_flags(name, &values, mask)?;
                }
                Measured::Numerator(values)
            }
        })
    }
}

/// A condition as 0 and 1. A bare column of the numbers 0 and 1 will do.
fn rate(engine: &PolarsEngine, text: &str, ticket: &Ticket) -> Result<Plan, EngineError> {
    let condition = sql::plan(engine, text)?;
    if let Some(info) = sql::bare_column(engine, text) {
        if info.dtype == ValueType::Text {
            let example = common_value(engine, &info.name, ticket).unwrap_or_else(|| "Yes".into());
            return Err(EngineError::request(
                format!("{} is text, so rate({}) has no condition.", info.name, text.trim()),
                format!("Say which value counts, as in rate({} = '{}').", text.trim(), example.replace('\'', "''")),
            ));
        }
        if info.dtype.is_number() {
            return Ok(Plan::Rate { condition, flags: Some(info.name.clone()) });
        }
    }
    match &condition.dtype {
        DataType::Boolean | DataType::Null => Ok(Plan::Rate { condition, flags: None }),
        other => Err(sql::not_a_condition(text, other)),
    }
}

fn only_flags(name: &str, values: &[f64], mask: Option<&[bool]>) -> Result<(), EngineError> {
    let strange = values.iter().enumerate().find(|(row, x)| {
        let counts = mask.is_none_or(|m| m.get(*row).copied().unwrap_or(false));
        counts && !x.is_nan() && **x != 0.0 && **x != 1.0
    });
    match strange {
        None => Ok(()),
        Some((_, x)) => Err(EngineError::request(
            format!("{name} holds {x}, not only 0 and 1, so rate({name}) has no condition."),
            format!("Write for example rate({name} >= 15), or mean({name})."),
        )),
    }
}

/// A value to name in an example: the last in order of the first part, if there are not too many.
fn common_value(engine: &PolarsEngine, name: &str, ticket: &Ticket) -> Option<String> {
    let codes = codes::of_column(engine, 0, name, ticket).ok()?;
    if codes.first_row.len() > 1000 {
        return None;
    }
    let series = engine.table.series(0, name).ok()?;
    let mut values: Vec<String> =
        codes.first_row.iter().map(|row| sql::cell_at(&series, *row as usize).to_string()).collect();
    values.sort_unstable();
    values.pop().filter(|v| v.len() <= 40)
}

fn number(engine: &PolarsEngine, text: &str) -> Result<Planned, EngineError> {
    let planned = sql::plan(engine, text)?;
    match cells::value_type(&planned.dtype) {
        ValueType::Int | ValueType::Float | ValueType::Bool | ValueType::Duration => Ok(planned),
        _ if planned.dtype == DataType::Null => Ok(planned),
        _ => Err(sql::not_a_number(text, &planned.dtype)),
    }
}
