//! The rule for each verb.

use serde_json::Value;

use super::{Refusal, answers, proposals, records, suggest};
use crate::domain::board::BoardView;
use crate::domain::event::{Act, ClueSource, Event, EventRef, Ratings};
use crate::domain::playbook::Playbook;
use crate::domain::scoreboard::GateState;
use crate::domain::session::{ProposalFate, Session, frozen_field};
use crate::domain::words::Origin;
use crate::query::Outcome;

pub(super) type Acts = Result<Vec<Act>, Refusal>;

pub(super) fn no(why: impl Into<String>, next: impl Into<String>) -> Acts {
    Err(Refusal::new(why, next))
}

/// Refuses the act, or gives it back completed, with what follows from it.
pub(super) fn check(session: &Session, playbook: Option<&Playbook>, by: &str, mut act: Act) -> Acts {
    let state = &session.state;
    match &mut act {
        Act::Open { text } if text.trim().is_empty() => {
            no("The sentence is empty.", "Write what was asked for, in the words that were said.")
        }
        Act::Goal { from, to, points, by_date, budget_days, .. } => {
            if [&*from, &*to, &*points].iter().any(|x| x.is_some_and(|x| !x.is_finite())) {
                return no("A goal must be a number.", "Write for example 26.5.");
            }
            if points.is_some_and(|p| p <= 0.0) {
                return no("The points to win must be more than zero.", "Write how far the KPI should move.");
            }
            if budget_days.is_some_and(|b| b <= 0.0) {
                return no("The budget must be more than zero days.", "Write how many days of work may be spent.");
            }
            if let Some(date) = by_date {
                day(date)?;
            }
            let said = from.filter(|said| state.goal.from != Some(*said));
            let contradiction = said.and_then(|said| proposals::said_against_table(session, said));
            let mut out = vec![act];
            out.extend(contradiction);
            Ok(out)
        }
        Act::Person { alias, role, .. } => {
            let simple = !alias.is_empty() && alias.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
            if !simple {
                return no(
                    format!("\"{alias}\" can't be an alias."),
                    "Use letters and digits, such as p2; real names stay out of the file.",
                );
            }
            if role.trim().is_empty() {
                return no("The role is missing.", "Say what the person does: sponsor, ops, data …");
            }
            Ok(vec![act])
        }
        Act::AttachData { data, path, sql, .. } => {
            if data.trim().is_empty() || (path.trim().is_empty() && sql.is_none()) {
                return no("A table needs a name and a path.", "");
            }
            if let Some(sql) = sql {
                records::made_of(state, data, path, sql)?;
            }
            Ok(vec![act])
        }
        Act::Fingerprint { data, .. } => {
            if state.tables.iter().any(|t| t.data == *data) {
                Ok(vec![act])
            } else {
                no(format!("There is no table {data}."), "Attach the data first.")
            }
        }
        Act::Kpi { data, kpi, level, .. } => {
            if !state.tables.iter().any(|t| t.data == *data) {
                return no(format!("There is no table {data}."), "Attach the data first.");
            }
            let contradiction = match (state.goal.from, level) {
                (Some(said), Some(level)) => proposals::level_contradiction(session, said, kpi, level),
                _ => None,
            };
            let mut out = vec![act];
            out.extend(contradiction);
            Ok(out)
        }
        Act::Answer { .. } => answers::check(session, playbook, act),
        Act::Defer { question, .. } => {
            if playbook.is_some_and(|p| p.question(question).is_none()) {
                return no(format!("There is no question {question}."), "");
            }
            Ok(vec![act])
        }
        Act::Hypothesis { hypothesis, title, row, .. } => {
            if title.trim().is_empty() {
                return no(
                    "The hypothesis has no title.",
                    "Say in a few words what could be the largest single cause.",
                );
            }
            if let Some(row) = row.as_deref().filter(|r| *r != "other" && *r != "data") {
                return no(
                    format!("There is no permanent row {row}."),
                    "A hypothesis can feed data or other, or be a row of its own.",
                );
            }
            if row.is_none() {
                if hypothesis.is_empty() {
                    *hypothesis = free_slug(session, title);
                }
                if state.hypotheses.iter().any(|h| h.id == *hypothesis && h.event != 0) {
                    return no(
                        format!("The hypothesis {hypothesis} stands already."),
                        "Change it with an amend, or give the new one another title.",
                    );
                }
            }
            Ok(vec![act])
        }
        Act::Park { hypothesis, .. } => match state.hypotheses.iter().find(|h| h.id == *hypothesis) {
            None => no(format!("There is no hypothesis {hypothesis}."), ""),
            Some(h) if h.id == "other" || h.id == "data" => {
                no("This row is permanent.", "It keeps you honest; it can't be parked.")
            }
            Some(_) => Ok(vec![act]),
        },
        Act::Clue { clue, text, origin, source, ratings, reason, repeat_of, .. } => {
            if text.trim().is_empty() {
                return no("The clue has no words.", "Say in one sentence what was seen or said.");
            }
            if clue.is_empty() {
                *clue = state.next_clue_id();
            } else if state.clue_ids.contains(clue) {
                return no(format!("The clue {clue} stands already."), "");
            }
            if let Some(first) = repeat_of.as_deref().filter(|id| state.clue(id).is_none()) {
                return no(format!("There is no clue {first} that it could repeat."), "Name a clue on the board.");
            }
            source_fits(session, *origin, source)?;
            ratings_fit(session, ratings, reason.as_deref())?;
            Ok(vec![act])
        }
        Act::Rate { clue, ratings, reason } => {
            let Some(_) = state.clue(clue) else { return no(format!("There is no clue {clue}."), "") };
            if ratings.is_empty() {
                return no("No rating was given.", "Choose how expected the clue is under a hypothesis.");
            }
            ratings_fit(session, ratings, reason.as_deref())?;
            if reason.as_deref().is_none_or(|r| r.trim().is_empty()) {
                if let Some(title) = frozen(session, clue, by, ratings) {
                    return no(
                        format!("The rating for \"{title}\" was given already and is frozen."),
                        "Change it with a written reason.",
                    );
                }
            }
            Ok(vec![act])
        }
        Act::SplitFamily { clue, family, note } => {
            let Some(c) = state.clue(clue) else { return no(format!("There is no clue {clue}."), "") };
            if c.family == *family {
                return no(format!("{clue} counts as {family} already."), "Name a source of its own.");
            }
            if note.trim().is_empty() || family.trim().is_empty() {
                return no(
                    "Counting a clue as a source of its own needs a reason.",
                    "Say why it is independent of the others.",
                );
            }
            Ok(vec![act])
        }
        Act::Predict { check, forecasts, request, .. } => {
            if forecasts.values().any(|p| !(0.0..=1.0).contains(p)) {
                return no("A forecast is a probability.", "Write a number between 0 and 100 percent.");
            }
            let known = request.is_some() || playbook.is_none_or(|p| p.check(check).is_some());
            if !known {
                return no(format!("There is no check {check}."), "");
            }
            if first_answer(session, check).is_some() {
                return no(
                    "This check was run already, so its answer is known.",
                    "A forecast after the fact would not count.",
                );
            }
            Ok(vec![act])
        }
        Act::Check { check, predicted, .. } => {
            // A run that failed gave nothing away. Whoever saw an answer knows it, also when the run was undone; and
            // after a run that counts the forecast is spent.
            let first = first_answer(session, check);
            let spent = state.checks.iter().any(|c| c.check == *check && c.outcome != Outcome::Failed);
            *predicted = !spent
                && state
                    .forecasts
                    .get(check)
                    .is_some_and(|f| !f.forecasts.is_empty() && first.is_none_or(|run| f.event < run));
            Ok(vec![act])
        }
        Act::Impact { hypothesis, exposed, fixable, effect_points, cost_days, .. } => {
            match state.row(hypothesis) {
                None => return no(format!("There is no hypothesis {hypothesis}."), ""),
                Some(r) if r.id == "other" || r.id == "data" => {
                    return no(
                        "This row has no worth: it gates.",
                        "Size a hypothesis that something can be done about.",
                    );
                }
                Some(r) => *hypothesis = r.id.clone(),
            }
            if !(0.0..=1.0).contains(exposed) || !(0.0..=1.0).contains(fixable) {
                return no("Exposed and fixable are shares.", "Write numbers between 0 and 100 percent.");
            }
            let [low, likely, high] = *effect_points;
            if !(low <= likely && likely <= high) {
                return no("The effect must rise from low over likely to high.", "");
            }
            if !cost_days.is_finite() || *cost_days < 0.0 {
                return no("The cost is a number of days.", "Write 0 or more.");
            }
            Ok(vec![act])
        }
        Act::Dismiss { proposal, .. } => match state.proposal(proposal) {
            Some(p) if p.fate != ProposalFate::Open => no("This proposal was settled already.", "Undo that first."),
            Some(_) => Ok(vec![act]),
            None => no(format!("There is no proposal {proposal}."), ""),
        },
        Act::Note { text } if text.trim().is_empty() => no("The note is empty.", ""),
        Act::Amend { event, field, why, value } => {
            let Some(at) = session.find(event, session.events.len()) else {
                return no(format!("There is no event {event}."), "");
            };
            if why.trim().is_empty() {
                return no("A correction needs a reason.", "");
            }
            if let Some(why) = session.events.get(at).and_then(|e| frozen_field(&e.act, field)) {
                return no(format!("{field} can't be changed: {why}."), "Add a note on what was wrong instead.");
            }
            let mut changed = session.events.get(at).map(Event::to_value).unwrap_or_default();
            if let Some(map) = changed.as_object_mut() {
                map.insert(field.clone(), value.clone());
            }
            if let Err(e) = Event::from_value(&changed) {
                return no(format!("The correction does not fit: {e}."), "");
            }
            makes_sense(session, by, &act)?;
            Ok(vec![act])
        }
        Act::Undo { events } => {
            if let Some(missing) = events.iter().find(|r| session.find(r, session.events.len()).is_none()) {
                return no(format!("There is no event {missing}."), "");
            }
            if events.is_empty() {
                return no("Nothing was named to undo.", "");
            }
            makes_sense(session, by, &act)?;
            Ok(vec![act])
        }
        Act::Retract { clue, .. } => match state.clue(clue) {
            Some(_) => Ok(vec![act]),
            None => no(format!("There is no clue {clue}."), ""),
        },
        Act::Redact { event, field, why, .. } => {
            let Some(at) = session.find(event, session.events.len()) else {
                return no(format!("There is no event {event}."), "");
            };
            let words = session.events.get(at).map(Event::to_value);
            if words.as_ref().and_then(|v| v.get(field.as_str())).and_then(Value::as_str).is_none() {
                return no(format!("Event {event} has no words in {field}."), "Name a field that holds text.");
            }
            if why.trim().is_empty() {
                return no("Removing words needs a reason.", "The reason stays; the words go.");
            }
            Ok(vec![act])
        }
        Act::Decide { chosen, because, red_gates, runner_up, review_on, .. } => {
            match state.row(chosen) {
                None => return no(format!("There is no hypothesis {chosen}."), ""),
                Some(r) if r.id == "other" || r.id == "data" => {
                    return no("This row can't be chosen.", "Find what it stands for and add it as a hypothesis.");
                }
                Some(r) if r.parked => return no("This hypothesis is parked.", "Take it back first."),
                Some(r) => *chosen = r.id.clone(),
            }
            if because.trim().is_empty() {
                return no("The reason is missing.", "Say in one or two sentences why this one and not the next.");
            }
            if let Some(date) = review_on {
                day(date)?;
            }
            let view = BoardView::of(session, playbook);
            *red_gates = view.gates.0.iter().filter(|g| g.state == GateState::Red).map(|g| g.key.to_owned()).collect();
            if runner_up.is_none() {
                *runner_up = view.board.order.iter().find(|id| *id != chosen).cloned();
            }
            Ok(vec![act])
        }
        Act::Problem { hypothesis, fields } => match &state.decision {
            None => no("Nothing is decided yet.", "Choose a hypothesis on the Score screen first."),
            Some(_) if fields.is_empty() => no("Nothing was written.", ""),
            Some(_) if records::reserved(fields).is_some() => records::free(session, act),
            Some(d) => {
                *hypothesis = d.chosen.clone();
                Ok(vec![act])
            }
        },
        Act::Setting { .. } | Act::KnownBefore { .. } | Act::ReadOptions { .. } => records::of_session(session, act),
        Act::Rerun { .. } | Act::Outcome { .. } | Act::Review { .. } => records::free(session, act),
        _ => Ok(vec![act]),
    }
}

/// The number of the event at which a check first gave its answer away, those undone among them.
pub(super) fn first_answer(session: &Session, check: &str) -> Option<u64> {
    let answered = |e: &&Event| matches!(&e.act, Act::Check { check: id, outcome, .. } if id == check && *outcome != Outcome::Failed);
    session.events.iter().find(answered).map(|e| e.n)
}

/// Refuses an act that reaches back and would leave later events without what they rest on.
fn makes_sense(session: &Session, by: &str, act: &Act) -> Result<(), Refusal> {
    let mut trial = session.clone();
    let n = session.next_n();
    let at = session.events.last().map(|e| e.at.clone()).unwrap_or_default();
    trial.apply(Event { n, id: None, at, by: by.to_owned(), act: act.clone() });
    match trial.faults.iter().find(|f| !session.faults.contains(f)) {
        None => Ok(()),
        Some(f) => Err(Refusal::new(
            format!("Event {} would make no sense then: {}.", f.event, f.why),
            "Change or take back that event first.",
        )),
    }
}

/// A calendar day written `2026-12-31`.
pub(super) fn day(text: &str) -> Result<(), Refusal> {
    text.parse::<jiff::civil::Date>()
        .map(|_| ())
        .map_err(|_| Refusal::new(format!("\"{text}\" is not a day."), "Write it as 2026-12-31."))
}

fn source_fits(session: &Session, origin: Origin, source: &ClueSource) -> Result<(), Refusal> {
    if session.find(&source.event, session.events.len()).is_none() {
        return Err(Refusal::new(format!("The clue's source {} does not stand in this session.", source.event), ""));
    }
    let Some(from) = session.standing(&source.event) else {
        return Err(Refusal::new(
            format!("The clue's source {} was taken back.", source.event),
            "Bring it back first.",
        ));
    };
    if let (Origin::Predicted, Act::Check { result, .. }) = (origin, &from.act) {
        let tried = suggest::tried(result);
        if tried >= suggest::SEARCHED {
            return Err(Refusal::new(
                format!("It was found after looking at {tried} slices, so its forecast was no forecast."),
                "Record it as browsed.",
            ));
        }
    }
    let fits = match (origin, Some(&from.act)) {
        (Origin::Predicted, Some(Act::Check { predicted, .. })) => *predicted,
        (Origin::Predicted, _) => false,
        (Origin::Told, Some(act)) => matches!(act, Act::Answer { .. } | Act::Note { .. } | Act::Kpi { .. }),
        (Origin::Browsed, Some(_)) => true,
        (_, None) => false,
    };
    if fits {
        Ok(())
    } else {
        Err(Refusal::new(
            format!("A clue that is {} can't come from that event.", origin.word()),
            "Predicted needs a check with a forecast before it; told needs an answer.",
        ))
    }
}

fn ratings_fit(session: &Session, ratings: &Ratings, reason: Option<&str>) -> Result<(), Refusal> {
    for (hypothesis, rating) in ratings {
        if session.state.row(hypothesis).is_none() {
            return Err(Refusal::new(format!("There is no hypothesis {hypothesis} to rate."), ""));
        }
        if rating.needs_reason() && reason.is_none_or(|r| r.trim().is_empty()) {
            return Err(Refusal::new(
                format!("\"{}\" is the strongest word and needs a written reason.", rating.words()),
                "Write why, or choose a milder word.",
            ));
        }
    }
    Ok(())
}

/// A short id from a title: `Cars take too long` → `cars_take_too`.
fn free_slug(session: &Session, title: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in title.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        words.push(word.to_lowercase());
        if words.len() == 3 {
            break;
        }
    }
    let base: String = words.join("_").chars().take(24).collect();
    let base = if base.is_empty() || base == "other" || base == "data" { "hypothesis".to_owned() } else { base };
    free_id(session, &base)
}

/// The id, or with the next free number where a row has it already.
pub(super) fn free_id(session: &Session, base: &str) -> String {
    let taken = |id: &str| session.state.hypotheses.iter().any(|h| h.id == id);
    if !taken(base) {
        return base.to_owned();
    }
    (2..).map(|i| format!("{base}_{i}")).find(|id| !taken(id)).unwrap_or_else(|| base.to_owned())
}

/// A rating that was given is frozen: the same rater changes it only with a reason.
fn frozen(session: &Session, clue: &str, by: &str, ratings: &Ratings) -> Option<String> {
    let c = session.state.clue(clue)?;
    ratings.iter().find_map(|(h, r)| {
        let row = session.state.row(h)?;
        let old = c.ratings.get(&row.id)?.get(by)?;
        (old != r).then(|| row.title.clone())
    })
}

/// The source of a proposal that comes from the event about to be written.
pub(super) fn own_source(session: &Session) -> ClueSource {
    ClueSource { event: EventRef::N(session.next_n()) }
}
