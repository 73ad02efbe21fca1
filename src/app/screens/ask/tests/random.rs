//! Any keys in any order.

use proptest::prelude::*;

use crate::app::key::{Input, Key};
use crate::app::screens::ask::fixture;
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
