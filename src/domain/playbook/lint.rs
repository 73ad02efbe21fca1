//! Checks a playbook for references that lead nowhere and rules that contradict each other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Playbook, Question, QuestionType, When, YesRule};
use crate::domain::event::Shape;

/// Something wrong or doubtful. `needle` is text near which it stands in the file, for the line number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaybookFault {
    /// What to look for in the file: the id of the question, hypothesis or check.
    pub needle: String,
    /// The word in that entry at which it stands; empty where the entry as a whole is meant.
    pub word: String,
    /// What is wrong.
    pub message: String,
    /// Doubtful only: the playbook can be used.
    pub warning: bool,
}

/// Beginnings of questions that offer an answer or a solution.
const LEADING: [&str; 14] = [
    "would you use",
    "would you like",
    "would you pay",
    "would it help if",
    "would a discount",
    "should we",
    "don't you",
    "do you agree",
    "isn't it",
    "wouldn't",
    "if we built",
    "if we offered",
    "if we lowered",
    "a model that",
];

struct Linter<'a> {
    playbook: &'a Playbook,
    faults: Vec<PlaybookFault>,
}

impl Linter<'_> {
    fn fault(&mut self, needle: &str, message: impl Into<String>) {
        self.fault_at(needle, "", message);
    }

    fn fault_at(&mut self, needle: &str, word: &str, message: impl Into<String>) {
        self.faults.push(PlaybookFault {
            needle: needle.into(),
            word: word.into(),
            message: message.into(),
            warning: false,
        });
    }

    fn warn(&mut self, needle: &str, message: impl Into<String>) {
        self.fault_at(needle, "", message);
        if let Some(last) = self.faults.last_mut() {
            last.warning = true;
        }
    }

    fn unique<'b>(&mut self, kind: &str, ids: impl Iterator<Item = &'b str>) {
        let mut seen = BTreeSet::new();
        for id in ids {
            if !seen.insert(id.to_owned()) {
                self.fault(id, format!("{kind} {id} stands twice"));
            }
        }
    }

    fn option_values(&mut self, question: &Question, when: &When, of: &Question) {
        let single = when.is.iter().chain(when.has.iter());
        let listed = single.chain(when.any_of.iter().flatten()).chain(when.has_any.iter().flatten());
        for value in listed {
            let Some(word) = value.as_str() else {
                if !value.is_number() {
                    self.fault(&question.id, format!("{}: write {value} in quotes", question.id));
                }
                continue;
            };
            let known = match of.kind {
                QuestionType::Choice | QuestionType::Multi => of.options.iter().any(|(k, _)| k == word),
                QuestionType::YesNo => matches!(word, "yes" | "no"),
                _ => true,
            };
            if !known {
                self.fault(&question.id, format!("{}: \"{word}\" is not an option of {}", question.id, of.id));
            }
        }
    }

    fn question(&mut self, at: usize, q: &Question) {
        let playbook = self.playbook;
        if !playbook.stages.iter().any(|s| s.id == q.stage) {
            self.fault(&q.id, format!("{}: there is no stage {}", q.id, q.stage));
        }
        for role in &q.ask {
            if playbook.role(role).is_none() {
                self.fault(&q.id, format!("{}: there is no role {role}", q.id));
            }
        }
        if q.ask.is_empty() {
            self.fault(&q.id, format!("{}: nobody is asked; name a role in ask", q.id));
        }
        if matches!(q.kind, QuestionType::Choice | QuestionType::Multi) && q.options.len() < 2 {
            self.fault(&q.id, format!("{}: a choice needs at least two options", q.id));
        }
        if let Some(show) = &q.show_if {
            match playbook.questions.iter().position(|x| x.id == show.q) {
                Some(i) if i < at => {
                    if let Some(of) = playbook.questions.get(i) {
                        self.option_values(q, &show.when, of);
                        if show.when.is_empty() {
                            let why = format!("{}: show_if has no condition, so every answer meets it", q.id);
                            self.fault_at(&q.id, "show_if", why);
                        }
                        self.reached(q, at);
                    }
                }
                Some(_) => self.fault(&q.id, format!("{}: show_if points forward to {}", q.id, show.q)),
                None => self.fault(&q.id, format!("{}: show_if names no question: {}", q.id, show.q)),
            }
        }
        let leads_on = playbook.questions.iter().any(|x| x.show_if.as_ref().is_some_and(|s| s.q == q.id));
        let asked_for = q.required || leads_on || playbook.finish.need.contains(&q.id);
        if q.set.is_empty() && q.then.is_empty() && q.record_as.is_none() && !asked_for {
            let next = "give it set, then or record_as, or make it required";
            self.fault(&q.id, format!("{}: whatever is answered, nothing changes; {next}", q.id));
        }
        let asked = q.text.to_lowercase();
        if let Some(lead) = LEADING.iter().find(|l| asked.contains(*l)) {
            let next = "ask what happened instead";
            self.fault_at(&q.id, "text", format!("{}: \"{lead}\" leads the witness to a solution; {next}", q.id));
        }
        self.words_of_question(q);
        self.braces_of_question(at, q);
        for rule in &q.then {
            self.option_values(q, &rule.when, q);
            if rule.when.is_empty() {
                self.fault_at(&q.id, "then", format!("{}: a rule has no condition in when", q.id));
            }
            // The permanent rows can be rated, not proposed: they stand always.
            let rated =
                rule.clue.iter().flat_map(|c| c.rate.keys()).filter(|h| !matches!(h.as_str(), "data" | "other"));
            for h in rule.propose.iter().chain(rated) {
                if playbook.hypothesis(h).is_none() {
                    self.fault(&q.id, format!("{}: there is no hypothesis {h}", q.id));
                }
            }
        }
    }

    /// A question whose chain of `show_if` ends at one that is never shown, or that only fits another shape.
    fn reached(&mut self, q: &Question, at: usize) {
        let playbook = self.playbook;
        let only = |q: &Question| q.only.map(|shape| (q.id.clone(), shape));
        let mut limits: Vec<(String, Shape)> = only(q).into_iter().collect();
        let (mut here, mut place) = (q, at);
        while let Some(show) = &here.show_if {
            let Some(i) = playbook.questions.iter().position(|x| x.id == show.q).filter(|i| *i < place) else {
                if here.id != q.id {
                    let message =
                        format!("{}: it can never be reached: it hangs on {}, which is never shown", q.id, here.id);
                    self.fault_at(&q.id, "show_if", message);
                }
                return;
            };
            let Some(of) = playbook.questions.get(i) else { return };
            if let (Some(shape), Some((other, _))) = (of.only, limits.iter().find(|(_, s)| Some(*s) != of.only)) {
                let (rise, level) = if shape == Shape::Rise { (&of.id, other) } else { (other, &of.id) };
                let message = format!(
                    "{}: it can never be reached from {}: {rise} is asked only for a rise, {level} only for a level",
                    q.id, of.id
                );
                self.fault_at(&q.id, "show_if", message);
                return;
            }
            limits.extend(only(of));
            (here, place) = (of, i);
        }
    }

    /// Words of a closed list: `set`, `missing`, `record_as`.
    fn words_of_question(&mut self, q: &Question) {
        let pair = q.kind == QuestionType::NumberPair;
        for (name, part) in &q.set {
            let known = if pair { &["first", "second", "answer"][..] } else { &["answer"] };
            if !known.contains(&part.as_str()) {
                let known = known.join(" or ");
                self.fault_at(&q.id, part, format!("{}: set: {name} can't be {part}; write {known}", q.id));
            }
        }
        if let Some(weak) = &q.weak_if {
            if weak.when.is_empty() && weak.missing.is_empty() {
                let message = format!("{}: weak_if has no condition, so every answer is weak", q.id);
                self.fault_at(&q.id, "weak_if", message);
            }
            for part in weak.missing.iter().filter(|m| !pair || !matches!(m.as_str(), "first" | "second")) {
                let message = format!("{}: missing can't be {part}; a number_pair has first and second", q.id);
                self.fault_at(&q.id, part, message);
            }
        }
        if let Some(word) = q.record_as.as_deref().filter(|w| !matches!(*w, "forecast" | "verdict")) {
            self.fault_at(&q.id, word, format!("{}: record_as can't be {word}; write forecast or verdict", q.id));
        }
        if let Some(check) = &q.check {
            if self.playbook.check(check).is_none() {
                self.fault_at(&q.id, check, format!("{}: there is no check {check}", q.id));
            }
            let number = matches!(q.kind, QuestionType::Rating | QuestionType::Number);
            if q.record_as.as_deref() != Some("forecast") || !number {
                let message = format!("{}: check belongs to a number or rating with record_as: forecast", q.id);
                self.fault_at(&q.id, "check", message);
            }
        }
    }

    /// Names in braces that nothing fills.
    fn braces_of_question(&mut self, at: usize, q: &Question) {
        let playbook = self.playbook;
        let earlier = playbook.questions.iter().take(at).flat_map(|x| x.set.keys());
        let before: BTreeSet<&str> = earlier.map(String::as_str).chain(["kpi"]).collect();
        self.braces(&q.id, &before, [&q.text, &q.why].into_iter().chain(&q.probes));
        // What follows from an answer knows that answer.
        let after: BTreeSet<&str> = before.iter().copied().chain(q.set.keys().map(String::as_str)).collect();
        let rules = q.then.iter().flat_map(|r| {
            r.clue.iter().map(|c| &c.text).chain(r.note.as_ref()).chain(r.block.as_ref()).collect::<Vec<_>>()
        });
        self.braces(&q.id, &after, rules.chain(q.nudge.as_ref()).chain(q.tips.as_ref()));
    }

    fn braces<'b>(&mut self, id: &str, known: &BTreeSet<&str>, texts: impl Iterator<Item = &'b String>) {
        for text in texts {
            for name in names_in_braces(text).filter(|n| !known.contains(n)) {
                let message = format!("{id}: nothing fills {{{name}}}: no earlier answer sets {name}");
                self.fault_at(id, name, message);
            }
        }
    }

    /// Braces of hypotheses and checks: what any answer sets, and in parameters the column roles too.
    fn braces_elsewhere(&mut self) {
        let playbook = self.playbook;
        let set: BTreeSet<&str> =
            playbook.questions.iter().flat_map(|q| q.set.keys()).map(String::as_str).chain(["kpi"]).collect();
        for h in &playbook.hypotheses {
            self.braces(&h.id, &set, [&h.title, &h.claim, &h.wrong_if, &h.lever].into_iter());
        }
        let roles: BTreeSet<&str> =
            set.iter().copied().chain(playbook.columns.iter().map(|(r, _)| r.as_str())).collect();
        for c in &playbook.checks {
            self.braces(&c.id, &set, std::iter::once(&c.title));
            if playbook.columns.is_empty() {
                continue;
            }
            let needed: BTreeSet<&str> = roles.iter().copied().chain(c.needs.iter().map(String::as_str)).collect();
            let texts = c.params.iter().filter(|(k, _)| k.as_str() != "how").filter_map(|(_, v)| match v {
                Value::String(s) => Some(s),
                _ => None,
            });
            self.braces(&c.id, &needed, texts);
        }
    }

    fn hypotheses(&mut self) {
        let playbook = self.playbook;
        let mut said: BTreeMap<(String, bool, String), BTreeMap<String, String>> = BTreeMap::new();
        for h in &playbook.hypotheses {
            if h.row.as_deref().is_some_and(|r| r != "data" && r != "other") {
                self.fault(&h.id, format!("{}: row can be data or other", h.id));
            }
            if h.wrong_if.trim().is_empty() && h.predicts.is_empty() {
                let next = "say in wrong_if what would prove it wrong, or name a check in predicts";
                self.fault(&h.id, format!("{}: nothing could ever count against it; {next}", h.id));
            } else if h.wrong_if.trim().is_empty() {
                self.warn(&h.id, format!("{}: wrong_if is missing; say what would prove it wrong", h.id));
            }
            for p in &h.predicts {
                if playbook.check(&p.check).is_none() {
                    self.fault(&h.id, format!("{}: there is no check {}", h.id, p.check));
                }
                for (yes, side) in [(true, &p.if_yes), (false, &p.if_no)] {
                    for (who, rating) in side {
                        let who = if who == "self" { h.id.clone() } else { who.clone() };
                        if playbook.hypothesis(&who).is_none() && who != "other" && who != "data" {
                            self.fault(&h.id, format!("{}: there is no hypothesis {who}", h.id));
                        }
                        let by = said.entry((p.check.clone(), yes, who)).or_default();
                        by.insert(rating.key().to_owned(), h.id.clone());
                    }
                }
            }
        }
        for ((check, yes, who), ratings) in said {
            if ratings.len() > 1 {
                let side = if yes { "if_yes" } else { "if_no" };
                let list: Vec<String> = ratings.iter().map(|(r, h)| format!("{r} ({h})")).collect();
                let list = list.join(", ");
                let message = format!("{check}, {side}: {who} is rated differently: {list}; make them agree");
                self.fault(&check, message);
            }
        }
    }

    fn checks(&mut self) {
        let playbook = self.playbook;
        let role_known = |role: &str| playbook.columns.is_empty() || playbook.columns.iter().any(|(r, _)| r == role);
        for c in &playbook.checks {
            match &c.yes_if {
                None => self.warn(&c.id, format!("{}: yes_if is missing; a person will judge", c.id)),
                Some(YesRule::Prose(_)) => self.warn(
                    &c.id,
                    format!("{}: yes_if is prose; a person will judge. Write it as {{metric: …, gte: …}}", c.id),
                ),
                Some(YesRule::Rule(rule)) => {
                    let bounds = [rule.gte, rule.lte, rule.gt, rule.lt, rule.lower_gt, rule.upper_lt];
                    if bounds.iter().all(Option::is_none) && rule.and.is_empty() {
                        self.fault(&c.id, format!("{}: yes_if has no bound", c.id));
                    }
                }
            }
            for role in c.needs.iter().filter(|r| r.as_str() != "outcome") {
                if !role_known(role) {
                    self.warn(&c.id, format!("{}: needs names no column role: {role}", c.id));
                }
            }
            if let Some(Value::Array(within)) = c.params.get("within") {
                for role in within.iter().filter_map(Value::as_str) {
                    if !role_known(role) {
                        self.warn(&c.id, format!("{}: within names no column role: {role}", c.id));
                    }
                }
            }
        }
    }
}

/// The names in braces in a text, as [`super::fill`] reads them.
fn names_in_braces(text: &str) -> impl Iterator<Item = &str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .filter(|name| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_'))
}

/// Everything wrong or doubtful.
#[must_use]
pub fn lint(playbook: &Playbook) -> Vec<PlaybookFault> {
    let mut l = Linter { playbook, faults: Vec::new() };
    if playbook.schema != "playbook/1" {
        l.fault("schema", format!("the schema is {}, this version reads playbook/1", playbook.schema));
    }
    l.unique("question", playbook.questions.iter().map(|q| q.id.as_str()));
    l.unique("hypothesis", playbook.hypotheses.iter().map(|h| h.id.as_str()));
    l.unique("check", playbook.checks.iter().map(|c| c.id.as_str()));
    for (at, q) in playbook.questions.iter().enumerate() {
        l.question(at, q);
    }
    l.hypotheses();
    l.checks();
    l.braces_elsewhere();
    for id in &playbook.finish.need {
        if playbook.question(id).is_none() {
            l.fault(id, format!("finish.need names no question: {id}"));
        }
    }
    l.faults
}
