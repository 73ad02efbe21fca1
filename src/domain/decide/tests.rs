//! What `decide` refuses, what it completes, and undo and redo.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};

use super::*;
use crate::domain::session::Header;
use crate::domain::words::Origin;
use crate::query::{CheckResult, Outcome};

const PLAYBOOK: &str = include_str!("../../../assets/playbooks/churn.yaml");

fn playbook() -> Playbook {
    crate::yaml::parse(PLAYBOOK, "churn").unwrap()
}

/// A session at work, as its screens drive it.
struct Desk {
    session: Session,
    playbook: Option<Playbook>,
    by: String,
    seed: u64,
}

impl Desk {
    fn new() -> Self {
        let mut desk = Self { session: Session::new(Header::default()), playbook: None, by: "p1".into(), seed: 0 };
        for act in [
            json!({"do": "open", "text": "Fewer riders should leave."}),
            json!({"do": "person", "alias": "p1", "role": "data", "shown_as": "Data scientist"}),
            json!({"do": "person", "alias": "p2", "role": "ops", "shown_as": "Operations"}),
            json!({"do": "hypothesis", "hypothesis": "wait", "title": "Cars take too long"}),
            json!({"do": "hypothesis", "hypothesis": "price", "title": "A rival is cheaper"}),
            json!({"do": "answer", "question": "q1", "said_by": "p2", "value": "yes", "text": "Waits grew."}),
        ] {
            desk.ok(act);
        }
        desk
    }

    fn with_playbook() -> Self {
        let mut desk = Self::new();
        desk.playbook = Some(playbook());
        desk
    }

    fn intent(&mut self, intent: Intent) -> Result<Vec<Event>, Refusal> {
        self.seed += 1;
        let stamp = Stamp { at: "2026-10-05T08:00:00Z".into(), by: self.by.clone(), seed: self.seed };
        let events = decide(&self.session, self.playbook.as_ref(), intent, &stamp)?;
        for event in &events {
            self.session.apply(event.clone());
        }
        Ok(events)
    }

    fn act(value: &Value) -> Act {
        let mut map = json!({"n": 1, "at": "", "by": ""});
        map.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
        Event::from_value(&map).unwrap().act
    }

    #[track_caller]
    fn ok(&mut self, value: Value) -> Vec<Event> {
        let events = self.intent(Intent::record(Self::act(&value))).unwrap_or_else(|r| panic!("{value}: {r}"));
        assert_eq!(self.session.faults, [], "{value}");
        events
    }

    /// Records what must be refused; gives the refusal's words.
    #[track_caller]
    fn no(&mut self, value: Value) -> String {
        let before = self.session.clone();
        let refusal = self.intent(Intent::record(Self::act(&value))).expect_err("it should be refused");
        assert_eq!(self.session, before);
        refusal.to_string()
    }

    fn clue(&self, origin: &str, source: u64, ratings: Value) -> Value {
        json!({"do": "clue", "clue": "", "text": "seen", "origin": origin, "grade": "A", "family": "data:riders",
               "source": {"event": source}, "ratings": ratings})
    }
}

#[test]
fn a_clue_needs_a_source_that_stands_and_fits() {
    let mut d = Desk::new();
    assert_eq!(d.no(d.clue("told", 99, json!({}))), "The clue's source #99 does not stand in this session.");
    let told = d.no(d.clue("told", 1, json!({})));
    assert!(told.starts_with("A clue that is told can't come from that event."), "{told}");
    let check = d.ok(json!({"do": "check", "check": "d_a", "predicted": false, "outcome": "yes"}));
    assert!(d.no(d.clue("predicted", check[0].n, json!({}))).starts_with("A clue that is predicted can't"));
    let clue = d.ok(d.clue("browsed", check[0].n, json!({})));
    assert!(matches!(&clue[0].act, Act::Clue { clue, .. } if clue == "c1"));
    let mut repeat = d.clue("browsed", check[0].n, json!({}));
    repeat["repeat_of"] = json!("c9");
    assert!(d.no(repeat.clone()).starts_with("There is no clue c9"));
    repeat["repeat_of"] = json!("c1");
    d.ok(repeat);
}

#[test]
fn predicted_is_what_was_forecast_before_looking() {
    let mut d = Desk::new();
    let run = |outcome: &str| json!({"do": "check", "check": "d_a", "predicted": true, "outcome": outcome});
    let request = json!({"op": "sql"});
    let forecast = json!({"do": "predict", "check": "d_a", "forecasts": {"p1": 0.8}, "request": request});
    let predicted = |e: &[Event]| matches!(e[0].act, Act::Check { predicted: true, .. });
    d.ok(forecast.clone());
    // A run that failed gives nothing away: the forecast still counts, and may even be changed.
    assert!(predicted(&d.ok(run("failed"))));
    d.ok(forecast.clone());
    let first = d.ok(run("yes"));
    assert!(predicted(&first));
    assert!(!predicted(&d.ok(run("yes"))), "one forecast is for one look");
    assert!(d.no(forecast.clone()).contains("its answer is known"));
    d.ok(d.clue("predicted", first[0].n, json!({})));

    let mut d = Desk::new();
    assert!(!predicted(&d.ok(run("no"))), "no forecast, not predicted");
    // Undoing the run does not undo what was seen.
    d.intent(Intent::Undo).unwrap();
    assert!(d.no(forecast.clone()).contains("its answer is known"));
    let mut d = Desk::new();
    d.ok(forecast);
    d.ok(run("no"));
    d.intent(Intent::Undo).unwrap();
    assert!(predicted(&d.ok(run("no"))), "the forecast is older than the first look");
}

#[test]
fn a_rating_is_frozen_once_given() {
    let mut d = Desk::new();
    d.ok(d.clue("told", 6, json!({"wait": "expected"})));
    let rate = |word: &str| json!({"do": "rate", "clue": "c1", "ratings": {"wait": word}});
    let refused = d.no(rate("surprising"));
    assert!(refused.contains("\"Cars take too long\" was given already and is frozen"), "{refused}");
    d.ok(rate("expected"));
    d.by = "p2".into();
    d.ok(rate("no_difference"));
    d.by = "p1".into();
    let mut with_reason = rate("surprising");
    with_reason["reason"] = json!("the waits were of another week");
    d.ok(with_reason);
    assert_eq!(d.session.state.clue("c1").unwrap().cell("wait"), Some(-3.0));
}

#[test]
fn the_strongest_words_need_a_reason() {
    let mut d = Desk::new();
    let mut clue = d.clue("told", 6, json!({"wait": "hardly_otherwise"}));
    assert!(d.no(clue.clone()).contains("needs a written reason"));
    clue["reason"] = json!("  ");
    assert!(d.no(clue.clone()).contains("needs a written reason"));
    clue["reason"] = json!("the gate's log shows it");
    d.ok(clue);
    let rate = json!({"do": "rate", "clue": "c1", "ratings": {"price": "absurd"}});
    assert!(d.no(rate).contains("needs a written reason"));
}

#[test]
fn names_that_lead_nowhere_are_refused() {
    let mut d = Desk::new();
    let impact = |h: &str| {
        json!({"do": "impact", "hypothesis": h, "exposed": 0.3, "fixable": 0.5, "effect_points": [0, 1, 2],
               "quality": "guess", "cost_days": 3})
    };
    d.ok(impact("wait"));
    for (act, words) in [
        (d.clue("told", 6, json!({"ghost": "expected"})), "There is no hypothesis ghost to rate."),
        (impact("ghost"), "There is no hypothesis ghost."),
        (impact("other"), "This row has no worth"),
        (json!({"do": "park", "hypothesis": "ghost"}), "There is no hypothesis ghost."),
        (json!({"do": "park", "hypothesis": "data"}), "This row is permanent."),
        (json!({"do": "rate", "clue": "c7", "ratings": {"wait": "expected"}}), "There is no clue c7."),
        (json!({"do": "retract", "clue": "c7"}), "There is no clue c7."),
        (json!({"do": "split_family", "clue": "c7", "family": "f", "note": "n"}), "There is no clue c7."),
        (json!({"do": "dismiss", "proposal": "r7"}), "There is no proposal r7."),
        (json!({"do": "kpi", "data": "t", "kpi": "count()"}), "There is no table t."),
        (json!({"do": "answer", "question": "q1", "said_by": "p9", "value": 1}), "Nobody is known as p9."),
        (json!({"do": "decide", "chosen": "ghost", "because": "b"}), "There is no hypothesis ghost."),
        (json!({"do": "decide", "chosen": "other", "because": "b"}), "This row can't be chosen."),
        (json!({"do": "undo", "events": [70]}), "There is no event #70."),
        (json!({"do": "undo", "events": []}), "Nothing was named"),
        (json!({"do": "amend", "event": 70, "field": "text", "value": "x", "why": "w"}), "There is no event #70."),
        (json!({"do": "redact", "event": 70, "field": "text", "why": "w"}), "There is no event #70."),
        (json!({"do": "redact", "event": 6, "field": "value2", "why": "w"}), "has no words in value2"),
        (json!({"do": "hypothesis", "hypothesis": "x", "row": "y", "title": "t"}), "There is no permanent row y."),
        (json!({"do": "hypothesis", "hypothesis": "wait", "title": "t"}), "stands already"),
        (json!({"do": "problem", "hypothesis": "wait", "kind": "ranking"}), "Nothing is decided yet."),
    ] {
        let refused = d.no(act.clone());
        assert!(refused.contains(words), "{act}: {refused}");
    }
}

#[test]
fn numbers_and_words_that_make_no_sense_are_refused() {
    let mut d = Desk::new();
    let impact = |exposed: f64, effect: [f64; 3], cost: f64| {
        json!({"do": "impact", "hypothesis": "wait", "exposed": exposed, "fixable": 0.5, "effect_points": effect,
               "quality": "guess", "cost_days": cost})
    };
    for act in [
        json!({"do": "open", "text": " "}),
        json!({"do": "note", "text": ""}),
        json!({"do": "goal", "points": 0}),
        json!({"do": "goal", "budget_days": -1}),
        json!({"do": "goal", "by_date": "31.12.2026"}),
        json!({"do": "person", "alias": "Ann Lee", "role": "ops", "shown_as": "x"}),
        json!({"do": "person", "alias": "p3", "role": "", "shown_as": "x"}),
        json!({"do": "attach_data", "data": "t", "path": ""}),
        json!({"do": "hypothesis", "hypothesis": "", "title": ""}),
        json!({"do": "predict", "check": "d_a", "forecasts": {"p1": 1.2}, "request": {"op": "sql"}}),
        impact(1.5, [0.0, 1.0, 2.0], 1.0),
        impact(0.5, [2.0, 1.0, 0.0], 1.0),
        impact(0.5, [0.0, 1.0, 2.0], -1.0),
        json!({"do": "rate", "clue": "c1", "ratings": {}}),
        json!({"do": "amend", "event": 6, "field": "text", "value": "x", "why": ""}),
        json!({"do": "amend", "event": 6, "field": "by", "value": "p2", "why": "w"}),
        json!({"do": "amend", "event": 6, "field": "said_by", "value": 3, "why": "w"}),
        json!({"do": "redact", "event": 6, "field": "text", "why": ""}),
        json!({"do": "decide", "chosen": "wait", "because": ""}),
        json!({"do": "decide", "chosen": "wait", "because": "b", "review_on": "soon"}),
    ] {
        let words = d.no(act);
        assert!(words.ends_with(['.', '…']) && words.len() > 8, "{words}");
    }
}

#[test]
fn what_others_rest_on_is_not_taken_away() {
    let mut d = Desk::new();
    d.ok(d.clue("told", 6, json!({"wait": "expected"})));
    let refused = d.no(json!({"do": "undo", "events": [4]}));
    assert!(refused.contains("would make no sense then: it rates wait, which is not on the board"), "{refused}");
    let refused = d.no(json!({"do": "amend", "event": 7, "field": "origin", "value": "predicted", "why": "w"}));
    assert!(refused.contains("its source is no check with a forecast"), "{refused}");
    d.ok(json!({"do": "amend", "event": 7, "field": "text", "value": "waits grew in May", "why": "more exact"}));
    assert_eq!(d.session.state.clue("c1").unwrap().text, "waits grew in May");
}

#[test]
fn a_parked_hypothesis_is_off_the_board_and_can_come_back() {
    let mut d = Desk::new();
    d.ok(json!({"do": "park", "hypothesis": "wait", "why": "later"}));
    assert!(d.no(json!({"do": "decide", "chosen": "wait", "because": "b"})).contains("parked"));
    d.ok(json!({"do": "park", "hypothesis": "wait", "back": true}));
    let decided = d.ok(json!({"do": "decide", "chosen": "wait", "because": "b"}));
    // Nothing was tested yet: the decision is allowed, and stamped.
    let Act::Decide { red_gates, runner_up, .. } = &decided[0].act else { panic!() };
    assert!(red_gates.iter().any(|g| g == "one_prediction_tested"), "{red_gates:?}");
    assert!(runner_up.is_some());
    d.ok(json!({"do": "problem", "hypothesis": "price", "kind": "ranking"}));
    assert_eq!(d.session.state.brief["hypothesis"], "wait", "the brief speaks of what was chosen");
}

#[test]
fn what_was_read_belongs_to_a_table() {
    let mut d = Desk::new();
    for act in [
        json!({"do": "fingerprint", "data": "riders", "rows": 3}),
        json!({"do": "read_options", "data": "riders", "options": {"delimiter": ";"}}),
    ] {
        assert!(d.no(act.clone()).contains("There is no table riders."));
        d.ok(json!({"do": "attach_data", "data": "riders", "path": "riders.csv"}));
        d.ok(act);
        d.session = Desk::new().session;
    }
}

#[test]
fn undo_and_redo_walk_through_intents() {
    let mut d = Desk::new();
    let note = |t: &str| json!({"do": "note", "text": t});
    let notes = |d: &Desk| d.session.state.notes.iter().map(|n| n.text.clone()).collect::<Vec<_>>().join("");
    d.ok(note("a"));
    d.intent(Intent::RecordAll(vec![Desk::act(&note("b")), Desk::act(&note("c"))])).unwrap();
    assert_eq!(notes(&d), "abc");
    d.intent(Intent::Undo).unwrap();
    assert_eq!(notes(&d), "a", "an intent goes as a whole");
    d.intent(Intent::Undo).unwrap();
    assert_eq!(notes(&d), "");
    d.intent(Intent::Redo).unwrap();
    assert_eq!(notes(&d), "a");
    d.intent(Intent::Redo).unwrap();
    assert_eq!(notes(&d), "abc", "a second redo goes on, not back");
    assert!(d.intent(Intent::Redo).is_err());
    d.intent(Intent::Undo).unwrap();
    assert_eq!(notes(&d), "a");
    d.ok(note("x"));
    assert!(d.intent(Intent::Redo).is_err(), "something new was recorded since");
    assert_eq!(notes(&d), "ax");
    // Back to the very start, where only what can't be undone is left.
    while d.intent(Intent::Undo).is_ok() {}
    assert_eq!(d.session.state.hypotheses.len(), 2);
    assert_eq!(d.session.state.sentence, "Fewer riders should leave.");
    assert_eq!(d.session.faults, []);
}

#[test]
fn answers_fit_their_questions_and_propose() {
    let mut d = Desk::with_playbook();
    let book = playbook();
    let choice = book.questions.iter().find(|q| !q.options.is_empty() && q.only.is_none()).unwrap();
    let answer = |q: &str, value: Value| json!({"do": "answer", "question": q, "said_by": "p2", "value": value});
    assert!(d.no(answer("q_none", json!(1))).contains("no question q_none"));
    assert!(d.no(answer(&choice.id, json!("nonsense"))).contains("not one of the options"));
    let (rule_of, rule) = book
        .questions
        .iter()
        .find_map(|q| {
            let rule = q.then.iter().find(|r| !r.propose.is_empty() && r.when.is.is_some())?;
            Some((q, rule))
        })
        .unwrap();
    let said = rule.when.is.clone().unwrap();
    let events = d.ok(answer(&rule_of.id, said));
    let proposed: Vec<&str> = events
        .iter()
        .filter_map(|e| match &e.act {
            Act::Propose { hypothesis, .. } => hypothesis.as_deref(),
            _ => None,
        })
        .collect();
    assert!(proposed.iter().any(|p| rule.propose.iter().any(|h| h == p)), "{events:?}");
    let id = d.session.state.open_proposals().find(|p| p.hypothesis.is_some()).unwrap().id.clone();
    let take =
        |id: &str| Intent::Accept { proposal: id.to_owned(), text: None, ratings: None, grade: None, reason: None };
    d.intent(take(&id)).unwrap();
    assert!(d.intent(take(&id)).unwrap_err().to_string().contains("settled already"));
    assert!(d.no(json!({"do": "dismiss", "proposal": id})).contains("settled already"));
    assert_eq!(d.session.faults, []);
}

#[test]
fn ids_of_one_batch_share_a_name_that_yaml_reads_as_a_word() {
    for seed in (0..2000u64).map(|i| i.wrapping_mul(0x1234_5678_9abc_def1)) {
        let id = batch_id(seed, 0);
        assert!(id.starts_with(|c: char| c.is_ascii_lowercase()) && id.len() == 6, "{id}");
        assert_eq!(batch_of(&batch_id(seed, 3)), id);
    }
}

#[test]
fn a_result_suggests_ratings_by_its_strength() {
    let mut d = Desk::new();
    d.ok(json!({"do": "predict", "check": "own", "forecasts": {"p1": 0.7}, "request": {"op": "sql"},
        "if_yes": {"wait": "expected", "price": "surprising"}, "if_no": {"wait": "surprising"}}));
    let result = |outcome, estimate, interval, events: &[u64], tried| CheckResult {
        metric: "rate_ratio".into(),
        estimate: Some(estimate),
        interval,
        n: vec![1000, 1000],
        events: events.to_vec(),
        threshold: Some(1.3),
        below: false,
        outcome,
        tried,
        seconds: 0.1,
        says: String::new(),
        metrics: std::collections::BTreeMap::new(),
    };
    let get = |r: &CheckResult| serde_json::to_value(suggest_ratings(&d.session, None, "own", r)).unwrap();
    let sure = Some((1.5, 1.9));
    let whole = json!({"wait": "expected", "price": "surprising"});
    assert_eq!(get(&result(Outcome::Yes, 1.7, sure, &[200, 100], 1)), whole);
    assert_eq!(get(&result(Outcome::No, 1.0, Some((0.9, 1.1)), &[200, 200], 1)), json!({"wait": "surprising"}));
    let half = json!({"wait": "somewhat_expected", "price": "a_bit_surprising"});
    let crosses = Some((1.1, 1.8));
    assert_eq!(get(&result(Outcome::Unclear, 1.4, crosses, &[200, 100], 1)), half, "crosses the threshold");
    assert_eq!(get(&result(Outcome::Yes, 1.4, crosses, &[200, 100], 1)), half, "a yes that crosses it too");
    let no = result(Outcome::No, 1.2, Some((1.05, 1.34)), &[200, 200], 1);
    assert_eq!(get(&no), json!({"wait": "a_bit_surprising"}), "a no that crosses it");
    assert_eq!(get(&result(Outcome::Yes, 1.7, sure, &[200, 29], 1)), half, "fewer than 30 events: one step milder");
    for tried in [10, 100] {
        assert_eq!(get(&result(Outcome::Yes, 1.7, sure, &[200, 100], tried)), half, "after {tried} slices");
    }
    assert_eq!(get(&result(Outcome::Yes, 1.7, sure, &[200, 100], 9)), whole);
    let narrow = result(Outcome::Unclear, 1.05, Some((0.95, 1.15)), &[200, 200], 1);
    assert_eq!(get(&narrow), json!({"wait": "a_bit_surprising"}), "no effect, and seen sharply");
    let off = result(Outcome::Unclear, 1.1, Some((1.05, 1.15)), &[200, 200], 1);
    assert_eq!(get(&off), json!({}), "narrow, but there is an effect");
    assert_eq!(get(&result(Outcome::Unclear, 1.05, Some((0.5, 2.2)), &[200, 200], 1)), json!({}), "says nothing");
    assert_eq!(get(&result(Outcome::Failed, 1.7, None, &[], 1)), json!({}));
}

#[test]
fn a_rule_that_asks_for_less_is_not_read_the_wrong_way_round() {
    let mut d = Desk::new();
    let request = json!({"op": "sql", "yes_if": {"metric": "slope_points", "lt": -2}});
    d.ok(json!({"do": "predict", "check": "own", "forecasts": {"p1": 0.7}, "request": request,
        "if_yes": {"wait": "expected"}, "if_no": {"price": "expected"}}));
    let result = |outcome, estimate, interval, below| CheckResult {
        metric: "slope_points".into(),
        estimate: Some(estimate),
        interval: Some(interval),
        n: vec![1000],
        events: Vec::new(),
        threshold: Some(-2.0),
        below,
        outcome,
        tried: 1,
        seconds: 0.1,
        says: String::new(),
        metrics: std::collections::BTreeMap::new(),
    };
    // An older result does not say which side is a yes; its rule does.
    for below in [true, false] {
        let get = |outcome, e, i| {
            serde_json::to_value(suggest_ratings(&d.session, None, "own", &result(outcome, e, i, below))).unwrap()
        };
        assert_eq!(get(Outcome::Yes, -4.0, (-5.0, -3.0)), json!({"wait": "expected"}));
        assert_eq!(get(Outcome::Unclear, -3.0, (-5.0, -1.0)), json!({"wait": "somewhat_expected"}));
        assert_eq!(get(Outcome::No, 1.0, (0.5, 1.5)), json!({"price": "expected"}));
        // Nothing was said of a no for wait, and there is surely no effect.
        assert_eq!(get(Outcome::No, 0.1, (-0.5, 0.7)), json!({"price": "expected", "wait": "a_bit_surprising"}));
        assert_eq!(get(Outcome::Unclear, -1.0, (-5.0, 3.0)), json!({}));
    }
}

#[test]
fn what_was_picked_out_of_many_slices_is_browsed() {
    let mut d = Desk::new();
    let run = |check: &str, tried: u64| json!({"do": "check", "check": check, "predicted": true, "outcome": "yes", "result": {"tried": tried}});
    let request = json!({"op": "sql"});
    for (check, tried, origin) in [("d_a", 1, Origin::Predicted), ("d_b", 12, Origin::Browsed)] {
        d.ok(json!({"do": "predict", "check": check, "forecasts": {"p1": 0.8}, "request": request}));
        let n = d.ok(run(check, tried))[0].n;
        assert_eq!(origin_of(d.session.state.latest_check(check).unwrap()), origin);
        let clue = d.clue("predicted", n, json!({}));
        if origin == Origin::Browsed {
            assert!(d.no(clue).contains("after looking at 12 slices"));
        } else {
            d.ok(clue);
        }
    }
}

#[test]
fn proposals_keep_names_of_their_own_after_an_undo() {
    let mut d = Desk::with_playbook();
    let answer = |value: &str| json!({"do": "answer", "question": "q04", "said_by": "p2", "value": value});
    let ids = |events: &[Event]| -> Vec<String> {
        events
            .iter()
            .filter_map(|e| match &e.act {
                Act::Propose { proposal, .. } => Some(proposal.clone()),
                _ => None,
            })
            .collect()
    };
    let first = ids(&d.ok(answer("payment")));
    assert_eq!(first, ["r1"]);
    d.intent(Intent::Undo).unwrap();
    let second = ids(&d.ok(answer("nobody_knows")));
    assert_eq!(second.first().map(String::as_str), Some("r2"), "r1 is taken, also while it is undone");
    // The source is the answer by its id.
    let source = &d.session.state.proposals[0].source;
    assert!(matches!(source, EventRef::Id(_)), "{source:?}");
    assert!(matches!(d.session.standing(source).unwrap().act, Act::Answer { .. }));
}

#[test]
fn a_hypothesis_is_taken_although_its_name_is_not_free() {
    let mut d = Desk::with_playbook();
    d.ok(json!({"do": "propose", "proposal": "r1", "kind": "hypothesis", "text": "They pay too much",
        "hypothesis": "h_price", "source": {"event": 6}}));
    let take = Intent::Accept { proposal: "r1".into(), text: None, ratings: None, grade: None, reason: None };
    d.intent(take).unwrap();
    let row = d.session.state.row("h_price").unwrap();
    assert_eq!((row.id.as_str(), row.title.as_str()), ("price_2", "They pay too much"));
    assert_eq!(d.session.faults, []);
}

#[test]
fn a_data_hypothesis_speaks_for_its_row_before_it_is_taken() {
    let mut d = Desk::with_playbook();
    let book = playbook();
    let rated = crate::domain::board::predicted_ratings(&d.session.state, &book, "d_independent", true);
    assert_eq!(serde_json::to_value(&rated).unwrap(), json!({"data": "surprising"}));
    d.ok(json!({"do": "propose", "proposal": "r1", "kind": "clue", "text": "It was counted anew",
        "ratings": {"h_measure": "expected"}, "source": {"event": 6}, "family": "person:p2", "grade": "C"}));
    let take = Intent::Accept { proposal: "r1".into(), text: None, ratings: None, grade: None, reason: None };
    d.intent(take).unwrap();
    assert_eq!(d.session.state.clues[0].cell("data"), Some(6.0));
}

#[test]
fn what_was_said_is_held_against_the_table_whichever_came_first() {
    let kpi = |text: &str, value: f64| {
        json!({"do": "kpi", "data": "t", "kpi": text,
               "level": {"n": 1000, "value": value, "interval": [value * 0.95, value * 1.05]}})
    };
    let table = json!({"do": "attach_data", "data": "t", "path": "t.csv"});
    let contradiction = |events: &[Event]| {
        events.iter().find_map(|e| match &e.act {
            Act::Propose { kind: crate::domain::event::ProposalKind::Contradiction, text, .. } => Some(text.clone()),
            _ => None,
        })
    };
    let mut d = Desk::with_playbook();
    d.ok(table.clone());
    d.ok(kpi("rate(x)", 0.265));
    // Less than one percent is a percentage too.
    let events = d.ok(json!({"do": "goal", "from": 0.5}));
    assert_eq!(
        contradiction(&events).as_deref(),
        Some("It was said that the KPI stands at 0.5 %; the table says 26.5 %")
    );
    assert_eq!(contradiction(&d.ok(json!({"do": "goal", "from": 26.0}))), None);
    let mut d = Desk::with_playbook();
    d.ok(table.clone());
    d.ok(kpi("rate(x)", 0.265));
    let answer = json!({"do": "answer", "question": "q01", "said_by": "p2", "value": [8, 7.6]});
    assert!(contradiction(&d.ok(answer)).is_some(), "a baseline said in an interview");
    // A mean between 0 and 1 is no percentage.
    let mut d = Desk::new();
    d.ok(table);
    d.ok(json!({"do": "goal", "from": 40.0}));
    let events = d.ok(kpi("mean(x)", 0.4));
    assert!(contradiction(&events).unwrap().ends_with("stands at 40; the table says 0.4"));
}

#[test]
fn a_forecast_is_never_amended() {
    let mut d = Desk::new();
    let forecast = json!({"do": "predict", "check": "own", "forecasts": {"p1": 0.7}, "request": {"op": "sql"}});
    let n = d.ok(forecast)[0].n;
    let run = d.ok(json!({"do": "check", "check": "d_a", "predicted": false, "outcome": "yes"}))[0].n;
    for (event, field, value) in [
        (n, "words", json!({"wait": "likely"})),
        (n, "if_yes", json!({"wait": "expected"})),
        (n, "text", json!("x")),
        (run, "predicted", json!(true)),
    ] {
        let refused = d.no(json!({"do": "amend", "event": event, "field": field, "value": value, "why": "w"}));
        assert!(refused.starts_with(&format!("{field} can't be changed")), "{refused}");
    }
}

#[test]
fn the_source_of_a_pinned_clue_is_not_taken_back() {
    let mut d = Desk::new();
    d.ok(d.clue("told", 6, json!({"wait": "expected"})));
    let refused = d.no(json!({"do": "undo", "events": [6]}));
    assert!(refused.starts_with("Event 7 would make no sense then: its source"), "{refused}");
    d.intent(Intent::Undo).unwrap();
    d.ok(json!({"do": "undo", "events": [6]}));
    assert!(d.no(d.clue("told", 6, json!({}))).contains("was taken back"));
}

#[test]
fn names_of_intents_do_not_collide() {
    let mut d = Desk::new();
    let stamp = Stamp { at: "2026-10-05T08:00:00Z".into(), by: "p1".into(), seed: 1 };
    let mut names = std::collections::BTreeSet::new();
    for _ in 0..20 {
        // The dice always fall alike.
        let note = Act::Note { text: "n".into() };
        let events = decide(&d.session, None, Intent::record(note), &stamp).unwrap();
        for event in events {
            assert!(names.insert(event.id.clone().unwrap()), "{names:?}");
            d.session.apply(event);
        }
    }
}

#[test]
fn a_block_is_red_until_it_is_settled() {
    let mut d = Desk::with_playbook();
    d.ok(json!({"do": "propose", "proposal": "r1", "kind": "block", "text": "Repair before analysing.",
        "source": {"event": 6}}));
    let gate = |d: &Desk| {
        let gates = crate::domain::board::BoardView::of(&d.session, None).gates;
        gates.0.into_iter().find(|g| g.key == "nothing_to_settle_first")
    };
    let red = gate(&d).unwrap();
    assert_eq!(red.state, crate::domain::scoreboard::GateState::Red);
    assert!(red.todo.ends_with("Repair before analysing."), "{}", red.todo);
    d.ok(json!({"do": "dismiss", "proposal": "r1", "why": "repaired"}));
    assert!(gate(&d).is_none());
}

#[test]
fn nothing_can_be_valued_without_target_and_budget() {
    let mut d = Desk::new();
    let gate = |d: &Desk| {
        let gates = crate::domain::board::BoardView::of(&d.session, None).gates;
        gates.0.into_iter().find(|g| g.key == "next_check_below_1_point_an_hour").unwrap()
    };
    d.ok(json!({"do": "impact", "hypothesis": "wait", "exposed": 0.3, "fixable": 0.5, "effect_points": [0, 1, 2],
        "quality": "guess", "cost_days": 3}));
    assert_eq!(gate(&d).state, crate::domain::scoreboard::GateState::Amber);
    assert_eq!(gate(&d).todo, "Nothing can be valued yet: give target and budget on 1 Problem.");
    d.ok(json!({"do": "goal", "points": 0.4, "budget_days": 30}));
    assert_eq!(gate(&d).state, crate::domain::scoreboard::GateState::Green);
}

#[test]
fn settings_and_free_records_have_their_rules() {
    let mut d = Desk::new();
    for (act, words) in [
        (
            json!({"do": "setting", "key": "humility", "value": 0.9}),
            "humility can't be 0.9. Write a number from 0 to 0.5.",
        ),
        (json!({"do": "setting", "key": " ", "value": 1}), "The setting has no name."),
        (json!({"do": "known_before", "column": "", "known": true}), "No column was named."),
        (json!({"do": "read_options", "data": "t", "options": {"delimiter": ";"}}), "There is no table t."),
        (json!({"do": "outcome", "says": "it fell"}), "Nothing is decided yet."),
        (json!({"do": "review"}), "The review says nothing."),
        (json!({"do": "rerun", "data": "new.csv"}), "No check was run yet."),
    ] {
        let refused = d.no(act.clone());
        assert!(refused.starts_with(words), "{act}: {refused}");
    }
    d.ok(json!({"do": "setting", "key": "humility", "value": 0.1}));
    d.ok(json!({"do": "attach_data", "data": "t", "path": "t.csv", "columns": {"zone": "text"}}));
    assert!(d.no(json!({"do": "known_before", "column": "zon", "known": true})).contains("No table has a column zon"));
    d.ok(json!({"do": "known_before", "column": "zone", "known": false}));
    let same = json!({"do": "known_before", "column": "zone", "known": true, "before": ["zone"]});
    assert!(d.no(same).contains("can't be fixed before itself"));
    let other = json!({"do": "known_before", "column": "zone", "known": true, "before": ["zon"]});
    assert!(d.no(other).contains("No table has a column zon"));
    let who = json!({"do": "known_before", "column": "zone", "known": true, "said_by": "p77"});
    assert!(d.no(who).contains("Nobody is known as p77"));
    d.ok(json!({"do": "read_options", "data": "t", "options": {"delimiter": ";"}}));
    d.ok(json!({"do": "check", "check": "d_a", "predicted": false, "outcome": "yes"}));
    d.ok(json!({"do": "rerun", "data": "new.csv"}));
    d.ok(json!({"do": "decide", "chosen": "wait", "because": "b"}));
    d.ok(json!({"do": "outcome", "says": "it fell"}));
    d.ok(json!({"do": "review", "says": "we were right"}));
    d.ok(d.clue("told", 6, json!({"wait": "expected"})));
    let same = json!({"do": "split_family", "clue": "c1", "family": "data:riders", "note": "n"});
    assert!(d.no(same).contains("counts as data:riders already"));
}

#[test]
fn what_nobody_knows_and_what_cannot_be_run_does_not_hold_the_gate() {
    use crate::domain::board::{BoardView, NextKind};
    let mut d = Desk::with_playbook();
    let book = playbook();
    d.ok(json!({"do": "goal", "points": 0.4, "budget_days": 30, "shape": "level"}));
    d.ok(json!({"do": "hypothesis", "hypothesis": "service", "from": "h_service", "title": "Served late"}));
    let next = |d: &Desk| BoardView::of(&d.session, Some(&book)).next;
    let entry = |d: &Desk, id: &str| next(d).into_iter().find(|n| n.id == id);
    let exposed = entry(&d, "d_exposed").unwrap();
    assert_eq!((exposed.missing.as_slice(), exposed.grade), (&["wait".to_owned(), "place".to_owned()][..], Grade::A));
    assert!(!exposed.ready());
    let outside = entry(&d, "d_independent").unwrap();
    assert_eq!((outside.ready(), outside.grade), (true, Grade::B));
    d.ok(json!({"do": "map_columns", "columns": {"wait": "wait_min", "place": "zone"}}));
    assert!(entry(&d, "d_exposed").unwrap().ready());
    d.ok(json!({"do": "check", "check": "d_exposed", "predicted": false, "outcome": "failed"}));
    assert!(entry(&d, "d_exposed").unwrap().failed);
    // What comes first can be done now.
    let ready: Vec<bool> = next(&d).iter().map(super::super::board::NextEntry::ready).collect();
    assert!(ready.windows(2).all(|w| w[0] >= w[1]), "{ready:?}");
    let question = next(&d).into_iter().find(|n| n.kind == NextKind::Question).unwrap().id;
    let role = book.question(&question).unwrap().ask[0].clone();
    d.ok(json!({"do": "person", "alias": "p8", "role": role, "shown_as": "x"}));
    d.ok(json!({"do": "person", "alias": "p9", "role": role, "shown_as": "x"}));
    let mut ask = |who: &str| d.ok(json!({"do": "answer", "question": question, "said_by": who, "value": null}));
    ask("p8");
    ask("p9");
    let people: Vec<String> = d.session.state.people.keys().cloned().collect();
    for who in people {
        d.ok(json!({"do": "answer", "question": question, "said_by": who, "value": null}));
    }
    assert!(entry(&d, &question).is_none(), "everybody was asked");
}

#[test]
fn a_table_that_a_query_makes_is_checked_and_undone_with_what_was_found_of_it() {
    let mut d = Desk::new();
    d.ok(json!({"do": "attach_data", "data": "rides", "path": "rides.csv"}));
    for (sql, why) in [
        ("SELECT 1", "reads no table"),
        ("SELECT * FROM zones", "There is no table zones"),
        ("SELECT * FROM by_zone", "is to be its own name"),
    ] {
        let refused = d.no(json!({"do": "attach_data", "data": "by_zone", "sql": sql}));
        assert!(refused.contains(why), "{sql}: {refused}");
    }
    let sql = "SELECT zone, count(*) AS n FROM rides GROUP BY zone";
    d.ok(json!({"do": "attach_data", "data": "by_zone", "sql": sql}));
    let refused = d.no(json!({"do": "attach_data", "data": "more", "sql": "SELECT * FROM by_zone"}));
    assert!(refused.contains("is a query itself"), "{refused}");
    let refused = d.no(json!({"do": "attach_data", "data": "more", "path": "x.csv", "sql": sql}));
    assert!(refused.contains("a file or a query"), "{refused}");
    d.ok(json!({"do": "fingerprint", "data": "by_zone", "rows": 3}));
    d.intent(Intent::Undo).unwrap();
    assert_eq!(d.session.state.tables.iter().map(|t| t.data.as_str()).collect::<Vec<_>>(), ["rides"]);
    assert!(d.session.faults.is_empty(), "{:?}", d.session.faults);
}
