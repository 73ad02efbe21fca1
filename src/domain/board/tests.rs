//! The work that a board costs, and that all ways to it agree.
#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;
use crate::domain::event::Event;
use crate::domain::scoreboard::{WORK, score, without_each};
use crate::domain::session::Header;

/// A session of so many clues in so many families, with rates, retracts and an undo among them.
fn session(clues: usize, families: usize) -> Session {
    let mut events: Vec<Event> = Vec::new();
    let mut push = |mut act: Value| {
        let n = events.len() + 1;
        let head = json!({"n": n, "id": format!("e{n}"), "at": "2026-10-05T08:00:00Z", "by": "p1"});
        if let (Some(act), Value::Object(head)) = (act.as_object_mut(), head) {
            act.extend(head);
        }
        events.push(Event::from_value(&act).unwrap());
    };
    for h in ["wait", "price", "app"] {
        push(json!({"do": "hypothesis", "hypothesis": h, "title": h}));
    }
    push(json!({"do": "answer", "question": "q1", "said_by": "p2", "value": "yes"}));
    let words = ["expected", "a_bit_surprising", "no_difference", "surprising", "somewhat_expected"];
    for i in 0..clues {
        let word = |k: usize| words[(i * 7 + k * 3) % words.len()];
        push(json!({"do": "clue", "clue": format!("c{i}"), "text": "t", "origin": "told", "grade": "C",
            "family": format!("person:p{}", i % families), "source": {"event": 4},
            "ratings": {"wait": word(0), "price": word(1), "app": word(2)}}));
        if i % 5 == 4 {
            push(json!({"do": "rate", "clue": format!("c{}", i - 2), "ratings": {"data": word(3)}}));
        }
        if i % 11 == 10 {
            push(json!({"do": "retract", "clue": format!("c{}", i - 3)}));
        }
        if i % 17 == 16 {
            push(json!({"do": "split_family", "clue": format!("c{i}"), "family": format!("own{i}"), "note": "n"}));
        }
    }
    Session::fold(Header::default(), events)
}

fn work<T>(what: impl FnOnce() -> T) -> u64 {
    WORK.set(0);
    let _ = what();
    WORK.get()
}

#[test]
fn the_belief_is_the_board_of_each_cut() {
    let s = session(60, 7);
    let steps = belief(&s);
    assert!(steps.len() >= 60);
    for step in steps {
        let cut = s.at(usize::try_from(step.event).unwrap());
        assert_eq!(score(&inputs(&cut.state)).plausibility, step.plausibility, "after {}", step.event);
    }
}

#[test]
fn leaving_out_is_scoring_without() {
    let s = session(40, 6);
    let i = inputs(&s.state);
    for (clue, without) in without_each(&i, |c| Some(c.id.clone())) {
        let mut rest = i.clone();
        rest.clues.retain(|c| c.id != clue);
        let fresh = score(&rest);
        assert_eq!(Some(without.leader.as_str()), fresh.leader());
        for (row, p) in &without.plausibility {
            assert!((p - fresh.p(row)).abs() < 1e-9, "{clue} {row}");
        }
    }
}

/// Twice the clues are twice the work, not four times: what a clue costs is its own family.
#[test]
fn work_grows_with_the_clues_and_not_with_their_square() {
    let (small, large) = (session(400, 100), session(800, 200));
    let board = |s: &Session| work(|| BoardView::of(s, None));
    let over_time = |s: &Session| work(|| belief(s));
    for of in [board as fn(&Session) -> u64, over_time] {
        let (a, b) = (of(&small), of(&large));
        assert!(b <= a * 5 / 2, "{a} clues added up for 400, {b} for 800");
    }
    assert!(board(&large) <= 40 * 800, "{}", board(&large));
}

#[test]
fn a_person_in_several_sources_is_left_out_as_a_whole() {
    let mut s = session(6, 3);
    assert_eq!(derived(&s).get("without_one_person"), None, "each speaks in one source only");
    let n = s.next_n();
    let clue = json!({"n": n, "id": "x", "at": "2026-10-05T08:00:00Z", "by": "p1", "do": "clue", "clue": "cx",
        "text": "t", "origin": "told", "grade": "A", "family": "said against table", "source": {"event": 4},
        "ratings": {"data": "expected"}});
    s.apply(Event::from_value(&clue).unwrap());
    let people = derived(&s)["without_one_person"].clone();
    assert_eq!(people.as_object().unwrap().keys().collect::<Vec<_>>(), ["p2"]);
}

#[test]
fn a_single_hypothesis_has_no_rival() {
    let one = json!({"n": 1, "at": "", "by": "p1", "do": "hypothesis", "hypothesis": "wait", "title": "Waits"});
    let two = json!({"n": 2, "at": "", "by": "p1", "do": "hypothesis", "hypothesis": "price", "title": "Price"});
    let mut s = Session::fold(Header::default(), vec![Event::from_value(&one).unwrap()]);
    assert!(BoardView::of(&s, None).no_rival);
    s.apply(Event::from_value(&two).unwrap());
    assert!(!BoardView::of(&s, None).no_rival);
}
