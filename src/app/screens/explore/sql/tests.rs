//! Keys in, state and events out: queries over the table of the fixture.

use super::RESULT;
use crate::app::screens::explore::Pane;
use crate::app::screens::explore::fixture::Bench;
use crate::domain::event::Act;
use crate::query::Cell;

const BY_CONTRACT: &str = "SELECT Contract, COUNT(*) AS n FROM users GROUP BY Contract ORDER BY n DESC, Contract";

fn asked(query: &str) -> Bench {
    let mut b = Bench::new();
    b.press("Q Ctrl-U");
    b.paste(query);
    b.press("Ctrl-R");
    b
}

fn cells(b: &Bench) -> Vec<Vec<Cell>> {
    b.app.tables.get(RESULT).unwrap().page.rows.clone()
}

#[test]
fn a_query_gives_a_table_with_the_means_of_the_table_pane() {
    let mut b = asked(BY_CONTRACT);
    assert_eq!((b.app.views.explore.pane, b.app.is_edit_mode()), (Pane::Sql, false));
    assert_eq!(b.app.main_table(), Some(RESULT));
    assert_eq!(cells(&b)[0], [Cell::Text("Month-to-month".into()), Cell::Int(200)]);
    // Sorted by n upwards: the smallest group is first, and z takes it back.
    b.press("l s");
    assert_eq!(cells(&b)[0][1], Cell::Int(100));
    b.press("z");
    assert_eq!(cells(&b)[0][1], Cell::Int(200));
    b.press("f");
    b.press("Ctrl-U");
    b.typed("n = 200");
    b.press("Ctrl-S");
    assert_eq!(b.app.main_info().unwrap().rows, 1);
    b.press("Esc");
    assert_eq!(b.app.main_info().unwrap().rows, 3);
}

#[test]
fn the_table_of_the_kpi_is_as_it_was_left() {
    let mut b = Bench::new();
    while b.app.views.explore.pane != Pane::Table {
        b.press("Tab");
    }
    b.press("j j j l Space");
    let ran = b.ran.len();
    b.press("Q Ctrl-U");
    b.paste(BY_CONTRACT);
    b.press("Ctrl-R j");
    b.press("Tab");
    assert_eq!((b.app.views.explore.pane, b.app.main_table()), (Pane::Table, Some("users")));
    assert_eq!(b.app.views.explore.table.selected(400), Some(4));
    assert!(b.app.views.explore.cells.marks.has(3));
    assert!(b.app.views.explore.level.is_some());
    assert_eq!(b.ran.len(), ran, "nothing is measured twice: {:?}", b.ran);
    b.press("S-Tab");
    assert_eq!(b.app.views.explore.table.selected(3), Some(1), "the result's own cursor");
}

#[test]
fn what_is_wrong_is_shown_at_its_place() {
    for (query, words, place) in [
        ("SELECT Contrat\nFROM users", "Did you mean Contract?", Some((1, 8))),
        ("SELECT *\nFROM uses", "Did you mean users?", Some((2, 6))),
        ("SELECT *\nFROM users WHERE", "Line 2, column 17", None),
        ("SELECT medain(tenure) FROM users", "MEDIAN", Some((1, 8))),
        ("SELECT * FROM read_csv('/etc/passwd')", "would read another file", None),
        ("DROP TABLE users", "must begin with SELECT", None),
    ] {
        let b = asked(query);
        let (why, at) = b.app.views.explore.sql.failed.clone().unwrap_or_default();
        assert!(why.contains(words), "{query}: {why}");
        if let Some(place) = place {
            assert_eq!(at.map(|p| (p.line, p.column)), Some(place), "{query}: {why}");
            assert_eq!(b.app.views.explore.sql.editor.cursor(), (place.0 - 1, place.1 - 1), "{query}");
        }
        assert!(b.app.is_edit_mode(), "{query}");
    }
}

#[test]
fn tab_takes_what_is_offered() {
    let mut b = Bench::new();
    b.press("Q Ctrl-U");
    b.typed("SELECT Contr");
    b.press("Tab");
    b.typed(" FROM us");
    b.press("Tab");
    assert_eq!(b.app.views.explore.sql.editor.text(), "SELECT Contract FROM users");
    b.typed(" x WHERE x.ten");
    assert_eq!(b.app.views.explore.sql.offers[0].text, "tenure");
    b.press("Tab");
    b.typed(" > 'ten");
    assert!(b.app.views.explore.sql.offers.is_empty(), "text is nobody's name");
    b.typed("' or med");
    b.press("Tab");
    assert!(b.app.views.explore.sql.editor.text().ends_with("MEDIAN("), "{}", b.app.views.explore.sql.editor.text());
}

#[test]
fn the_history_comes_back_and_letters_are_text() {
    let mut b = asked("SELECT 1 AS q");
    b.press("Q Ctrl-U");
    b.typed("SELECT 2 AS q");
    b.press("Ctrl-R i Ctrl-U");
    b.typed("half");
    b.press("Alt-Up Alt-Up");
    assert_eq!(b.app.views.explore.sql.editor.text(), "SELECT 1 AS q");
    b.press("Alt-Down Alt-Down");
    assert_eq!(b.app.views.explore.sql.editor.text(), "half");
    b.press("q");
    assert_eq!(b.app.views.explore.sql.editor.text(), "halfq");
    let place = crate::app::place::of(&mut b.app).unwrap();
    assert_eq!((place.query.as_str(), place.queries.len()), ("halfq", 2));
}

#[test]
fn a_long_result_says_that_it_is_cut() {
    let mut b = Bench::new();
    b.most_cells = 100;
    b.press("Q Ctrl-U");
    b.paste("SELECT customer_id, tenure FROM users");
    b.press("Ctrl-R");
    assert_eq!(b.app.main_info().unwrap().rows, 50);
    assert!(b.app.views.explore.sql.ran.as_ref().unwrap().more);
}

#[test]
fn a_result_is_pinned_with_its_query() {
    let mut b = asked("SELECT AVG(tenure) AS mean_tenure FROM users WHERE Churn = 'Yes'");
    b.press("c");
    let text = b.form().text("text");
    assert!(text.starts_with("mean_tenure "), "{text}");
    let acts = b.press("Ctrl-S");
    let Some(Act::Check { params, data, result, .. }) = acts.first() else { panic!("{acts:?}") };
    assert_eq!(params["op"], "sql");
    assert!(params["query"].as_str().unwrap().starts_with("SELECT AVG"));
    assert_eq!(data, &["users"]);
    assert!(result["estimate"].as_f64().is_some());
    assert!(matches!(acts.get(1), Some(Act::Clue { .. })), "{acts:?}");
}

#[test]
fn a_result_is_kept_as_a_table_that_its_query_makes() {
    let mut b = Bench::new();
    b.press("Q Ctrl-U");
    b.app.views.explore.sql.editor.set("SELECT Contract, count(*) AS n FROM users GROUP BY Contract ORDER BY Contract");
    b.press("Ctrl-R Esc A");
    b.paste("no name");
    b.press("Ctrl-S");
    assert!(b.form().error.as_deref().is_some_and(|e| e.contains("letters, digits")), "{:?}", b.form().error);
    b.press("Esc A");
    for _ in 0.."no name".len() {
        b.press("Backspace");
    }
    b.paste("by_contract");
    let acts = b.press("Ctrl-S");
    let [Act::AttachData { data, path, sql: Some(sql), .. }, ..] = acts.as_slice() else { panic!("{acts:?}") };
    assert_eq!((data.as_str(), path.as_str()), ("by_contract", ""));
    assert!(sql.starts_with("SELECT Contract"), "{sql}");
    let info = &b.app.tables["by_contract"];
    assert_eq!((info.rows, info.failed.clone(), info.opening), (3, None, false));
    // It is a table like any other for the KPI, and for a query; not for a table made by one.
    b.press("K");
    assert!(b.form().fields.iter().any(|f| f.key == "data"), "the table can be chosen");
    b.press("Esc i");
    b.app.views.explore.sql.editor.set("SELECT * FROM by_contract");
    b.press("Ctrl-R Esc A");
    b.paste("again");
    b.press("Ctrl-S");
    assert!(b.form().error.as_deref().is_some_and(|e| e.contains("is a query itself")), "{:?}", b.form().error);
    b.press("Esc u");
    assert!(b.app.doc.as_ref().unwrap().session.state.tables.iter().all(|t| t.data != "by_contract"), "undo");
}

#[test]
fn another_table_is_looked_at_and_the_kpi_keeps_its_own() {
    let mut b = asked(BY_CONTRACT);
    b.press("A");
    b.paste("by_contract");
    b.press("Ctrl-S 3");
    b.select("tenure");
    b.press("L");
    assert!(b.form().fields.iter().any(|f| f.key == "choice"));
    b.press("Right Ctrl-S");
    assert_eq!((b.app.main_table(), b.app.kpi_table()), (Some("by_contract"), Some("users")));
    let names = |b: &Bench| -> Vec<String> {
        crate::app::screens::explore::ordered_columns(&b.app).iter().map(|c| c.name.clone()).collect()
    };
    assert_eq!(names(&b), ["Contract", "n"]);
    b.press("Enter");
    assert!(b.said().contains("The KPI speaks of users"), "{}", b.said());
    // Every other pane speaks of the KPI's table; back on Columns the other one stands as it was left.
    b.press("j Tab");
    assert_eq!((b.app.views.explore.pane, b.app.main_table()), (Pane::Kpi, Some("users")));
    b.press("S-Tab");
    assert_eq!(b.app.main_table(), Some("by_contract"));
    assert_eq!(crate::app::screens::explore::selected_column(&b.app).unwrap().name, "n");
    b.press("L Left Ctrl-S");
    assert_eq!(b.app.main_table(), Some("users"));
    assert_eq!(crate::app::screens::explore::selected_column(&b.app).unwrap().name, "tenure");
}
