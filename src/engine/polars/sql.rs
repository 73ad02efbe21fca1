//! SQL: expressions over the columns, and whole queries.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use ::polars::prelude::{
    Column, DataFrame, DataType, DslPlan, Expr, IntoLazy, LazyFrame, NULL, Operator, PolarsError, Series, col, lit,
    when,
};
use ::polars::sql::{SQLContext, sql_expr};

use super::table::Table;
use super::{PolarsEngine, cells, first_line, near};
use crate::engine::{EngineError, Ticket};
use crate::query::{ColumnInfo, Page, Schema};

const VALUE: &str = "whyboard value";

/// An expression that has been checked against the columns.
pub struct Planned {
    /// What to evaluate: the text, with a bare odd column name in quotes.
    text: String,
    /// Its type.
    pub dtype: DataType,
    /// The columns that it names, in the order of the table.
    columns: Vec<String>,
    /// Whether a row's value depends on that row alone, so that parts can be evaluated one by one.
    by_row: bool,
    /// The values of the whole table, where parts can't be.
    whole: OnceLock<Series>,
}

/// Longer or deeper expressions could exhaust the stack of the parser or the planner.
pub const LONGEST: usize = 64 << 10;
pub const MOST_OPERATORS: usize = 1000;

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
pub fn operators(text: &str) -> usize {
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
    // A name such as "when" or "Pickup point" would not be read as one.
    if let Some(info) = bare_column(engine, text) {
        return plan_column(engine, &info.name);
    }
    let depth = text.bytes().scan(0i32, |d, b| {
        *d += i32::from(b == b'(') - i32::from(b == b')');
        Some(*d)
    });
    if text.len() > LONGEST || depth.max().unwrap_or(0) > 100 || operators(text) > MOST_OPERATORS {
        return Err(wrong(text, "it is too long or nested too deeply"));
    }
    refuse_other_files(text)?;
    if has_word(&outside_quotes(text), "select") {
        return Err(wrong(text, "it holds a query of its own, and only the row's own columns may stand here"));
    }
    let expr = sql_expr(text).map_err(|e| wrong(text, &e.to_string()))?;
    let mut named = BTreeSet::new();
    for part in &expr {
        match part {
            Expr::Column(name) => {
                if engine.schema.get(name).is_none() {
                    return Err(near::unknown_column(name, &engine.schema));
                }
                named.insert(name.to_string());
            }
            Expr::Selector(_) => return Err(wrong(text, "it must name single columns")),
            _ => {}
        }
    }
    let dtype = {
        let mut lazy = select(engine.table.without_rows(), text)?;
        let schema = lazy.collect_schema().map_err(|e| wrong(text, &e.to_string()))?;
        schema.get(VALUE).cloned().ok_or_else(|| wrong(text, "it gives no value"))?
    };
    let columns = engine.table.names().filter(|n| named.contains(*n)).map(str::to_owned).collect();
    let by_row = expr.into_iter().all(is_by_row);
    Ok(Planned { text: text.to_owned(), dtype, columns, by_row, whole: OnceLock::new() })
}

/// The expression over the rows of a frame.
fn select(frame: DataFrame, text: &str) -> Result<LazyFrame, EngineError> {
    let mut context = SQLContext::new();
    context.register("data", frame.lazy());
    let query = format!("SELECT (\n{text}\n) AS \"{VALUE}\" FROM data");
    Ok(without_division_by_zero(context.execute(&query).map_err(|e| wrong(text, &e.to_string()))?))
}

/// Whether a step of an expression looks at nothing but its own row. Functions are those known to; all others are
/// taken to look at the whole table, which is always right.
fn is_by_row(step: &Expr) -> bool {
    match step {
        Expr::Column(_)
        | Expr::Literal(_)
        | Expr::BinaryExpr { .. }
        | Expr::Cast { .. }
        | Expr::Ternary { .. }
        | Expr::Alias(..) => true,
        Expr::Function { function, .. } => {
            let name = function.to_string();
            (name.starts_with("str.") && !name.contains("vertical"))
                || name.starts_with("dt.")
                || matches!(
                    name.as_str(),
                    "abs"
                        | "round"
                        | "floor"
                        | "ceil"
                        | "sign"
                        | "exp"
                        | "log"
                        | "log1p"
                        | "pow"
                        | "sqrt"
                        | "cbrt"
                        | "not"
                        | "is_null"
                        | "is_not_null"
                        | "is_nan"
                        | "is_not_nan"
                        | "is_finite"
                        | "is_infinite"
                        | "is_in"
                        | "is_between"
                        | "fill_null"
                        | "coalesce"
                        | "negate"
                        | "concat_horizontal"
                        | "min_horizontal"
                        | "max_horizontal"
                        | "any_horizontal"
                        | "all_horizontal"
                )
        }
        _ => false,
    }
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

/// A column of that exact name as an expression.
///
/// # Errors
/// When there is no such column.
pub fn plan_column(engine: &PolarsEngine, name: &str) -> Result<Planned, EngineError> {
    engine.known(name)?;
    let dtype = engine.table.dtype(name).cloned().unwrap_or(DataType::Null);
    Ok(Planned { text: quoted(name), dtype, columns: vec![name.to_owned()], by_row: true, whole: OnceLock::new() })
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Planned {
    /// A series of its type without values.
    pub fn empty(&self) -> Series {
        Series::new_empty("".into(), &self.dtype)
    }

    /// The columns that it names.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether a row's value depends on that row alone.
    pub fn is_by_row(&self) -> bool {
        self.by_row
    }

    /// The values over rows that hold the columns that it names; each must depend on its own row alone.
    ///
    /// # Errors
    /// As [`Planned::on`].
    pub fn on_rows(&self, frame: DataFrame) -> Result<Series, EngineError> {
        let rows = frame.height();
        self.values(frame, rows)
    }

    /// The rows of a query with its value as a further column of that name.
    ///
    /// # Errors
    /// As [`plan`].
    pub fn beside(&self, rows: LazyFrame, name: &str) -> Result<LazyFrame, EngineError> {
        let mut context = SQLContext::new();
        context.register("data", rows);
        let query = format!("SELECT *, (\n{}\n) AS {} FROM data", self.text, quoted(name));
        Ok(without_division_by_zero(context.execute(&query).map_err(|e| wrong(&self.text, &e.to_string()))?))
    }

    /// The column that it is, where it is nothing but one.
    fn column(&self) -> Option<&str> {
        self.columns.first().map(String::as_str).filter(|c| self.columns.len() == 1 && self.text == quoted(c))
    }

    /// The values of every row of a part.
    ///
    /// # Errors
    /// An expression that gives one number for all rows, or that fails on a value.
    pub fn on(&self, engine: &PolarsEngine, part: usize, ticket: &Ticket) -> Result<Series, EngineError> {
        ticket.check()?;
        if let Some(column) = self.column() {
            return engine.table.series(part, column);
        }
        let rows = engine.table.rows_in(part);
        if !self.by_row && engine.table.parts() > 1 {
            let start = i64::try_from(engine.table.start(part)).unwrap_or(i64::MAX);
            return Ok(self.over_all(engine)?.slice(start, rows));
        }
        let names: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        self.values(engine.table.frame(part, &names)?, rows)
    }

    /// The values of the whole table, computed once.
    fn over_all(&self, engine: &PolarsEngine) -> Result<&Series, EngineError> {
        if let Some(whole) = self.whole.get() {
            return Ok(whole);
        }
        let names: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        let series = self.values(engine.table.wholes(&names)?, engine.rows())?;
        Ok(self.whole.get_or_init(|| series))
    }

    fn values(&self, frame: DataFrame, rows: usize) -> Result<Series, EngineError> {
        let text = self.text.as_str();
        // A number alone needs no column, yet a table without columns has no rows.
        let frame = if self.columns.is_empty() { lonely() } else { frame };
        let frame = select(frame, text)?.collect().map_err(|e| wrong(text, &e.to_string()))?;
        let column = frame.column(VALUE).map_err(|e| wrong(text, &e.to_string()))?;
        let series = column.as_materialized_series();
        if series.len() == rows && !self.columns.is_empty() {
            return Ok(series.rechunk());
        }
        if series.len() == 1 && self.columns.is_empty() && self.by_row {
            return Ok(series.new_from_index(0, rows));
        }
        Err(wrong(text, "it gives one number for the whole table instead of one per row"))
    }

    /// As a condition for the rows of a part; null counts as false.
    ///
    /// # Errors
    /// As [`Planned::on`].
    pub fn holds(&self, engine: &PolarsEngine, part: usize, ticket: &Ticket) -> Result<Vec<bool>, EngineError> {
        if self.dtype == DataType::Null {
            return Ok(vec![false; engine.table.rows_in(part)]);
        }
        let series = self.on(engine, part, ticket)?;
        let flags = series.bool().map_err(|e| wrong(&self.text, &e.to_string()))?;
        Ok(flags.iter().map(|b| b.unwrap_or(false)).collect())
    }
}

fn lonely() -> DataFrame {
    DataFrame::new(1, vec![Column::new("one".into(), [1i64])]).unwrap_or_default()
}

/// Parses a condition.
///
/// # Errors
/// As [`plan`]; also when it gives something else than true or false.
pub fn plan_condition(engine: &PolarsEngine, text: &str) -> Result<Planned, EngineError> {
    let planned = plan(engine, text)?;
    if matches!(planned.dtype, DataType::Null | DataType::Boolean) {
        Ok(planned)
    } else {
        Err(not_a_condition(text, &planned.dtype))
    }
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

/// The rows of a query over the table `data`, as many as there are up to `limit`.
pub fn rows(
    engine: &PolarsEngine,
    query: &str,
    limit: Option<usize>,
    ticket: &Ticket,
) -> Result<DataFrame, EngineError> {
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
    context.register("data", engine.table.lazy()?);
    let lazy = context.execute(query).map_err(|e| fail(&e.to_string()))?;
    let lazy = match limit {
        Some(limit) => lazy.limit(u32::try_from(limit).unwrap_or(u32::MAX)),
        None => lazy,
    };
    let frame = lazy.collect().map_err(|e| fail(&e.to_string()))?;
    ticket.check()?;
    Ok(frame)
}

/// Runs a query over the table `data`.
pub fn run(engine: &PolarsEngine, query: &str, limit: usize, ticket: &Ticket) -> Result<(Schema, Page), EngineError> {
    let frame = rows(engine, query, Some(limit), ticket)?;
    let columns = frame
        .columns()
        .iter()
        .map(|c| ColumnInfo { name: c.name().to_string(), dtype: cells::value_type(c.dtype()) })
        .collect();
    Ok((Schema { columns }, cells::page(&frame, 0, limit)?))
}

/// Only questions may be asked, and only of the opened table: no reading of other files, no changes.
pub fn refuse_all_but_select(query: &str) -> Result<(), EngineError> {
    let bare = query.to_lowercase();
    let first = outside_quotes(&bare);
    let first = first.split(|c: char| !c.is_alphanumeric()).find(|w| !w.is_empty()).unwrap_or_default();
    if !matches!(first, "select" | "with") {
        return Err(EngineError::request(
            "Only questions can be asked: the query must begin with SELECT or WITH.",
            "Write SELECT … FROM data.",
        ));
    }
    refuse_other_files(query)
}

/// The functions that open files. They are refused wherever they stand, in quotes too: what is a comment or a quote to
/// the parser need not be one to us.
fn refuse_other_files(text: &str) -> Result<(), EngineError> {
    const READERS: [&str; 4] = ["read_csv", "read_parquet", "read_ipc", "read_json"];
    match READERS.into_iter().find(|name| has_word(text, name)) {
        None => Ok(()),
        Some(name) => Err(EngineError::request(
            format!("{name} would read another file, and only the opened table may be asked."),
            "Open that file as data instead.",
        )),
    }
}

/// Whether a word stands in a text by itself, upper or lower case.
fn has_word(text: &str, word: &str) -> bool {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == word)
}

/// One table out of several, by a query that names them.
pub fn joined(tables: &[(String, Table)], query: &str, ticket: &Ticket) -> Result<DataFrame, EngineError> {
    ticket.check()?;
    refuse_all_but_select(query)?;
    if query.len() > LONGEST || operators(query) > MOST_OPERATORS {
        return Err(EngineError::request("The query is too long.", "Make the table in smaller steps."));
    }
    let names: Vec<&str> = tables.iter().map(|(name, _)| name.as_str()).collect();
    let fail = |cause: &str| {
        EngineError::request(
            format!("The table can't be made by that query: {}.", first_line(cause)),
            format!("Write SELECT … FROM {}; the tables are {}.", names.first().unwrap_or(&"t"), names.join(", ")),
        )
    };
    let mut context = SQLContext::new();
    // A single table may be called as in all other queries.
    if let [(_, table)] = tables {
        context.register("data", table.lazy()?);
    }
    for (name, table) in tables {
        context.register(name, table.lazy()?);
    }
    let lazy = context.execute(query).and_then(|lazy| once_each(lazy, query));
    let frame = lazy.and_then(LazyFrame::collect).map_err(|e| fail(&e.to_string()))?;
    ticket.check()?;
    Ok(frame)
}

/// What a query gives without the second copies of columns that its USING names: such a name has the form `zone:zones`,
/// of the column and the table (or what it is called in the query) behind it.
///
/// # Errors
/// A query that can't be planned.
pub fn once_each(mut lazy: LazyFrame, query: &str) -> Result<LazyFrame, PolarsError> {
    if !has_word(&outside_quotes(query), "using") {
        return Ok(lazy);
    }
    let names: Vec<String> = lazy.collect_schema()?.iter_names().map(ToString::to_string).collect();
    let is_copy = |name: &String| {
        name.rsplit_once(':').is_some_and(|(column, table)| !table.is_empty() && names.iter().any(|n| n == column))
    };
    let kept: Vec<Expr> = names.iter().filter(|n| !is_copy(n)).map(|n| col(n.as_str())).collect();
    Ok(if kept.len() < names.len() { lazy.select(kept) } else { lazy })
}

/// A value of a series as a cell.
pub fn cell_at(series: &Series, row: usize) -> crate::query::Cell {
    series.get(row).map_or(crate::query::Cell::Null, |v| cells::cell(&v))
}
