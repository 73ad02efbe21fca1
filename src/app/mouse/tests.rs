//! Clicks find what was drawn; the wheel moves what is on top.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;
use crate::app::key::Input;
use crate::app::screens::ask::fixture::{app, interview, press, stamp};
use crate::app::screens::explore::fixture::Bench;
use crate::app::{Msg, update};
use crate::ui::theme::Theme;

fn draw(app: &App, width: u16, height: u16) {
    let area = Rect::new(0, 0, width, height);
    crate::ui::draw(app, &Theme::dark(), area, &mut Buffer::empty(area));
}

fn mouse(app: &mut App, kind: MouseKind, column: u16, row: u16) -> Vec<Effect> {
    stamp(app);
    update(app, Msg::Input(Input::Mouse { kind, column, row }))
}

/// Draws, then clicks into the middle of where a target stands.
fn click(app: &mut App, target: Target) -> Vec<Effect> {
    draw(app, 120, 40);
    let spot = app.hits.place_of(target).unwrap_or_else(|| panic!("{target:?} is not drawn"));
    mouse(app, MouseKind::Down, spot.x + spot.width / 2, spot.y)
}

#[test]
fn a_click_on_a_stage_goes_there() {
    let mut app = app();
    for (screen, _) in Screen::STAGES {
        click(&mut app, Target::Stage(screen));
        assert_eq!(app.screen, screen);
    }
}

#[test]
fn a_click_selects_a_row_and_a_second_one_opens_it() {
    let mut app = app();
    click(&mut app, Target::Row(2));
    assert_eq!(app.views.ask.list.selected(99), Some(2));
    assert!(app.popups.is_empty(), "one click opens nothing");
    click(&mut app, Target::Row(2));
    assert_eq!(app.popups.len(), 1, "the second one asks who is interviewed");
    press(&mut app, "Esc");
    // A key between two clicks makes the next one the first again.
    click(&mut app, Target::Row(3));
    press(&mut app, "j");
    click(&mut app, Target::Row(3));
    assert!(app.popups.is_empty());
}

#[test]
fn rows_and_tabs_of_explore_take_clicks() {
    let mut b = Bench::new();
    b.press("g");
    draw(&b.app, 120, 40);
    let body = b.app.hits.place_of(Target::Body).unwrap();
    let row = (body.y..body.y + body.height)
        .find(|y| b.app.views.explore.columns.row_under(4, *y, 9) == Some(3))
        .expect("the fourth column is drawn");
    mouse(&mut b.app, MouseKind::Down, 4, row);
    assert_eq!(b.app.views.explore.columns.selected(9), Some(3));
    click(&mut b.app, Target::Tab(0));
    assert_eq!(b.app.views.explore.pane, explore::Pane::Table);
}

#[test]
fn a_hint_of_the_last_line_is_a_key() {
    let mut app = app();
    click(&mut app, Target::Key(Key::char('f')));
    assert_ne!(app.views.ask.filter, crate::app::screens::ask::list::Filter::All);
    press(&mut app, "o");
    click(&mut app, Target::Key(Key::plain(KeyCode::Esc)));
    assert!(app.popups.is_empty());
}

#[test]
fn what_floats_takes_the_click_from_what_lies_below() {
    let mut app = app();
    press(&mut app, "H");
    draw(&app, 120, 40);
    assert_eq!(app.hits.place_of(Target::Stage(Screen::Score)), None);
    mouse(&mut app, MouseKind::Down, 3, 5);
    assert_eq!((app.screen, app.popups.len()), (Screen::Ask, 1));
    click(&mut app, Target::Field(2));
    let Some(Popup::Form(form)) = app.popups.last() else { panic!("the form is open") };
    assert_eq!(form.focus, 2);
    press(&mut app, "Esc Ctrl-P");
    let Some(Popup::Palette(p)) = app.popups.last() else { panic!("the palette is open") };
    let at = p.found.iter().position(|c| c.id == "ask.filter").unwrap();
    click(&mut app, Target::PopupRow(at));
    assert!(app.popups.is_empty());
    assert_ne!(app.views.ask.filter, crate::app::screens::ask::list::Filter::All);
}

#[test]
fn the_wheel_moves_what_is_on_top_and_nothing_behind_it() {
    let mut app = app();
    let at = |app: &App| app.views.ask.list.selected(99);
    mouse(&mut app, MouseKind::ScrollDown, 5, 5);
    assert_eq!(at(&app), Some(3));
    press(&mut app, "Ctrl-P");
    mouse(&mut app, MouseKind::ScrollDown, 5, 5);
    let Some(Popup::Palette(p)) = app.popups.last() else { panic!("the palette is open") };
    assert_eq!((p.selected, at(&app)), (3, Some(3)));
    press(&mut app, "Esc ?");
    mouse(&mut app, MouseKind::ScrollDown, 5, 5);
    assert!(matches!(app.popups.last(), Some(Popup::Help { scroll: 3 })));
    press(&mut app, "Esc H");
    mouse(&mut app, MouseKind::ScrollDown, 5, 5);
    let Some(Popup::Form(form)) = app.popups.last() else { panic!("the form is open") };
    assert_eq!((form.focus, at(&app)), (2, Some(3)));
    press(&mut app, "Esc");
    interview(&mut app, "p2");
    mouse(&mut app, MouseKind::ScrollDown, 5, 5);
    assert_eq!(at(&app), Some(3), "the list behind the interview stays");
    click(&mut app, Target::Body);
    assert!(app.views.ask.interview.is_some() && at(&app) == Some(3));
}

#[test]
fn a_click_nowhere_or_on_a_screen_too_small_does_nothing() {
    let mut app = app();
    draw(&app, 10, 3);
    for (x, y) in [(0, 0), (3, 1), (999, 999)] {
        assert!(mouse(&mut app, MouseKind::Down, x, y).is_empty());
    }
    assert_eq!(app.screen, Screen::Ask);
}
