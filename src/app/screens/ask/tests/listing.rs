//! The list: filter, search, redaction, and what can not be done.

use serde_json::json;

use super::*;
use crate::app::commands;
use crate::app::screens::ask::fixture::{self, acts, answer, app, press, stamp, typed, with_playbook};
use crate::app::screens::ask::interview::begin_interview;
use crate::app::screens::ask::list;

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
    begin_interview(&mut app, "p2");
    assert!(app.views.ask.interview.is_none());
    press(&mut app, "j f Enter L n Esc");
    assert!(app.popups.is_empty());
    // Nobody of that name, and nobody with anything left.
    let mut app = fixture::app();
    begin_interview(&mut app, "p9");
    assert!(message(&app).contains("nobody is known as p9"), "{}", message(&app));
}

#[test]
fn a_read_only_session_is_never_changed() {
    let mut app = app();
    answer(&mut app, "q00", "p1", json!("level"), "");
    app.doc.as_mut().unwrap().read_only = Some("Another program has it open.".into());
    let before = app.doc.as_ref().unwrap().session.events.len();
    assert_eq!(press(&mut app, "i Enter L x t Enter x A e Esc"), []);
    begin_interview(&mut app, "p2");
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
