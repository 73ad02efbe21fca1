//! The panes at three sizes and at every small one, with what tables really hold.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::draw;
use crate::app::App;
use crate::app::screens::explore::fixture::{Bench, With};
use crate::domain::event::Act;
use crate::ui::theme::Theme;

const SIZES: [(u16, u16); 3] = [(120, 38), (80, 22), (60, 14)];

fn drawn(app: &App, theme: &Theme, (width, height): (u16, u16)) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    assert_eq!(draw(app, theme, area, &mut buf), None, "no text is typed here");
    text_of(&buf)
}

pub(super) fn text_of(buf: &Buffer) -> String {
    let (width, height) = (buf.area.width, buf.area.height);
    let mut out = String::new();
    for y in 0..height {
        let mut line = String::new();
        let mut x = 0;
        while x < width {
            let symbol = buf[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(crate::ui::text::width(symbol).max(1)).unwrap();
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn snapshots(name: &str, app: &App) {
    for size in SIZES {
        insta::assert_snapshot!(format!("{name}@{}x{}", size.0, size.1), drawn(app, &Theme::dark(), size));
    }
}

fn goal(bench: &mut Bench) {
    bench.record(Act::Goal {
        kpi: Some("churn".into()),
        shape: None,
        from: Some(40.0),
        to: Some(36.0),
        points: None,
        by_date: None,
        budget_days: None,
        scope: None,
    });
}

#[test]
fn the_table() {
    let mut b = Bench::new();
    b.press("S-Tab l j");
    snapshots("table", &b.app);
}

#[test]
fn the_table_sorted_filtered_and_arranged() {
    let mut b = Bench::new();
    b.press("S-Tab");
    while b.app.views.explore.pane != crate::app::screens::explore::Pane::Table {
        b.press("Tab");
    }
    b.press("l + l x l S l S S F");
    b.press("a");
    b.typed("years");
    b.press("Tab");
    b.typed("tenure / 12.0");
    b.press("Ctrl-S");
    // Widths are known once the rows were drawn.
    drawn(&b.app, &Theme::dark(), SIZES[0]);
    b.press("h ] ] ]");
    snapshots("table_view", &b.app);
    // No mark is one of colour alone, or beyond ASCII where that is wanted.
    let ascii =
        Theme::new(crate::ui::theme::Ground::Dark, crate::ui::theme::Depth::Mono, crate::ui::glyphs::Glyphs::ascii());
    let screen = drawn(&b.app, &ascii, (80, 22));
    assert!(!screen.contains('▲') && !screen.contains('│'), "{screen}");
}

#[test]
fn a_query_and_its_result() {
    let mut b = Bench::new();
    b.press("Q Ctrl-U");
    b.paste("SELECT Contract, coin, COUNT(*) AS n, AVG(tenure) AS mean_tenure\nFROM users GROUP BY Contract, coin ORDER BY 1, 2");
    b.press("Ctrl-R");
    drawn(&b.app, &Theme::dark(), SIZES[0]);
    b.press("j l");
    snapshots("sql", &b.app);
}

#[test]
fn a_query_that_fails_says_where() {
    let mut b = Bench::new();
    b.press("Q Ctrl-U");
    b.paste("SELECT Contrat, COUNT(*) FROM users GROUP BY 1");
    b.press("Ctrl-R Esc");
    snapshots("sql_failed", &b.app);
}

#[test]
fn a_query_that_is_typed_has_the_cursor_and_offers() {
    let mut b = Bench::new();
    b.press("Q Ctrl-U");
    b.typed("SELECT c");
    for size in SIZES {
        let area = Rect::new(0, 0, size.0, size.1);
        let mut buf = Buffer::empty(area);
        let at = draw(&b.app, &Theme::dark(), area, &mut buf).expect("the cursor is seen where text is typed");
        assert_eq!(at.x, 10);
        insta::assert_snapshot!(format!("sql_typed@{}x{}", size.0, size.1), text_of(&buf));
    }
    for (width, height) in [(0, 0), (3, 2), (11, 5), (20, 7), (200, 3)] {
        let area = Rect::new(0, 0, width, height);
        draw(&b.app, &Theme::dark(), area, &mut Buffer::empty(area));
    }
}

#[test]
fn a_filter_stands_above_every_pane() {
    let mut b = Bench::new();
    b.press("S-Tab");
    while b.app.views.explore.pane != crate::app::screens::explore::Pane::Table {
        b.press("Tab");
    }
    b.press("l +");
    for size in SIZES {
        for _ in 0..4 {
            let screen = drawn(&b.app, &Theme::dark(), size);
            assert!(screen.contains("200 of 400 rows where \"Contract\" = 'Month-to-month'"), "{screen}");
            b.press("Tab");
        }
    }
}

#[test]
fn the_columns() {
    let mut b = Bench::new();
    goal(&mut b);
    b.select("Contract");
    snapshots("columns", &b.app);
    b.select("charges");
    snapshots("columns_number", &b.app);
}

#[test]
fn the_columns_by_type_and_the_days_of_one() {
    let mut b = Bench::with(With { day: true, ..With::default() });
    b.press("s s");
    b.select("day");
    snapshots("columns_days", &b.app);
    b.press("i");
    let Some(crate::app::Popup::Words { lines, .. }) = b.app.popups.last() else { panic!("words are shown") };
    assert!(lines.iter().any(|l| l.contains("missing")), "{lines:?}");
}

#[test]
fn two_groups_of_rows_side_by_side() {
    let mut b = Bench::new();
    b.select("Contract");
    b.press("v Ctrl-S Ctrl-S");
    snapshots("sides", &b.app);
    b.select("charges");
    snapshots("sides_number", &b.app);
    // Shares and marks are numbers, so that nothing is lost without colour.
    let mono = drawn(&b.app, &Theme::mono(), (120, 38));
    assert!(mono.contains("A − B") && mono.contains("PSI"), "{mono}");
}

#[test]
fn the_kpi_by_a_column() {
    let mut b = Bench::new();
    goal(&mut b);
    b.select("Contract");
    b.press("Enter");
    snapshots("kpi", &b.app);
}

#[test]
fn the_kpi_over_time() {
    let mut b = Bench::with(With { day: true, ..With::default() });
    b.press("T");
    snapshots("trend", &b.app);
}

#[test]
fn the_checks() {
    let mut b = Bench::new();
    b.select_check("d_contract_within_tenure");
    b.press("t Ctrl-S");
    b.typed("70");
    b.press("Ctrl-S Esc");
    b.select_check("d_tenure_level");
    snapshots("checks", &b.app);
    b.select_check("d_contract_within_tenure");
    snapshots("checks_run", &b.app);
}

#[test]
fn what_is_missing_is_said() {
    let b = Bench::unbound(With::default());
    snapshots("no_kpi", &b.app);
    let mut app = crate::app::screens::ask::fixture::app();
    app.screen = crate::app::Screen::Explore;
    snapshots("no_data", &app);
}

#[test]
fn the_checks_filtered() {
    let mut b = Bench::new();
    b.select_check("d_service_level");
    snapshots("checks_asks", &b.app);
    b.press("/");
    b.typed("equally long");
    b.press("Enter");
    snapshots("checks_filtered", &b.app);
}

#[test]
fn the_kpi_over_time_with_a_step_selected() {
    let mut b = Bench::with(With { day: true, ..With::default() });
    b.press("T l l");
    snapshots("trend_step", &b.app);
}

#[test]
fn the_kpi_over_time_by_another_step_with_its_target_and_an_incomplete_end() {
    let mut b = Bench::with(With { day: true, ..With::default() });
    goal(&mut b);
    // Without the last days of April and the first of May the last week is short.
    b.press("T s s");
    snapshots("trend_weeks", &b.app);
    let screen = drawn(&b.app, &Theme::mono(), (120, 38));
    assert!(screen.contains("each week") && screen.contains("dashes: target 36.0%"), "{screen}");
}

#[test]
fn the_kpi_by_two_columns() {
    let mut b = Bench::new();
    goal(&mut b);
    b.select("Contract");
    b.press("Enter d");
    while b.form().text("choice") != "charges" {
        b.press("Right");
    }
    b.press("Ctrl-S");
    snapshots("kpi_map", &b.app);
    // The worst and the best are told without colour, and small cells stand in brackets.
    let mono = drawn(&b.app, &Theme::mono(), (120, 38));
    assert!(mono.contains("▼") && mono.contains("▲") && mono.contains("in brackets: fewer than 30 rows"), "{mono}");
    assert!(mono.contains('('), "{mono}");
    b.press("m");
    snapshots("kpi_pairs", &b.app);
    let ascii =
        Theme::new(crate::ui::theme::Ground::Dark, crate::ui::theme::Depth::Mono, crate::ui::glyphs::Glyphs::ascii());
    b.press("m");
    let screen = drawn(&b.app, &ascii, (80, 22));
    assert!(!screen.contains('▼') && screen.contains('v'), "{screen}");
}

/// The KPI form as it floats above its screen.
#[test]
fn the_kpi_form_with_its_offers() {
    let mut b = Bench::unbound(With::default());
    b.press("K Home Ctrl-K");
    b.typed("churn");
    b.press("Down");
    let Some(crate::app::Popup::Form(form)) = b.app.popups.last() else { panic!("a form is open") };
    for (width, height) in [(120, 40), (80, 24), (60, 16)] {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        crate::ui::form::draw(form, &b.app.hits, &Theme::dark(), area, &mut buf);
        insta::assert_snapshot!(format!("kpi_form@{width}x{height}"), text_of(&buf));
    }
}

/// A frame costs what is in sight, however wide the table is.
#[test]
fn a_wide_table_measures_only_columns_in_sight_and_they_only_grow() {
    let mut b = Bench::new();
    let info = b.app.tables.get_mut("users").unwrap();
    let column = |i: usize| crate::query::ColumnInfo { name: format!("c{i}"), dtype: crate::query::ValueType::Text };
    info.schema.columns = (0..10_000).map(column).collect();
    info.rows = 50;
    let page = |letters: usize| crate::query::Page {
        start: 0,
        rows: (0..50).map(|_| (0..10_000).map(|_| crate::query::Cell::Text("x".repeat(letters))).collect()).collect(),
        columns: None,
    };
    info.page = page(20);
    b.app.views.explore.pane = crate::app::screens::explore::Pane::Table;
    let wide = drawn(&b.app, &Theme::dark(), (120, 38));
    let measured = b.app.views.explore.widths.borrow().measured.len();
    assert!(measured < 120, "{measured} columns were looked at");
    assert_eq!(b.app.views.explore.widths.borrow().cells[0], 20);
    // Shorter values come by: the columns stay where they are.
    let mut short = page(5);
    short.start = 1;
    b.app.tables.get_mut("users").unwrap().page = short;
    let narrow = drawn(&b.app, &Theme::dark(), (120, 38));
    assert_eq!(wide.lines().nth(2), narrow.lines().nth(2), "the header does not jump");
}

/// Rows that are loaded but not in sight yet may hold longer numbers.
#[test]
fn a_number_further_down_is_not_cut() {
    let mut b = Bench::new();
    let info = b.app.tables.get_mut("users").unwrap();
    info.schema.columns = vec![crate::query::ColumnInfo { name: "n".into(), dtype: crate::query::ValueType::Int }];
    info.rows = 1000;
    let rows = (0..1000).map(|i| vec![crate::query::Cell::Int(if i == 999 { 123_456_789 } else { i })]).collect();
    info.page = crate::query::Page { start: 0, rows, columns: None };
    b.app.views.explore.pane = crate::app::screens::explore::Pane::Table;
    b.app.views.explore.table.end(1000);
    let text = drawn(&b.app, &Theme::dark(), (80, 22));
    assert!(text.contains("123456789"), "{text}");
}

/// Data can't act on the terminal, at any size and in any pane.
#[test]
fn drawing_is_safe_at_any_size_with_any_text() {
    let mut b = Bench::with(With { day: true, huge: true });
    b.select("note");
    for (pane, keys) in [
        ("columns", ""),
        ("kpi", "Tab"),
        ("checks", "Tab"),
        ("drivers", "Tab"),
        ("segments", "Tab"),
        ("change", "Tab"),
        ("two columns", "d Right Ctrl-S"),
        ("map", "m"),
        ("leaks", "Tab"),
        ("table", "Tab"),
        ("columns", "Tab"),
        ("trend", "T"),
        ("trend by day", "s"),
        ("by column", "T"),
        ("two columns crossed", "d Right Ctrl-S"),
        ("side by side", "Esc v Ctrl-S"),
    ] {
        b.press(keys);
        for width in (0..=60).step_by(3).chain([1, 2, 70, 80, 104, 200]) {
            for height in (0..=60).step_by(5).chain([1, 2, 3, 4, 14, 22]) {
                let text = drawn(&b.app, &Theme::mono(), (width, height));
                let acts = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
                assert!(!text.contains(acts), "{pane} at {width}×{height}: {text:?}");
            }
        }
    }
}

#[test]
fn drivers_and_segments() {
    let mut b = Bench::new();
    b.press("Tab Tab Tab");
    snapshots("drivers", &b.app);
    b.press("Tab");
    snapshots("segments", &b.app);
}

#[test]
fn change() {
    let mut b = Bench::new();
    b.press("Tab Tab Tab Tab Tab");
    snapshots("change_nothing", &b.app);
    let mut b = Bench::with(With { day: true, huge: false });
    b.press("Tab Tab Tab Tab Tab");
    snapshots("change", &b.app);
    b.press("d Right Ctrl-S m");
    snapshots("change_map", &b.app);
}

#[test]
fn leaks_and_pages() {
    let mut b = Bench::with(With { day: true, huge: false });
    goal(&mut b);
    b.press("Tab Tab Tab");
    while crate::app::screens::explore::selected_group(&b.app).is_none() {
        b.press("j");
    }
    b.press("x");
    snapshots("confounders", &b.app);
    b.press("Esc Space j r");
    snapshots("reach", &b.app);
    b.press("E");
    snapshots("experiment", &b.app);
    b.press("Esc Tab Tab Tab");
    b.record(Act::KnownBefore {
        column: "coin".into(),
        known: false,
        before: Vec::new(),
        said_by: None,
        why: "tossed afterwards".into(),
    });
    snapshots("leaks", &b.app);
}

#[test]
fn pages_are_drawn_safely_at_any_size() {
    let mut b = Bench::with(With { day: true, huge: true });
    b.press("Tab Tab Tab");
    for keys in ["x", "Esc r", "E", "Esc"] {
        b.press(keys);
        for width in (0..=60).step_by(4).chain([1, 2, 70, 80, 104, 200]) {
            for height in [0, 1, 2, 3, 4, 5, 8, 10, 14, 22, 60] {
                drawn(&b.app, &Theme::mono(), (width, height));
            }
        }
    }
}

#[test]
fn an_area_that_does_not_begin_at_the_corner_is_kept_to() {
    let mut b = Bench::new();
    let whole = Rect::new(0, 0, 90, 30);
    let area = Rect::new(7, 5, 70, 20);
    for _ in 0..8 {
        b.press("Tab");
        let mut buf = Buffer::empty(whole);
        draw(&b.app, &Theme::dark(), area, &mut buf);
        for y in 0..whole.height {
            for x in 0..whole.width {
                let inside = area.contains((x, y).into());
                assert!(inside || buf[(x, y)].symbol() == " ", "{:?} writes at {x}, {y}", b.app.views.explore.pane);
            }
        }
    }
}

#[test]
fn how_the_file_is_read() {
    let mut b = Bench::over(
        "Report of March\n\nid;city;day;fee\nu1;Oslo;03/04/2024;1.200,5\nu2;oslo ;04/05/2024;20,0\nu3;Bergen;05/06/2024\n\
         u3;Bergen;05/06/2024\nTotal;;;1220,5\n",
    );
    b.press("R");
    snapshots("reading", &b.app);
    b.press("j l v");
    snapshots("reading_changed", &b.app);
}
