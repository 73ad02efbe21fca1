//! Answers of every kind, recorded exactly, refused where they stand, nudged when weak.

use serde_json::json;

use super::*;
use crate::app::key::Input;
use crate::app::screens::ask::fixture::{
    self, acts, answer, app, asked, go_to, interview, press, record, stamp, typed,
};
use crate::app::screens::ask::interview::waiting;
use crate::app::{Msg, Popup, update};
use crate::domain::event::Shape;
use crate::domain::session::Session;
use crate::domain::words::Grade;

#[test]
fn interviewing_the_sponsor_records_each_answer_as_it_was_given() {
    let mut app = app();
    press(&mut app, "i");
    assert!(matches!(app.popups.last(), Some(Popup::Form(_))));
    // The second person is the sponsor.
    assert!(press(&mut app, "2 Enter").is_empty());
    assert_eq!(app.views.ask.interview.as_ref().unwrap().alias, "p2");
    assert!(app.is_edit_mode() && !app.may_show_board());

    // A choice: the first arrow picks where the cursor stands, the next one moves on.
    assert_eq!(asked(&app), "q00");
    let events = acts(&press(&mut app, "Down Down Ctrl-N"));
    assert_eq!(events[0], said("q00", "p2", json!("level"), None, "", false));
    assert!(matches!(&events[1], Act::Goal { shape: Some(Shape::Level), .. }));
    assert_eq!(events[2..].iter().filter(|a| matches!(a, Act::Propose { .. })).count(), 6);

    // A pair of numbers with a decimal comma, and their words.
    assert_eq!(asked(&app), "q01");
    typed(&mut app, "8,0");
    press(&mut app, "Tab");
    typed(&mut app, "7.6");
    press(&mut app, "Tab");
    typed(&mut app, "Five percent of the rate.");
    let events = acts(&press(&mut app, "Ctrl-V Ctrl-N"));
    let pair = said("q01", "p2", json!([8.0, 7.6]), Some("percent per month"), "Five percent of the rate.", true);
    assert_eq!(events[0], pair);
    assert!(matches!(&events[1], Act::Goal { from: Some(f), to: Some(t), .. } if (*f, *t) == (8.0, 7.6)));

    // A day; Enter goes from the field to the words.
    assert_eq!(asked(&app), "q02");
    typed(&mut app, "2026-12-31");
    press(&mut app, "Enter");
    typed(&mut app, "End of quarter");
    let events = acts(&press(&mut app, "Ctrl-N"));
    assert_eq!(events[0], said("q02", "p2", json!("2026-12-31"), None, "End of quarter", false));
    assert!(matches!(&events[1], Act::Goal { by_date: Some(day), .. } if day == "2026-12-31"));

    // Nobody knows the value of a customer.
    assert_eq!(asked(&app), "q03");
    let events = acts(&press(&mut app, "Ctrl-K"));
    assert_eq!(events[0], said("q03", "p2", Value::Null, None, "", false));
    assert_eq!(state_of(&app, "q03"), QuestionState::Unknown);

    // Free text and a rating that nothing suggests: the first arrow goes to an end of the scale.
    assert_eq!(asked(&app), "q15");
    typed(&mut app, "Bonus for drivers in the North");
    assert_eq!(
        acts(&press(&mut app, "Ctrl-N"))[0],
        said("q15", "p2", Value::Null, None, "Bonus for drivers in the North", false)
    );
    press(&mut app, "Ctrl-N");
    assert_eq!(asked(&app), "q18");
    let events = acts(&press(&mut app, "Up Up Up Ctrl-N"));
    assert_eq!(events[0], said("q18", "p2", json!(10.0), None, "", false));

    // q17 was passed without an answer, so it is the end now; nothing was lost and nothing is faulty.
    assert_eq!(asked(&app), "all asked");
    press(&mut app, "Enter");
    assert!(app.views.ask.interview.is_none() && app.views.ask.triage);
    let session = &app.doc.as_ref().unwrap().session;
    assert_eq!(session.faults, []);
    assert_eq!(state_of(&app, "q17"), QuestionState::Open);
}

#[test]
fn the_data_owner_opens_and_closes_a_follow_up_question() {
    let mut app = app();
    interview(&mut app, "p1");
    go_to(&mut app, "q04");
    assert!(!waiting(&app).contains(&"q05".to_owned()));
    // Letters and digits choose: 2 is "inactive".
    let events = acts(&press(&mut app, "2 Ctrl-N"));
    assert_eq!(events, [said("q04", "p1", json!("inactive"), None, "", false)]);
    assert_eq!(asked(&app), "q05");

    // A number out of range is refused at the field; what was typed stays.
    typed(&mut app, "1000");
    assert_eq!(press(&mut app, "Ctrl-N"), []);
    assert_eq!(error(&app), Some("1000 is out of range. The answer is at least 1 and at most 730."));
    assert_eq!(asked(&app), "q05");
    press(&mut app, "Backspace Backspace");
    assert_eq!(error(&app), None);
    let events = acts(&press(&mut app, "Ctrl-N"));
    assert_eq!(events[0], said("q05", "p1", json!(10.0), Some("days"), "", false));
    assert!(
        matches!(&events[1], Act::Propose { kind: ProposalKind::Hypothesis, hypothesis: Some(h), .. } if h == "h_measure")
    );

    // Back to q04: another answer takes the place of the first one, and the follow-up closes.
    press(&mut app, "Ctrl-B Ctrl-B");
    assert_eq!(asked(&app), "q04");
    let events = acts(&press(&mut app, "5 Ctrl-N"));
    assert!(matches!(&events[0], Act::Undo { events } if events.len() == 1));
    assert_eq!(events[1], said("q04", "p1", json!("nobody_knows"), None, "", false));
    let session = &app.doc.as_ref().unwrap().session;
    assert_eq!(session.state.answers_to("q04").count(), 1);
    assert_eq!(session.faults, []);
    assert!(!app.doc.as_ref().unwrap().flow().unwrap().visible().iter().any(|q| q.id == "q05"));

    // yes or no by its first letter; "does not know" is an answer, too.
    go_to(&mut app, "q06");
    let events = acts(&press(&mut app, "n Tab"));
    assert_eq!(events, []);
    typed(&mut app, "No change that I know of");
    let events = acts(&press(&mut app, "Ctrl-N"));
    assert_eq!(events[0], said("q06", "p1", json!("no"), None, "No change that I know of", false));
    assert!(matches!(&events[1], Act::Propose { kind: ProposalKind::Clue, grade: Some(Grade::C), .. }));
}

#[test]
fn an_answer_that_is_changed_twice_leaves_one_answer_and_its_own_proposals() {
    let mut app = app();
    interview(&mut app, "p1");
    go_to(&mut app, "q06");
    press(&mut app, "y Ctrl-N Ctrl-B n Ctrl-N");
    press(&mut app, "Ctrl-B y Ctrl-N");
    let session = &app.doc.as_ref().unwrap().session;
    let answers: Vec<_> = session.state.answers_to("q06").map(|a| a.value.clone()).collect();
    assert_eq!(answers, [json!("yes")]);
    let texts: Vec<_> =
        session.state.open_proposals().filter(|p| p.kind == ProposalKind::Clue).map(|p| &p.text).collect();
    assert_eq!(texts, ["The way of counting was changed within the past year"]);
    // An answer looked at and left as it was is not recorded again.
    let before = session.events.len();
    press(&mut app, "Ctrl-B Ctrl-N");
    assert_eq!(app.doc.as_ref().unwrap().session.events.len(), before);
    // What is on disk folds to the same.
    let session = &app.doc.as_ref().unwrap().session;
    assert_eq!(Session::fold(session.header.clone(), session.events.clone()).state, session.state);
    assert_eq!(session.faults, []);
}

#[test]
fn words_that_are_no_number_and_days_that_do_not_exist_are_refused_where_they_stand() {
    let mut app = app();
    interview(&mut app, "p2");
    go_to(&mut app, "q01");
    typed(&mut app, "8");
    press(&mut app, "Tab");
    typed(&mut app, "lower");
    assert_eq!(press(&mut app, "Ctrl-N"), []);
    assert_eq!(error(&app), Some("\"lower\" is not a number. Write digits, such as 8.0."));
    // The keys are where the wrong number stands.
    assert_eq!(app.views.ask.interview.as_ref().unwrap().answer.as_ref().unwrap().focus, 1);
    press(&mut app, "Ctrl-U");
    assert!(error(&app).is_none());

    let mut app = fixture::app();
    interview(&mut app, "p2");
    go_to(&mut app, "q02");
    typed(&mut app, "2026-02-30");
    assert_eq!(press(&mut app, "Ctrl-N"), []);
    assert_eq!(error(&app), Some("\"2026-02-30\" is not a day. Write it as 2026-12-31."));
    // Leaving loses nothing: what can't be recorded is there again.
    press(&mut app, "Esc");
    assert!(app.views.ask.interview.is_none());
    interview(&mut app, "p2");
    go_to(&mut app, "q02");
    assert_eq!(press(&mut app, "Backspace Backspace"), []);
    typed(&mut app, "28");
    assert_eq!(acts(&press(&mut app, "Ctrl-N"))[0], said("q02", "p2", json!("2026-02-28"), None, "", false));
}

#[test]
fn a_weak_answer_is_nudged_once_and_then_taken() {
    let mut app = app();
    interview(&mut app, "p2");
    go_to(&mut app, "q01");
    typed(&mut app, "8");
    assert_eq!(press(&mut app, "Ctrl-N"), []);
    assert_eq!(nudge(&app), Some("Without the second number nobody can say when to stop."));
    assert_eq!(asked(&app), "q01");
    let events = acts(&press(&mut app, "Ctrl-N"));
    assert_eq!(events[0], said("q01", "p2", json!([8.0, null]), Some("percent per month"), "", false));
    assert_eq!(asked(&app), "q02");
    // Words alone where something should be chosen are asked about once, too.
    go_to(&mut app, "q03");
    press(&mut app, "Tab");
    typed(&mut app, "Ask finance");
    assert_eq!(press(&mut app, "Ctrl-N"), []);
    assert_eq!(nudge(&app), Some("The field is empty: the words alone would be kept."));
    assert_eq!(acts(&press(&mut app, "Ctrl-N"))[0], said("q03", "p2", Value::Null, None, "Ask finance", false));
}

#[test]
fn what_is_typed_is_text_and_only_chords_act() {
    let mut app = app();
    interview(&mut app, "p3");
    go_to(&mut app, "q10");
    // Every one of these is a command in the list.
    assert_eq!(typed(&mut app, "q u x L t 1 2 ? : H"), []);
    press(&mut app, "Enter");
    typed(&mut app, "second line");
    assert_eq!(words(&app), "q u x L t 1 2 ? : H\nsecond line");
    stamp(&mut app);
    update(&mut app, Msg::Input(Input::Paste("\nq\nq".into())));
    assert_eq!(words(&app), "q u x L t 1 2 ? : H\nsecond line\nq\nq");
    assert!(!app.quitting && app.views.ask.interview.is_some());
}

#[test]
fn a_probe_is_marked_and_does_not_count_as_said() {
    let mut app = app();
    interview(&mut app, "p3");
    go_to(&mut app, "q10");
    press(&mut app, "Alt-1");
    assert_eq!(words(&app), "— Prices and fees?\n");
    // Nothing was said yet, so nothing is recorded.
    assert_eq!(press(&mut app, "Ctrl-N"), []);
    press(&mut app, "Ctrl-B");
    typed(&mut app, "The driver bonus ended in August.");
    press(&mut app, "Alt-4");
    typed(&mut app, "The North depot.");
    // Asked again it is shown, not written twice; a probe without reply at the end is left out.
    press(&mut app, "Alt-1 Alt-2");
    let text = "— Prices and fees?\nThe driver bonus ended in August.\n— What was switched off?\nThe North depot.";
    assert_eq!(acts(&press(&mut app, "Ctrl-N"))[0], said("q10", "p3", Value::Null, None, text, false));
    let proposal = app.doc.as_ref().unwrap().session.state.proposals.last().unwrap().clone();
    assert_eq!(
        (proposal.kind, proposal.text.as_str()),
        (ProposalKind::ClueForm, "The driver bonus ended in August.\nThe North depot.")
    );
    press(&mut app, "Alt-9");
    assert!(message(&app).contains("no probe 9"), "{}", message(&app));

    // The probe "What did you pay?" proposes no price hypothesis.
    let mut app = fixture::app();
    record(&mut app, Act::Person { alias: "p5".into(), role: "support".into(), shown_as: "Support".into() });
    answer(&mut app, "q12", "p5", Value::Null, "— What about the price?\nThey moved to another town, most of them.");
    let proposed: Vec<_> =
        app.doc.as_ref().unwrap().session.state.open_proposals().filter_map(|p| p.hypothesis.clone()).collect();
    assert!(!proposed.contains(&"h_price".to_owned()), "{proposed:?}");
}
