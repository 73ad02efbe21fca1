//! The fold: the same in any chunks, through any file, and what reaches back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod acts;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::event::{Act, Event, EventRef, VERBS};
use crate::domain::words::Rating;
use crate::yaml;

fn event(value: Value) -> Event {
    Event::from_value(&value).unwrap()
}

/// Events from bare verbs: number, time and person are filled in.
fn session(acts: &[Value]) -> Session {
    let events = acts
        .iter()
        .enumerate()
        .map(|(i, act)| {
            let mut map = serde_json::Map::new();
            map.insert("n".into(), json!(i + 1));
            map.insert("at".into(), json!(format!("2026-10-05T08:{i:02}:00Z")));
            map.insert("by".into(), json!("p1"));
            map.extend(act.as_object().unwrap().clone());
            event(Value::Object(map))
        })
        .collect();
    Session::fold(Header::default(), events)
}

fn faults(session: &Session) -> Vec<String> {
    session.faults.iter().map(|f| format!("{}: {}", f.event, f.why)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_fold_is_the_same_in_any_chunks(events in acts::events(), cut in 0usize..15) {
        let whole = Session::fold(Header::default(), events.clone());
        let cut = cut.min(events.len());
        let mut parts = Session::fold(Header::default(), events[..cut].to_vec());
        for event in &events[cut..] {
            parts.apply(event.clone());
        }
        prop_assert_eq!(&parts.state, &whole.state);
        prop_assert_eq!(&parts.faults, &whole.faults);
        prop_assert_eq!(whole.at(cut), Session::fold(Header::default(), events[..cut].to_vec()));
    }

    #[test]
    fn every_event_survives_the_file(events in acts::events()) {
        for event in &events {
            let text = yaml::emit::list_item(&event.to_value(), 2);
            let read: Vec<Value> = yaml::parse(&text, "test").map_err(|e| TestCaseError::fail(e.to_string()))?;
            let back = Event::from_value(&read[0]).map_err(TestCaseError::fail)?;
            prop_assert_eq!(&back, event, "{}", text);
            prop_assert_eq!(back.to_value(), event.to_value());
        }
    }

    #[test]
    fn undoing_the_last_event_gives_the_state_before_it(events in acts::events()) {
        let Some((last, before)) = events.split_last() else { return Ok(()) };
        let in_order = events.iter().enumerate().all(|(i, e)| e.n == i as u64 + 1);
        prop_assume!(in_order);
        let mut session = Session::fold(Header::default(), events.clone());
        let n = session.next_n();
        session.apply(Event {
            n, id: None, at: last.at.clone(), by: "p1".into(), act: Act::Undo { events: vec![EventRef::N(last.n)] },
        });
        prop_assert_eq!(&session.state, &Session::fold(Header::default(), before.to_vec()).state);
    }
}

#[test]
fn verbs_of_a_newer_version_are_kept_and_written_back() {
    let value = json!({
        "n": 1, "id": "ab", "at": "2026-10-05T08:00:00Z", "by": "p1", "do": "prophesy",
        "star": {"name": "Sirius", "parts": [1, 2.5, null]}, "loud": true,
    });
    let read = event(value.clone());
    assert_eq!(serde_json::to_string(&read.to_value()).unwrap(), serde_json::to_string(&value).unwrap());
    let s = Session::fold(Header::default(), vec![read]);
    assert_eq!(s.state.not_understood, [(1, "prophesy".to_owned())]);
    assert!(s.faults.is_empty());
}

#[test]
fn every_verb_has_a_place_in_the_table() {
    for verb in VERBS {
        let wrong = json!({"n": 1, "at": "", "by": "", "do": verb, "data": 3, "text": 3, "hypothesis": 3, "clue": 3,
            "check": 3, "question": 3, "proposal": 3, "alias": 3, "event": [], "events": 3, "chosen": 3, "key": 3,
            "column": 3, "columns": 3, "from": "x"});
        match Event::from_value(&wrong) {
            // Verbs with free fields take everything.
            Ok(e) => assert!(["rerun", "outcome", "review"].contains(&verb), "{verb}: {:?}", e.act),
            Err(why) => assert!(why.starts_with(verb), "{why}"),
        }
    }
}

#[test]
fn an_undone_undo_brings_its_events_back() {
    let s = session(&[
        json!({"do": "open", "text": "a"}),
        json!({"do": "open", "text": "b"}),
        json!({"do": "undo", "events": [2]}),
        json!({"do": "undo", "events": [3]}),
    ]);
    assert_eq!(s.at(2).state.sentence, "b");
    assert_eq!(s.at(3).state.sentence, "a");
    assert_eq!(s.state.sentence, "b");
    assert_eq!(faults(&s), [""; 0]);
}

#[test]
fn an_amend_changes_one_field_and_nothing_else() {
    let s = session(&[
        json!({"do": "hypothesis", "hypothesis": "price", "title": "Prices", "claim": "c", "prior": "likely"}),
        json!({"do": "amend", "event": 1, "field": "title", "value": "A rival is cheaper", "why": "clearer"}),
    ]);
    let row = s.state.row("price").unwrap();
    assert_eq!((row.title.as_str(), row.claim.as_str(), row.event), ("A rival is cheaper", "c", 1));
    assert_eq!(faults(&s), [""; 0]);
    let s = session(&[
        json!({"do": "note", "text": "a"}),
        json!({"do": "amend", "event": 1, "field": "by", "value": "p9", "why": "?"}),
        json!({"do": "amend", "event": 7, "field": "text", "value": "b", "why": "?"}),
    ]);
    assert_eq!(s.state.notes[0].text, "a");
    assert_eq!(
        faults(&s),
        [
            "1: an amend of it does not fit: by can't be changed: it says which event this is",
            "3: it changes #7, which does not stand before it"
        ]
    );
}

#[test]
fn redacted_words_are_gone_from_the_state() {
    let s = session(&[
        json!({"do": "person", "alias": "p2", "role": "ops", "shown_as": "Operations"}),
        json!({"do": "answer", "question": "q1", "said_by": "p2", "value": "yes", "text": "Ann told me"}),
        json!({"do": "redact", "event": 2, "field": "text", "why": "a name"}),
    ]);
    assert_eq!(s.state.answers[0].text, "[removed on request, see event 3]");
    assert_eq!(s.state.answers[0].value, json!("yes"));
}

fn one_clue() -> Vec<Value> {
    vec![
        json!({"do": "answer", "question": "q1", "said_by": "p2", "value": "yes"}),
        json!({"do": "hypothesis", "hypothesis": "wait", "title": "Waits"}),
        json!({"do": "clue", "clue": "c1", "text": "t", "origin": "told", "grade": "C", "family": "person:p2",
               "source": {"event": 1}, "ratings": {"wait": "expected"}}),
    ]
}

#[test]
fn a_clue_taken_back_counts_no_more_and_its_name_stays_used() {
    let mut acts = one_clue();
    acts.push(json!({"do": "retract", "clue": "c1", "why": "misheard"}));
    let s = session(&acts);
    assert!(s.state.clues.is_empty());
    assert_eq!(s.state.next_clue_id(), "c2");
    acts.push(json!({"do": "retract", "clue": "c1"}));
    assert_eq!(faults(&session(&acts)), ["5: there is no clue c1"]);
}

#[test]
fn raters_are_kept_apart_and_the_cell_is_their_mean() {
    let mut s = session(&one_clue());
    let mut rate = event(json!({"n": 4, "at": "2026-10-05T09:00:00Z", "by": "p3", "do": "rate", "clue": "c1",
        "ratings": {"wait": "a_bit_surprising"}}));
    s.apply(rate.clone());
    let clue = s.state.clue("c1").unwrap();
    assert_eq!(clue.cell("wait"), Some(1.5));
    assert!(clue.disagreement("wait"));
    assert_eq!(faults(&s), [""; 0]);
    // The first rater changes a frozen rating without a word why.
    (rate.n, rate.by) = (5, "p1".into());
    s.apply(rate);
    assert_eq!(faults(&s), ["5: it changes the frozen rating of wait without a reason"]);
    assert_eq!(s.state.clue("c1").unwrap().ratings["wait"]["p1"], Rating::ABitSurprising);
}

#[test]
fn nonsense_becomes_faults_and_the_rest_stands() {
    let s = session(&[
        json!({"do": "clue", "clue": "c1", "text": "t", "origin": "told", "grade": "C", "family": "f",
               "source": {"event": 9}, "ratings": {"ghost": "expected"}}),
        json!({"do": "check", "check": "d_a", "predicted": true, "outcome": "yes"}),
        json!({"do": "predict", "check": "d_a", "forecasts": {"p1": 0.9}}),
        json!({"do": "predict", "check": "d_b", "forecasts": {"p1": 1.9}}),
        json!({"do": "clue", "clue": "c1", "text": "again", "origin": "browsed", "grade": "A", "family": "f",
               "source": {"event": 2}}),
        json!({"do": "clue", "clue": "c2", "text": "t", "origin": "predicted", "grade": "A", "family": "f",
               "source": {"event": 3}, "ratings": {"other": "absurd"}, "repeat_of": "c9"}),
        json!({"do": "impact", "hypothesis": "data", "exposed": 3, "fixable": 1, "effect_points": [0, 0, 0],
               "quality": "guess", "cost_days": 1}),
        json!({"do": "decide", "chosen": "ghost", "because": "b"}),
        json!({"do": "park", "hypothesis": "other"}),
        json!({"do": "kpi", "data": "nothing", "kpi": "count()"}),
        json!({"do": "undo", "events": [40]}),
        json!({"do": "note", "text": "still here"}),
    ]);
    assert_eq!(
        faults(&s),
        [
            "1: it rates ghost, which is not on the board",
            "1: its source #9 does not stand before it",
            "2: it says that d_a was predicted, but no forecast came before it",
            "3: the forecast came after d_a had given its answer, and does not count",
            "4: the forecast of p1 is 1.9, not between 0 and 1",
            "5: the clue c1 stands already",
            "6: \"absurd\" is the strongest word and needs a written reason",
            "6: it repeats c9, which does not stand before it",
            "6: it says predicted, but its source is no check with a forecast",
            "7: exposed and fixable must be shares between 0 and 1, and the cost not negative",
            "8: the chosen hypothesis ghost is not on the board",
            "9: other is a permanent row and can't be parked",
            "10: the KPI speaks of a table nothing that is not attached",
            "11: it undoes #40, which does not stand before it",
        ]
    );
    assert_eq!(s.state.notes[0].text, "still here");
    assert!(!s.state.forecasts.contains_key("d_a"));
}

#[test]
fn a_playbook_hypothesis_can_feed_a_permanent_row() {
    let s = session(&[
        json!({"do": "hypothesis", "hypothesis": "data", "from": "h_count", "row": "data", "title": "The clock is off",
               "claim": "Arrival is recorded late."}),
    ]);
    let ids: Vec<&str> = s.state.hypotheses.iter().map(|h| h.id.as_str()).collect();
    assert_eq!(ids, ["data", "other"]);
    let row = s.state.row("h_count").unwrap();
    assert_eq!((row.id.as_str(), row.title.as_str()), ("data", "The data is wrong"));
    assert_eq!(row.claim, "Arrival is recorded late.");
}

#[test]
fn order_faults_name_what_is_out_of_order() {
    let a = event(json!({"n": 1, "at": "2026-10-05T08:01:00Z", "by": "p1", "do": "note", "text": "a"}));
    let b = event(json!({"n": 3, "at": "2026-10-05T08:00:00Z", "by": "p1", "do": "note", "text": "b"}));
    let s = Session::fold(Header::default(), vec![a, b]);
    assert_eq!(
        faults(&s),
        [
            "3: its number is 3, but it stands at place 2",
            "3: its time 2026-10-05T08:00:00Z is before that of the event above (2026-10-05T08:01:00Z)",
        ]
    );
}

#[test]
fn a_clue_whose_source_was_taken_back_is_a_fault() {
    let mut acts = one_clue();
    acts.push(json!({"do": "undo", "events": [1]}));
    assert_eq!(faults(&session(&acts)), ["3: its source #1 was taken back"]);
    acts.push(json!({"do": "undo", "events": [4]}));
    assert_eq!(faults(&session(&acts)), [""; 0]);
}

#[test]
fn forecasts_are_never_amended_in_a_file_either() {
    let acts = |field: &str, value: Value| {
        session(&[
            json!({"do": "predict", "check": "d_a", "text": "Is it so?", "forecasts": {"p1": 0.9}}),
            json!({"do": "check", "check": "d_b", "predicted": false, "outcome": "yes"}),
            json!({"do": "amend", "event": if field == "predicted" { 2 } else { 1 }, "field": field, "value": value,
                   "why": "?"}),
        ])
    };
    for (field, value) in [("predicted", json!(true)), ("words", json!({"data": "likely"})), ("text", json!("x"))] {
        let s = acts(field, value);
        assert!(faults(&s)[0].contains(&format!("{field} can't be changed")), "{:?}", faults(&s));
    }
    // Words can still be removed from it.
    let s = session(&[
        json!({"do": "predict", "check": "d_a", "text": "Ann says so", "forecasts": {"p1": 0.9}}),
        json!({"do": "redact", "event": 1, "field": "text", "why": "a name"}),
    ]);
    assert_eq!(faults(&s), [""; 0]);
    assert!(s.state.forecasts["d_a"].text.starts_with("[removed"));
}

#[test]
fn each_person_has_a_forecast_of_their_own() {
    let s = session(&[
        json!({"do": "predict", "check": "d_a", "text": "Is it so?", "forecasts": {"p1": 0.9, "p2": 0.5}}),
        json!({"do": "predict", "check": "d_a", "forecasts": {"p2": 0.2, "p3": 0.4}, "words": {"data": "likely"}}),
    ]);
    let f = &s.state.forecasts["d_a"];
    assert_eq!(serde_json::to_value(&f.forecasts).unwrap(), json!({"p1": 0.9, "p2": 0.2, "p3": 0.4}));
    assert_eq!((f.event, f.text.as_str(), f.words.len()), (1, "Is it so?", 1));
}

#[test]
fn two_proposals_of_one_name_are_a_fault() {
    let propose = json!({"do": "propose", "proposal": "r1", "kind": "note", "text": "t", "source": {"event": 1}});
    let s = session(&[propose.clone(), propose]);
    assert_eq!(faults(&s), ["2: the proposal r1 stands already"]);
    assert_eq!(s.state.proposals.len(), 1);
}
