//! One key, one meaning; hints that fit; a README that says the same as the program.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::app::key::KeyCode;
use crate::app::keymap::{CHAINS, Keymap};
use crate::app::screens::ask::fixture;

fn keys(scope: Scope) -> impl Iterator<Item = (Key, &'static str)> {
    all().filter(move |c| c.scope == scope).flat_map(|c| c.keys.iter().map(|k| (k.parse().unwrap(), c.id)))
}

/// Keys with more than one command in a chain of scopes, but for Esc, which always goes one step back.
fn doubled(chain: &[Scope]) -> Vec<String> {
    let mut by_key: BTreeMap<Key, Vec<&str>> = BTreeMap::new();
    for (key, id) in chain.iter().flat_map(|s| keys(*s)) {
        by_key.entry(key).or_default().push(id);
    }
    let plain_esc = Key::plain(KeyCode::Esc);
    by_key
        .into_iter()
        .filter(|(k, ids)| *k != plain_esc && ids.len() > 1)
        .map(|(k, ids)| format!("{k}: {ids:?}"))
        .collect()
}

#[test]
fn every_key_parses_and_ids_are_unique() {
    let mut ids = BTreeSet::new();
    for command in all() {
        assert!(ids.insert(command.id), "{} stands twice", command.id);
        for key in command.keys {
            let parsed = key.parse::<Key>().unwrap_or_else(|e| panic!("{}: {e}", command.id));
            assert_eq!(parsed.to_string(), *key, "{}: the key is written as it prints", command.id);
        }
        assert!(!command.name.is_empty() && command.help.chars().next().is_some_and(char::is_uppercase), "{command:?}");
    }
}

#[test]
fn no_key_means_two_things_in_one_place() {
    for chain in CHAINS {
        assert_eq!(doubled(chain), Vec::<String>::new(), "{chain:?}");
    }
    assert_eq!(doubled(&[Scope::Form]), Vec::<String>::new());
}

#[test]
fn hints_help_and_keys_follow_the_users_keymap() {
    let mut app = fixture::app();
    app.keymap = Keymap::from_patch(&serde_json::json!({"ask.interview": ["I"], "ask.filter": []})).0;
    assert_eq!(find(&app, Key::char('I')).map(|c| c.id), Some("ask.interview"));
    assert_eq!(find(&app, Key::char('i')).map(|c| c.id), None);
    let hints = hints(&app);
    assert_eq!(hints[0], ("I".to_owned(), "interview"));
    assert!(hints.iter().all(|(_, name)| *name != "filter"), "a command without a key gives no hint: {hints:?}");
    assert_eq!(key_of(&app, "ask.interview"), "I");
    // The table of the README shows the built-in ones.
    assert!(key_table().contains("| `i` | Interview somebody"));
}

#[test]
fn on_home_no_key_acts_on_the_session_behind() {
    let mut app = fixture::app();
    fixture::press(&mut app, "0");
    let before = app.doc.as_ref().unwrap().session.events.len();
    for key in ["u", "o", "H", "Ctrl-R", "Ctrl-E", "b"] {
        fixture::press(&mut app, key);
        assert!(app.popups.is_empty() && !app.board_open, "{key}");
        let said = app.message.as_ref().map_or("", |m| m.text.as_str());
        assert!(said.ends_with("not now, no session is in sight; 1 goes back to the open one."), "{key}: {said}");
    }
    assert_eq!(app.doc.as_ref().unwrap().session.events.len(), before);
    // Without a recent session Enter opens nothing by chance.
    fixture::press(&mut app, "Enter");
    assert!(app.message.as_ref().unwrap().text.contains("d opens the demonstration"));
}

#[test]
fn the_nearest_scope_has_the_key() {
    let mut app = fixture::app();
    app.screen = Screen::Explore;
    let id = |app: &App, key: &str| find(app, key.parse().unwrap()).map(|c| c.id);
    assert_eq!(id(&app, "c"), Some("explore.pin"));
    assert_eq!(id(&app, "j"), Some("list.down"));
    assert_eq!(id(&app, "q"), Some("quit"));
    assert_eq!(id(&app, "Ctrl-V"), None);
    app.popups.push(Popup::Help { scroll: 0 });
    assert_eq!(id(&app, "c"), None, "what floats above has the keys");
}

#[test]
fn at_most_six_hints_each_with_a_key_that_works() {
    let mut app = fixture::app();
    for screen in [Screen::Home, Screen::Problem, Screen::Ask, Screen::Explore, Screen::Score, Screen::Brief] {
        app.screen = screen;
        let hints = hints(&app);
        assert!((1..=6).contains(&hints.len()), "{screen:?}: {hints:?}");
        for (key, name) in hints {
            let command = find(&app, key.parse().unwrap()).unwrap();
            assert_eq!(command.name, name);
            assert_eq!((command.when)(&app), Ok(()));
        }
    }
}

#[test]
fn the_key_table_names_every_command_with_a_key() {
    let table = key_table();
    for command in all().filter(|c| !c.keys.is_empty()) {
        assert!(table.contains(&format!("| {} |\n", command.help)), "{command:?}");
    }
    assert_eq!(table.matches("**3 Explore**").count(), 1);
    // Every line of a table has two cells, whatever the keys are.
    for line in table.lines().filter(|l| l.starts_with('|')) {
        assert_eq!(line.replace("\\|", "").matches('|').count(), 3, "{line}");
    }
}

/// The key table of the README comes from the commands; `WHYBOARD_README=write` puts it there.
#[test]
fn the_readme_says_the_same() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let Ok(readme) = std::fs::read_to_string(&path) else { return };
    let Some((_, rest)) = readme.split_once("<!-- keys -->") else { panic!("README.md has no <!-- keys -->") };
    let Some((table, _)) = rest.split_once("<!-- /keys -->") else { panic!("README.md has no <!-- /keys -->") };
    if std::env::var_os("WHYBOARD_README").is_some_and(|v| v == "write") {
        std::fs::write(path, readme.replace(table.trim(), key_table().trim())).unwrap();
        return;
    }
    assert_eq!(table.trim(), key_table().trim());
}
