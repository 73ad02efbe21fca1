//! The scoreboard of a session: inputs from its state, and everything the Score screen shows.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::event::Act;
use super::playbook::{Flow, Playbook, QuestionState, fill};
use super::scoreboard::{
    Board, CheckValue, ClueInput, Gates, Inputs, NextItem, RowInput, Thresholds, Without, check_value,
    p_yes_from_rating, score, without_each,
};
use super::session::{ClueRecord, Session, State};
use super::words::{Grade, Origin, Rating};
use crate::query::{CheckOp, Outcome};

/// What kind of thing is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextKind {
    /// A check of the playbook, or one with a forecast that was not run.
    Check,
    /// A question to a person.
    Question,
}

/// Something to ask or check.
#[derive(Debug, Clone, PartialEq)]
pub struct NextEntry {
    /// Check or question id.
    pub id: String,
    /// Kind.
    pub kind: NextKind,
    /// What it asks.
    pub title: String,
    /// Role to ask, for a question.
    pub ask: Option<String>,
    /// Minutes.
    pub minutes: f64,
    /// What it would bring.
    pub value: CheckValue,
}

/// Everything that follows from the clues.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BoardView {
    /// What it was computed from.
    pub inputs: Inputs,
    /// Scores, plausibility, worth.
    pub board: Board,
    /// Without each clue.
    pub without_clue: BTreeMap<String, Without>,
    /// Without each source (family).
    pub without_source: BTreeMap<String, Without>,
    /// Without each person.
    pub without_person: BTreeMap<String, Without>,
    /// The gates.
    pub gates: Gates,
    /// What to ask or check next, best first.
    pub next: Vec<NextEntry>,
}

impl BoardView {
    /// The board of a session.
    #[must_use]
    pub fn of(session: &Session, playbook: Option<&Playbook>) -> Self {
        let inputs = inputs(&session.state);
        let board = score(&inputs);
        let without_clue = without_each(&inputs, |c| Some(c.id.clone()));
        let without_source = without_each(&inputs, |c| Some(c.family.clone()));
        let people: BTreeMap<String, String> =
            session.state.clues.iter().filter_map(|c| person_of(session, c).map(|p| (c.id.clone(), p))).collect();
        let without_person = without_each(&inputs, |c| people.get(&c.id).cloned());
        let next = next_entries(session, playbook, &inputs);
        let best = next.first().map(|n| n.value.voi_per_hour);
        let gates = Gates::judge(&inputs, &board, &without_clue, best, &Thresholds::default());
        Self { inputs, board, without_clue, without_source, without_person, gates, next }
    }

    /// The lowest and highest plausibility of a row when any one clue is left out.
    #[must_use]
    pub fn range(&self, row: &str) -> (f64, f64) {
        let p = self.board.p(row);
        self.without_clue
            .values()
            .filter_map(|w| w.plausibility.get(row).copied())
            .fold((p, p), |(low, high), x| (low.min(x), high.max(x)))
    }

    /// Row ids as the screens list them: by plausibility; the permanent rows last.
    #[must_use]
    pub fn listed(&self) -> Vec<String> {
        let permanent = |id: &str| id == "other" || id == "data";
        let mut out: Vec<String> = self.board.order.iter().filter(|id| !permanent(id)).cloned().collect();
        out.extend(["other", "data"].iter().filter(|id| self.board.score.contains_key(**id)).map(|s| (*s).to_owned()));
        out
    }
}

/// The person whose words a clue rests on.
fn person_of(session: &Session, clue: &ClueRecord) -> Option<String> {
    if let Some(p) = clue.family.strip_prefix("person:") {
        return Some(p.to_owned());
    }
    let at = session.find(&clue.source, session.events.len())?;
    match &session.events.get(at)?.act {
        Act::Answer { said_by, .. } => Some(said_by.clone()),
        _ => None,
    }
}

/// The scoreboard's inputs: rows that are not parked, clues with the mean cell of their raters.
#[must_use]
pub fn inputs(state: &State) -> Inputs {
    let rows: Vec<RowInput> = state
        .hypotheses
        .iter()
        .filter(|h| !h.parked)
        .map(|h| RowInput { id: h.id.clone(), prior: h.prior.weight(), late: h.late })
        .collect();
    let clues = state
        .clues
        .iter()
        .map(|c| ClueInput {
            id: c.id.clone(),
            family: c.family.clone(),
            origin: c.origin,
            grade: c.grade,
            cells: rows.iter().filter_map(|r| c.cell(&r.id).map(|db| (r.id.clone(), db))).collect(),
            repeat_of: c.repeat_of.clone(),
        })
        .collect();
    let on_board = |id: &str| rows.iter().any(|r| r.id == id);
    let impacts = state.impacts.iter().filter(|(id, _)| on_board(id)).map(|(id, i)| (id.clone(), *i)).collect();
    Inputs {
        clues,
        impacts,
        target: state.goal.target_points(),
        budget: state.goal.budget_days,
        settings: state.score_settings(),
        rows,
    }
}

/// What each row on the board would be rated if a playbook check said yes or no; a hypothesis' own word counts more
/// than what others say of it.
#[must_use]
pub fn predicted_ratings(state: &State, playbook: &Playbook, check: &str, yes: bool) -> BTreeMap<String, Rating> {
    let mut others: BTreeMap<String, Rating> = BTreeMap::new();
    let mut own: BTreeMap<String, Rating> = BTreeMap::new();
    for h in &playbook.hypotheses {
        let on_board = state.row(&h.id).filter(|r| !r.parked).map(|r| r.id.clone());
        for p in h.predicts.iter().filter(|p| p.check == check) {
            let side = if yes { &p.if_yes } else { &p.if_no };
            for (who, rating) in side {
                if who == "self" {
                    if let Some(row) = &on_board {
                        own.insert(row.clone(), *rating);
                    }
                } else if on_board.is_some() {
                    // Only a hypothesis that is on the board speaks of its rivals.
                    if let Some(row) = state.row(who).filter(|r| !r.parked) {
                        others.entry(row.id.clone()).or_insert(*rating);
                    }
                }
            }
        }
    }
    others.extend(own);
    others
}

fn next_entries(session: &Session, playbook: Option<&Playbook>, inputs: &Inputs) -> Vec<NextEntry> {
    let state = &session.state;
    let mut out: Vec<NextEntry> = Vec::new();
    let to_p = |ratings: &BTreeMap<String, Rating>| -> BTreeMap<String, f64> {
        ratings.iter().map(|(h, r)| (h.clone(), p_yes_from_rating(r.decibans()))).collect()
    };
    let mut push = |id: &str, kind, title: String, ask, weight, minutes: f64, p_yes: BTreeMap<String, f64>| {
        if p_yes.is_empty() {
            return;
        }
        let item = NextItem { id: id.to_owned(), weight, minutes, p_yes };
        let value = check_value(inputs, &item);
        out.push(NextEntry { id: item.id, kind, title, ask, minutes, value });
    };
    let run = |id: &str| state.latest_check(id).is_some_and(|c| c.outcome != Outcome::Failed);
    if let Some(playbook) = playbook {
        let shape = state.goal.shape;
        for check in playbook.checks.iter().filter(|c| !run(&c.id)) {
            if check.only.is_some_and(|only| shape.is_some_and(|s| s != only)) {
                continue;
            }
            let mut p_yes = to_p(&predicted_ratings(state, playbook, &check.id, true));
            if let Some(f) = state.forecasts.get(&check.id) {
                p_yes.extend(f.words.iter().map(|(h, w)| (h.clone(), w.probability())));
            }
            let weight = if check.op == CheckOp::ByHand { Grade::B } else { Grade::A }.weight();
            push(&check.id, NextKind::Check, check.title.clone(), None, weight, check.minutes, p_yes);
        }
        let flow = Flow::new(playbook, session);
        let fills = flow.fills();
        for q in flow.visible() {
            if flow.state_of(&q.id) == QuestionState::Answered {
                continue;
            }
            let Some(clue) = q.then.iter().find_map(|r| r.clue.as_ref()) else { continue };
            let rated: BTreeMap<String, Rating> = clue
                .rate
                .iter()
                .filter_map(|(h, r)| state.row(h).filter(|row| !row.parked).map(|row| (row.id.clone(), *r)))
                .collect();
            let title = fill(&q.text, &fills);
            push(&q.id, NextKind::Question, title, q.ask.first().cloned(), Grade::C.weight(), 10.0, to_p(&rated));
        }
    }
    for (id, f) in state.forecasts.iter().filter(|(id, f)| f.request.is_some() && !run(id)) {
        let mut p_yes = to_p(&f.if_yes);
        p_yes.extend(f.words.iter().map(|(h, w)| (h.clone(), w.probability())));
        let title = f.title.clone().unwrap_or_else(|| f.text.clone());
        push(id, NextKind::Check, title, None, Grade::A.weight(), 5.0, p_yes);
    }
    out.sort_by(|a, b| {
        let by = |f: fn(&CheckValue) -> f64| f(&b.value).total_cmp(&f(&a.value));
        by(|v| v.voi_per_hour).then_with(|| by(|v| v.bits_per_hour)).then_with(|| a.id.cmp(&b.id))
    });
    out
}

/// One step of the belief over time.
#[derive(Debug, Clone, PartialEq)]
pub struct BeliefStep {
    /// Position of the event after which the board stood so.
    pub event: u64,
    /// P by row.
    pub plausibility: BTreeMap<String, f64>,
}

/// The board after every event that moved it.
#[must_use]
pub fn belief(session: &Session) -> Vec<BeliefStep> {
    let mut so_far = Session::new(session.header.clone());
    let mut out: Vec<BeliefStep> = Vec::new();
    for event in &session.events {
        let moves = matches!(
            event.act,
            Act::Clue { .. }
                | Act::Retract { .. }
                | Act::Rate { .. }
                | Act::SplitFamily { .. }
                | Act::Undo { .. }
                | Act::Amend { .. }
                | Act::Park { .. }
                | Act::Hypothesis { .. }
        );
        so_far.apply(event.clone());
        if moves && !so_far.state.clues.is_empty() {
            let plausibility = score(&inputs(&so_far.state)).plausibility;
            if out.last().is_none_or(|l| l.plausibility != plausibility) || matches!(event.act, Act::Clue { .. }) {
                out.push(BeliefStep { event: event.n, plausibility });
            }
        }
    }
    out
}

/// Brier score by person: the mean of (forecast − outcome)² over checks that said yes or no. Lower is better.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn brier(state: &State) -> BTreeMap<String, f64> {
    let mut by: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for (check, forecast) in &state.forecasts {
        // The first answer settles a forecast; a later run on other data does not.
        let came = state.checks.iter().filter(|c| c.check == *check && c.event > forecast.event).find_map(|c| match c
            .outcome
        {
            Outcome::Yes => Some(1.0),
            Outcome::No => Some(0.0),
            Outcome::Unclear | Outcome::Failed => None,
        });
        let Some(came) = came else { continue };
        for (who, p) in &forecast.forecasts {
            by.entry(who.clone()).or_default().push((p - came).powi(2));
        }
    }
    by.into_iter().map(|(who, v)| (who, v.iter().sum::<f64>() / v.len() as f64)).collect()
}

fn r4(x: f64) -> f64 {
    (x * 1e4).round() / 1e4 + 0.0
}

fn r4_map(map: &BTreeMap<String, f64>) -> Value {
    map.iter().map(|(k, v)| (k.clone(), json!(r4(*v)))).collect::<serde_json::Map<_, _>>().into()
}

/// `derived/1`: what a session's fold gives, for export and for `lint`.
#[must_use]
pub fn derived(session: &Session) -> Value {
    let view = BoardView::of(session, None);
    let without = |map: &BTreeMap<String, Without>| -> Value {
        map.iter()
            .map(|(k, w)| (k.clone(), json!({"leader": w.leader, "margin_db": r4(w.margin_db)})))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    // The gate on the next check needs the playbook; the file holds those that follow from the session alone.
    let gates: serde_json::Map<String, Value> = view
        .gates
        .0
        .iter()
        .filter(|g| g.key != "next_check_below_1_point_an_hour")
        .map(|g| (g.key.to_owned(), json!(g.state != super::scoreboard::GateState::Red)))
        .collect();
    let belief: Vec<Value> = belief(session)
        .iter()
        .map(|step| {
            let mut map = serde_json::Map::new();
            map.insert("after_event".into(), step.event.into());
            if let Value::Object(p) = r4_map(&step.plausibility) {
                map.extend(p);
            }
            Value::Object(map)
        })
        .collect();
    json!({
        "schema": "derived/1",
        "session": session.header.id,
        "upto_event": session.events.last().map_or(0, |e| e.n),
        "leader": view.board.leader(),
        "runner_up": view.board.runner_up(),
        "margin_db": view.board.margin_db.map(r4),
        "plausibility": r4_map(&view.board.plausibility),
        "score_db": r4_map(&view.board.score),
        "worth": r4_map(&view.board.worth),
        "discount": r4_map(&view.board.discount),
        "without_one_clue": without(&view.without_clue),
        "without_one_source": without(&view.without_source),
        "gates": gates,
        "forecast_brier": r4_map(&brier(&session.state)),
        "belief": belief,
    })
}

/// Plausibility for people: "about 9 in 10", "less than 1 in 10".
#[must_use]
pub fn in_ten(p: f64) -> String {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let tenths = (p * 10.0).round().clamp(0.0, 10.0) as u32;
    match tenths {
        0 => "less than 1 in 10".into(),
        10 => "more than 9 in 10".into(),
        n => format!("about {n} in 10"),
    }
}

/// The same in a column: `9/10`, `<1/10`.
#[must_use]
pub fn in_ten_short(p: f64) -> String {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let tenths = (p * 10.0).round().clamp(0.0, 10.0) as u32;
    match tenths {
        0 => "<1/10".into(),
        10 => ">9/10".into(),
        n => format!("{n}/10"),
    }
}

/// A margin as odds: `30 : 1`.
#[must_use]
pub fn odds(margin_db: f64) -> String {
    let odds = 10f64.powf(margin_db / 10.0);
    if odds < 10.0 { format!("{odds:.1} : 1") } else { format!("{odds:.0} : 1") }
}

/// A clue's weight against others, in words, for why it counts less.
#[must_use]
pub fn discount_words(d: f64, origin: Origin) -> &'static str {
    match (d, origin) {
        (d, _) if d <= 0.0 => "repeats another clue, counts nothing",
        (d, _) if d < 1.0 => "counts less: same source as a stronger clue",
        (_, Origin::Browsed) => "found while looking around: capped",
        _ => "counts whole",
    }
}
