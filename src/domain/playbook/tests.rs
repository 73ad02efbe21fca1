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
        (
            "/questions/1/text",
            json!("Would you use an app?"),
            "q2: \"would you use\" leads the witness to a solution; ask what happened instead",
        ),
        ("/questions/1/text", json!("Since {onset}?"), "q2: nothing fills {onset}: no earlier answer sets onset"),
        ("/checks/0/title", json!("Since {onset}?"), "d_hours: nothing fills {onset}: no earlier answer sets onset"),
        ("/questions/1/show_if", json!({"q": "q1"}), "q2: show_if has no condition, so every answer meets it"),
        (
            "/questions/1/show_if",
            json!({"q": "q1", "iss": "yes"}),
            "q2: this version does not read the key iss in show_if",
        ),
        (
            "/questions/0/then/0",
            json!({"when": {"is": "yes"}, "propos": ["h_kitchen"]}),
            "q1: this version does not read the key propos in then; is propose meant?",
        ),
        (
            "/questions/0/then/0/when",
            json!({"is": "yes", "any_off": ["no"]}),
            "q1: this version does not read the key any_off in when; is any_of meant?",
        ),
        (
            "/hypotheses",
            json!([
                {"id": "h_kitchen", "title": "t", "wrong_if": "w",
                 "predicts": [{"check": "d_hours", "if_yes": {"self": "expected", "h_rider": "surprising"}}]},
                {"id": "h_rider", "title": "t", "wrong_if": "w",
                 "predicts": [{"check": "d_hours", "if_yes": {"self": "expected"}}]},
            ]),
            "d_hours, if_yes: h_rider is rated differently: expected (h_rider), surprising (h_kitchen); make them agree",
        ),
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

/// The sound playbook with keys put into its second question.
fn second(keys: &Value) -> Vec<String> {
    let mut v = sound();
    let q = v.pointer_mut("/questions/1").and_then(Value::as_object_mut).unwrap();
    q.extend(keys.as_object().unwrap().clone());
    let mut all = lint(&serde_json::from_value(v.clone()).unwrap());
    all.extend(unknown_keys(&v));
    all.into_iter().filter(|f| !f.warning).map(|f| f.message).collect()
}

#[test]
fn words_of_closed_lists_are_looked_at() {
    for (keys, words) in [
        (json!({"set": {"x": "anser"}}), "q2: set: x can't be anser; write answer"),
        (json!({"set": {"x": "first"}}), "q2: set: x can't be first; write answer"),
        (json!({"record_as": "forcast"}), "q2: record_as can't be forcast; write forecast or verdict"),
        (
            json!({"type": "number_pair", "weak_if": {"missing": ["third"]}}),
            "q2: missing can't be third; a number_pair has first and second",
        ),
        (json!({"weak_if": {}}), "q2: weak_if has no condition, so every answer is weak"),
        (
            json!({"weak_if": {"shorter": 3}}),
            "q2: this version does not read the key shorter in weak_if; is shorter_than meant?",
        ),
        (json!({"record_as": "forecast", "type": "rating", "check": "d_x"}), "q2: there is no check d_x"),
    ] {
        let faults = second(&keys);
        assert!(faults.iter().any(|f| f == words), "{keys}: {faults:?} instead of {words}");
    }
    assert_eq!(second(&json!({"record_as": "forecast", "type": "rating", "check": "d_hours"})), [""; 0]);
}

#[test]
fn the_permanent_rows_can_be_rated_but_not_proposed() {
    let rule = |rule: Value| second(&json!({"then": [rule]}));
    let rate =
        json!({"when": {"longer_than": 3}, "clue": {"text": "t", "rate": {"data": "expected", "other": "expected"}}});
    assert_eq!(rule(rate), [""; 0]);
    let propose = json!({"when": {"longer_than": 3}, "propose": ["data"]});
    assert_eq!(rule(propose), ["q2: there is no hypothesis data"]);
}

#[test]
fn what_hangs_on_an_unreachable_question_is_unreachable() {
    let q = |id: &str, only: Value, show: Value| {
        json!({"id": id, "stage": "goal", "ask": ["ops"], "text": "a", "type": "yes_no", "required": true, "only": only,
               "show_if": show})
    };
    let yes = |q: &str| json!({"q": q, "is": "yes"});
    let all = json!([
        q("q1", json!("rise"), Value::Null),
        q("q2", Value::Null, yes("q1")),
        q("q3", json!("level"), yes("q2")),
        q("q4", Value::Null, yes("q9")),
        q("q5", Value::Null, yes("q4")),
    ]);
    let (faults, _) = after("/questions", all);
    let of = |id: &str| faults.iter().filter(|f| f.starts_with(&format!("{id}: it can never"))).count();
    assert_eq!((of("q2"), of("q3"), of("q5")), (0, 1, 1), "{faults:?}");
    assert!(faults.iter().any(|f| f.ends_with("it hangs on q4, which is never shown")), "{faults:?}");
}

#[test]
fn an_unknown_shape_shows_neither_onsets_nor_levels() {
    use crate::domain::event::Shape::{Level, Rise};
    for (only, shape, want) in [
        (None, None, true),
        (Some(Rise), None, false),
        (Some(Level), None, false),
        (Some(Rise), Some(Rise), true),
        (Some(Rise), Some(Level), false),
    ] {
        assert_eq!(fits(only, shape), want, "{only:?} {shape:?}");
    }
}
