//! What a session has answered about columns, as it bears on a check.

use serde_json::Value;

use crate::analysis::sqltext::names_in;
use crate::engine::EngineError;
use crate::query::CheckOp;

use super::ask::Ask;

/// The columns that are held fixed, and those that were to be held and are not.
pub(super) struct Held {
    pub columns: Vec<String>,
    /// What follows from the tested column: holding it fixed would explain a cause by what it causes.
    pub left_out: Vec<String>,
}

impl Held {
    /// Words on what is left out, to stand behind the sentence of a result.
    pub fn words(&self) -> String {
        match self.left_out.as_slice() {
            [] => String::new(),
            [one] => format!(" {one} is not held fixed: it follows from what is tested, as was answered."),
            many => {
                format!(" {} are not held fixed: they follow from what is tested, as was answered.", many.join(" and "))
            }
        }
    }
}

/// The columns of `within`, without the consequences of what is tested.
pub(super) fn held(ask: &Ask<'_>, tested: &[String]) -> Result<Held, EngineError> {
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    let late: Vec<&str> = match ask.request.params.get("consequences") {
        Some(Value::Object(after)) => after
            .iter()
            .filter(|(cause, _)| tested.iter().any(|t| same(t, cause)))
            .filter_map(|(_, late)| late.as_array())
            .flatten()
            .filter_map(Value::as_str)
            .collect(),
        None | Some(Value::Null) => Vec::new(),
        Some(other) => return Err(ask.wrong("consequences", &format!("is {other} and should name columns by column"))),
    };
    let (left_out, columns) = ask.within()?.into_iter().partition(|c| late.iter().any(|l| same(l, c)));
    Ok(Held { columns, left_out })
}

/// The columns of the table that a condition names.
pub(super) fn columns_in(ask: &Ask<'_>, sql: &str) -> Vec<String> {
    let schema = ask.engine.schema();
    names_in(sql).into_iter().filter(|n| schema.get(n).is_some()).collect()
}

/// The tested column of which it was answered that it is known only after the outcome, where the check holds the KPI of
/// its groups against each other.
pub(super) fn known_after(ask: &Ask<'_>) -> Option<String> {
    let Some(Value::Array(after)) = ask.request.params.get("exclude") else { return None };
    let tested = match ask.request.op {
        CheckOp::RateBy => ask.column_of("by").into_iter().collect(),
        CheckOp::DoseResponse => ask.column_of("measure").into_iter().collect(),
        CheckOp::CompareRate | CheckOp::CompareGroups => match ask.sql("a") {
            Ok(Some(a)) => columns_in(ask, &a),
            _ => ask.column_of("exposure").into_iter().collect(),
        },
        _ => Vec::new(),
    };
    tested.into_iter().find(|t| after.iter().filter_map(Value::as_str).any(|a| a.eq_ignore_ascii_case(t)))
}
