//! What of a playbook fits a session: the shape of its problem, the rows of its board, the columns of its table.

use serde_json::Value;

use super::{Playbook, PlaybookCheck, PlaybookHypothesis};
use crate::domain::event::Shape;
use crate::domain::session::{HypothesisRow, Session, State};
use crate::query::CheckOp;

use super::Flow;

/// Whether something that is only for one shape of problem fits. While nobody knows the shape, neither what speaks of
/// an onset fits nor what speaks of a level.
#[must_use]
pub fn fits(only: Option<Shape>, shape: Option<Shape>) -> bool {
    only.is_none_or(|only| shape == Some(only))
}

/// The row of the board that an id speaks of: a row, what a playbook hypothesis became, or the permanent row that it
/// feeds, which stands there whether or not somebody has taken the hypothesis yet.
#[must_use]
pub fn row_of<'a>(state: &'a State, playbook: Option<&Playbook>, id: &str) -> Option<&'a HypothesisRow> {
    state.row(id).or_else(|| feeds(playbook?.hypothesis(id)?, state))
}

fn feeds<'a>(h: &PlaybookHypothesis, state: &'a State) -> Option<&'a HypothesisRow> {
    state.row(h.row.as_deref()?)
}

/// The same, only where the row counts today.
#[must_use]
pub fn counting_row<'a>(state: &'a State, playbook: Option<&Playbook>, id: &str) -> Option<&'a HypothesisRow> {
    row_of(state, playbook, id).filter(|r| !r.parked)
}

/// Every role that a check speaks of: `needs` and `within`, without the KPI itself.
#[must_use]
pub fn roles_of(check: &PlaybookCheck) -> Vec<String> {
    let mut out: Vec<String> = check.needs.iter().filter(|r| r.as_str() != "outcome").cloned().collect();
    if let Some(Value::Array(within)) = check.params.get("within") {
        out.extend(within.iter().filter_map(Value::as_str).map(str::to_owned));
    }
    let mut seen = std::collections::BTreeSet::new();
    out.retain(|r| seen.insert(r.clone()));
    out
}

/// Why a check is done outside of this program, in plain words, whichever columns are mapped; `None` where it runs on
/// the session's tables.
#[must_use]
pub fn outside(session: &Session, playbook: &Playbook, check: &PlaybookCheck) -> Option<String> {
    let tables = &session.state.tables;
    let two = match check.op {
        CheckOp::ByHand => return Some("It is done with your own tools.".to_owned()),
        CheckOp::JoinAudit => true,
        CheckOp::PopulationDiff => !check.params.contains_key("a"),
        _ => false,
    };
    if two && tables.len() < 2 {
        let have = tables.first().map_or_else(|| "none".to_owned(), |t| format!("only {}", t.data));
        return Some(format!("It holds two tables against each other, and {have} is attached."));
    }
    if check.op == CheckOp::RecountWithWindow {
        let known = match check.params.get("window") {
            Some(Value::String(text)) => {
                let name = text.trim().strip_prefix('{').and_then(|t| t.strip_suffix('}'));
                name.is_none_or(|name| Flow::new(playbook, session).fills().contains_key(name))
            }
            window => window.is_some(),
        };
        if !known {
            return Some("It recounts silence, and nobody has said yet how many days of it count.".to_owned());
        }
    }
    None
}

/// The roles of a check that no column plays yet.
#[must_use]
pub fn unmapped(state: &State, check: &PlaybookCheck) -> Vec<String> {
    if check.op == CheckOp::ByHand {
        return Vec::new();
    }
    roles_of(check).into_iter().filter(|role| !state.columns.contains_key(role)).collect()
}
