//! The example session folds to the numbers that bind (tests/golden).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use serde_json::Value;
use whyboard::cli::load::{ReadSession, read_session};
use whyboard::domain::board::{BoardView, belief, derived};
use whyboard::domain::event::{Act, Event};
use whyboard::domain::session::Session;
use whyboard::journal::Opened;
use whyboard::yaml;

fn golden(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

fn example() -> (ReadSession, Opened) {
    read_session(&golden("example-session.yaml")).unwrap()
}

fn text(name: &str) -> String {
    std::fs::read_to_string(golden(name)).unwrap()
}

/// Equal, numbers to 1e-4.
fn same(at: &str, got: &Value, want: &Value) {
    match (got, want) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = |m: &serde_json::Map<String, Value>| {
                let mut k: Vec<String> = m.keys().cloned().collect();
                k.sort();
                k
            };
            assert_eq!(keys(a), keys(b), "{at}");
            for (k, v) in a {
                same(&format!("{at}.{k}"), v, &b[k]);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{at}");
            for (i, (x, y)) in a.iter().zip(b).enumerate() {
                same(&format!("{at}[{i}]"), x, y);
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            assert!((a - b).abs() <= 1e-4 + 1e-12, "{at}: {a} instead of {b}");
        }
        (a, b) => assert_eq!(a, b, "{at}"),
    }
}

#[test]
fn the_example_session_has_no_faults() {
    let (read, opened) = example();
    assert_eq!(read.session.faults, []);
    assert_eq!(read.session.events.len(), 34);
    assert_eq!(opened.warnings, []);
    assert!(read.session.state.not_understood.is_empty());
}

#[test]
fn the_state_is_what_the_events_say() {
    let state = example().0.session.state;
    assert_eq!(state.sentence, "We want to decrease user churn by 5 percent this quarter.");
    assert_eq!((state.goal.from, state.goal.to, state.goal.points), (Some(8.0), Some(7.6), Some(0.4)));
    assert_eq!((state.goal.by_date.as_deref(), state.goal.budget_days), (Some("2026-12-31"), Some(30.0)));
    assert_eq!(state.people["p3"].shown_as, "Operations lead", "people of the header are known");
    assert_eq!(state.columns["outcome"], "churned_28d", "columns of the header are mapped");
    assert_eq!(state.columns["wait"], "pickup_wait_min");
    let tables: Vec<_> = state.tables.iter().map(|t| (t.data.as_str(), t.facts.rows)).collect();
    assert_eq!(tables, [("riders", Some(1_204_331)), ("trips", Some(18_733_029))]);
    let rows: Vec<&str> = state.hypotheses.iter().map(|h| h.id.as_str()).collect();
    assert_eq!(rows, ["price", "wait", "android", "data", "other"]);
    assert!(state.hypotheses.iter().all(|h| !h.late && !h.parked));
    assert_eq!(state.row("data").unwrap().title, "The count changed, not the riders");
    assert_eq!(state.clues.len(), 7);
    assert_eq!(state.checks.len(), 5);
    assert_eq!(state.forecasts.len(), 4);
    // The redaction stands for the words wherever the answer is looked at.
    let heard = state.answers_to("q14").next().unwrap();
    assert!(heard.text.starts_with("Somebody saw posters"), "{}", heard.text);
    let decision = state.decision.unwrap();
    assert_eq!((decision.chosen.as_str(), decision.runner_up.as_deref()), ("wait", Some("price")));
    assert_eq!(decision.agreed_by, ["p1", "p2", "p3"]);
    assert_eq!(state.brief["kind"], "forecast_then_allocate");
    assert_eq!(state.brief["guards"]["driver_hours"], "no fall");
    assert_eq!(state.brief["hypothesis"], "wait");
}

#[test]
fn everything_derived_is_reproduced() {
    let want: Value = yaml::value(&text("example-session.derived.yaml"), "derived").unwrap();
    same("derived", &derived(&example().0.session), &want);
}

#[test]
fn the_cut_after_the_interviews_is_the_golden_snapshot() {
    let golden: Value = serde_json::from_str(&text("scoreboard_golden.json")).unwrap();
    let snapshots = golden["snapshots"].as_array().unwrap();
    let named = |name: &str| snapshots.iter().find(|s| s["name"] == name).unwrap_or_else(|| panic!("{name}"));
    let session = example().0.session;
    for (cut, name) in [(19, "after_interviews"), (34, "final")] {
        let got = derived(&session.at(cut));
        let want = named(name);
        for key in ["plausibility", "score_db", "worth", "discount", "margin_db", "leader", "runner_up"] {
            same(&format!("{name} {key}"), &got[key], &want[key]);
        }
    }
}

#[test]
fn belief_moves_with_every_clue() {
    let session = example().0.session;
    let steps = belief(&session);
    assert_eq!(steps.iter().map(|s| s.event).collect::<Vec<_>>(), [12, 14, 16, 22, 25, 28, 31]);
    for step in &steps {
        let sum: f64 = step.plausibility.values().sum();
        assert!((sum - 1.0).abs() < 1e-9);
        let cut = session.at(usize::try_from(step.event).unwrap());
        assert_eq!(BoardView::of(&cut, None).board.plausibility, step.plausibility);
    }
}

#[test]
fn one_by_one_is_the_same_as_all_at_once() {
    let (read, _) = example();
    let mut session = Session::new(read.session.header.clone());
    for (i, event) in read.session.events.iter().enumerate() {
        session.apply(event.clone());
        assert_eq!(session.state, read.session.at(i + 1).state, "after event {}", event.n);
    }
    assert_eq!(session, read.session);
}

#[test]
fn every_event_is_written_back_as_it_was_read() {
    let (read, opened) = example();
    for (event, raw) in read.session.events.iter().zip(&opened.events) {
        let back = Event::from_value(&event.to_value()).unwrap();
        assert_eq!(&back, event);
        // Nothing of what stands in the file is dropped; older names may be written the new way.
        let written = event.to_value();
        for (key, value) in raw.value.as_object().unwrap() {
            let key = match (key.as_str(), &event.act) {
                ("id", Act::Hypothesis { .. }) => "hypothesis",
                ("id", Act::Clue { .. }) => "clue",
                (k, _) => k,
            };
            if key == "outcome" {
                assert_eq!(written[key].as_str().unwrap(), value.as_str().unwrap().trim_start_matches("if_"));
            } else if key != "verbatim" || value != false {
                same(&format!("event {} {key}", event.n), &written[key], value);
            }
        }
    }
}

#[test]
fn the_verdict_is_what_people_are_told() {
    let (read, _) = example();
    let view = BoardView::of(&read.session, None);
    assert_eq!(whyboard::domain::board::in_ten(view.board.p("wait")), "about 9 in 10");
    assert_eq!(whyboard::domain::board::odds(view.board.margin_db.unwrap()), "30 : 1");
    assert!(!view.without_clue.values().any(|w| w.flips));
    let (low, high) = view.range("wait");
    assert!(low > 0.8 && high < 0.97, "{low} {high}");
}

/// The sessions that README shows and people start from.
#[test]
fn every_bundled_session_is_sound() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sessions");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "yaml") {
            continue;
        }
        seen += 1;
        let looked = whyboard::cli::lint::look(&path);
        assert!(looked.ok(), "{}: {:?}", path.display(), looked.findings);
        let (read, opened) = read_session(&path).unwrap();
        assert_eq!(read.session.faults, [], "{}", path.display());
        assert!(opened.events.iter().all(|e| e.marker == whyboard::journal::Marker::Matches), "{}", path.display());
        let mut session = Session::new(read.session.header.clone());
        for event in &read.session.events {
            session.apply(event.clone());
        }
        assert_eq!(session, read.session, "{}", path.display());
        let brief = whyboard::report::markdown::brief(&session, read.playbook.as_deref());
        assert!(brief.contains("## Evidence"), "{}", path.display());
    }
    assert!(seen >= 1);
}
