//! The frame, home and the stages that need no data, as a reader sees them.

#![allow(clippy::unwrap_used)]

mod support;

use support::{app_with_example, render, sizes};

use crate::app::key::Input;
use crate::app::screens::score::{Blind, Panel};
use crate::app::{App, JobView, Message, Msg, Recent, Screen, Tone, update};
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

fn press(app: &mut App, keys: &str) {
    for key in keys.split_whitespace() {
        let _ = update(app, Msg::Input(Input::Key(key.parse().unwrap())));
    }
}

fn snapshots(name: &str, app: &App) {
    for (w, h) in sizes() {
        insta::assert_snapshot!(format!("{name}@{w}x{h}"), render(app, &Theme::dark(), w, h));
    }
}

fn shows(app: &App, size: (u16, u16), words: &str) {
    let drawn = render(app, &Theme::dark(), size.0, size.1);
    assert!(drawn.contains(words), "{words:?} is not shown at {size:?}:\n{drawn}");
}

#[test]
fn the_other_list_and_the_panels_of_the_board() {
    let mut app = app_with_example();
    app.screen = Screen::Score;
    app.views.score.on_next = true;
    snapshots("score_next", &app);
    app.views.score.on_next = false;
    app.views.score.panel = Panel::Row;
    snapshots("score_row", &app);
    app.views.score.panel = Panel::Belief;
    insta::assert_snapshot!("score_belief@60x16", render(&app, &Theme::dark(), 60, 16));
    // Every part is at hand at the smallest size too.
    app.views.score.panel = Panel::Verdict;
    shows(&app, (60, 16), "Gates 8 of 8 green");
    press(&mut app, "Tab");
    shows(&app, (60, 16), "nothing left worth an hour");
    shows(&app, (60, 16), "no single clue");
}

#[test]
fn who_rates_alone_sees_no_board() {
    let mut app = app_with_example();
    app.screen = Screen::Score;
    app.views.score.blind = Some(Blind { by: "p2".into(), left: vec!["c1".into()], all: 1 });
    let drawn = render(&app, &Theme::dark(), 120, 40);
    assert!(drawn.contains("rates alone") && !drawn.contains("Cars take too long"), "{drawn}");
}

#[test]
fn palette_help_and_forms() {
    let mut app = app_with_example();
    app.screen = Screen::Score;
    press(&mut app, "Ctrl-P");
    snapshots("palette", &app);
    for c in "bind kpi".chars() {
        press(&mut app, if c == ' ' { "Space".to_owned() } else { c.to_string() }.as_str());
    }
    shows(&app, (80, 24), "on 1 Problem");
    press(&mut app, "Esc ?");
    press(&mut app, "G");
    shows(&app, (80, 24), "Shift-drag");
    press(&mut app, "Esc r");
    snapshots("form_rate", &app);
    press(&mut app, "Ctrl-S");
    insta::assert_snapshot!("form_rate_refused@80x24", render(&app, &Theme::dark(), 80, 24));
    press(&mut app, "Esc Enter");
    snapshots("form_decide", &app);
    press(&mut app, "Esc 5 g Enter");
    snapshots("form_kind", &app);
    shows(&app, (80, 24), "no model: fix it");
    shows(&app, (80, 24), "Send it there");
}

#[test]
fn a_reproach_of_a_form_is_read_whole_at_80_columns() {
    let mut app = app_with_example();
    app.screen = Screen::Score;
    press(&mut app, "r Right Right Right Right Right Right Right Ctrl-S");
    let drawn = render(&app, &Theme::dark(), 80, 24);
    let all = drawn.split_whitespace().collect::<Vec<_>>().join(" ").replace("│ ", "");
    assert!(all.contains("is frozen.") || all.contains("needs a written reason."), "{drawn}");
    assert!(all.contains("milder word.") || all.contains("with a written reason."), "{drawn}");
}

#[test]
fn a_long_message_stands_above_the_hints_and_is_whole() {
    let mut app = app_with_example();
    let text =
        "Nobody can open /data/shared/exports/2026/riders_by_zone_and_week.parquet: it is not there. Attach the \
                table again with a on 1 Problem."
            .to_owned();
    let _ = update(&mut app, Msg::Say(Message { tone: Tone::Bad, text: text.clone() }));
    let drawn = render(&app, &Theme::dark(), 80, 24);
    let last: Vec<&str> = drawn.lines().rev().take(3).collect();
    let words = format!("{} {}", last[2].trim_start_matches([' ', '✗']), last[1].trim());
    assert_eq!(words, text);
    assert!(last[0].contains("help"), "the hints stay: {}", last[0]);
}

#[test]
fn a_job_is_told_with_its_time_and_a_key_only_where_it_works() {
    let mut app = app_with_example();
    let _ = update(
        &mut app,
        Msg::Jobs(vec![JobView { label: "profile of riders".into(), share: Some(0.5), seconds: 4.0 }]),
    );
    shows(&app, (120, 40), "profile of riders 50% · 4 s left · Ctrl-C cancels");
    press(&mut app, "o");
    let drawn = render(&app, &Theme::dark(), 120, 40);
    assert!(drawn.contains("4 s left") && !drawn.contains("Ctrl-C"), "{drawn}");
}

#[test]
fn an_interview_shows_the_title_alone_and_the_keys_that_help() {
    use crate::app::screens::ask::fixture;
    for (w, h) in [(120, 40), (80, 24)] {
        let mut app = fixture::app();
        let goal = "8% → 7.6%";
        fixture::record(
            &mut app,
            crate::domain::event::Act::Goal {
                kpi: Some("churn".into()),
                shape: None,
                from: Some(8.0),
                to: Some(7.6),
                points: None,
                by_date: None,
                budget_days: None,
                scope: None,
            },
        );
        shows(&app, (w, h), goal);
        fixture::interview(&mut app, "p3");
        fixture::go_to(&mut app, "q10");
        let drawn = render(&app, &Theme::dark(), w, h);
        assert_eq!(drawn.lines().next().unwrap().trim(), "Rider churn");
        for words in ["F1 help", "Ctrl-V in our words", "Ctrl-T", "Esc leave", "Ctrl-O someone else", "probes  Alt-1"] {
            shows(&app, (w, h), words);
        }
        // A job that runs behind says nothing of a key that types here.
        let job = JobView { label: "profile".into(), share: None, seconds: 9.0 };
        let _ = update(&mut app, Msg::Jobs(vec![job]));
        assert!(!render(&app, &Theme::dark(), w, h).contains("Ctrl-C"));
    }
}
