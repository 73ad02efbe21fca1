//! Which questions are open, and what they say once earlier answers have filled their placeholders.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Playbook, Question, fits, matches_answer};
use crate::domain::session::Session;

/// How a question stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuestionState {
    /// Not asked.
    Open,
    /// Answered at least once by somebody who knew.
    Answered,
    /// Asked, but nobody knew.
    Unknown,
    /// Put off.
    Deferred,
}

/// The question flow of a session under its playbook.
#[derive(Debug, Clone, Copy)]
pub struct Flow<'a> {
    /// The playbook.
    pub playbook: &'a Playbook,
    /// The session.
    pub session: &'a Session,
}

impl<'a> Flow<'a> {
    /// A flow.
    #[must_use]
    pub fn new(playbook: &'a Playbook, session: &'a Session) -> Self {
        Self { playbook, session }
    }

    /// The questions that fit the problem's shape and the answers so far, in order.
    #[must_use]
    pub fn visible(&self) -> Vec<&'a Question> {
        let shape = self.session.state.goal.shape;
        self.playbook
            .questions
            .iter()
            .filter(|q| fits(q.only, shape))
            .filter(|q| {
                q.show_if.as_ref().is_none_or(|s| {
                    self.session.state.answers_to(&s.q).any(|a| matches_answer(&s.when, &a.value, &a.text))
                })
            })
            .collect()
    }

    /// How a question stands.
    #[must_use]
    pub fn state_of(&self, question: &str) -> QuestionState {
        let state = &self.session.state;
        let mut asked = false;
        for answer in state.answers_to(question) {
            if !answer.is_unknown() {
                return QuestionState::Answered;
            }
            asked = true;
        }
        if state.deferred.contains_key(question) {
            QuestionState::Deferred
        } else if asked {
            QuestionState::Unknown
        } else {
            QuestionState::Open
        }
    }

    /// Whether nobody is left who could know: everybody of the roles that it is for was asked and did not know.
    #[must_use]
    pub fn nobody_knows(&self, question: &Question) -> bool {
        let state = &self.session.state;
        if self.state_of(&question.id) != QuestionState::Unknown {
            return false;
        }
        let asked = |alias: &str| state.answers_to(&question.id).any(|a| a.said_by == alias);
        state.people.iter().filter(|(_, p)| question.ask.contains(&p.role)).all(|(alias, _)| asked(alias))
    }

    /// Answered and visible questions.
    #[must_use]
    pub fn coverage(&self) -> (usize, usize) {
        let visible = self.visible();
        let done = visible.iter().filter(|q| self.state_of(&q.id) == QuestionState::Answered).count();
        (done, visible.len())
    }

    /// Visible questions for a role that this person has not answered; those put off come last.
    #[must_use]
    pub fn for_person(&self, alias: &str, role: &str) -> Vec<&'a Question> {
        let state = &self.session.state;
        let handed_to = |q: &Question| state.deferred.get(&q.id).is_some_and(|to| to.as_deref() == Some(role));
        let mut open: Vec<&Question> = self
            .visible()
            .into_iter()
            .filter(|q| q.ask.iter().any(|r| r == role) || handed_to(q))
            .filter(|q| !state.answers_to(&q.id).any(|a| a.said_by == alias))
            .collect();
        open.sort_by_key(|q| state.deferred.contains_key(&q.id) && !handed_to(q));
        open
    }

    /// The words of earlier answers that fill placeholders, `kpi` among them.
    #[must_use]
    pub fn fills(&self) -> BTreeMap<String, String> {
        let state = &self.session.state;
        let mut out = BTreeMap::new();
        let kpi = state.goal.kpi.clone().unwrap_or_else(|| self.playbook.kpi.name.clone());
        out.insert("kpi".to_owned(), kpi);
        for question in &self.playbook.questions {
            let Some(answer) = state.answers_to(&question.id).filter(|a| !a.is_unknown()).last() else { continue };
            for (name, part) in &question.set {
                let value = match (part.as_str(), &answer.value) {
                    ("first", Value::Array(l)) => l.first().cloned().unwrap_or(Value::Null),
                    ("second", Value::Array(l)) => l.get(1).cloned().unwrap_or(Value::Null),
                    _ => answer.value.clone(),
                };
                let option =
                    |s: &str| question.options.iter().find(|(k, _)| k == s).map_or(s.to_owned(), |(_, w)| w.clone());
                let words = match &value {
                    Value::Null if answer.text.is_empty() => continue,
                    Value::Null => answer.text.clone(),
                    Value::String(s) => option(s),
                    Value::Array(l) => l.iter().map(|v| option(&plain(v))).collect::<Vec<_>>().join(", "),
                    other => plain(other),
                };
                out.insert(name.clone(), words);
            }
        }
        out
    }
}

fn plain(v: &Value) -> String {
    match v {
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}

/// Fills `{name}`; what is not known yet stays readable as "the name".
#[must_use]
pub fn fill(text: &str, fills: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else {
            rest = &rest[open..];
            break;
        };
        let name = &rest[open + 1..open + close];
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        match fills.get(name) {
            Some(words) => out.push_str(words),
            None if is_name => {
                out.push_str("the ");
                out.push_str(&name.replace('_', " "));
            }
            None => out.push_str(&rest[open..=open + close]),
        }
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out
}
