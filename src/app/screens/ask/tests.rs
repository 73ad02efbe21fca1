//! State, keys, recorded events: the whole of stage 2 on the built-in churn playbook.

use serde_json::{Value, json};

use super::fixture::{acts, answer, app, asked, go_to, interview, press, record, stamp, typed, with_playbook};
use super::interview::{elapsed, place, waiting};
use super::{list, triage};
use crate::app::key::Input;
use crate::app::{App, Msg, Popup, commands, update};
use crate::domain::event::{Act, ProposalKind, Shape};
use crate::domain::playbook::QuestionState;
use crate::domain::session::{ProposalFate, Session};
use crate::domain::words::{Grade, Origin, Rating};

fn said(question: &str, by: &str, value: Value, unit: Option<&str>, text: &str, verbatim: bool) -> Act {
    Act::Answer {
        question: question.into(),
        said_by: by.into(),
        value,
        unit: unit.map(str::to_owned),
        text: text.into(),
        verbatim,
    }
}

fn state_of(app: &App, question: &str) -> QuestionState {
    app.doc.as_ref().unwrap().flow().unwrap().state_of(question)
}

fn open_kinds(app: &App) -> Vec<ProposalKind> {
    app.doc.as_ref().unwrap().session.state.open_proposals().map(|p| p.kind).collect()
}

fn error(app: &App) -> Option<&str> {
    app.views.ask.interview.as_ref()?.answer.as_ref()?.error.as_deref()
}

fn nudge(app: &App) -> Option<&str> {
    app.views.ask.interview.as_ref()?.answer.as_ref()?.nudge.as_deref()
}

fn words(app: &App) -> String {
    app.views.ask.interview.as_ref().unwrap().answer.as_ref().unwrap().words.text()
}

fn message(app: &App) -> &str {
    app.message.as_ref().map_or("", |m| m.text.as_str())
}

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
    assert_eq!(error(&app), Some("1000 is out of range. The answer is at least 1 at most 730."));
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

    let mut app = super::fixture::app();
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
    let mut app = super::fixture::app();
    record(&mut app, Act::Person { alias: "p5".into(), role: "support".into(), shown_as: "Support".into() });
    answer(&mut app, "q12", "p5", Value::Null, "— What about the price?\nThey moved to another town, most of them.");
    let proposed: Vec<_> =
        app.doc.as_ref().unwrap().session.state.open_proposals().filter_map(|p| p.hypothesis.clone()).collect();
    assert!(!proposed.contains(&"h_price".to_owned()), "{proposed:?}");
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

#[test]
fn triage_takes_hypotheses_first_then_clues_with_their_ratings() {
    let mut app = app();
    answer(&mut app, "q11", "p3", json!("yes"), "");
    answer(&mut app, "q04", "p1", json!("nobody_knows"), "");
    press(&mut app, "t");
    let kinds: Vec<_> = triage::waiting(&app).iter().map(|p| p.kind).collect();
    assert_eq!(kinds, [ProposalKind::Hypothesis, ProposalKind::Hypothesis, ProposalKind::Clue, ProposalKind::Block]);

    // One hypothesis at once, then the rest; u takes all of a step back.
    let events = acts(&press(&mut app, "Enter"));
    assert!(
        matches!(&events[..], [Act::Hypothesis { hypothesis, proposal: Some(_), from: Some(f), .. }] if hypothesis == "service" && f == "h_service")
    );
    let events = acts(&press(&mut app, "A"));
    assert!(matches!(&events[..], [Act::Hypothesis { row: Some(row), .. }] if row == "data"));
    press(&mut app, "u");
    assert_eq!(open_kinds(&app).iter().filter(|k| **k == ProposalKind::Hypothesis).count(), 1);
    press(&mut app, "Ctrl-R");
    assert_eq!(open_kinds(&app), [ProposalKind::Clue, ProposalKind::Block]);

    // The clue opens with the suggested rating.
    assert_eq!(press(&mut app, "Enter"), []);
    let events = acts(&press(&mut app, "Ctrl-S"));
    let [Act::Clue { origin, grade, ratings, family, proposal: Some(_), .. }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((*origin, *grade, family.as_str()), (Origin::Told, Grade::C, "person:p3"));
    assert_eq!(ratings.get("service"), Some(&Rating::SomewhatExpected));

    // What blocks is kept as a note.
    let events = acts(&press(&mut app, "a"));
    assert!(matches!(&events[..], [Act::Note { text }, Act::Dismiss { .. }] if text.starts_with("Agree on one rule")));
    assert_eq!(open_kinds(&app), []);
    assert_eq!(app.doc.as_ref().unwrap().session.faults, []);
    // With nothing left, keys say so instead of doing something else.
    press(&mut app, "x");
    assert!(message(&app).contains("nothing waits"), "{}", message(&app));
    press(&mut app, "t");
    assert!(!app.views.ask.triage);
}

#[test]
fn triage_dismisses_and_edits() {
    let mut app = app();
    answer(&mut app, "q00", "p1", json!("level"), "");
    press(&mut app, "t x");
    let state = &app.doc.as_ref().unwrap().session.state;
    assert_eq!(state.proposals.iter().filter(|p| p.fate == ProposalFate::Dismissed).count(), 1);
    press(&mut app, "u");
    assert_eq!(open_kinds(&app).len(), 6);
    // Other words for a hypothesis.
    press(&mut app, "e Ctrl-U");
    typed(&mut app, "Nothing holds them");
    let events = acts(&press(&mut app, "Enter"));
    assert!(
        matches!(&events[..], [Act::Hypothesis { title, from: Some(f), .. }] if title == "Nothing holds them" && f == "h_contract")
    );
    // All hypotheses that are left, in one step.
    let events = press(&mut app, "A");
    assert_eq!(events.len(), 4);
    let mut ids: Vec<_> = app.doc.as_ref().unwrap().session.events.iter().map(|e| e.id.clone()).collect();
    let n = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), n, "every event has its own id");
}

#[test]
fn two_people_who_contradict_each_other_are_named_in_triage() {
    let mut app = app();
    answer(&mut app, "q00", "p1", json!("level"), "");
    answer(&mut app, "q00", "p2", json!("rise"), "");
    press(&mut app, "t");
    let rows = triage::waiting(&app);
    let contradiction = rows.iter().find(|p| p.kind == ProposalKind::Contradiction).unwrap();
    assert!(contradiction.text.contains("Data scientist") && contradiction.text.contains("Growth lead"));
    assert_eq!(rows.iter().position(|p| p.kind == ProposalKind::Contradiction), Some(rows.len() - 1));
}

#[test]
fn filters_searches_and_goes_back() {
    let mut app = app();
    answer(&mut app, "q01", "p2", json!([8, 7.6]), "Fees were on the slide");
    let all = list::entries(&app).len();
    list::select(&mut app, "q02");
    press(&mut app, "f");
    assert_eq!(app.views.ask.filter, list::Filter::Open);
    assert_eq!(list::entries(&app).len(), all - 1);
    assert_eq!(list::selected(&app).as_deref(), Some("q02"));
    press(&mut app, "f");
    assert_eq!(app.views.ask.filter, list::Filter::OpenFor("sponsor".into()));
    let ids: Vec<_> = list::entries(&app).into_iter().map(|e| e.id).collect();
    assert_eq!(ids, ["q00", "q02", "q03", "q15", "q17", "q18"]);
    press(&mut app, "Esc");
    assert_eq!(list::entries(&app).len(), all);
    assert_eq!(list::selected(&app).as_deref(), Some("q02"));

    // It finds options and what was answered; n and N go round.
    press(&mut app, "/");
    typed(&mut app, "FEE");
    press(&mut app, "Enter");
    assert_eq!(list::selected(&app).as_deref(), Some("q20"));
    press(&mut app, "n");
    assert_eq!(list::selected(&app).as_deref(), Some("q01"));
    press(&mut app, "N");
    assert_eq!(list::selected(&app).as_deref(), Some("q20"));
    press(&mut app, "Esc");
    assert_eq!(app.views.ask.search, None);
    // A question that the filter hides is shown when something leads to it.
    press(&mut app, "f");
    list::select(&mut app, "q01");
    assert_eq!(list::selected(&app).as_deref(), Some("q01"));
}

#[test]
fn redaction_takes_the_selected_answer() {
    let mut app = app();
    answer(&mut app, "q15", "p2", Value::Null, "Call Ms Miller");
    answer(&mut app, "q15", "p3", Value::Null, "More drivers");
    list::select(&mut app, "q15");
    assert_eq!(list::selected_answer(&app).unwrap().text, "More drivers");
    press(&mut app, "h x");
    typed(&mut app, "names a customer");
    let events = acts(&press(&mut app, "Ctrl-S"));
    assert!(matches!(&events[..], [Act::Redact { field, .. }] if field == "text"));
    let texts: Vec<_> = app.doc.as_ref().unwrap().session.state.answers_to("q15").map(|a| a.text.clone()).collect();
    assert!(texts[0].starts_with("[removed") && texts[1] == "More drivers", "{texts:?}");
    // Nothing to redact says why.
    list::select(&mut app, "q17");
    press(&mut app, "x");
    assert!(message(&app).contains("nobody answered"), "{}", message(&app));
}

#[test]
fn without_a_playbook_keys_say_why() {
    let mut app = with_playbook(None);
    press(&mut app, "i");
    assert!(message(&app).contains("there is no playbook"), "{}", message(&app));
    stamp(&mut app);
    super::begin_interview(&mut app, "p2");
    assert!(app.views.ask.interview.is_none());
    press(&mut app, "j f Enter L n Esc");
    assert!(app.popups.is_empty());
    // Nobody of that name, and nobody with anything left.
    let mut app = super::fixture::app();
    super::begin_interview(&mut app, "p9");
    assert!(message(&app).contains("nobody is known as p9"), "{}", message(&app));
}

#[test]
fn a_read_only_session_is_never_changed() {
    let mut app = app();
    answer(&mut app, "q00", "p1", json!("level"), "");
    app.doc.as_mut().unwrap().read_only = Some("Another program has it open.".into());
    let before = app.doc.as_ref().unwrap().session.events.len();
    assert_eq!(press(&mut app, "i Enter L x t Enter x A e Esc"), []);
    super::begin_interview(&mut app, "p2");
    assert!(app.views.ask.interview.is_none() && app.popups.is_empty());
    assert_eq!(app.doc.as_ref().unwrap().session.events.len(), before);
}

#[test]
fn no_key_means_two_things_in_a_chain_of_scopes() {
    use crate::app::commands::Scope::{Ask, Global, Interview, List, Triage};
    use crate::app::key::{Key, KeyCode};
    for chain in [vec![Ask, List, Global], vec![Triage, List, Global], vec![Interview]] {
        let mut seen: std::collections::BTreeMap<Key, &str> = std::collections::BTreeMap::new();
        for scope in &chain {
            for command in commands::all().filter(|c| c.scope == *scope) {
                for key in command.keys {
                    let key: Key = key.parse().unwrap();
                    let before = seen.insert(key, command.id);
                    assert!(
                        before.is_none() || key == Key::plain(KeyCode::Esc),
                        "{key}: {before:?} and {}",
                        command.id
                    );
                }
            }
        }
    }
}

mod random {
    use proptest::prelude::*;

    use super::super::fixture;
    use crate::app::key::{Input, Key};
    use crate::app::{Msg, update};
    use crate::domain::session::Session;

    const KEYS: [&str; 34] = [
        "Ctrl-N",
        "Ctrl-N",
        "Ctrl-N",
        "Ctrl-B",
        "Ctrl-L",
        "Ctrl-O",
        "Ctrl-K",
        "Ctrl-V",
        "Ctrl-T",
        "Tab",
        "S-Tab",
        "Esc",
        "Alt-1",
        "Alt-3",
        "Enter",
        "Enter",
        "Down",
        "Up",
        "Right",
        "Space",
        "Backspace",
        "1",
        "2",
        "8",
        "y",
        "n",
        "x",
        "i",
        "t",
        "A",
        "a",
        "f",
        "u",
        "L",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        /// Whatever is pressed: nothing panics, every event makes sense, and the file folds to what is on screen.
        #[test]
        fn any_keys_leave_a_sound_session(keys in proptest::collection::vec(0..KEYS.len(), 0..120)) {
            let mut app = fixture::app();
            fixture::interview(&mut app, "p1");
            for key in keys {
                fixture::stamp(&mut app);
                let key: Key = KEYS[key].parse().unwrap();
                update(&mut app, Msg::Input(Input::Key(key)));
            }
            let session = &app.doc.as_ref().unwrap().session;
            prop_assert_eq!(&session.faults, &[]);
            let folded = Session::fold(session.header.clone(), session.events.clone());
            prop_assert_eq!(&folded.state, &session.state);
        }
    }
}
