//! The brief of the example session, of a bare one, and of one that tries to be more than text.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};

use super::*;
use crate::domain::event::Event;
use crate::domain::session::Header;

fn session(text: &str) -> Session {
    let mut document: Value = crate::yaml::value(text, "test").unwrap();
    let events: Vec<Value> = serde_json::from_value(document["events"].take()).unwrap();
    document.as_object_mut().unwrap().shift_remove("events");
    let header: Header = serde_json::from_value(document).unwrap();
    Session::fold(header, events.iter().map(|e| Event::from_value(e).unwrap()).collect())
}

fn example() -> Session {
    session(include_str!("../../../tests/golden/example-session.yaml"))
}

fn playbook() -> Playbook {
    crate::yaml::parse(include_str!("../../../assets/playbooks/churn.yaml"), "churn").unwrap()
}

fn add(session: &mut Session, act: Value) {
    let mut map = json!({"n": session.next_n(), "at": "2026-10-06T08:00:00Z", "by": "p1"});
    map.as_object_mut().unwrap().extend(act.as_object().unwrap().clone());
    session.apply(Event::from_value(&map).unwrap());
}

#[test]
fn the_example_session_reads_as_a_brief() {
    insta::assert_snapshot!("example", brief(&example(), None));
}

#[test]
fn an_early_cut_is_the_state_of_an_investigation() {
    let text = brief(&example().at(19), Some(&playbook()));
    assert!(text.contains("State of the investigation: nothing is decided yet"));
    assert!(text.contains("## Leading so far: Cars take too long to arrive"), "{text}");
    assert!(text.contains("No cause is chosen."));
    assert!(!text.contains("## The data-science problem"));
    assert!(text.contains("not met: The leader is at least 6 in 10 plausible."));
    assert!(text.contains("Questions that nobody was asked"));
}

#[test]
fn a_session_without_anything_still_gives_a_page() {
    let mut empty = Session::new(Header::default());
    let text = brief(&empty, None);
    assert!(text.contains("# Investigation") && text.contains("No hypothesis stands on the board yet."), "{text}");
    add(&mut empty, json!({"do": "hypothesis", "hypothesis": "h", "title": "A rival is cheaper"}));
    let text = brief(&empty, None);
    assert!(text.contains("1 hypothesis stands on the board, and no clue yet."), "{text}");
    assert!(text.contains("| A rival is cheaper |"), "{text}");
}

#[test]
fn words_are_quoted_only_where_they_may_be() {
    let text = brief(&example(), None);
    assert!(text.contains("> Drivers moved to the airport when the North bonus ended"), "flagged verbatim");
    assert!(!text.contains("Five percent means"), "not flagged");
    assert!(!text.contains("posters with 30 percent off"), "not flagged, and redacted");
}

#[test]
fn causes_are_said_to_go_with_the_number() {
    let text = brief(&example(), None);
    assert!(text.contains("what *goes with* the number"));
    for word in ["causes churn", "proves that", "because of the"] {
        assert!(!text.contains(word), "{word}");
    }
}

#[test]
fn gates_that_do_not_hold_are_stamped() {
    let mut s = example().at(19);
    add(
        &mut s,
        json!({"do": "decide", "chosen": "price", "because": "we must act",
        "red_gates": ["one_prediction_tested", "margin_at_least_5_db"]}),
    );
    let text = brief(&s, None);
    assert!(text.contains("> **Decided although 2 gates did not hold then:**"), "{text}");
    assert!(text.contains("> - not met: At least one forecast was written before looking."));
    assert!(text.contains("**On the board \"Cars take too long to arrive\" leads.**"));
}

#[test]
fn suggestions_of_the_playbook_are_marked_as_such() {
    let book = playbook();
    let h = book.hypotheses.iter().find(|h| h.row.is_none() && !h.ds_problem.kind.is_empty()).unwrap();
    let mut s = Session::new(Header::default());
    add(&mut s, json!({"do": "hypothesis", "hypothesis": "x", "from": h.id, "title": h.title}));
    add(&mut s, json!({"do": "decide", "chosen": "x", "because": "b"}));
    let text = brief(&s, Some(&book));
    assert!(text.contains("| **Kind** | *suggested, not confirmed:* "), "{text}");
    assert!(text.contains("| **Owner** |") || text.contains("| **Who acts** | *not written yet* |"));
}

#[test]
fn text_of_a_session_stays_text() {
    let evil =
        "<img src=x onerror=alert(1)> | [click](http://evil.example) **b** `c`\n# heading\n| a | b |\u{1b}[2J\u{202e}";
    let mut s = Session::new(Header { title: evil.into(), id: evil.into(), ..Header::default() });
    for act in [
        json!({"do": "open", "text": evil}),
        json!({"do": "goal", "kpi": evil, "from": 8, "to": 7, "scope": evil, "by_date": evil}),
        json!({"do": "person", "alias": "p2", "role": evil, "shown_as": evil}),
        json!({"do": "attach_data", "data": evil, "path": evil, "rows": 3, "sha256_16": evil, "time_range": [evil, evil]}),
        json!({"do": "kpi", "data": evil, "kpi": format!("rate(\"{evil}\" = 1)"), "level": {"n": 3, "value": 0.5}}),
        json!({"do": "answer", "question": evil, "said_by": "p2", "value": evil, "text": evil, "verbatim": true}),
        json!({"do": "hypothesis", "hypothesis": "h", "title": evil, "claim": evil, "wrong_if": evil, "lever": evil}),
        json!({"do": "hypothesis", "hypothesis": "i", "title": evil}),
        json!({"do": "predict", "check": evil, "text": evil, "forecasts": {"p2": 0.5}, "title": evil}),
        json!({"do": "check", "check": evil, "predicted": true, "outcome": "yes", "title": evil}),
        json!({"do": "check", "check": "other", "predicted": false, "outcome": "failed", "title": evil}),
        json!({"do": "clue", "clue": "c1", "text": evil, "origin": "told", "grade": "C", "family": evil,
               "source": {"event": 6}, "ratings": {"h": "expected", "i": "surprising"}}),
        json!({"do": "propose", "proposal": "r1", "kind": "note", "text": evil, "source": {"event": 6}}),
        json!({"do": "note", "text": evil}),
        json!({"do": "park", "hypothesis": "i", "why": evil}),
        json!({"do": "decide", "chosen": "h", "because": evil, "would_change_our_mind": evil, "review_on": evil,
               "agreed_by": ["p2"], "red_gates": [evil]}),
        json!({"do": "problem", "hypothesis": "h", "kind": evil, "guards": {evil: evil}, "my own": [evil, evil]}),
    ] {
        add(&mut s, act);
    }
    let text = brief(&s, Some(&playbook()));
    let body = text.split_once("-->").unwrap().1;
    assert!(!body.contains(['\u{1b}', '\u{202e}', '<']), "{body}");
    assert!(!body.replace("\\]", "").contains("](") && !body.contains("://"));
    assert_eq!(body.lines().filter(|l| l.starts_with("# ")).count(), 1);
    // Every row of a table has as many cells as its head.
    let cells = |l: &str| l.replace("\\|", "").matches('|').count();
    let mut head = 0;
    for line in body.lines() {
        if line.starts_with('|') {
            head = if head == 0 { cells(line) } else { head };
            assert_eq!(cells(line), head, "{line}");
        } else {
            head = 0;
        }
    }
    assert!(body.contains("onerror"), "the words themselves are kept");
}
