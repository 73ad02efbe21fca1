//! Home: recent sessions, new, demo, playbooks.

use super::spec;
use crate::app::commands::{CommandSpec, Scope};
use crate::app::scroll::Scroll;
use crate::app::{App, Effect, forms};

/// The view.
#[derive(Debug, Default)]
pub struct HomeView {
    /// The list of recent sessions.
    pub list: Scroll,
}

/// Rows: recent sessions.
#[must_use]
pub fn len(app: &App) -> usize {
    app.recents.len()
}

fn has_recent(app: &App) -> Result<(), &'static str> {
    if app.recents.is_empty() {
        Err("there is no session yet: d opens the demonstration, n starts one")
    } else {
        Ok(())
    }
}

/// Commands of Home.
pub static COMMANDS: &[CommandSpec] = &[
    CommandSpec {
        hint: 1,
        when: has_recent,
        ..spec(
            "home.open",
            Scope::Home,
            &["Enter"],
            "open",
            "Open the selected session exactly where it stopped",
            |a| match a.views.home.list.selected(a.recents.len()).and_then(|i| a.recents.get(i)) {
                Some(recent) => vec![Effect::Open(recent.path.clone())],
                None => Vec::new(),
            },
        )
    },
    CommandSpec {
        hint: 2,
        ..spec("home.new", Scope::Home, &["n"], "new", "Start a session", |a| {
            forms::open_new_session(a);
            Vec::new()
        })
    },
    CommandSpec {
        hint: 3,
        ..spec("home.demo", Scope::Home, &["d"], "demo", "Open the ride-hailing demonstration", |_| vec![Effect::Demo])
    },
    CommandSpec {
        hint: 4,
        ..spec("home.path", Scope::Home, &["p"], "path", "Open a session by its path", |a| {
            forms::open_path(a);
            Vec::new()
        })
    },
];
