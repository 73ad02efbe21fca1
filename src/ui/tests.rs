//! The frame, home and the stages that need no data, as a reader sees them.

#![allow(clippy::unwrap_used)]

mod support;

use support::{app_with_example, render, sizes};

use crate::app::{App, Screen};
use crate::ui::theme::Theme;

#[test]
fn screens_look_as_they_should() {
    for (w, h) in sizes() {
        let mut app = app_with_example();
        for (screen, name) in [(Screen::Problem, "problem"), (Screen::Score, "score"), (Screen::Brief, "brief")] {
            app.screen = screen;
            insta::assert_snapshot!(format!("{name}@{w}x{h}"), render(&app, &Theme::dark(), w, h));
        }
        let home = App::default();
        insta::assert_snapshot!(format!("home@{w}x{h}"), render(&home, &Theme::dark(), w, h));
    }
}

#[test]
fn drawing_is_safe_at_any_size() {
    let mut app = app_with_example();
    for screen in [Screen::Home, Screen::Problem, Screen::Ask, Screen::Explore, Screen::Score, Screen::Brief] {
        app.screen = screen;
        for w in [0, 1, 2, 3, 5, 10, 19, 20, 21, 39, 40, 59, 79, 80, 109, 110, 200] {
            for h in [0, 1, 2, 3, 4, 5, 6, 9, 10, 19, 20, 23, 24, 40, 200] {
                render(&app, &Theme::mono(), w, h);
            }
        }
    }
}
