//! Keys in, effects out.

use super::{Ask, Copying, Float, Shape, Told, as_text, cursor, found_words};
use crate::app::screens::explore::fixture::{Bench, With};
use crate::app::{Confirmed, Effect, Msg, Popup};
use crate::query::{Cell, ColumnInfo, ExportFormat, Exported, FindMode, ValueType};

/// The table pane.
fn bench() -> Bench {
    let mut b = Bench::new();
    b.press("S-Tab");
    b
}

/// Row (from 1) and name of the column under the cursor.
fn at(b: &Bench) -> (u64, String) {
    let (row, column) = cursor(&b.app).unwrap();
    (row + 1, b.app.main_info().unwrap().schema.columns[column].name.clone())
}

fn search(b: &mut Bench, text: &str) {
    b.press("/");
    b.typed(text);
    b.press("Enter");
}

#[test]
fn slash_finds_cells_as_they_are_shown_and_n_goes_on_round_the_end() {
    let mut b = bench();
    search(&mut b, "two year");
    assert_eq!(at(&b), (4, "Contract".into()));
    assert!(found_words(&b.app).unwrap().starts_with("1 of 100 "), "{:?}", found_words(&b.app));
    b.press("n");
    assert_eq!(at(&b), (8, "Contract".into()));
    b.press("N N");
    assert_eq!(at(&b), (400, "Contract".into()));
    assert_eq!(b.said(), "Went on round the end of the table.");
    assert!(found_words(&b.app).unwrap().starts_with("100 of 100 "));
    // Numbers are found as well, and a capital makes case count.
    search(&mut b, "23.70");
    search(&mut b, "TWO YEAR");
    assert_eq!(b.said(), "No cell holds \"TWO YEAR\".");
    assert!(found_words(&b.app).unwrap().starts_with("not found "));
    b.press("Esc");
    assert_eq!(found_words(&b.app), None);
    b.press("n");
    assert_eq!(b.said(), "Nothing is searched for. / searches.");
}

#[test]
fn a_regular_expression_is_begun_with_re_or_chosen_with_tab_and_its_fault_is_placed() {
    let mut b = bench();
    search(&mut b, "re:^C03[12]7$");
    assert_eq!(at(&b), (318, "customer_id".into()));
    assert!(found_words(&b.app).unwrap().starts_with("1 of 2 "));
    b.press("/");
    // The line keeps to regular expressions until Tab says otherwise.
    b.typed("a(b");
    b.press("Enter");
    match b.app.popups.last() {
        Some(Popup::Cells(float)) => match &**float {
            Float::Line(line) => assert_eq!(line.bad.as_ref().unwrap().at, Some(2)),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
    b.press("Tab Enter");
    assert_eq!(b.said(), "No cell holds \"a(b\".");
}

#[test]
fn the_line_takes_pastes_and_remembers() {
    let mut b = bench();
    b.press("/");
    b.paste("One year\n");
    b.press("Enter");
    assert_eq!(at(&b), (3, "Contract".into()));
    search(&mut b, "上海");
    b.press("/ Up Up");
    b.press("Enter");
    assert_eq!(b.app.views.explore.cells.search.as_ref().unwrap().find.text, "One year");
    // Keys are text while it is open.
    b.press("/");
    b.typed("q1?");
    assert!(b.app.popups.len() == 1 && b.other.is_empty());
    b.press("Esc");
    assert!(b.app.popups.is_empty());
}

#[test]
fn a_find_that_comes_late_moves_nothing() {
    let mut b = bench();
    search(&mut b, "two year");
    let find = b.app.views.explore.cells.search.as_ref().unwrap().find.clone();
    search(&mut b, "上海");
    let before = at(&b);
    let hit = crate::query::Hit { row: 99, column: "Churn".into(), before: 0, wrapped: false };
    b.tell(Msg::Cells(Box::new(Told::Found(Box::new(find), Ok(Some(hit))))));
    assert_eq!(at(&b), before);
}

#[test]
fn marks_and_ranges_are_copied_as_rows_and_esc_takes_them_away() {
    let mut b = bench();
    b.press("Space j Space");
    assert_eq!(at(&b).0, 4);
    b.press("j v j j");
    let marks = &b.app.views.explore.cells.marks;
    assert_eq!(marks.rows(6), [(0, 1), (2, 1), (4, 3)]);
    b.press("v y");
    match b.other.pop() {
        Some(Effect::Cells { ask, .. }) => {
            let columns = (0..9).collect();
            let rows = vec![(0, 1), (2, 1), (4, 3)];
            assert_eq!(*ask, Ask::Copy(Box::new(Copying { rows, columns, shape: Shape::Tsv })));
        }
        other => panic!("{other:?}"),
    }
    b.press("Esc");
    assert_eq!(b.said(), "No row is marked any more.");
    b.press("l y");
    assert_eq!(b.other.pop(), Some(Effect::Copy("One year".into())));
    // A null is not the word null.
    b.press("| n o t e Enter G k");
    b.press("y");
    assert!(b.other.is_empty() && b.said().contains("null"), "{}", b.said());
}

#[test]
fn what_to_copy_can_be_chosen() {
    let mut b = bench();
    b.press("l Y Up Enter");
    // The choice begins at the cell and goes round.
    let last = b.other.pop();
    b.press("Y Down Enter");
    match b.other.pop() {
        Some(Effect::Cells { ask, .. }) => match *ask {
            Ask::Copy(c) => assert_eq!((c.rows, c.shape), (vec![(0, 1)], Shape::Json)),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?} {last:?}"),
    }
    let effects = super::chosen(&mut b.app, "condition");
    assert_eq!(effects, [Effect::Copy("\"Contract\" = 'Month-to-month'".into())]);
    match super::chosen(&mut b.app, "column").pop() {
        Some(Effect::Cells { ask, .. }) => match *ask {
            Ask::Copy(c) => assert_eq!((c.rows, c.columns, c.shape), (vec![(0, 400)], vec![1], Shape::Values)),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn rows_are_written_to_a_file_that_is_replaced_on_a_yes_only() {
    let mut b = bench();
    b.press("Space W");
    b.press("Ctrl-U");
    b.typed("/tmp/none/x.xls");
    b.press("Ctrl-S");
    assert!(b.form().error.as_ref().unwrap().contains(".parquet"), "{:?}", b.form().error);
    b.press("Ctrl-U");
    b.typed("/tmp/none/x.parquet");
    b.press("Ctrl-S");
    let Some(Effect::Cells { ask, .. }) = b.other.pop() else { panic!("nothing was asked") };
    let Ask::Export(export) = *ask else { panic!("no export") };
    assert_eq!(export.rows, Some(vec![(0, 1)]));
    assert_eq!((export.format, export.replace, export.guard), (ExportFormat::Parquet, false, true));
    b.tell(Msg::Cells(Box::new(Told::Exists(export.clone()))));
    assert!(matches!(b.app.popups.last(), Some(Popup::Confirm { yes: Confirmed::Replace(_), .. })));
    b.press("n");
    assert!(b.other.is_empty());
    b.tell(Msg::Cells(Box::new(Told::Exists(export))));
    b.press("y");
    match b.other.pop() {
        Some(Effect::Cells { ask, .. }) => assert!(matches!(*ask, Ask::Export(e) if e.replace)),
        other => panic!("{other:?}"),
    }
    let done = Exported { path: "x.csv".into(), rows: 7043, columns: 21, bytes: 970_457, guarded: 2 };
    b.tell(Msg::Cells(Box::new(Told::Exported(Ok(done)))));
    assert_eq!(
        b.said(),
        format!(
            "{} rows × 21 columns written to x.csv (970 KB). 2 texts got a ' in front.",
            crate::analysis::format::count(7043)
        )
    );
}

#[test]
fn a_cell_stays_open_from_row_to_row_and_is_copied_whole() {
    let mut b = Bench::with(With { huge: true, ..With::default() });
    b.press("S-Tab");
    b.press("| n o t e Enter Enter");
    let view = |b: &Bench| match b.app.popups.last() {
        Some(Popup::Cells(float)) => match &**float {
            Float::Cell(cell) => cell.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    assert!(view(&b).facts().contains("control characters"), "{}", view(&b).facts());
    b.press("n");
    // The page has cut it; the whole was asked for.
    assert_eq!(view(&b).row, 1);
    assert!(view(&b).facts().contains("bytes"), "{}", view(&b).facts());
    b.press("y");
    match b.other.pop() {
        Some(Effect::Copy(text)) => assert_eq!(text.len(), 262_144 * 4),
        other => panic!("{other:?}"),
    }
    b.press("n n");
    assert_eq!(at(&b), (4, "note".into()));
    b.press("h Esc");
    assert_eq!(at(&b), (4, "地區".into()));
}

#[test]
fn a_row_is_a_form_that_can_be_narrowed_and_copied() {
    let mut b = bench();
    b.press("j =");
    let view = |b: &Bench| match b.app.popups.iter().rev().find_map(|p| match p {
        Popup::Cells(float) => match &**float {
            Float::Record(record) => Some(record.clone()),
            _ => None,
        },
        _ => None,
    }) {
        Some(record) => record,
        None => panic!("{:?}", b.app.popups),
    };
    b.press("/ c h u r n Enter");
    assert_eq!((view(&b).fits.len(), view(&b).row), (1, 1));
    b.press("l l h Enter");
    assert_eq!(view(&b).row, 2);
    assert!(matches!(b.app.popups.last(), Some(Popup::Cells(f)) if matches!(**f, Float::Cell(_))));
    b.press("Esc y");
    match b.other.pop() {
        Some(Effect::Copy(text)) => {
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(value["customer_id"], "C0002");
            assert_eq!(value["note"], "two\nlines\tand a tab");
        }
        other => panic!("{other:?}"),
    }
    b.press("Esc Esc");
    assert!(b.app.popups.is_empty());
    assert_eq!(at(&b), (3, "Churn".into()));
}

#[test]
fn rows_become_text_in_each_shape() {
    let columns = [
        ColumnInfo { name: "a|b".into(), dtype: ValueType::Text },
        ColumnInfo { name: "n".into(), dtype: ValueType::Int },
    ];
    let rows = [vec![Cell::Text("x\t\"y\"".into()), Cell::Int(-1)], vec![Cell::Text(String::new()), Cell::Null]];
    for (shape, text) in [
        (Shape::Tsv, "a|b\tn\n\"x\t\"\"y\"\"\"\t-1\n\"\"\t\n"),
        (Shape::Csv, "a|b,n\n\"x\t\"\"y\"\"\",-1\n\"\",\n"),
        (Shape::Markdown, "| a\\|b | n |\n| --- | ---: |\n| x\t\"y\" | -1 |\n|  | null |\n"),
        (Shape::Json, "{\"a|b\": \"x\\t\\\"y\\\"\", \"n\": -1}\n{\"a|b\": \"\", \"n\": null}\n"),
        (Shape::Values, "x\t\"y\"\t-1\n\t\n"),
    ] {
        assert_eq!(as_text(shape, &columns, &rows, true), text, "{shape:?}");
    }
}

#[test]
fn the_mode_of_the_last_search_is_kept() {
    let mut b = bench();
    search(&mut b, "re:x");
    b.press("/");
    match b.app.popups.last() {
        Some(Popup::Cells(float)) => match &**float {
            Float::Line(line) => assert_eq!(line.mode, FindMode::Regex),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}
