//! What the linter refuses and what it only doubts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};

use super::*;

fn sound() -> Value {
    json!({
        "schema": "playbook/1", "id": "late", "version": "1.0.0", "title": "Orders arrive late",
        "kpi": {"name": "late share"},
        "roles": {"ops": "Runs the kitchen"},
        "stages": [{"id": "goal", "title": "Goal"}],
        "columns": {"hour": {"title": "Hour"}},
        "questions": [
            {"id": "q1", "stage": "goal", "ask": ["ops"], "text": "Is nobody free?", "type": "yes_no",
             "then": [{"when": {"is": "yes"}, "propose": ["h_kitchen"]}]},
            {"id": "q2", "stage": "goal", "ask": ["ops"], "text": "When?", "type": "free_text", "required": true,
             "show_if": {"q": "q1", "is": "yes"}},
        ],
        "hypotheses": [{"id": "h_kitchen", "title": "The kitchen is slow", "wrong_if": "w",
            "predicts": [{"check": "d_hours", "if_yes": {"self": "expected"}, "if_no": {"self": "surprising"}}]}],
        "checks": [{"id": "d_hours", "title": "Late more in some hours?", "op": "rate_by", "needs": ["outcome", "hour"],
            "yes_if": {"metric": "rate_ratio", "gte": 1.3}}],
    })
}

/// Faults and warnings after a change at a JSON pointer.
fn after(pointer: &str, value: Value) -> (Vec<String>, Vec<String>) {
    let mut v = sound();
    *v.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
    let playbook: Playbook = serde_json::from_value(v.clone()).unwrap();
    let mut all = lint(&playbook);
    all.extend(unknown_keys(&v));
    let (warnings, faults): (Vec<_>, Vec<_>) = all.into_iter().partition(|f| f.warning);
    let words = |l: Vec<PlaybookFault>| l.into_iter().map(|f| f.message).collect();
    (words(faults), words(warnings))
}

#[test]
fn a_sound_playbook_has_neither_faults_nor_warnings() {
    assert_eq!(after("/title", json!("Orders are late")), (vec![], vec![]));
}

#[test]
fn faults_name_what_leads_nowhere() {
    for (pointer, value, words) in [
        ("/schema", json!("playbook/2"), "the schema is playbook/2, this version reads playbook/1"),
        ("/questions/0/stage", json!("x"), "q1: there is no stage x"),
        ("/questions/0/ask", json!(["boss"]), "q1: there is no role boss"),
        ("/questions/0/ask", json!([]), "q1: nobody is asked; name a role in ask"),
        ("/questions/0/then/0/propose", json!(["h_x"]), "q1: there is no hypothesis h_x"),
        ("/questions/0/then/0/when", json!({}), "q1: a rule has no condition in when"),
        ("/questions/0/then/0/when", json!({"is": "maybe"}), "q1: \"maybe\" is not an option of q1"),
        ("/questions/0/then/0/when", json!({"is": true}), "q1: write true in quotes"),
        ("/questions/1/show_if/q", json!("q9"), "q2: show_if names no question: q9"),
        ("/questions/1/show_if/q", json!("q2"), "q2: show_if points forward to q2"),
        ("/questions/1/id", json!("q1"), "question q1 stands twice"),
        ("/questions/1/type", json!("choice"), "q2: a choice needs at least two options"),
        (
            "/questions/1/required",
            json!(false),
            "q2: whatever is answered, nothing changes; give it set, then or record_as, or make it required",
        ),
        ("/hypotheses/0/predicts/0/check", json!("d_x"), "h_kitchen: there is no check d_x"),
        ("/hypotheses/0/predicts/0/if_no", json!({"h_x": "expected"}), "h_kitchen: there is no hypothesis h_x"),
        ("/checks/0/yes_if", json!({"metric": "rate_ratio"}), "d_hours: yes_if has no bound"),
    ] {
        let (faults, _) = after(pointer, value);
        assert!(faults.iter().any(|f| f == words), "{pointer}: {faults:?} instead of {words}");
    }
    let (faults, _) = after("/hypotheses/0", json!({"id": "h_kitchen", "title": "t"}));
    assert_eq!(faults.len(), 1);
    assert!(faults[0].starts_with("h_kitchen: nothing could ever count against it"), "{faults:?}");
    let both = json!([
        {"id": "q1", "stage": "goal", "ask": ["ops"], "text": "a", "type": "yes_no", "only": "rise", "required": true},
        {"id": "q2", "stage": "goal", "ask": ["ops"], "text": "b", "type": "free_text", "only": "level",
         "required": true, "show_if": {"q": "q1", "is": "yes"}},
    ]);
    let (faults, _) = after("/questions", both);
    assert!(faults[0].starts_with("q2: it can never be reached from q1"), "{faults:?}");
}

#[test]
fn doubts_are_warnings() {
    for (pointer, value, words) in [
        ("/checks/0/yes_if", json!("clearly more"), "d_hours: yes_if is prose"),
        ("/checks/0/needs", json!(["outcome", "zone"]), "d_hours: needs names no column role: zone"),
        ("/questions/1/text", json!("Would you use an app?"), "q2: \"would you use\" leads the witness"),
        ("/stages/0", json!({"id": "goal", "title": "Who", "where": null}), "goal: this version does not read the key"),
        ("/kpi", json!({"name": "late share"}), ""),
    ] {
        let (faults, warnings) = after(pointer, value);
        assert_eq!(faults, [""; 0], "{pointer}");
        assert_eq!(warnings.is_empty(), words.is_empty(), "{pointer}: {warnings:?}");
        assert!(warnings.iter().all(|w| w.starts_with(words)), "{warnings:?} instead of {words}");
    }
}

#[test]
fn placeholders_are_filled_or_stay_readable() {
    let fills = std::collections::BTreeMap::from([("kpi".to_owned(), "late share".to_owned())]);
    assert_eq!(fill("How did {kpi} rise since {onset_day}?", &fills), "How did late share rise since the onset day?");
    assert_eq!(fill("{a b} {open", &fills), "{a b} {open");
}
