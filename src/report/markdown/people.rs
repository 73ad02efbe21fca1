//! Who was asked, and what may be quoted. People are aliases; words are quoted only where they are marked verbatim.

use std::collections::BTreeMap;

use super::{Desk, section};
use crate::domain::playbook::{Flow, fill};
use crate::report::escape::{inline, quote, table};

/// Person by person: how many questions, how many without an answer.
pub(super) fn asked(desk: &Desk<'_>) -> String {
    let state = &desk.session.state;
    let mut by: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for answer in &state.answers {
        let entry = by.entry(&answer.said_by).or_default();
        entry.0 += 1;
        entry.1 += usize::from(answer.is_unknown());
    }
    let rows: Vec<Vec<String>> = by
        .iter()
        .map(|(alias, (n, unknown))| {
            let role = state.people.get(*alias).map(|p| inline(&p.role)).unwrap_or_default();
            vec![desk.person(alias), role.replace("\\_", " "), n.to_string(), unknown.to_string()]
        })
        .collect();
    section("Who was asked", &table(&["Person", "Role", "Questions answered", "Did not know"], &rows))
}

/// What people said in their own words.
pub(super) fn quotes(desk: &Desk<'_>) -> String {
    let state = &desk.session.state;
    let fills = desk.playbook.map(|p| Flow::new(p, desk.session).fills()).unwrap_or_default();
    let parts: Vec<String> = state
        .answers
        .iter()
        .filter(|a| a.verbatim && !a.text.trim().is_empty())
        .map(|a| {
            let question = desk.playbook.and_then(|p| p.question(&a.question)).map(|q| fill(&q.text, &fills));
            let asked = question.map(|q| format!(", asked \"{}\"", inline(&q))).unwrap_or_default();
            format!("{}\n\n— {}{asked}", quote(&a.text), desk.person(&a.said_by))
        })
        .collect();
    section("In their words", &parts.join("\n\n"))
}
