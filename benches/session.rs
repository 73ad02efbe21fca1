//! How long a session of ten thousand events takes to open, and one event to be recorded.
//!
//! ```sh
//! cargo bench --profile release --bench session     # the profile of the program, so that polars is not compiled again
//! ```
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use whyboard::cli::load::{BUILT_IN, find_playbook, read_session};
use whyboard::domain::board::{BoardView, belief};
use whyboard::domain::decide::{Intent, Stamp, decide};
use whyboard::domain::event::{Act, Event};
use whyboard::domain::session::Session;

const EVENTS: usize = 10_000;

/// A long session as people make them: answers with what they propose, notes, clues with ratings, checks.
fn events() -> Vec<Value> {
    let mut out: Vec<Value> = Vec::new();
    let mut push = |mut act: Value| {
        let n = out.len() + 1;
        let mut event = json!({"n": n, "id": format!("x{n:05}"), "at": "2026-10-05T08:00:00Z", "by": "p1"});
        if let (Some(event), Some(act)) = (event.as_object_mut(), act.as_object_mut()) {
            event.append(act);
        }
        out.push(event);
        n
    };
    push(json!({"do": "open", "text": "Fewer riders should leave."}));
    push(json!({"do": "goal", "points": 0.4, "budget_days": 30, "shape": "rise"}));
    for (k, role) in ["sponsor", "ops", "data", "support"].iter().enumerate() {
        push(json!({"do": "person", "alias": format!("p{}", k + 1), "role": role, "shown_as": role}));
    }
    for h in ["service", "rival", "release", "price", "season"] {
        push(json!({"do": "hypothesis", "hypothesis": h, "from": format!("h_{h}"), "title": h}));
    }
    push(json!({"do": "impact", "hypothesis": "service", "exposed": 0.3, "fixable": 0.5, "effect_points": [0, 1, 2],
        "quality": "guess", "cost_days": 3}));
    let words = ["expected", "a_bit_surprising", "no_difference", "surprising", "somewhat_expected"];
    let mut i = 0;
    loop {
        let who = format!("p{}", i % 4 + 1);
        let answer = push(json!({"do": "answer", "question": format!("q{:02}", i % 18), "said_by": who,
            "value": null, "text": format!("Words of answer {i}, as they were said that day."), "verbatim": true}));
        push(json!({"do": "propose", "proposal": format!("r{i}"), "kind": "clue", "text": format!("Answer {i}"),
            "source": {"event": format!("x{answer:05}")}, "family": format!("person:{who}"), "grade": "C"}));
        push(json!({"do": "note", "text": format!("Note {i}")}));
        let word = |k: usize| words[(i * 7 + k) % words.len()];
        push(json!({"do": "clue", "clue": format!("c{i}"), "text": format!("Clue {i}"), "origin": "told",
            "grade": "C", "family": format!("data:riders/column{}", i % 60), "source": {"event": format!("x{answer:05}")},
            "proposal": format!("r{i}"), "ratings": {"service": word(0), "rival": word(1), "data": word(2)}}));
        push(json!({"do": "check", "check": format!("look-{i}"), "predicted": false, "outcome": "unclear"}));
        i += 1;
        if i * 5 + 12 >= EVENTS - 5 {
            break;
        }
    }
    while out.len() < EVENTS {
        let n = out.len() + 1;
        out.push(json!({"n": n, "id": format!("x{n:05}"), "at": "2026-10-05T08:00:00Z", "by": "p1", "do": "note",
            "text": "the end"}));
    }
    out
}

/// The best of a few runs: the machine's own noise only adds.
fn best<T>(what: &str, mut run: impl FnMut() -> T) -> Duration {
    let least = (0..5)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(run());
            start.elapsed()
        })
        .min()
        .unwrap_or_default();
    println!("{what:<40} {:>9.2} ms", least.as_secs_f64() * 1e3);
    least
}

fn main() {
    let (id, _) = BUILT_IN[0];
    let playbook = find_playbook(id, None).unwrap_or_else(|e| panic!("{e}"));
    let book = Some(&*playbook.playbook);
    let values = events();
    let mut text = String::from(
        "schema: session/1\nid: bench\ntitle: Bench\ncreated: 2026-10-05T08:00:00Z\nplaybook: {id: churn}\n\nevents:\n",
    );
    for value in &values {
        text.push_str(&whyboard::yaml::emit::list_item(value, 2));
        text.push('\n');
    }
    let path = std::env::temp_dir().join("whyboard-bench-session.yaml");
    std::fs::write(&path, &text).unwrap_or_else(|e| panic!("{e}"));

    println!("{} events, {} bytes", values.len(), text.len());
    best("read the file and fold it", || read_session(&path).map(|r| r.0.session.events.len()));
    let events: Vec<Event> = values.iter().map(|v| Event::from_value(v).unwrap_or_else(|e| panic!("{e}"))).collect();
    let header = whyboard::domain::session::Header::default();
    best("fold", || Session::fold(header.clone(), events.clone()).faults.len());
    let session = Session::fold(header, events);
    assert_eq!(session.faults, []);
    println!("  {} clues, {} proposals", session.state.clues.len(), session.state.proposals.len());
    best("board", || BoardView::of(&session, book));
    best("belief over time", || belief(&session).len());
    let mut live = session.clone();
    let mut seed = 1;
    let mut record = |live: &mut Session, intent: Intent| {
        seed += 1;
        let stamp = Stamp { at: "2026-10-05T09:00:00Z".into(), by: "p1".into(), seed };
        for event in decide(live, book, intent, &stamp).unwrap_or_else(|e| panic!("{e}")) {
            live.apply(event);
        }
        BoardView::of(live, book)
    };
    best("record a note, with the board", || record(&mut live, Intent::record(Act::Note { text: "n".into() })));
    best("undo, with the board", || record(&mut live, Intent::Undo));
    std::fs::remove_file(&path).unwrap_or_default();
}
