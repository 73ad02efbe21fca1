//! Whether a hypothesis survives the columns of its rivals, on rows with known answers.

use serde_json::{Map, json};

use super::*;
use crate::app::screens::explore::fixture::Bench;
use crate::domain::event::{Act, ClueSource, Ratings};
use crate::domain::words::{Grade, Origin, Rating};

/// A look at a group of rows, pinned as a clue that speaks for a row of the board.
fn pin(b: &mut Bench, look: &str, column: &str, group: &str, row: &str) {
    let mut params = Map::new();
    params.insert("where".into(), json!(group));
    b.record(Act::Check {
        check: look.into(),
        data: vec!["users".into()],
        predicted: false,
        title: Some("a look".into()),
        params,
        result: Map::new(),
        outcome: Outcome::Unclear,
        took_seconds: None,
    });
    let state = &b.app.doc.as_ref().unwrap().session.state;
    let event = state.latest_check(look).unwrap().reference.clone();
    b.record(Act::Clue {
        clue: String::new(),
        text: format!("{group} is another group"),
        origin: Origin::Browsed,
        grade: Grade::A,
        family: format!("data:users/{column}"),
        source: ClueSource { event },
        proposal: None,
        repeat_of: None,
        ratings: Ratings::from([(row.to_owned(), Rating::Expected)]),
        reason: None,
    });
}

/// The hypothesis about the contract is selected on 4 Score; its own group and its rival's column are pinned.
fn against(group: &str, rival: &str) -> Bench {
    let mut b = Bench::new();
    pin(&mut b, "look-1", "Contract", group, "h_contract");
    pin(&mut b, "look-2", rival, &format!("{rival} IS NOT NULL"), "h_onboarding");
    select(&mut b);
    b
}

fn select(b: &mut Bench) {
    b.press("4");
    for _ in 0..8 {
        if super::super::selected(&b.app).as_deref() == Some("h_contract") {
            return;
        }
        b.press("j");
    }
    panic!("h_contract is not on the board");
}

fn asked(mut b: Bench) -> (Bench, String) {
    b.press("s");
    let words = words(&b.app, "h_contract").unwrap_or_else(|| b.said().to_owned());
    (b, words)
}

#[test]
fn what_has_nothing_to_do_with_it_takes_nothing_away() {
    let (mut b, words) = asked(against("\"Contract\" = 'Month-to-month'", "coin"));
    // 60 % of month-to-month customers leave and 20 % of the others, whichever way the coin falls.
    assert!(words.starts_with("it survives. \"Contract\" = 'Month-to-month': +40.0 pp"), "{words}");
    assert!(words.contains("with coin held fixed"), "{words}");
    assert!(b.ran.iter().any(|slot| slot == "rivals:h_contract"), "{:?}", b.ran);
    // What is recorded afterwards may change it.
    b.record(Act::Note { text: "Something else.".into() });
    assert!(super::words(&b.app, "h_contract").unwrap().contains("before the latest events; s looks again"));
}

#[test]
fn a_difference_that_a_rival_turns_round_does_not_survive() {
    // 25 % of those with a year leave: fewer than all others (45 %), and more than those with two years (15 %), the only
    // others who are bound.
    let (_, words) = asked(against("\"Contract\" = 'One year'", "term"));
    assert!(words.contains("does not survive") && words.contains("−20.0 pp"), "{words}");
    assert!(words.contains("with term held fixed"), "{words}");
}

#[test]
fn without_rows_alike_nothing_is_said() {
    // Who is free to leave is month-to-month, and nobody else: there is nobody to compare with.
    let (_, words) = asked(against("\"Contract\" = 'Month-to-month'", "term"));
    assert!(words.contains("too few rows alike in term"), "{words}");
}

#[test]
fn a_consequence_of_the_hypothesis_is_no_rival() {
    let mut b = against("\"Contract\" = 'Month-to-month'", "coin");
    b.record(Act::KnownBefore {
        column: "coin".into(),
        known: false,
        before: vec!["Contract".into()],
        said_by: None,
        why: String::new(),
    });
    select(&mut b);
    let (_, words) = asked(b);
    assert!(words.contains("coin is a consequence of it, as was answered"), "{words}");
}

#[test]
fn what_is_missing_is_said() {
    let mut b = Bench::new();
    select(&mut b);
    assert!(asked(b).1.starts_with("No clue from data names the group"));
    let mut b = Bench::new();
    pin(&mut b, "look-1", "Contract", "\"Contract\" = 'Month-to-month'", "h_contract");
    select(&mut b);
    assert!(asked(b).1.starts_with("Its rivals rest on no column yet"));
    // The hypothesis' own column is nothing to hold fixed.
    let b = against("\"Contract\" = 'Month-to-month'", "Contract");
    assert!(asked(b).1.starts_with("Its rivals rest on no column yet"));
}
