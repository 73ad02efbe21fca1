//! What goes with the words, and what must stay.

use serde_json::json;

use super::*;
use crate::domain::session::Header;

const WORDS: &str = "Anna Smith told me that waits doubled.";

fn session(events: &[Value]) -> Session {
    let events = events
        .iter()
        .enumerate()
        .map(|(i, e)| {
            let mut map = json!({"n": i + 1, "id": format!("e{}", i + 1), "at": "2026-10-05T08:00:00Z", "by": "p1"});
            map.as_object_mut().unwrap().extend(e.as_object().unwrap().clone());
            Event::from_value(&map).unwrap()
        })
        .collect();
    let session = Session::fold(Header::default(), events);
    assert_eq!(session.faults, []);
    session
}

fn answered(text: &str) -> Vec<Value> {
    vec![
        json!({"do": "person", "alias": "p1", "role": "data", "shown_as": "Data scientist"}),
        json!({"do": "hypothesis", "hypothesis": "wait", "title": "Cars take too long"}),
        json!({"do": "answer", "question": "q1", "said_by": "p1", "value": "yes", "text": text}),
    ]
}

/// The events after a removal, as text.
fn after(session: &Session, event: u64) -> Vec<String> {
    let removal = plan(session, &EventRef::N(event), "text", "[gone]").unwrap();
    let values: Vec<Value> = session.events.iter().map(Event::to_value).collect();
    let left = removed(session, &removal, &values).unwrap();
    left.events.iter().map(|e| e.to_value().to_string()).collect()
}

#[test]
fn short_words_go_only_where_they_were_said() {
    for short in ["a", "e3", "yes", "answer", "2026-10-05", "wait"] {
        let mut events = answered(short);
        events.push(json!({"do": "note", "text": "We wait for an answer, yes."}));
        let session = session(&events);
        let left = after(&session, 3);
        let mut expected: Vec<String> = session.events.iter().map(|e| e.to_value().to_string()).collect();
        expected[2] = expected[2].replace(&format!("\"text\":\"{short}\""), "\"text\":\"[gone]\"");
        assert_eq!(left, expected, "{short}");
    }
}

#[test]
fn words_go_from_all_prose_and_from_nothing_else() {
    let mut events = answered(WORDS);
    events.extend([
        json!({"do": "note", "text": format!("To check: {WORDS}")}),
        json!({"do": "setting", "key": "label", "value": WORDS}),
        json!({"do": "decide", "chosen": "wait", "because": format!("{WORDS} So be it.")}),
        json!({"do": "problem", "hypothesis": "wait", "guards": {"wait": WORDS}}),
    ]);
    let session = session(&events);
    let left = after(&session, 3).join("\n");
    assert_eq!(left.matches("Anna Smith").count(), 1, "{left}");
    assert!(left.contains(&format!("\"value\":\"{WORDS}\"")), "a setting is no prose");
    assert_eq!(left.matches("[gone]").count(), 4);
}

#[test]
fn what_was_worded_from_an_answer_goes_with_it() {
    let asked = format!("— Who says so?\n{WORDS}");
    let long = format!("{WORDS} {}", "It was a long day. ".repeat(20));
    for text in [asked.as_str(), long.as_str(), WORDS] {
        let head: String = said(text).trim().chars().take(160).collect();
        let mut events = answered(text);
        events.extend([
            json!({"do": "propose", "proposal": "r1", "kind": "clue_form", "text": head, "source": {"event": "e3"}}),
            json!({"do": "propose", "proposal": "r2", "kind": "clue", "text": "Waits grew.", "source": {"event": 3}}),
            json!({"do": "clue", "clue": "c1", "text": "According to Anna S. waits doubled", "origin": "told",
                "grade": "C", "family": "person:p1", "source": {"event": "e3"}, "proposal": "r1",
                "ratings": {"wait": "expected"}}),
            json!({"do": "clue", "clue": "c2", "text": "Waits grew.", "origin": "told", "grade": "C",
                "family": "person:p1", "source": {"event": 3}, "proposal": "r2", "ratings": {"wait": "expected"}}),
            json!({"do": "amend", "event": "e3", "field": "text", "value": "Anna thinks so.", "why": "shorter"}),
            json!({"do": "note", "text": head}),
        ]);
        let session = session(&events);
        let left = after(&session, 3).join("\n");
        assert!(!left.contains("Anna"), "{left}");
        assert_eq!(left.matches("Waits grew.").count(), 2, "the playbook's own words stay");
    }
}

#[test]
fn an_earlier_version_of_the_answer_goes_too() {
    let mut events = answered("Anna Smith said it.");
    events.extend([
        json!({"do": "undo", "events": ["e3"]}),
        json!({"do": "answer", "question": "q1", "said_by": "p1", "value": "yes", "text": "Somebody said it."}),
    ]);
    let left = after(&session(&events), 5).join("\n");
    assert!(!left.contains("Anna") && !left.contains("Somebody"), "{left}");
}

#[test]
fn a_clue_loses_its_words_and_keeps_its_ratings() {
    let mut events = answered("Waits doubled.");
    events.push(json!({"do": "clue", "clue": "c1", "text": WORDS, "origin": "told", "grade": "C",
        "family": "person:p1", "source": {"event": 3}, "ratings": {"wait": "expected"}}));
    let session = session(&events);
    let removal = plan(&session, &EventRef::N(4), "text", "[gone]").unwrap();
    let values: Vec<Value> = session.events.iter().map(Event::to_value).collect();
    let left = removed(&session, &removal, &values).unwrap();
    assert_eq!(left.state.clues[0].text, "[gone]");
    assert_eq!(left.state.clues[0].ratings, session.state.clues[0].ratings);
}

#[test]
fn a_removal_that_changes_more_than_words_is_refused() {
    let session = session(&answered(WORDS));
    let removal = plan(&session, &EventRef::N(3), "text", "[gone]").unwrap();
    let mut values: Vec<Value> = session.events.iter().map(Event::to_value).collect();
    values[2]["id"] = json!("other");
    assert!(removed(&session, &removal, &values).unwrap_err().why.contains("would become another one"));
    values.pop();
    assert!(removed(&session, &removal, &values).unwrap_err().why.contains("does not hold the same events"));
    assert!(plan(&session, &EventRef::N(1), "text", "x").is_err(), "a person has no text");
}
