//! The frame, home and the stages that need no data, as a reader sees them.

#![allow(clippy::unwrap_used)]

mod support;

use support::{app_with_example, render, sizes};

use crate::app::key::Input;
use crate::app::{App, Msg, Recent, Screen, update};
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
fn home_shows_question_leader_and_date() {
    let recent = |title: &str, leader: &str, at: &str| Recent {
        path: format!("/home/me/work/{}.yaml", title.len()).into(),
        title: title.into(),
        leader: leader.into(),
        at: at.into(),
    };
    let app = App {
        recents: vec![
            recent(
                "We want to decrease user churn by 5 percent this quarter.",
                "Cars take too long in the North",
                "2026-10-05T08:00:00Z",
            ),
            recent("Why do riders leave?", "", "2026-10-02T17:30:00Z"),
        ],
        ..App::default()
    };
    for (w, h) in sizes() {
        insta::assert_snapshot!(format!("home_recent@{w}x{h}"), render(&app, &Theme::dark(), w, h));
    }
}

#[test]
fn text_that_floats_never_scrolls_past_its_end() {
    let mut app = app_with_example();
    app.screen = Screen::Score;
    let press = |app: &mut App, key: &str| {
        let _ = update(app, Msg::Input(Input::Key(key.parse().unwrap())));
        render(app, &Theme::dark(), 80, 24)
    };
    let top = press(&mut app, "?");
    let end = press(&mut app, "G");
    assert_ne!(top, end);
    assert_eq!(press(&mut app, "End"), end);
    for _ in 0..50 {
        press(&mut app, "j");
        press(&mut app, "PageDown");
    }
    assert_ne!(press(&mut app, "k"), end, "one step up is one line up");
    assert_eq!(press(&mut app, "j"), end);
    assert_eq!(press(&mut app, "g"), top);
    // Another text begins without the end of this one.
    press(&mut app, "Esc");
    app.messages.clear();
    press(&mut app, "M");
    press(&mut app, "Esc");
    press(&mut app, "?");
    assert_eq!(press(&mut app, "G"), end);
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
