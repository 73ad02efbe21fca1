//! Taking a proposal, and contradictions between what was said and what the table says.

use serde_json::Value;

use super::Refusal;
use super::rules::{free_id, own_source};
use crate::domain::event::{Act, ClueSource, MeasuredLevel, ProposalKind, Ratings};
use crate::domain::playbook::{Flow, Playbook, Question, fill, row_of};
use crate::domain::session::{ProposalFate, Session};
use crate::domain::words::{Grade, Origin, Prior, Rating};
use crate::query::Kpi;

/// An answer's value in the words of its question.
pub(super) fn say(q: &Question, value: &Value) -> String {
    match value {
        Value::String(s) => q.options.iter().find(|(k, _)| k == s).map_or_else(|| s.clone(), |(_, w)| w.clone()),
        Value::Array(l) => l.iter().map(|v| say(q, v)).collect::<Vec<_>>().join(" → "),
        Value::Null => "?".into(),
        other => other.to_string(),
    }
}

/// The id of the next proposal but `k`: higher than any before, also than those that were undone.
pub(super) fn name(session: &Session, k: usize) -> String {
    format!("r{}", session.top_proposal() + 1 + k as u64)
}

/// A proposal where what was said of the KPI's level is far from what the table says of the KPI that is bound.
pub(super) fn said_against_table(session: &Session, said: f64) -> Option<Act> {
    let bound = session.state.kpi.as_ref()?;
    level_contradiction(session, said, &bound.kpi, bound.level.as_ref()?)
}

/// A proposal where a measured level is far from what was said: outside the interval and more than a tenth off.
pub(super) fn level_contradiction(session: &Session, said: f64, kpi: &Kpi, level: &MeasuredLevel) -> Option<Act> {
    // Shares are said in percent.
    let percent = if kpi.is_share() { 100.0 } else { 1.0 };
    let measured = level.value * percent;
    let off = (measured - said).abs() / said.abs().max(measured.abs()).max(1e-12);
    let outside = level.interval.is_none_or(|(low, high)| said < low * percent || said > high * percent);
    if off <= 0.1 || !outside {
        return None;
    }
    let sign = if percent > 1.0 { " %" } else { "" };
    Some(Act::Propose {
        proposal: name(session, 0),
        kind: ProposalKind::Contradiction,
        text: format!("It was said that the KPI stands at {said}{sign}; the table says {measured:.1}{sign}"),
        hypothesis: None,
        ratings: Ratings::from([("data".to_owned(), Rating::SomewhatExpected)]),
        family: Some("said against table".into()),
        grade: Some(Grade::A),
        question: None,
        source: own_source(session),
    })
}

/// The acts by which a proposal is taken.
pub(super) fn accept(
    session: &Session,
    playbook: Option<&Playbook>,
    id: &str,
    text: Option<String>,
    ratings: Option<Ratings>,
    grade: Option<Grade>,
    reason: Option<String>,
) -> Result<Vec<Act>, Refusal> {
    let Some(p) = session.state.proposal(id) else {
        return Err(Refusal::new(format!("There is no proposal {id}."), ""));
    };
    if p.fate != ProposalFate::Open {
        return Err(Refusal::new("This proposal was settled already.", "Undo that first."));
    }
    let text = text.filter(|t| !t.trim().is_empty()).unwrap_or_else(|| p.text.clone());
    match p.kind {
        ProposalKind::Hypothesis => {
            let from = p.hypothesis.clone().unwrap_or_default();
            let Some(h) = playbook.and_then(|b| b.hypothesis(&from)) else {
                return Err(Refusal::new(format!("The playbook has no hypothesis {from}."), "Add it by hand with H."));
            };
            Ok(vec![from_playbook(session, playbook, h, Some(id.to_owned()), p.question.clone(), text)])
        }
        ProposalKind::Clue | ProposalKind::ClueForm | ProposalKind::Contradiction => {
            let row = |id: &str| row_of(&session.state, playbook, id).map(|r| r.id.clone());
            let ratings =
                ratings.unwrap_or_else(|| p.ratings.iter().filter_map(|(h, r)| Some((row(h)?, *r))).collect());
            Ok(vec![Act::Clue {
                clue: String::new(),
                text,
                origin: Origin::Told,
                grade: grade.or(p.grade).unwrap_or(Grade::C),
                family: p.family.clone().unwrap_or_else(|| "said against said".into()),
                source: ClueSource { event: p.source.clone() },
                proposal: Some(id.to_owned()),
                repeat_of: None,
                ratings,
                reason,
            }])
        }
        ProposalKind::Note | ProposalKind::Block => {
            Ok(vec![Act::Note { text }, Act::Dismiss { proposal: id.to_owned(), why: "kept as a note".into() }])
        }
    }
}

/// The hypothesis event for a playbook hypothesis, with its placeholders filled.
#[must_use]
pub fn from_playbook(
    session: &Session,
    playbook: Option<&Playbook>,
    h: &crate::domain::playbook::PlaybookHypothesis,
    proposal: Option<String>,
    question: Option<String>,
    title: String,
) -> Act {
    let fills = playbook.map(|p| Flow::new(p, session).fills()).unwrap_or_default();
    let id = h.id.strip_prefix("h_").unwrap_or(&h.id);
    Act::Hypothesis {
        // A row of one's own may have the name already; `from` tells which one came from the playbook.
        hypothesis: h.row.clone().unwrap_or_else(|| free_id(session, id)),
        from: Some(h.id.clone()),
        from_question: question,
        proposal,
        row: h.row.clone(),
        category: h.category.clone(),
        title,
        claim: fill(&h.claim, &fills),
        wrong_if: fill(&h.wrong_if, &fills),
        prior: Prior::Possible,
        lever: fill(&h.lever, &fills),
    }
}
