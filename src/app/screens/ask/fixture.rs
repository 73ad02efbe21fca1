//! An application on the built-in churn playbook, driven by keys, for the tests of behaviour and look.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::key::{Input, Key};
use crate::app::{App, Doc, Effect, Loaded, Msg, Screen, update};
use crate::domain::decide::{Intent, Stamp};
use crate::domain::event::{Act, Event};
use crate::domain::playbook::Playbook;
use crate::domain::session::{Header, Session};

/// The built-in churn playbook.
pub(crate) fn playbook() -> Playbook {
    crate::yaml::parse(include_str!("../../../../assets/playbooks/churn.yaml"), "churn.yaml").unwrap()
}

/// A session with a sentence and three people: p1 data, p2 sponsor, p3 ops.
pub(crate) fn app() -> App {
    with_playbook(Some(playbook()))
}

/// The same under another playbook, or none.
pub(crate) fn with_playbook(playbook: Option<Playbook>) -> App {
    let loaded = Loaded {
        path: PathBuf::from("riders.yaml"),
        session: Session::new(Header { schema: "session/1".into(), title: "Rider churn".into(), ..Header::default() }),
        playbook: playbook.map(Arc::new),
        read_only: None,
        warnings: Vec::new(),
        replay_from: None,
    };
    let mut app = App { doc: Some(Doc::new(loaded)), screen: Screen::Ask, size: (120, 40), ..App::default() };
    record(&mut app, Act::Open { text: "We want to decrease user churn by 5 percent this quarter.".into() });
    for (alias, role, shown_as) in
        [("p1", "data", "Data scientist"), ("p2", "sponsor", "Growth lead"), ("p3", "ops", "Operations lead")]
    {
        record(&mut app, Act::Person { alias: alias.into(), role: role.into(), shown_as: shown_as.into() });
    }
    app
}

/// Time moves on by ten seconds; ids stay apart.
pub(crate) fn stamp(app: &mut App) {
    let seed = app.stamp.as_ref().map_or(0, |s| s.seed) + 1;
    let start: jiff::Timestamp = "2026-10-05T08:00:00Z".parse().unwrap();
    let at = start + jiff::SignedDuration::from_secs(10 * i64::try_from(seed).unwrap());
    app.stamp = Some(Stamp { at: at.to_string(), by: "p1".into(), seed });
}

/// Records a fact as if it had been entered elsewhere.
pub(crate) fn record(app: &mut App, act: Act) {
    stamp(app);
    app.record(Intent::record(act)).unwrap();
}

/// An answer by somebody.
pub(crate) fn answer(app: &mut App, question: &str, said_by: &str, value: serde_json::Value, text: &str) {
    let (question, said_by, text) = (question.to_owned(), said_by.to_owned(), text.to_owned());
    record(app, Act::Answer { question, said_by, value, unit: None, text, verbatim: false });
}

/// Presses keys, written as help writes them and separated by blanks; gives the events that they recorded.
pub(crate) fn press(app: &mut App, keys: &str) -> Vec<Event> {
    let mut out = Vec::new();
    for key in keys.split_whitespace() {
        out.extend(send(app, key.parse().unwrap()));
    }
    out
}

/// Types text.
pub(crate) fn typed(app: &mut App, text: &str) -> Vec<Event> {
    text.chars().flat_map(|c| send(app, Key::char(c))).collect()
}

fn send(app: &mut App, key: Key) -> Vec<Event> {
    stamp(app);
    events(update(app, Msg::Input(Input::Key(key))))
}

/// The events among effects.
pub(crate) fn events(effects: Vec<Effect>) -> Vec<Event> {
    let mut out = Vec::new();
    for effect in effects {
        if let Effect::Append(events) = effect {
            out.extend(events);
        }
    }
    out
}

/// What was recorded, without number, id and time.
pub(crate) fn acts(events: &[Event]) -> Vec<Act> {
    events.iter().map(|e| e.act.clone()).collect()
}

/// Begins an interview as a user does: `i`, the person, Enter.
pub(crate) fn interview(app: &mut App, alias: &str) {
    stamp(app);
    super::begin_interview(app, alias);
    assert!(app.views.ask.interview.is_some(), "{:?}", app.message);
}

/// The question that is asked.
pub(crate) fn asked(app: &App) -> &str {
    let interview = app.views.ask.interview.as_ref().expect("an interview runs");
    interview.answer.as_ref().map_or("all asked", |a| a.question.id.as_str())
}

/// Goes on without answers until a question is asked.
pub(crate) fn go_to(app: &mut App, question: &str) {
    for _ in 0..60 {
        if asked(app) == question {
            return;
        }
        press(app, "Ctrl-N");
    }
    panic!("{question} is not asked");
}
