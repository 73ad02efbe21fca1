//! Keys, pastes and forms as every screen meets them.

use super::*;
use crate::app::JobView;
use crate::app::key::MouseKind;
use crate::app::screens::ask::fixture::{self, acts, app, events, press, stamp, typed};

fn paste(app: &mut App, text: &str) -> Vec<Effect> {
    stamp(app);
    update(app, Msg::Input(Input::Paste(text.to_owned())))
}

fn key(app: &mut App, key: &str) -> Vec<Effect> {
    stamp(app);
    update(app, Msg::Input(Input::Key(key.parse().unwrap())))
}

fn form(app: &App) -> &crate::app::form::Form {
    match app.popups.last() {
        Some(Popup::Form(form)) => form,
        other => panic!("no form has the keys: {other:?}"),
    }
}

fn said(app: &App) -> &str {
    app.message.as_ref().map_or("", |m| m.text.as_str())
}

#[test]
fn a_paste_is_text_or_nothing_on_every_screen() {
    for screen in [Screen::Home, Screen::Problem, Screen::Ask, Screen::Explore, Screen::Score, Screen::Brief] {
        let mut app = app();
        app.screen = screen;
        let before = app.doc.as_ref().unwrap().session.events.len();
        assert!(paste(&mut app, "qy1\u{3}\n:quit\n").is_empty(), "{screen:?}");
        assert!(!app.quitting && app.popups.is_empty() && app.screen == screen);
        assert_eq!(app.doc.as_ref().unwrap().session.events.len(), before);
        assert_eq!(said(&app), "Nothing takes text here; the paste was ignored.");
    }
}

#[test]
fn a_paste_with_line_ends_stays_inside_its_form() {
    let mut app = app();
    press(&mut app, "o");
    assert!(paste(&mut app, "one\r\ntwo\rthree").is_empty(), "Enter inside a paste submits nothing");
    assert_eq!(form(&app).text("text"), "one\ntwo\nthree");
    let recorded = press(&mut app, "Ctrl-S");
    assert_eq!(acts(&recorded), [Act::Note { text: "one\ntwo\nthree".into() }]);
    // In a line of text they become blanks.
    press(&mut app, "H");
    paste(&mut app, "a\nb");
    assert_eq!(form(&app).text("title"), "a b");
}

#[test]
fn a_paste_never_answers_a_question() {
    let mut app = app();
    app.doc.as_mut().unwrap().unsaved = Some("No space left.".into());
    press(&mut app, "q");
    assert!(matches!(app.popups.last(), Some(Popup::Confirm { .. })));
    assert!(paste(&mut app, "y").is_empty());
    assert!(!app.quitting && matches!(app.popups.last(), Some(Popup::Confirm { .. })));
}

#[test]
fn a_paste_into_the_palette_searches() {
    let mut app = app();
    press(&mut app, ":");
    assert!(paste(&mut app, "write a note").is_empty());
    let Some(Popup::Palette(palette)) = app.popups.last() else { panic!("the palette is open") };
    assert_eq!(palette.query.text(), "write a note");
    assert_eq!(palette.found.first().map(|c| c.id), Some("note.new"));
}

#[test]
fn a_form_that_was_left_gives_its_text_back() {
    let mut app = app();
    press(&mut app, "o");
    typed(&mut app, "half a thou");
    assert!(press(&mut app, "Esc").is_empty() && app.popups.is_empty());
    assert_eq!(said(&app), "Left. What you typed comes back when you open this again.");
    // Another form does not get it.
    press(&mut app, "H");
    assert_eq!(form(&app).text("title"), "");
    press(&mut app, "Esc o");
    assert_eq!(form(&app).text("text"), "half a thou");
    typed(&mut app, "ght");
    assert_eq!(acts(&press(&mut app, "Ctrl-S")), [Act::Note { text: "half a thought".into() }]);
    // What was recorded is no draft any more.
    press(&mut app, "o");
    assert_eq!(form(&app).text("text"), "");
}

#[test]
fn a_form_left_untouched_leaves_no_draft() {
    let mut app = app();
    press(&mut app, "o Esc");
    assert!(app.drafts.is_empty());
    assert_eq!(said(&app), "");
}

#[test]
fn a_refused_form_stays_open_with_its_text_and_says_why() {
    let mut app = app();
    press(&mut app, "H Tab");
    typed(&mut app, "If so, then that.");
    assert!(press(&mut app, "Ctrl-S").is_empty());
    assert!(form(&app).error.as_deref().unwrap().starts_with("The hypothesis has no title."), "{:?}", form(&app).error);
    assert_eq!(form(&app).text("claim"), "If so, then that.");
    // The next key takes the reproach away.
    press(&mut app, "S-Tab");
    assert_eq!(form(&app).error, None);
    typed(&mut app, "Rivals");
    let recorded = acts(&press(&mut app, "Ctrl-S"));
    assert!(matches!(recorded.as_slice(), [Act::Hypothesis { title, .. }] if title == "Rivals"), "{recorded:?}");
    assert!(app.popups.is_empty());
}

#[test]
fn letters_in_a_form_are_text_and_never_commands() {
    let mut app = app();
    press(&mut app, "o");
    typed(&mut app, "q1:?uH");
    assert_eq!(form(&app).text("text"), "q1:?uH");
    assert!(!app.quitting && app.popups.len() == 1 && app.screen == Screen::Ask);
}

#[test]
fn ctrl_c_cancels_jobs_and_never_quits() {
    let mut app = app();
    assert!(key(&mut app, "Ctrl-C").is_empty() && !app.quitting);
    assert_eq!(said(&app), "Nothing is running. q quits.");
    let job = JobView { label: "profile of users".into(), share: None, seconds: 3.0 };
    let _ = update(&mut app, Msg::Jobs(vec![job]));
    assert_eq!(key(&mut app, "Ctrl-C"), [Effect::CancelJobs]);
    assert!(!app.quitting);
}

#[test]
fn q_quits_at_once_when_all_is_saved_and_asks_when_not() {
    let mut app = app();
    let _ = update(&mut app, Msg::NotSaved("No space left on the disk.".into()));
    assert_eq!(said(&app), "No space left on the disk.");
    assert!(key(&mut app, "q").is_empty());
    for no in ["n", "Esc"] {
        assert!(key(&mut app, no).is_empty() && app.popups.is_empty() && !app.quitting);
        key(&mut app, "q");
    }
    assert!(key(&mut app, "x").is_empty() && app.popups.len() == 1, "only y and n answer");
    assert_eq!(key(&mut app, "y"), [Effect::Quit]);
    assert!(app.quitting);
    let mut app = fixture::app();
    let _ = update(&mut app, Msg::NotSaved("No space left on the disk.".into()));
    let _ = update(&mut app, Msg::Saved { n: 4, at: "12:04".into() });
    assert_eq!(key(&mut app, "q"), [Effect::Quit]);
}

#[test]
fn q_asks_while_a_form_holds_what_was_typed() {
    let mut app = app();
    press(&mut app, "o");
    typed(&mut app, "half a thou");
    press(&mut app, "Esc");
    assert!(key(&mut app, "q").is_empty(), "what was typed would be lost");
    assert!(key(&mut app, "n").is_empty() && !app.quitting);
    // Words that are no thought are not worth a question.
    app.drafts.clear();
    press(&mut app, "0 p");
    typed(&mut app, "some.yaml");
    press(&mut app, "Esc");
    assert_eq!(key(&mut app, "q"), [Effect::Quit]);
}

#[test]
fn an_ending_that_nobody_asked_for_keeps_all_that_was_typed() {
    let mut app = app();
    ask::begin_interview(&mut app, "p2");
    let id = app.views.ask.interview.as_ref().unwrap().asked[0].clone();
    press(&mut app, "Tab");
    typed(&mut app, "It was so");
    // A form over it has the keys.
    forms::open_note(&mut app);
    typed(&mut app, "half a thou");
    stamp(&mut app);
    let _ = update(&mut app, Msg::Ending);
    assert!(app.popups.is_empty() && app.views.ask.interview.is_none());
    let state = &app.doc.as_ref().unwrap().session.state;
    let answered = state.answers_to(&id).any(|a| a.text == "It was so");
    let kept = crate::app::typed::of(&app).unwrap();
    assert!(answered || kept.answers.iter().any(|a| a.question == id && a.text == "It was so"));
    assert_eq!(kept.forms.values().next().unwrap()["text"], "half a thou");
    // It survives a file and comes back.
    let file = serde_json::to_value(&kept).unwrap();
    let mut next = fixture::app();
    let _ = update(&mut next, Msg::Typed(Box::new(serde_json::from_value(file).unwrap())));
    assert_eq!(crate::app::typed::of(&next), Some(kept));
    press(&mut next, "o");
    assert_eq!(form(&next).text("text"), "half a thou");
}

#[test]
fn private_words_are_asked_about_and_never_forced() {
    let names = || vec![("Anna Smith".to_owned(), "p3".to_owned())];
    for (answer, text) in [("y", "p3 called, [mail]"), ("n", "Anna Smith called, a.smith@example.com")] {
        let mut app = app();
        let _ = update(&mut app, Msg::Names(names()));
        press(&mut app, "o");
        typed(&mut app, "Anna Smith called, a.smith@example.com");
        assert!(press(&mut app, "Ctrl-S").is_empty());
        let Some(Popup::Confirm { question, .. }) = app.popups.last() else { panic!("it is asked") };
        assert_eq!(question, "Replace Anna Smith by p3, a.smith@example.com by [mail]?");
        // Esc goes back to the text.
        press(&mut app, "Esc");
        assert!(form(&app).text("text").starts_with("Anna Smith"));
        press(&mut app, "Ctrl-S");
        assert_eq!(acts(&press(&mut app, answer)), [Act::Note { text: text.into() }]);
        assert!(app.popups.is_empty());
    }
    // The names of one session are not those of the next.
    let mut app = app();
    let _ = update(&mut app, Msg::Names(names()));
    assert_eq!(app.names.len(), 1);
}

#[test]
fn private_words_in_an_answer_are_asked_about_on_the_way_out() {
    for (answer, text) in [("y", "p3 told me that it was so"), ("n", "Anna Smith told me that it was so")] {
        for way in ["Ctrl-N", "Esc"] {
            let mut app = app();
            let _ = update(&mut app, Msg::Names(vec![("Anna Smith".into(), "p3".into())]));
            app.views.ask.first = Some("q15".into());
            ask::begin_interview(&mut app, "p2");
            typed(&mut app, "Anna Smith told me that it was so");
            assert!(press(&mut app, way).is_empty(), "{way}");
            assert!(matches!(app.popups.last(), Some(Popup::Confirm { .. })), "{way}");
            assert!(press(&mut app, "Esc").is_empty() && app.views.ask.interview.is_some());
            press(&mut app, way);
            let recorded = acts(&press(&mut app, answer));
            assert!(matches!(recorded.first(), Some(Act::Answer { text: t, .. }) if t == text), "{way}: {recorded:?}");
            assert_eq!(app.views.ask.interview.is_none(), way == "Esc");
        }
    }
}

#[test]
fn a_place_is_found_again() {
    let mut app = app();
    press(&mut app, "2 j j j 3 Tab 1 j j");
    let place = crate::app::place::of(&mut app).unwrap();
    let file = serde_json::to_value(&place).unwrap();
    let mut next = fixture::app();
    let _ = update(&mut next, Msg::Place(Box::new(serde_json::from_value(file).unwrap())));
    assert_eq!(next.screen, Screen::Problem);
    assert_eq!(crate::app::place::of(&mut next), Some(place.clone()));
    assert_eq!(ask::list::selected(&next), ask::list::selected(&app));
    // What is not known any more changes nothing.
    let strange = crate::app::place::Place { screen: "Cellar".into(), question: "q_none".into(), ..place };
    let _ = update(&mut next, Msg::Place(Box::new(strange)));
    assert_eq!(next.screen, Screen::Problem);
}

#[test]
fn a_command_that_can_not_be_given_now_says_why() {
    let mut app = app();
    app.doc.as_mut().unwrap().read_only = Some("Somebody else has it open.".into());
    assert!(key(&mut app, "o").is_empty() && app.popups.is_empty());
    assert_eq!(said(&app), "note: not now, the session is read-only.");
}

#[test]
fn without_a_session_no_key_does_harm() {
    let mut app = App::default();
    for k in "1 2 3 4 5 H o u Ctrl-R b Ctrl-E j k G PageDown Esc Tab t c e X".split(' ') {
        let effects = key(&mut app, k);
        assert!(events(effects).is_empty(), "{k}");
        assert!(app.popups.iter().all(|p| !matches!(p, Popup::Form(_))), "{k}");
    }
    assert_eq!(app.screen, Screen::Home);
}

#[test]
fn the_message_goes_with_the_next_key_and_stays_among_all() {
    let mut app = app();
    let _ = update(&mut app, Msg::Say(Message { tone: Tone::Good, text: "Opened.".into() }));
    assert_eq!(said(&app), "Opened.");
    key(&mut app, "j");
    assert_eq!(said(&app), "");
    assert!(app.messages.iter().any(|m| m.text == "Opened."));
}

#[test]
fn a_table_that_does_not_open_says_so_and_the_session_stays() {
    let mut app = app();
    let why = "users.csv is not there. Attach it again.";
    let effects = update(&mut app, Msg::DataOpened { data: "users".into(), result: Err(why.into()) });
    assert!(effects.is_empty());
    assert_eq!(app.tables["users"].failed.as_deref(), Some(why));
    assert_eq!(said(&app), why);
    assert!(app.doc.is_some());
}

#[test]
fn resizing_to_nothing_and_wheels_are_harmless() {
    let mut app = app();
    let _ = update(&mut app, Msg::Input(Input::Resize { width: 0, height: 0 }));
    assert_eq!(app.size, (0, 0));
    for kind in [MouseKind::ScrollUp, MouseKind::ScrollDown, MouseKind::Down, MouseKind::ScrollLeft] {
        let effects = update(&mut app, Msg::Input(Input::Mouse { kind, column: 999, row: 999 }));
        assert!(events(effects).is_empty());
    }
}

#[test]
fn a_text_goes_out_to_the_editor_and_comes_back_into_its_field() {
    let mut app = app();
    press(&mut app, "o");
    typed(&mut app, "half");
    assert_eq!(key(&mut app, "Ctrl-G"), [Effect::Edit("half".into())]);
    let _ = update(&mut app, Msg::Edited("half and\nhalf".into()));
    assert_eq!(form(&app).text("text"), "half and\nhalf");
    press(&mut app, "Esc");
    // Where no text has the keys the editor stays shut, and a late text is not put anywhere.
    press(&mut app, "H S-Tab");
    assert!(key(&mut app, "Ctrl-G").is_empty());
    press(&mut app, "Esc");
    let _ = update(&mut app, Msg::Edited("lost".into()));
    assert_eq!(said(&app), "The field is gone; the text from the editor was not taken.");
    fixture::interview(&mut app, "p2");
    press(&mut app, "Tab Tab");
    assert_eq!(key(&mut app, "Ctrl-G"), [Effect::Edit(String::new())]);
    let _ = update(&mut app, Msg::Edited("Their words.".into()));
    assert_eq!(app.views.ask.interview.as_ref().unwrap().answer.as_ref().unwrap().words.text(), "Their words.");
}

#[test]
fn y_copies_what_is_selected_on_every_screen() {
    let mut app = app();
    let copied = |app: &mut App| match &key(app, "y")[..] {
        [Effect::Copy(text)] => text.clone(),
        other => panic!("{other:?}"),
    };
    press(&mut app, "1");
    assert_eq!(copied(&mut app), "We want to decrease user churn by 5 percent this quarter.");
    press(&mut app, "2 g");
    assert!(copied(&mut app).ends_with('?'), "a question nobody answered is copied itself");
    fixture::answer(&mut app, "q10", "p3", serde_json::Value::Null, "Bonus rule");
    crate::app::screens::ask::select(&mut app, "q10");
    assert_eq!(copied(&mut app), "Bonus rule");
    press(&mut app, "5");
    assert!(copied(&mut app).contains("\n## "), "the brief as Markdown");
    app.popups.push(Popup::Words { title: "cell".into(), lines: vec!["a".into(), "b".into()], scroll: 0 });
    assert_eq!(copied(&mut app), "a\nb");
    press(&mut app, "Esc 0");
    assert!(key(&mut app, "y").is_empty());
    assert_eq!(said(&app), "copy: not now, nothing to copy is selected.");
}

#[test]
fn a_hypothesis_begins_from_the_question_in_sight() {
    let mut app = app();
    fixture::answer(&mut app, "q10", "p3", serde_json::Value::Null, "Bonus rule");
    crate::app::screens::ask::select(&mut app, "q10");
    press(&mut app, "H");
    assert_eq!(form(&app).text("claim"), "Operations lead said: Bonus rule");
    typed(&mut app, "The bonus");
    let recorded = acts(&press(&mut app, "Ctrl-S"));
    assert!(
        matches!(recorded.as_slice(), [Act::Hypothesis { from_question: Some(q), .. }] if q == "q10"),
        "{recorded:?}"
    );
    // Elsewhere it begins from nothing, and so does a draft of one not come up in the other.
    press(&mut app, "1 H");
    assert_eq!(form(&app).text("claim"), "");
}

#[test]
fn a_clue_is_pinned_from_an_answer_as_told_by_that_person() {
    let mut app = app();
    press(&mut app, "c");
    assert_eq!(said(&app), "pin clue: not now, nobody answered this question.");
    fixture::record(&mut app, crate::app::screens::explore::fixture::hypothesis("h_contract", "Free to leave"));
    fixture::answer(&mut app, "q10", "p3", serde_json::Value::Null, "Bonus rule");
    crate::app::screens::ask::select(&mut app, "q10");
    press(&mut app, "c Tab Right");
    let recorded = acts(&press(&mut app, "Ctrl-S"));
    let [Act::Clue { text, origin, grade, family, ratings, .. }] = recorded.as_slice() else { panic!("{recorded:?}") };
    assert_eq!((text.as_str(), family.as_str(), ratings.len()), ("Bonus rule", "person:p3", 1));
    assert_eq!((*origin, *grade), (crate::domain::words::Origin::Told, crate::domain::words::Grade::C));
}

#[test]
fn esc_goes_from_the_kpi_of_a_column_back_to_the_columns() {
    use crate::app::screens::explore::Pane;
    let mut b = crate::app::screens::explore::fixture::Bench::new();
    b.select("Contract");
    b.press("Enter");
    assert_eq!(b.app.views.explore.pane, Pane::Kpi);
    b.press("H");
    let claim = b.form().text("claim");
    assert!(claim.contains("goes with rate(Churn = 'Yes')"), "{claim}");
    b.press("Esc Esc");
    assert_eq!(b.app.views.explore.pane, Pane::Columns);
    b.press("Esc");
    assert_eq!((b.app.views.explore.pane, b.app.screen), (Pane::Columns, Screen::Explore));
}
