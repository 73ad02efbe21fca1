//! What became of a check that was run again.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::again::{Again, Found};
use crate::app::screens::checks::{PendingCheck, metric_words};
use crate::cli::output::{json_interval, json_number};
use crate::domain::session::CheckRecord;
use crate::query::{CheckResult, Estimate, Outcome};

/// Without an interval an estimate that differs by more than this share of the old one has moved.
const MOVED: f64 = 0.1;

/// In one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The same answer, and the number lies in the old interval.
    Same,
    /// The same answer with a number off the old interval, or an answer that is clear now, or is not any more.
    Moved,
    /// Yes has become no, or no yes; of a look: the effect is gone or turned round.
    Flipped,
    /// It could not be run.
    CannotRun,
}

impl Verdict {
    pub fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Moved => "moved",
            Self::Flipped => "flipped",
            Self::CannotRun => "cannot_run",
        }
    }
}

/// A number with an answer, then or now.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub outcome: Outcome,
    pub metric: String,
    pub estimate: Estimate,
}

impl Answer {
    fn of(result: &CheckResult) -> Self {
        let estimate = Estimate { value: result.estimate, interval: result.interval };
        Self { outcome: result.outcome, metric: result.metric.clone(), estimate }
    }

    /// As it was recorded.
    fn recorded(record: &CheckRecord, look: bool) -> Self {
        let number = |key: &str| record.result.get(key).and_then(Value::as_f64);
        let pair = |key: &str| {
            let list = record.result.get(key)?.as_array()?;
            Some((list.first()?.as_f64()?, list.get(1)?.as_f64()?))
        };
        // A look at a group tells its level; what can be measured again is what could be won in it.
        let reach = look && record.result.contains_key("reach");
        let keys = if reach { ("reach", "reach_interval") } else { ("estimate", "interval") };
        Self {
            outcome: record.outcome,
            metric: record.result.get("metric").and_then(Value::as_str).unwrap_or_default().to_owned(),
            estimate: Estimate { value: number(keys.0), interval: pair(keys.1) },
        }
    }

    pub fn shape(&self) -> Value {
        json!({
            "outcome": self.outcome,
            "metric": (!self.metric.is_empty()).then_some(&self.metric),
            "estimate": json_number(self.estimate.value),
            "interval": json_interval(self.estimate.interval),
        })
    }

    /// `yes 3.00 × [2.23, 4.05]`.
    pub fn words(&self, look: bool) -> String {
        let number = metric_words(&self.metric, &self.estimate);
        if look {
            return number;
        }
        let outcome = self.outcome.word();
        if self.estimate.value.is_none() { outcome.to_owned() } else { format!("{outcome}  {number}") }
    }
}

/// A check with what it said and says.
pub struct Became {
    pub pending: PendingCheck,
    /// A look that was pinned, not a check with a rule.
    pub look: bool,
    pub was: Answer,
    pub now: Option<Answer>,
    /// What was found, to be recorded.
    pub found: Option<Found>,
    pub verdict: Verdict,
    /// Why it could not be run.
    pub why: String,
}

impl Became {
    pub fn of(record: &CheckRecord, again: Again, found: Result<Found, String>) -> Self {
        let look = again.is_look();
        let was = Answer::recorded(record, look);
        let pending = again.pending;
        let none = |why: String| (None, None, Verdict::CannotRun, why);
        let (now, found, verdict, why) = match found {
            Err(why) => none(why),
            Ok(Found::Check(result)) if result.outcome == Outcome::Failed => none(result.says),
            Ok(Found::Check(result)) => {
                let now = Answer::of(&result);
                let verdict = of_answers(&was, &now);
                (Some(now), Some(Found::Check(result)), verdict, String::new())
            }
            Ok(Found::Look { estimate, result }) => {
                let now = Answer { estimate, ..was.clone() };
                let verdict = of_effects(&was.estimate, &estimate);
                (Some(now), Some(Found::Look { estimate, result }), verdict, String::new())
            }
        };
        Self { pending, look, was, now, found, verdict, why }
    }

    pub fn shape(&self) -> Map<String, Value> {
        let mut out = Map::new();
        out.insert("id".into(), json!(self.pending.id));
        out.insert("title".into(), json!(self.pending.title));
        out.insert("was".into(), self.was.shape());
        out.insert("now".into(), self.now.as_ref().map_or(Value::Null, Answer::shape));
        out.insert("verdict".into(), json!(self.verdict));
        if !self.why.is_empty() {
            out.insert("why".into(), json!(self.why));
        }
        out
    }
}

pub(super) fn of_answers(was: &Answer, now: &Answer) -> Verdict {
    match (was.outcome, now.outcome) {
        (Outcome::Yes, Outcome::No) | (Outcome::No, Outcome::Yes) => Verdict::Flipped,
        (a, b) if a != b => Verdict::Moved,
        _ if moved(&was.estimate, &now.estimate) => Verdict::Moved,
        _ => Verdict::Same,
    }
}

/// Of an effect whose nothing is 0.
fn of_effects(was: &Estimate, now: &Estimate) -> Verdict {
    let side = |e: &Estimate| match e.interval {
        Some((low, _)) if low > 0.0 => 1,
        Some((_, high)) if high < 0.0 => -1,
        _ => 0,
    };
    match (side(was), side(now)) {
        (a, b) if a != 0 && a != b => Verdict::Flipped,
        (0, b) if b != 0 => Verdict::Moved,
        _ if moved(was, now) => Verdict::Moved,
        _ => Verdict::Same,
    }
}

fn moved(was: &Estimate, now: &Estimate) -> bool {
    match (was.value, now.value, was.interval) {
        (_, Some(x), Some((low, high))) => x < low || x > high,
        (Some(a), Some(b), None) => (a - b).abs() > MOVED * a.abs(),
        (a, b, _) => a.is_some() != b.is_some(),
    }
}
