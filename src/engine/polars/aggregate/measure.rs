//! The KPI's numerator and denominator of every row.

use ::polars::prelude::DataType;

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

/// Evaluates a KPI. The mask is that of the rows that count: only their values are checked to be 0 or 1.
pub fn measure(
    engine: &PolarsEngine,
    kpi: Option<&Kpi>,
    mask: Option<&[bool]>,
    ticket: &Ticket,
) -> Result<Measured, EngineError> {
    let Some(kpi) = kpi else { return Ok(Measured::Nothing) };
    Ok(match &kpi.measure {
        Measure::Count => Measured::Rows,
        Measure::Rate(text) => Measured::Numerator(rate(engine, text, mask, ticket)?),
        Measure::Mean(text) | Measure::Sum(text) => Measured::Numerator(number(engine, text, ticket)?),
        Measure::Ratio(y, d) => Measured::Both(number(engine, y, ticket)?, number(engine, d, ticket)?),
    })
}

/// A condition as 0 and 1. A bare column of the numbers 0 and 1 will do.
fn rate(engine: &PolarsEngine, text: &str, mask: Option<&[bool]>, ticket: &Ticket) -> Result<Vec<f64>, EngineError> {
    let series = sql::evaluate(engine, text, ticket)?;
    if let Some(info) = sql::bare_column(engine, text) {
        if info.dtype == ValueType::Text {
            let example = common_value(engine, &info.name, ticket).unwrap_or_else(|| "Yes".into());
            return Err(EngineError::request(
                format!("{} is text, so rate({}) has no condition.", info.name, text.trim()),
                format!("Say which value counts, as in rate({} = '{}').", text.trim(), example.replace('\'', "''")),
            ));
        }
        if info.dtype.is_number() {
            let values = codes::numbers(&series)?.unwrap_or_default();
            let strange = values.iter().enumerate().find(|(row, x)| {
                let counts = mask.is_none_or(|m| m.get(*row).copied().unwrap_or(false));
                counts && !x.is_nan() && **x != 0.0 && **x != 1.0
            });
            return match strange {
                None => Ok(values),
                Some((_, x)) => Err(EngineError::request(
                    format!("{} holds {x}, not only 0 and 1, so rate({}) has no condition.", info.name, text.trim()),
                    format!("Write for example rate({} >= 15), or mean({}).", text.trim(), text.trim()),
                )),
            };
        }
    }
    match series.dtype() {
        DataType::Boolean | DataType::Null => Ok(codes::numbers(&series)?.unwrap_or_default()),
        other => Err(sql::not_a_condition(text, other)),
    }
}

fn common_value(engine: &PolarsEngine, name: &str, ticket: &Ticket) -> Option<String> {
    let codes = codes::of_column(engine, name, ticket).ok()?;
    if codes.first_row.len() > 1000 {
        return None;
    }
    let series = engine.column(name).ok()?;
    let mut values: Vec<String> =
        codes.first_row.iter().map(|row| sql::cell_at(series, *row as usize).to_string()).collect();
    values.sort_unstable();
    values.pop().filter(|v| v.len() <= 40)
}

fn number(engine: &PolarsEngine, text: &str, ticket: &Ticket) -> Result<Vec<f64>, EngineError> {
    let series = sql::evaluate(engine, text, ticket)?;
    match cells::value_type(series.dtype()) {
        ValueType::Int | ValueType::Float | ValueType::Bool | ValueType::Duration => {
            codes::numbers(&series)?.ok_or_else(|| sql::not_a_number(text, series.dtype()))
        }
        _ if series.dtype() == &DataType::Null => Ok(vec![f64::NAN; series.len()]),
        _ => Err(sql::not_a_number(text, series.dtype())),
    }
}
