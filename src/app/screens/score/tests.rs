//! The board's two lists, the way back, rating alone.

use serde_json::json;

use super::*;
use crate::app::form::Form;
use crate::app::forms::FormId;
use crate::app::screens::ask::fixture::{acts, answer, app, press, record};
use crate::app::screens::explore::fixture::hypothesis;
use crate::domain::event::{ClueSource, EventRef, Ratings};
use crate::domain::words::{Grade, Origin, Rating};

/// Two hypotheses and three clues that p1 rated, on 4 Score.
fn board() -> App {
    let mut app = app();
    record(&mut app, hypothesis("h_onboarding", "New customers never get going"));
    record(&mut app, hypothesis("h_contract", "Those who are free to leave do"));
    answer(&mut app, "q10", "p3", json!(null), "Bonus rule");
    let event = EventRef::N(app.doc.as_ref().unwrap().session.events.last().unwrap().n);
    for text in ["one", "two", "three"] {
        let ratings = Ratings::from([("h_contract".to_owned(), Rating::Expected)]);
        record(
            &mut app,
            Act::Clue {
                clue: String::new(),
                text: text.into(),
                origin: Origin::Told,
                grade: Grade::C,
                family: "person:p3".into(),
                source: ClueSource { event: event.clone() },
                proposal: None,
                repeat_of: None,
                ratings,
                reason: None,
            },
        );
    }
    press(&mut app, "4");
    app
}

fn form(app: &App) -> &Form {
    match app.popups.last() {
        Some(Popup::Form(form)) => form,
        other => panic!("no form has the keys: {other:?} {:?}", app.message),
    }
}

fn rated(app: &App) -> usize {
    form(app).rated("ratings").len()
}

#[test]
fn tab_goes_to_what_is_next_and_its_selected_row_begins() {
    let mut app = board();
    let list: Vec<String> = next_entries(&app).iter().map(|n| n.id.clone()).collect();
    assert!(list.len() > 2, "{list:?}");
    press(&mut app, "Tab j j");
    assert_eq!(app.views.score.next.selected(list.len()), Some(2));
    assert_eq!(app.views.score.list.selected(4), Some(0), "the rows stay where they are");
    press(&mut app, "Esc j");
    assert!(!app.views.score.on_next);
    assert_eq!(app.views.score.list.selected(4), Some(1));
    // Enter on the list begins that row and decides nothing; t does the same from the rows.
    for keys in ["Tab Enter", "Tab Tab t"] {
        let mut app = board();
        let kind = next_entries(&app)[0].kind;
        press(&mut app, keys);
        match kind {
            // A check done outside asks for the forecast; without a KPI the others say what is missing. None decides.
            NextKind::Check => assert!(
                matches!(app.popups.last(), Some(Popup::Form(form)) if matches!(form.id, FormId::Forecast(_)))
                    || app.message.as_ref().is_some_and(|m| m.text.contains("KPI"))
            ),
            NextKind::Question => assert_eq!(app.screen, Screen::Ask),
        }
    }
}

#[test]
fn esc_closes_a_panel_and_at_the_top_does_nothing() {
    let mut app = board();
    for key in ["v", "Space"] {
        press(&mut app, key);
        assert_ne!(app.views.score.panel, Panel::Verdict);
        press(&mut app, "Esc");
        assert_eq!(app.views.score.panel, Panel::Verdict);
    }
    assert!(press(&mut app, "Esc Esc").is_empty());
    assert_eq!(app.screen, Screen::Score);
}

#[test]
fn another_person_rates_every_clue_alone_and_the_event_is_theirs() {
    let mut app = board();
    press(&mut app, "R Right Right Ctrl-S");
    assert_eq!(app.views.score.blind.as_ref().unwrap().all, 3);
    let mut seen = Vec::new();
    for left in [3, 2, 1] {
        assert_eq!(app.views.score.blind.as_ref().unwrap().left.len(), left);
        assert_eq!(rated(&app), 0, "what p1 gave is hidden");
        let events = press(&mut app, "Left Left Ctrl-S");
        assert_eq!(events[0].by, "p2");
        let [Act::Rate { clue, ratings, .. }] = &acts(&events)[..] else { panic!("{events:?}") };
        assert_eq!(ratings.values().copied().collect::<Vec<_>>(), [Rating::Surprising]);
        seen.push(clue.clone());
    }
    seen.sort();
    assert_eq!(seen, ["c1", "c2", "c3"]);
    assert!(app.views.score.blind.is_none() && app.popups.is_empty());
    assert_eq!(app.stamp.as_ref().unwrap().by, "p1");
    // Once all is rated nothing is left for that person.
    press(&mut app, "R Right Right Ctrl-S");
    assert_eq!(form(&app).error.as_deref(), Some("Growth lead rated every clue already."));
}

#[test]
fn a_rater_who_leaves_gives_the_board_back() {
    let mut app = board();
    press(&mut app, "R Right Right Ctrl-S Esc");
    assert!(app.views.score.blind.is_none() && app.popups.is_empty());
    assert_eq!(app.message.as_ref().unwrap().text, "Growth lead has 3 to rate; R goes on.");
}

#[test]
fn ratings_and_choices_of_a_form_that_was_left_come_back() {
    let mut app = board();
    press(&mut app, "r Down Right Right");
    let given = form(&app).rated("ratings");
    press(&mut app, "Esc");
    assert!(app.popups.is_empty() && given.values().any(|r| *r == Rating::HardlyOtherwise), "{given:?}");
    press(&mut app, "r");
    assert_eq!(form(&app).rated("ratings"), given);
    press(&mut app, "Esc");
    // A choice and a choice of several.
    let mut app = board();
    press(&mut app, "Enter Tab Tab Tab Space Down Space Esc");
    press(&mut app, "Enter");
    assert_eq!(form(&app).chosen("agreed"), ["p1", "p2"]);
    press(&mut app, "Esc H S-Tab l Esc");
    press(&mut app, "H");
    assert_eq!(form(&app).text("prior"), "likely");
    // A form that was only looked at leaves nothing.
    press(&mut app, "Esc");
    app.drafts.clear();
    press(&mut app, "r Esc Enter Esc H Esc");
    assert!(app.drafts.is_empty(), "{:?}", app.drafts);
}

#[test]
fn y_copies_the_row_and_the_clue() {
    let mut app = board();
    let stamp = app.stamp.clone();
    let effects =
        crate::app::update(&mut app, crate::app::Msg::Input(crate::app::key::Input::Key("y".parse().unwrap())));
    app.stamp = stamp;
    let [Effect::Copy(text)] = &effects[..] else { panic!("{effects:?}") };
    assert!(text.starts_with("Those who are free to leave do: ") && text.ends_with("\nc1: one"), "{text}");
}
