//! What a check was asked: roles, columns and parameters, with plain words where one is missing.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{Better, CheckRequest, Estimate, GroupQuery, Kpi};

use crate::analysis::keys::quoted;

/// Roles that say who, when and what happened, never what to split by.
const NOT_A_SPLIT: [&str; 6] = ["outcome", "entity", "time", "unit", "rows", "target"];

/// A check about to run.
pub(super) struct Ask<'a> {
    pub engine: &'a dyn Engine,
    /// Every open table by its name, the one above among them.
    pub tables: &'a [(String, Arc<dyn Engine>)],
    pub kpi: &'a Kpi,
    pub better: Better,
    pub request: &'a CheckRequest,
    pub unit: Option<&'a str>,
    pub ticket: &'a Ticket,
}

/// What an operation found, before it is held against the rule.
pub(super) struct Found {
    /// The metric that is reported where the rule names none.
    pub usual: &'static str,
    pub metrics: BTreeMap<String, Estimate>,
    pub n: Vec<u64>,
    pub events: Vec<u64>,
    pub tried: u32,
    pub says: String,
}

impl Found {
    pub fn new(usual: &'static str, says: String) -> Self {
        Self { usual, metrics: BTreeMap::new(), n: Vec::new(), events: Vec::new(), tried: 1, says }
    }

    pub fn put(&mut self, name: &str, estimate: Estimate) {
        self.metrics.insert(name.to_owned(), estimate);
    }

    /// A number that is a fact about the table and has no interval.
    pub fn put_fact(&mut self, name: &str, value: Option<f64>) {
        self.put(name, Estimate { value: value.filter(|x| x.is_finite()), interval: None });
    }
}

impl Ask<'_> {
    /// The column behind a role, or the column of that very name.
    pub fn column(&self, role: &str) -> Result<String, EngineError> {
        if let Some(column) = self.request.columns.get(role) {
            return Ok(column.clone());
        }
        if self.engine.schema().get(role).is_some() {
            return Ok(role.to_owned());
        }
        Err(EngineError::request(
            format!("The check {} needs the role \"{role}\", and no column is mapped to it.", self.request.op.word()),
            "Map a column to it, or enter the result by hand.",
        ))
    }

    /// The column that a parameter names by role; without the parameter the role of the parameter's own name, and
    /// then the only role there is to split by.
    pub fn column_of(&self, param: &str) -> Result<String, EngineError> {
        if let Some(role) = self.text(param)? {
            return self.column(&role);
        }
        if let Some(column) = self.request.columns.get(param) {
            return Ok(column.clone());
        }
        let mut roles = self.request.columns.iter().filter(|(role, _)| !NOT_A_SPLIT.contains(&role.as_str()));
        match (roles.next(), roles.next()) {
            (Some((_, column)), None) => Ok(column.clone()),
            _ => Err(self.missing(param, "name a role or a column")),
        }
    }

    /// A text parameter as it stands.
    pub fn text(&self, param: &str) -> Result<Option<String>, EngineError> {
        match self.request.params.get(param) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(s)) => Ok(Some(s.clone())),
            Some(other) => Err(self.wrong(param, &format!("is {other} and should be text"))),
        }
    }

    /// A SQL parameter with its `{roles}` filled in.
    pub fn sql(&self, param: &str) -> Result<Option<String>, EngineError> {
        self.text(param)?.map(|s| self.fill(&s, quoted)).transpose()
    }

    /// A SQL parameter for people: roles as the bare names of their columns.
    pub fn words(&self, param: &str) -> Result<String, EngineError> {
        let text = self.text(param)?.unwrap_or_default();
        self.fill(&text, str::to_owned)
    }

    /// A number parameter.
    pub fn number(&self, param: &str) -> Result<Option<f64>, EngineError> {
        match self.request.params.get(param) {
            None | Some(Value::Null) => Ok(None),
            Some(v) => v.as_f64().map(Some).ok_or_else(|| self.wrong(param, &format!("is {v} and should be a number"))),
        }
    }

    /// The columns to hold fixed.
    pub fn within(&self) -> Result<Vec<String>, EngineError> {
        match self.request.params.get("within") {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::String(role)) => Ok(vec![self.column(role)?]),
            Some(Value::Array(roles)) => roles
                .iter()
                .map(|r| match r {
                    Value::String(role) => self.column(role),
                    other => Err(self.wrong("within", &format!("holds {other}, which is no role"))),
                })
                .collect(),
            Some(other) => Err(self.wrong("within", &format!("is {other} and should be a list of roles"))),
        }
    }

    /// The rows to look at, where the check narrows them.
    pub fn filter(&self) -> Result<Option<String>, EngineError> {
        self.sql("where")
    }

    /// How many rows there are to look at.
    pub fn rows(&self) -> Result<u64, EngineError> {
        let Some(filter) = self.filter()? else { return Ok(self.engine.row_count()) };
        let query = GroupQuery { keys: Vec::new(), kpi: None, filter: Some(filter), unit: None };
        Ok(self.engine.aggregate(&query, self.ticket)?.first().map_or(0, |r| r.sums.n))
    }

    /// What one whole KPI unit is in points: 100 for a rate.
    pub fn points(&self) -> f64 {
        points(self.kpi)
    }

    pub fn missing(&self, param: &str, how: &str) -> EngineError {
        EngineError::request(
            format!("The check {} needs the parameter \"{param}\".", self.request.op.word()),
            format!("Give it: {how}."),
        )
    }

    pub fn wrong(&self, param: &str, why: &str) -> EngineError {
        EngineError::request(
            format!("The parameter \"{param}\" of the check {} {why}.", self.request.op.word()),
            "Correct it in the playbook or the check.",
        )
    }

    /// Puts the column for each `{role}`, as `name` writes it; braces around anything else are left alone.
    fn fill(&self, sql: &str, name_of: impl Fn(&str) -> String) -> Result<String, EngineError> {
        let mut out = String::with_capacity(sql.len());
        let mut rest = sql;
        while let Some(open) = rest.find('{') {
            let (before, from) = rest.split_at(open);
            out.push_str(before);
            let name = from.get(1..).and_then(|s| s.split_once('}')).map(|(name, _)| name);
            match name.filter(|n| !n.is_empty() && n.chars().all(|c| c.is_alphanumeric() || c == '_')) {
                Some(role) => {
                    out.push_str(&name_of(&self.column(role)?));
                    rest = from.get(role.len() + 2..).unwrap_or_default();
                }
                None => {
                    out.push('{');
                    rest = from.get(1..).unwrap_or_default();
                }
            }
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// What one whole unit of a KPI is in points: 100 for a rate, 1 else.
pub(super) fn points(kpi: &Kpi) -> f64 {
    if kpi.is_share() { 100.0 } else { 1.0 }
}

/// An estimate in other units; a negative factor turns the interval round.
pub(super) fn scaled(e: Estimate, factor: f64) -> Estimate {
    Estimate {
        value: e.value.map(|v| v * factor),
        interval: e
            .interval
            .map(|(l, h)| if factor < 0.0 { (h * factor, l * factor) } else { (l * factor, h * factor) }),
    }
}

/// Events as whole numbers, where the KPI counts events.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn events(kpi: &Kpi, sums: &[f64]) -> Vec<u64> {
    if !kpi.is_share() {
        return Vec::new();
    }
    sums.iter().map(|y| if y.is_finite() && *y > 0.0 { y.round() as u64 } else { 0 }).collect()
}
