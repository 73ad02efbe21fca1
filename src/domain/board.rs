//! The scoreboard of a session: inputs from its state, and everything the Score screen shows.

mod next;
mod ranks;
#[cfg(test)]
mod tests;
mod tracker;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

pub use next::{NextEntry, NextKind, predicted_ratings};
pub use ranks::Rank;
pub use tracker::{BeliefStep, Stand, Tracker, belief};

use super::event::{Act, ProposalKind};
use super::playbook::Playbook;
use super::scoreboard::{Board, ClueInput, Gates, Inputs, RowInput, Thresholds, Without, board, left_out};
use super::session::{ClueRecord, Session, State};
use super::words::Origin;
use crate::query::Outcome;

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
    /// What to ask or check next: what can be done now first, then by value.
    pub next: Vec<NextEntry>,
    /// The hypotheses in the order in which they stand, permanent rows left out; ties share a rank.
    pub ranks: Vec<Rank>,
    /// A single hypothesis stands beside the permanent rows: whatever it says, it has nobody to beat.
    pub no_rival: bool,
    /// Clues that fit every row alike, or repeat another: they move nothing.
    pub flat: BTreeSet<String>,
}

impl BoardView {
    /// The board of a session.
    #[must_use]
    pub fn of(session: &Session, playbook: Option<&Playbook>) -> Self {
        let inputs = inputs(&session.state);
        let core = inputs.core();
        let board = board(&inputs, &core);
        let without_clue = left_out(&inputs, &core, |c| Some(c.id.clone()));
        let without_source = left_out(&inputs, &core, |c| Some(c.family.clone()));
        let people: BTreeMap<&str, String> =
            session.state.clues.iter().filter_map(|c| Some((c.id.as_str(), person_of(session, c)?))).collect();
        let without_person = left_out(&inputs, &core, |c| people.get(c.id.as_str()).cloned());
        let next = next::entries(session, playbook, &inputs, &board.plausibility);
        let blocks = session.state.open_proposals().filter(|p| p.kind == ProposalKind::Block).map(|p| p.text.as_str());
        let gates =
            Gates::judge(&inputs, &board, &without_clue, next::left(&next), &Thresholds::default()).with_blocks(blocks);
        let ranks = ranks::of(&inputs, &board);
        let flat = ranks::flat(&board);
        Self {
            no_rival: ranks.len() == 1,
            inputs,
            board,
            without_clue,
            without_source,
            without_person,
            gates,
            next,
            ranks,
            flat,
        }
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

    /// Row ids as the screens list them: as they rank; the permanent rows last.
    #[must_use]
    pub fn listed(&self) -> Vec<String> {
        let mut out: Vec<String> = self.ranks.iter().map(|r| r.id.clone()).collect();
        out.extend(["other", "data"].iter().filter(|id| self.board.score.contains_key(**id)).map(|s| (*s).to_owned()));
        out
    }

    /// The rank of a hypothesis; none for the permanent rows.
    #[must_use]
    pub fn rank(&self, id: &str) -> Option<&Rank> {
        self.ranks.iter().find(|r| r.id == id)
    }

    /// The verdict without each person whose words stand in more than one source, or in one that others share: for
    /// them "without the person" is another question than "without the source".
    pub fn beyond_sources<'a>(&'a self, session: &'a Session) -> impl Iterator<Item = (&'a String, &'a Without)> {
        self.without_person.iter().filter(|(person, _)| {
            let own = format!("person:{person}");
            let rests_on = |c: &ClueRecord| person_of(session, c).as_ref() == Some(*person);
            session.state.clues.iter().any(|c| rests_on(c) != (c.family == own))
        })
    }
}

/// The person whose words a clue rests on.
fn person_of(session: &Session, clue: &ClueRecord) -> Option<String> {
    if let Some(p) = clue.family.strip_prefix("person:") {
        return Some(p.to_owned());
    }
    match &session.standing(&clue.source)?.act {
        Act::Answer { said_by, .. } => Some(said_by.clone()),
        _ => None,
    }
}

/// The scoreboard's inputs: rows that are not parked, clues with the mean cell of their raters.
#[must_use]
pub fn inputs(state: &State) -> Inputs {
    let rows = rows(state);
    let clues = state.clues.iter().map(|c| clue_input(c, &rows)).collect();
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

/// The rows that count.
fn rows(state: &State) -> Vec<RowInput> {
    state
        .hypotheses
        .iter()
        .filter(|h| !h.parked)
        .map(|h| RowInput { id: h.id.clone(), prior: h.prior.weight(), late: h.late })
        .collect()
}

fn clue_input(c: &ClueRecord, rows: &[RowInput]) -> ClueInput {
    ClueInput {
        id: c.id.clone(),
        family: c.family.clone(),
        origin: c.origin,
        grade: c.grade,
        cells: rows.iter().filter_map(|r| c.cell(&r.id).map(|db| (r.id.clone(), db))).collect(),
        repeat_of: c.repeat_of.clone(),
    }
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
        .filter(|g| !matches!(g.key, "next_check_below_1_point_an_hour" | "nothing_to_settle_first"))
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
    let people: BTreeMap<String, Without> = view.beyond_sources(session).map(|(p, w)| (p.clone(), w.clone())).collect();
    let mut out = json!({
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
    });
    if let (Some(map), false) = (out.as_object_mut(), people.is_empty()) {
        map.insert("without_one_person".into(), without(&people));
    }
    out
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
