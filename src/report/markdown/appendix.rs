//! What was left open, notes, the data, and how to read the numbers.

use super::{Desk, count, section};
use crate::analysis::format;
use crate::domain::board::NextKind;
use crate::domain::playbook::{Flow, QuestionState, fill};
use crate::domain::session::TableState;
use crate::query::Outcome;
use crate::report::escape::{code, inline, table};

/// Most entries of one list.
const MOST: usize = 12;

/// Questions not asked, checks not run, proposals that wait.
pub(super) fn left_open(desk: &Desk<'_>) -> String {
    let state = &desk.session.state;
    let mut parts: Vec<String> = Vec::new();
    if let Some(playbook) = desk.playbook {
        let flow = Flow::new(playbook, desk.session);
        let fills = flow.fills();
        let of = |wanted: &[QuestionState]| -> Vec<String> {
            flow.visible()
                .into_iter()
                .filter(|q| wanted.contains(&flow.state_of(&q.id)))
                .map(|q| inline(&fill(&q.text, &fills)))
                .collect()
        };
        parts.push(list("Questions that nobody was asked", &of(&[QuestionState::Open, QuestionState::Deferred])));
        parts.push(list("Questions to which nobody knew an answer", &of(&[QuestionState::Unknown])));
    }
    let not_run: Vec<String> = desk
        .view
        .next
        .iter()
        .filter(|n| n.kind == NextKind::Check)
        .map(|n| format!("{} (about {} minutes)", inline(&n.title), format::fixed(n.minutes, 0)))
        .collect();
    parts.push(list("Checks that were not run", &not_run));
    let failed: Vec<String> = state
        .checks
        .iter()
        .filter(|c| c.outcome == Outcome::Failed && state.latest_check(&c.check) == Some(*c))
        .map(|c| desk.check(&c.check))
        .collect();
    parts.push(list("Checks that could not be run", &failed));
    let waiting: Vec<String> = state.open_proposals().map(|p| inline(&p.text)).collect();
    parts.push(list("Proposals from answers that wait for somebody to look at them", &waiting));
    parts.retain(|p| !p.is_empty());
    section("Left open", &parts.join("\n\n"))
}

fn list(title: &str, items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let mut out = format!("{title} ({}):\n\n", items.len());
    out.push_str(&items.iter().take(MOST).map(|i| format!("- {i}")).collect::<Vec<_>>().join("\n"));
    if items.len() > MOST {
        out.push_str(&format!("\n- and {} more", items.len() - MOST));
    }
    out
}

/// Remarks in order.
pub(super) fn notes(desk: &Desk<'_>) -> String {
    let lines: Vec<String> = desk
        .session
        .state
        .notes
        .iter()
        .map(|n| format!("- {}: {}", inline(n.at.get(..10).unwrap_or(&n.at)), inline(&n.text)))
        .collect();
    section("Notes", &lines.join("\n"))
}

/// Each table with its fingerprint, so that others can tell whether they look at the same data.
pub(super) fn data(desk: &Desk<'_>) -> String {
    let row = |t: &TableState| {
        let f = &t.facts;
        let known = |x: Option<String>| x.unwrap_or_else(|| "–".to_owned());
        let range =
            f.time_range.as_ref().map(|r| r.iter().map(|d| inline(d.get(..10).unwrap_or(d))).collect::<Vec<_>>());
        vec![
            inline(&t.data),
            t.sql.as_deref().map_or_else(|| inline(&t.path), code),
            known(f.rows.map(format::count)),
            known(f.columns.as_ref().map(|c| c.len().to_string())),
            known(range.map(|r| r.join(" to "))),
            known(f.sha256_16.as_deref().map(code)),
            known(f.order_free_hash.as_deref().map(code)),
        ]
    };
    let rows: Vec<Vec<String>> = desk.session.state.tables.iter().map(row).collect();
    let names = ["Table", "File", "Rows", "Columns", "Time", "SHA-256 (first 16)", "Hash of the rows in any order"];
    section("Data", &table(&names, &rows))
}

/// How to read the numbers, and where they come from.
pub(super) fn how(desk: &Desk<'_>) -> String {
    let (header, state) = (&desk.session.header, &desk.session.state);
    let mut out = String::from(
        "\"About 9 in 10\" is how plausible it is that a hypothesis is the largest single contributor to the gap, given \
         the clues, their sources and their ratings (scoreboard/1). Two rows always stand beside the others: something \
         nobody thought of, and wrong data. Odds such as 30 : 1 compare the first with the next.",
    );
    let mut from = Vec::new();
    if let Some(id) = header.playbook_id() {
        let version = header.playbook.get("version").and_then(serde_json::Value::as_str).unwrap_or_default();
        from.push(format!("playbook {} {}", inline(id), inline(version)).trim().to_owned());
    }
    from.push(format!("{}, {}", count(desk.session.events.len(), "event"), count(state.clues.len(), "clue")));
    if !desk.session.faults.is_empty() {
        from.push(format!("{} in the file (`whyboard lint` lists them)", count(desk.session.faults.len(), "fault")));
    }
    if !state.not_understood.is_empty() {
        from.push(format!("{} of a newer version not understood", count(state.not_understood.len(), "event")));
    }
    out.push_str(&format!("\n\nBuilt from the session: {}.", from.join("; ")));
    section("How to read this", &out)
}
