//! SQL: expressions over the columns, and whole queries.

use ::polars::prelude::{DataType, DslPlan, Expr, IntoLazy, LazyFrame, NULL, Operator, Series, lit, when};
use ::polars::sql::{SQLContext, sql_expr};

use super::{PolarsEngine, cells, first_line, near};
use crate::engine::{EngineError, Ticket};
use crate::query::{Cell, ColumnInfo, Page, Schema};

const VALUE: &str = "whyboard value";

/// An expression that has been checked against the columns.
pub struct Planned {
    lazy: LazyFrame,
    /// Its type.
    pub dtype: DataType,
    /// Whether it names any column.
    names_columns: bool,
}

/// Longer or deeper expressions could exhaust the stack of the parser or the planner.
const LONGEST: usize = 64 << 10;
const MOST_OPERATORS: usize = 1000;

fn wrong(text: &str, cause: &str) -> EngineError {
    let cause = first_line(cause);
    let cause = cause.strip_prefix("sql parser error: ").unwrap_or(&cause);
    let (cause, next) = if cause.contains("cannot compare 'date") {
        (
            "a date or time is compared with text that is not one",
            "Write dates as DATE '2024-01-31' and moments as '2024-01-31 10:00:00'.",
        )
    } else if cause.contains("cannot compare string with numeric") {
        (
            "text is compared with a number",
            "Put text in single quotes and numbers without, as in plan = 'A' or tenure > 12.",
        )
    } else {
        (
            cause,
            "Write a SQL condition or expression, such as Contract = 'One year' or price * items; \
             text in single quotes, odd column names in double quotes.",
        )
    };
    EngineError::request(format!("\"{}\" can't be used: {cause}.", shown(text)), next)
}

/// Operators outside quotes, roughly: marks, and words such as AND and NOT.
fn operators(text: &str) -> usize {
    let bare = outside_quotes(text).to_ascii_uppercase();
    let marks = bare.bytes().filter(|b| b"+-*/%<>=|&^~!:".contains(b)).count();
    let words = bare.split_ascii_whitespace().filter(|w| matches!(*w, "AND" | "OR" | "NOT" | "LIKE" | "IS" | "CASE"));
    marks + words.count()
}

/// The text with everything in quotes taken out.
fn outside_quotes(text: &str) -> String {
    let mut quote = None;
    text.chars()
        .map(|c| match quote {
            Some(q) => {
                if c == q {
                    quote = None;
                }
                ' '
            }
            None if matches!(c, '\'' | '"' | '`') => {
                quote = Some(c);
                ' '
            }
            None => c,
        })
        .collect()
}

fn shown(text: &str) -> String {
    let mut out: String = text.chars().take(120).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

/// Parses an expression and finds its type; nothing is run.
pub fn plan(engine: &PolarsEngine, text: &str) -> Result<Planned, EngineError> {
    if text.trim().is_empty() {
        return Err(wrong(text, "it is empty"));
    }
    let quoted;
    let text = match bare_column(engine, text) {
        // A name such as "when" or "Pickup point" would not be read as one.
        Some(info) => {
            quoted = format!("\"{}\"", info.name.replace('"', "\"\""));
            &quoted
        }
        None => text,
    };
    let depth = text.bytes().scan(0i32, |d, b| {
        *d += i32::from(b == b'(') - i32::from(b == b')');
        Some(*d)
    });
    if text.len() > LONGEST || depth.max().unwrap_or(0) > 100 || operators(text) > MOST_OPERATORS {
        return Err(wrong(text, "it is too long or nested too deeply"));
    }
    let expr = sql_expr(text).map_err(|e| wrong(text, &e.to_string()))?;
    let mut names_columns = false;
    for part in &expr {
        match part {
            Expr::Column(name) => {
                names_columns = true;
                if engine.schema.get(name).is_none() {
                    return Err(near::unknown_column(name, &engine.schema));
                }
            }
            Expr::Selector(_) => return Err(wrong(text, "it must name single columns")),
            _ => {}
        }
    }
    let mut context = SQLContext::new();
    context.register("data", engine.frame.clone().lazy());
    let query = format!("SELECT (\n{text}\n) AS \"{VALUE}\" FROM data");
    let mut lazy = without_division_by_zero(context.execute(&query).map_err(|e| wrong(text, &e.to_string()))?);
    let schema = lazy.collect_schema().map_err(|e| wrong(text, &e.to_string()))?;
    let dtype = schema.get(VALUE).cloned().ok_or_else(|| wrong(text, "it gives no value"))?;
    Ok(Planned { lazy, dtype, names_columns })
}

/// Makes x / 0 unknown, as databases do. polars would give NaN or infinity, which is greater than any number, so that
/// `a / b > 0.5` would hold where b is 0.
fn without_division_by_zero(mut lazy: LazyFrame) -> LazyFrame {
    let safe = |expr: Expr| match expr {
        Expr::BinaryExpr {
            left,
            op: op @ (Operator::TrueDivide | Operator::FloorDivide | Operator::RustDivide | Operator::Modulus),
            right,
        } => {
            let zero = (*right).clone().eq(lit(0));
            when(zero).then(lit(NULL)).otherwise(Expr::BinaryExpr { left, op, right })
        }
        other => other,
    };
    lazy.logical_plan = match lazy.logical_plan {
        DslPlan::Select { expr, input, options } => {
            DslPlan::Select { expr: expr.into_iter().map(|e| e.map_expr(safe)).collect(), input, options }
        }
        other => other,
    };
    lazy
}

/// Evaluates an expression for every row.
pub fn evaluate(engine: &PolarsEngine, text: &str, ticket: &Ticket) -> Result<Series, EngineError> {
    ticket.check()?;
    if let Some(info) = bare_column(engine, text) {
        return Ok(engine.column(&info.name)?.clone());
    }
    let planned = plan(engine, text)?;
    values(engine, planned, text)
}

fn values(engine: &PolarsEngine, planned: Planned, text: &str) -> Result<Series, EngineError> {
    let frame = planned.lazy.collect().map_err(|e| wrong(text, &e.to_string()))?;
    let column = frame.column(VALUE).map_err(|e| wrong(text, &e.to_string()))?;
    let series = column.as_materialized_series();
    let rows = engine.rows();
    if series.len() == rows {
        return Ok(series.rechunk());
    }
    if series.len() == 1 && !planned.names_columns {
        return Ok(series.new_from_index(0, rows));
    }
    Err(wrong(text, "it gives one number for the whole table instead of one per row"))
}

/// Evaluates a condition; null counts as false.
pub fn condition(engine: &PolarsEngine, text: &str, ticket: &Ticket) -> Result<Vec<bool>, EngineError> {
    ticket.check()?;
    let planned = plan(engine, text)?;
    if planned.dtype == DataType::Null {
        return Ok(vec![false; engine.rows()]);
    }
    if planned.dtype != DataType::Boolean {
        return Err(not_a_condition(text, &planned.dtype));
    }
    let series = values(engine, planned, text)?;
    let flags = series.bool().map_err(|e| wrong(text, &e.to_string()))?;
    Ok(flags.iter().map(|b| b.unwrap_or(false)).collect())
}

/// The message for an expression that should be true or false.
pub fn not_a_condition(text: &str, dtype: &DataType) -> EngineError {
    let word = cells::value_type(dtype).word();
    EngineError::request(
        format!("\"{}\" is not a condition: it gives {word}, not true or false.", shown(text)),
        "Compare it with something, as in Churn = 'Yes' or tenure <= 12.",
    )
}

/// The message for an expression that should be a number.
pub fn not_a_number(text: &str, dtype: &DataType) -> EngineError {
    let word = cells::value_type(dtype).word();
    EngineError::request(
        format!("\"{}\" is not a number: it gives {word}.", shown(text)),
        "Name a column of numbers or write an expression that gives one.",
    )
}

/// The column that a text names, bare or in double quotes.
pub fn bare_column<'a>(engine: &'a PolarsEngine, text: &str) -> Option<&'a ColumnInfo> {
    let text = text.trim();
    engine.schema.get(text).or_else(|| {
        let inner = text.strip_prefix('"')?.strip_suffix('"')?;
        engine.schema.get(&inner.replace("\"\"", "\""))
    })
}

/// Runs a query over the table `data`.
pub fn run(engine: &PolarsEngine, query: &str, limit: usize, ticket: &Ticket) -> Result<(Schema, Page), EngineError> {
    ticket.check()?;
    refuse_all_but_select(query)?;
    if query.len() > LONGEST || operators(query) > MOST_OPERATORS {
        return Err(EngineError::request("The query is too long.", "Split it into smaller questions."));
    }
    let fail = |cause: &str| {
        EngineError::request(
            format!("The query can't be run: {}.", first_line(cause)),
            "Write SELECT … FROM data; check the names with the schema.",
        )
    };
    let mut context = SQLContext::new();
    context.register("data", engine.frame.clone().lazy());
    let lazy = context.execute(query).map_err(|e| fail(&e.to_string()))?;
    let most = u32::try_from(limit).unwrap_or(u32::MAX);
    let frame = lazy.limit(most).collect().map_err(|e| fail(&e.to_string()))?;
    ticket.check()?;
    let columns = frame
        .columns()
        .iter()
        .map(|c| ColumnInfo { name: c.name().to_string(), dtype: cells::value_type(c.dtype()) })
        .collect();
    Ok((Schema { columns }, cells::page(&frame, 0, limit)?))
}

/// Only questions may be asked, and only of the opened table: no reading of other files, no changes.
fn refuse_all_but_select(query: &str) -> Result<(), EngineError> {
    let bare = query.to_lowercase();
    let first = outside_quotes(&bare);
    let first = first.split(|c: char| !c.is_alphanumeric()).find(|w| !w.is_empty()).unwrap_or_default();
    if !matches!(first, "select" | "with") {
        return Err(EngineError::request(
            "Only questions can be asked: the query must begin with SELECT or WITH.",
            "Write SELECT … FROM data.",
        ));
    }
    if bare.contains("read_csv")
        || bare.contains("read_parquet")
        || bare.contains("read_ipc")
        || bare.contains("read_json")
    {
        return Err(EngineError::request("A query can't read other files.", "Open the file as data instead."));
    }
    Ok(())
}

/// The keys and values of a series as cells, by row.
pub fn cell_at(series: &Series, row: usize) -> Cell {
    series.get(row).map_or(Cell::Null, |v| cells::cell(&v))
}
