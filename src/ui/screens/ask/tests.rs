//! The screen at three sizes, at every small size, and what an interview must never show.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::{Value, json};

use super::draw;
use crate::app::App;
use crate::app::screens::ask::fixture::{
    answer, app, go_to, interview, playbook, press, record, stamp, typed, with_playbook,
};
use crate::app::screens::ask::list;
use crate::domain::event::Act;
use crate::ui::glyphs::{Glyphs, to_ascii};
use crate::ui::theme::{Depth, Ground, Theme};

const SIZES: [(u16, u16); 3] = [(120, 38), (80, 22), (60, 14)];

/// The buffer as plain text, with `▮` where the cursor of the terminal stands.
fn drawn(app: &App, (width, height): (u16, u16)) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    let cursor = draw(app, &Theme::dark(), area, &mut buf);
    let mut out = String::new();
    for y in 0..height {
        let mut line = String::new();
        let mut x = 0;
        while x < width {
            let symbol = buf[(x, y)].symbol();
            line.push_str(if cursor == Some((x, y).into()) { "▮" } else { symbol });
            x += u16::try_from(crate::ui::text::width(symbol).max(1)).unwrap();
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn snapshots(name: &str, app: &App) {
    for size in SIZES {
        insta::assert_snapshot!(format!("{name}@{}x{}", size.0, size.1), drawn(app, size));
    }
}

/// A session with some answers by three people.
fn underway() -> App {
    let mut app = app();
    answer(&mut app, "q01", "p2", json!([8, 7.6]), "Five percent means five percent of the rate, so 8.0 down to 7.6.");
    answer(&mut app, "q00", "p2", json!("level"), "");
    answer(&mut app, "q03", "p2", Value::Null, "");
    answer(&mut app, "q04", "p1", json!("nobody_knows"), "Finance counts contracts, we count rides.");
    answer(&mut app, "q06", "p1", json!("no"), "");
    record(&mut app, Act::Defer { question: "q09".into(), to: None });
    record(&mut app, Act::Defer { question: "q22".into(), to: Some("finance".into()) });
    answer(&mut app, "q10", "p3", Value::Null, "Bonus rule");
    app
}

#[test]
fn the_list() {
    let mut app = underway();
    list::select(&mut app, "q01");
    snapshots("list", &app);
}

#[test]
fn the_list_with_several_answers_and_a_nudge() {
    let mut app = underway();
    record(&mut app, Act::Person { alias: "p4".into(), role: "product".into(), shown_as: "Android lead".into() });
    let text = "Release 7.4 on 14 August.\n— Prices and fees?\nNone that I know of.";
    record(
        &mut app,
        Act::Answer {
            question: "q10".into(),
            said_by: "p4".into(),
            value: Value::Null,
            unit: None,
            text: text.into(),
            verbatim: true,
        },
    );
    list::select(&mut app, "q10");
    press(&mut app, "h");
    snapshots("list_answers", &app);
}

#[test]
fn the_list_filtered_to_nothing_and_without_playbook() {
    let mut app = with_playbook(Some({
        let mut playbook = playbook();
        playbook.questions.retain(|q| q.id == "q01");
        playbook
    }));
    answer(&mut app, "q01", "p2", json!([8, 7.6]), "");
    press(&mut app, "f");
    insta::assert_snapshot!("list_nothing_left@80x22", drawn(&app, (80, 22)));
    insta::assert_snapshot!("list_no_playbook@80x22", drawn(&with_playbook(None), (80, 22)));
}

#[test]
fn interview_choice() {
    let mut app = app();
    interview(&mut app, "p1");
    go_to(&mut app, "q04");
    press(&mut app, "Down Down");
    snapshots("interview_choice", &app);
}

#[test]
fn interview_multi() {
    let mut app = app();
    interview(&mut app, "p3");
    go_to(&mut app, "q09");
    press(&mut app, "Space Down Down Space");
    snapshots("interview_multi", &app);
}

#[test]
fn interview_number_pair_refused() {
    let mut app = app();
    interview(&mut app, "p2");
    go_to(&mut app, "q01");
    typed(&mut app, "8,0");
    press(&mut app, "Tab");
    typed(&mut app, "less");
    press(&mut app, "Ctrl-T Ctrl-N");
    snapshots("interview_pair", &app);
}

#[test]
fn interview_free_text_with_a_probe() {
    let mut app = app();
    interview(&mut app, "p3");
    go_to(&mut app, "q10");
    typed(
        &mut app,
        "The bonus for drivers in the North ended in the last week of August; many moved to the airport since.",
    );
    press(&mut app, "Alt-2");
    typed(&mut app, "App 7.4 came two weeks before.");
    press(&mut app, "Ctrl-V");
    snapshots("interview_text", &app);
}

#[test]
fn interview_free_text_with_a_nudge_after_the_time_box() {
    let mut app = app();
    interview(&mut app, "p3");
    go_to(&mut app, "q10");
    typed(&mut app, "Nothing");
    press(&mut app, "Ctrl-T");
    for _ in 0..60 {
        stamp(&mut app);
    }
    press(&mut app, "Ctrl-N");
    snapshots("interview_nudge", &app);
}

#[test]
fn interview_yes_no() {
    let mut app = app();
    interview(&mut app, "p3");
    go_to(&mut app, "q11");
    press(&mut app, "y");
    snapshots("interview_yes_no", &app);
}

#[test]
fn interview_date() {
    let mut app = app();
    interview(&mut app, "p2");
    go_to(&mut app, "q02");
    typed(&mut app, "2026-12");
    snapshots("interview_date", &app);
}

#[test]
fn interview_rating_and_long_tip() {
    let mut app = app();
    interview(&mut app, "p2");
    go_to(&mut app, "q18");
    typed(&mut app, "65");
    insta::assert_snapshot!("interview_rating@80x22", drawn(&app, (80, 22)));
    record(&mut app, Act::Person { alias: "p5".into(), role: "support".into(), shown_as: "Support lead".into() });
    press(&mut app, "Esc");
    interview(&mut app, "p5");
    go_to(&mut app, "q21");
    insta::assert_snapshot!("interview_tip@80x22", drawn(&app, (80, 22)));
}

#[test]
fn interview_someone_else_and_the_end() {
    let mut app = app();
    interview(&mut app, "p2");
    go_to(&mut app, "q03");
    press(&mut app, "Ctrl-O Down");
    snapshots("interview_someone_else", &app);
    press(&mut app, "Enter Ctrl-N Ctrl-N Ctrl-N");
    snapshots("interview_end", &app);
}

#[test]
fn triage_of_a_hypothesis_and_of_a_clue() {
    let mut app = underway();
    press(&mut app, "t");
    snapshots("triage_hypothesis", &app);
    let at = crate::app::screens::ask::triage::waiting(&app).iter().position(|p| p.text.contains("counting")).unwrap();
    app.views.ask.proposals.select(at);
    snapshots("triage_clue", &app);
}

#[test]
fn triage_with_nothing() {
    let mut app = app();
    press(&mut app, "t");
    insta::assert_snapshot!("triage_nothing@80x22", drawn(&app, (80, 22)));
}

/// While an interview runs nothing on the screen may lead the witness.
#[test]
fn an_interview_shows_no_hypothesis_no_proposal_and_nobody_elses_words() {
    let mut app = underway();
    press(&mut app, "t A");
    press(&mut app, "t");
    let secrets = [
        "Five percent means",
        "Finance counts contracts",
        "Bonus rule",
        "propos",
        "clue",
        "grade",
        "8 → 7.6",
        "Growth lead",
        "Data scientist",
    ];
    record(&mut app, Act::Person { alias: "p4".into(), role: "finance".into(), shown_as: "Finance".into() });
    for alias in ["p4", "p3"] {
        interview(&mut app, alias);
        let mut seen = 0;
        while app.views.ask.interview.as_ref().is_some_and(|i| i.answer.is_some()) {
            for size in SIZES {
                let screen = drawn(&app, size);
                let flat = screen.split_whitespace().collect::<Vec<_>>().join(" ");
                let doc = app.doc.as_ref().unwrap();
                let titles = doc.playbook.as_ref().unwrap().hypotheses.iter().map(|h| h.title.as_str());
                let rows = doc.session.state.hypotheses.iter().map(|h| h.title.as_str());
                for secret in titles.chain(rows).chain(secrets) {
                    assert!(!flat.contains(secret), "{secret} is shown:\n{screen}");
                }
            }
            seen += 1;
            press(&mut app, "Ctrl-N");
        }
        assert!(seen > 2, "{alias} is asked {seen} questions");
        let screen = drawn(&app, (80, 22));
        assert!(screen.contains("All asked. Thank them.") && !screen.contains("propos"), "{screen}");
        press(&mut app, "Esc");
        app.views.ask.triage = false;
    }
}

/// Views with text that is trouble.
fn nasty() -> Vec<App> {
    let evil = "\u{1b}[31m\u{202e}evil\0\t客户流失 e\u{301}\u{301}\u{301} 👩‍👩‍👧‍👦\n\u{9b}2J ".repeat(3);
    let mut out = Vec::new();
    let make = || {
        let mut playbook = playbook();
        for q in &mut playbook.questions {
            q.text.push_str(&evil);
            q.why.push_str(&evil);
            q.probes.push(evil.clone());
            q.nudge = Some(evil.clone());
            q.tips = Some(evil.clone());
            for (_, words) in &mut q.options {
                words.push_str(&evil);
            }
        }
        let mut app = with_playbook(Some(playbook));
        answer(&mut app, "q00", "p1", json!("level"), &evil);
        answer(&mut app, "q10", "p3", Value::Null, &evil);
        app
    };
    let mut app = make();
    list::select(&mut app, "q10");
    out.push(app);
    let mut app = make();
    press(&mut app, "t");
    out.push(app);
    for (alias, question) in [("p1", "q04"), ("p2", "q01"), ("p2", "q18"), ("p3", "q11"), ("p3", "q15")] {
        let mut app = make();
        interview(&mut app, alias);
        go_to(&mut app, question);
        press(&mut app, "8 Tab Tab");
        crate::app::screens::ask::paste(&mut app, &evil);
        press(&mut app, "Alt-1 Ctrl-N");
        out.push(app);
    }
    let mut app = make();
    interview(&mut app, "p2");
    press(&mut app, "Ctrl-O");
    out.push(app);
    out
}

#[test]
fn it_draws_at_every_size_inside_its_area_and_in_ascii() {
    let whole = Rect::new(0, 0, 140, 50);
    let themes = [Theme::dark(), Theme::new(Ground::Light, Depth::Mono, Glyphs::ascii())];
    for app in nasty() {
        for width in (0..40).chain([58, 80, 99, 100, 130]) {
            for height in [0, 1, 2, 3, 4, 5, 6, 8, 11, 12, 16, 24, 44] {
                for theme in &themes {
                    let area = Rect::new(3, 2, width, height);
                    let mut buf = Buffer::filled(whole, ratatui::buffer::Cell::new("x"));
                    for at in area.positions() {
                        buf[at].reset();
                    }
                    if let Some(at) = draw(&app, theme, area, &mut buf) {
                        assert!(area.contains(at), "cursor {at:?} outside {area:?}");
                    }
                    for at in whole.positions().filter(|at| !area.contains(*at)) {
                        assert_eq!(buf[at].symbol(), "x", "{at:?} outside {area:?}");
                    }
                    let harmless = |s: &str| !s.chars().any(|c| c.is_control() || c == '\u{202e}');
                    assert!(buf.content.iter().all(|c| harmless(c.symbol())));
                    if !theme.glyphs.unicode {
                        to_ascii(&mut buf);
                        assert!(buf.content.iter().all(|c| c.symbol().is_ascii()));
                    }
                }
            }
        }
    }
}

#[test]
fn it_draws_without_a_session_and_outside_the_buffer() {
    let mut buf = Buffer::empty(Rect::new(0, 0, 20, 4));
    assert_eq!(draw(&App::default(), &Theme::dark(), Rect::new(10, 2, 90, 90), &mut buf), None);
    assert_eq!(draw(&underway(), &Theme::dark(), Rect::new(200, 2, 9, 9), &mut buf), None);
}
