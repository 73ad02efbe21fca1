//! Whom to ask, in which order, later, somebody else, and what leaving keeps.

use serde_json::json;

use super::*;
use crate::app::screens::ask::fixture::{acts, app, asked, go_to, interview, press, record, typed};
use crate::app::screens::ask::interview::{elapsed, place, waiting};
use crate::app::screens::ask::list;
use crate::app::{Popup, commands};

#[test]
fn esc_records_what_is_complete_and_keeps_the_rest_as_a_draft() {
    let mut app = app();
    interview(&mut app, "p3");
    go_to(&mut app, "q11");
    press(&mut app, "y Tab");
    typed(&mut app, "North zone");
    let events = acts(&press(&mut app, "Esc"));
    assert_eq!(events[0], said("q11", "p3", json!("yes"), None, "North zone", false));
    assert!(app.views.ask.interview.is_none() && !app.views.ask.triage);
    assert_eq!(list::selected(&app).as_deref(), Some("q11"));
    assert!(message(&app).contains("t shows what the answers propose"), "{}", message(&app));

    // Too short to be complete: the playbook calls it weak.
    interview(&mut app, "p3");
    go_to(&mut app, "q10");
    typed(&mut app, "Nothing");
    assert_eq!(press(&mut app, "Esc"), []);
    assert!(message(&app).contains("comes back"), "{}", message(&app));
    // Quitting asks first.
    press(&mut app, "q n");
    assert!(!app.quitting);
    // Another person begins afresh, this one goes on where it stopped.
    interview(&mut app, "p1");
    press(&mut app, "Esc");
    interview(&mut app, "p3");
    go_to(&mut app, "q10");
    assert_eq!(words(&app), "Nothing");
    typed(&mut app, " but a new bonus rule in August");
    let events = acts(&press(&mut app, "Ctrl-N"));
    assert_eq!(events[0], said("q10", "p3", Value::Null, None, "Nothing but a new bonus rule in August", false));
    assert!(app.views.ask.drafts.is_empty());
}

#[test]
fn later_comes_back_at_the_end_and_then_another_day() {
    let mut app = app();
    interview(&mut app, "p2");
    let (at, all) = place(&app);
    assert_eq!((at, all), (1, 7));
    typed(&mut app, "2");
    assert_eq!(acts(&press(&mut app, "Ctrl-N"))[0], said("q00", "p2", json!("level"), None, "", false));
    assert_eq!(asked(&app), "q01");
    typed(&mut app, "8");
    assert_eq!(acts(&press(&mut app, "Ctrl-L")), [Act::Defer { question: "q01".into(), to: None }]);
    assert_eq!(asked(&app), "q02");
    assert_eq!(state_of(&app, "q01"), QuestionState::Deferred);
    for _ in 0..5 {
        press(&mut app, "Ctrl-N");
    }
    // It is asked once more, with what was typed.
    assert_eq!(asked(&app), "q01");
    assert_eq!(place(&app), (7, 7));
    let interview_now = app.views.ask.interview.as_ref().unwrap();
    assert_eq!(interview_now.answer.as_ref().unwrap().value(), json!(["8", null]));
    press(&mut app, "Ctrl-L");
    assert_eq!(asked(&app), "all asked");
    press(&mut app, "Ctrl-B");
    assert_eq!(asked(&app), "q01");
    press(&mut app, "Esc");
    // In the list a question is put off, too, and only once.
    list::select(&mut app, "q02");
    assert_eq!(acts(&press(&mut app, "L")), [Act::Defer { question: "q02".into(), to: None }]);
    assert_eq!(press(&mut app, "L"), []);
}

#[test]
fn someone_else_hands_the_question_to_a_role() {
    let mut app = app();
    interview(&mut app, "p2");
    go_to(&mut app, "q03");
    press(&mut app, "Ctrl-O");
    let chooser = app.views.ask.interview.as_ref().unwrap().choosing.as_ref().unwrap();
    // Whom the question is meant for comes first; the person's own role is left out.
    assert_eq!(chooser.roles[0].0, "finance");
    assert!(!chooser.roles.iter().any(|(r, _)| r == "sponsor"));
    // Esc closes the choice, not the interview; Ctrl-N waits for the choice.
    press(&mut app, "Esc");
    assert!(app.views.ask.interview.as_ref().unwrap().choosing.is_none());
    press(&mut app, "Ctrl-O Ctrl-N");
    assert_eq!(asked(&app), "q03");
    press(&mut app, "Ctrl-O Up");
    let events = acts(&press(&mut app, "Enter"));
    assert_eq!(events, [Act::Defer { question: "q03".into(), to: Some("finance".into()) }]);
    assert_eq!(asked(&app), "q15");
    // Somebody of that role is asked it.
    press(&mut app, "Esc");
    record(&mut app, Act::Person { alias: "p4".into(), role: "finance".into(), shown_as: "Finance".into() });
    interview(&mut app, "p4");
    assert_eq!(asked(&app), "q03");
    // A question that is not meant for a role can be handed to it all the same.
    go_to(&mut app, "q23");
    press(&mut app, "Ctrl-O");
    let at = app.views.ask.interview.as_ref().unwrap().choosing.as_ref().unwrap();
    let ops = at.roles.iter().position(|(r, _)| r == "ops").unwrap() + 1;
    typed(&mut app, &ops.to_string());
    press(&mut app, "Enter Esc");
    interview(&mut app, "p3");
    assert!(asked(&app) == "q23" || waiting(&app).contains(&"q23".to_owned()));
}

#[test]
fn the_clock_counts_from_the_beginning_and_the_time_box_goes_round() {
    let mut app = app();
    interview(&mut app, "p2");
    assert_eq!(elapsed(&app), Some(0));
    press(&mut app, "Tab Tab");
    assert_eq!(elapsed(&app), Some(20));
    let boxes: Vec<_> = (0..4)
        .map(|_| {
            press(&mut app, "Ctrl-T");
            app.views.ask.interview.as_ref().unwrap().time_box
        })
        .collect();
    assert_eq!(boxes, [Some(10), Some(20), Some(30), None]);
}

#[test]
fn enter_asks_one_question_of_whomever_it_is_meant_for() {
    let mut app = app();
    list::select(&mut app, "q11");
    press(&mut app, "Enter");
    // The form suggests the operations lead.
    press(&mut app, "Enter");
    assert_eq!(app.views.ask.interview.as_ref().unwrap().alias, "p3");
    assert_eq!(asked(&app), "q11");
    press(&mut app, "Esc");
    // Someone new goes through the form for people, and the question is not forgotten.
    list::select(&mut app, "q21");
    press(&mut app, "Enter 4 Enter");
    assert!(matches!(app.popups.last(), Some(Popup::Form(f)) if f.title == "Who sits beside you?"));
    let events = acts(&press(&mut app, "4 Ctrl-S"));
    assert_eq!(events, [Act::Person { alias: "p4".into(), role: "support".into(), shown_as: "support (p4)".into() }]);
    assert_eq!(asked(&app), "q21");
    // A search that is left does not linger as the first question of the next interview.
    press(&mut app, "Esc i");
    assert_eq!(app.views.ask.first, None);
}

#[test]
fn nobody_to_ask_means_that_somebody_is_added_first() {
    let mut app = app();
    app.doc.as_mut().unwrap().session.state.people.clear();
    press(&mut app, "i");
    let Some(Popup::Form(form)) = app.popups.last() else { panic!("a form opens") };
    assert!(form.fields.iter().any(|f| f.key == "role"));
}

#[test]
fn proposals_wait_until_the_interview_is_over() {
    let mut app = app();
    interview(&mut app, "p2");
    typed(&mut app, "2");
    press(&mut app, "Ctrl-N");
    assert_eq!(open_kinds(&app).len(), 6);
    assert_eq!(app.doc.as_ref().unwrap().session.state.hypotheses.len(), 2);
    assert!(!app.may_show_board());
    // The keys of list, triage and the rest are not at hand.
    assert_eq!(commands::scopes(&app), [commands::Scope::Interview]);
    for key in ["t", "4", "b", "H", "A"] {
        assert!(commands::find(&app, key.parse().unwrap()).is_none(), "{key}");
    }
}
