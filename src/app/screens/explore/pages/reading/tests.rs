//! How a file is read: state, keys, recorded events.

use super::*;
use crate::app::Popup;
use crate::app::screens::explore::fixture::Bench;
use crate::domain::event::TableFacts;
use serde_json::json;

/// Semicolons, a preamble, remarks, dates of either order, three spellings, a row twice, one that is short.
const MESSY: &str = "Report\n\nid;city;day;fee\n# taken over\n\
    u01;Oslo;03/04/2024;1.200,5\nu02;oslo ;04/05/2024;20,0\nu03;Bergen;05/06/2024;7,25\nu03;Bergen;05/06/2024;7,25\n\
    u04;OSLO;06/07/2024;x\nu05;Oslo;07/08/2024\n";

fn reading() -> Bench {
    let mut rows = String::from(MESSY);
    for i in 6..40 {
        rows.push_str(&format!("u{i:02};Oslo;0{}/01/2024;{i},5\n", i % 9 + 1));
    }
    let mut b = Bench::over(&rows);
    b.press("R");
    assert_eq!(b.app.views.explore.pane, Pane::Reading);
    b
}

/// Goes to a row.
fn to(b: &mut Bench, wanted: &Row) {
    let at = rows(&b.app).iter().position(|r| r == wanted).unwrap_or_else(|| panic!("{wanted:?}: {:?}", rows(&b.app)));
    b.app.views.explore.pages.reading.list.select(at);
}

fn options(acts: &[Act]) -> serde_json::Value {
    match acts {
        [Act::ReadOptions { options, .. }, ..] => json!(options),
        other => panic!("{other:?}"),
    }
}

/// What is said of a field.
fn words(b: &Bench, field: Field) -> String {
    value(&b.app.views.explore.pages.reading.draft, report(&b.app), field)
}

fn column(b: &Bench, name: &str) -> String {
    let (_, info) = table(&b.app).unwrap();
    info.schema.get(name).map(|c| c.dtype.word().to_owned()).unwrap_or_default()
}

#[test]
fn every_guess_is_in_sight_with_its_source_and_the_first_rows() {
    let b = reading();
    let shown = |field: Field| (words(&b, field), source(&b.app.views.explore.pages.reading.draft, field).word());
    assert_eq!(shown(Field::Delimiter), (";".into(), "guessed"));
    assert_eq!(shown(Field::Header), ("line 3".into(), "guessed"));
    assert_eq!(shown(Field::SkipLines), ("none".into(), "usual"));
    let Some((_, Ok(Some(seen)))) = &b.app.views.explore.pages.reading.seen else { panic!("no first rows") };
    assert!(seen.whole && seen.lines[2] == "id;city;day;fee" && seen.schema.columns.len() == 4);
    assert_eq!(column(&b, "fee"), "text", "x is no number");
    assert_eq!(report(&b.app).unwrap().odd.n, 2, "the remark and the short row");
}

#[test]
fn a_choice_shows_its_rows_at_once_is_recorded_when_taken_and_undone() {
    let mut b = reading();
    to(&mut b, &Row::Field(Field::Comment));
    assert_eq!(b.press("l"), [], "nothing is recorded before it is taken");
    let Some((_, Ok(Some(seen)))) = &b.app.views.explore.pages.reading.seen else { panic!("no first rows") };
    assert!(seen.reading.notes.iter().any(|n| n.contains("remarks")), "{:?}", seen.reading.notes);
    assert_eq!(b.app.views.explore.pages.reading.draft.comment.as_deref(), Some("#"));
    to(&mut b, &Row::Field(Field::DateOrder));
    b.press("l");
    assert_eq!(words(&b, Field::DateOrder), "day, month, year");
    to(&mut b, &Row::Field(Field::Types));
    b.press("Enter");
    b.paste("fee");
    b.press("Tab");
    for _ in 0..2 {
        b.press("Right");
    }
    b.press("Ctrl-S");
    let acts = b.press("a");
    assert_eq!(options(&acts), json!({"comment": "#", "date_order": "dmy", "types": {"fee": "num"}}));
    assert_eq!((column(&b, "day"), column(&b, "fee")), ("date".into(), "num".into()));
    let odd = &report(&b.app).unwrap().odd;
    assert!(odd.first.iter().any(|o| o.text == "x" && o.what == "fee is not num; null"), "{odd:?}");
    assert!(!is_changed(&b.app));
    b.press("u");
    assert_eq!((column(&b, "day"), column(&b, "fee")), ("text".into(), "text".into()), "undo reads it as before");
    assert_eq!(b.app.views.explore.pages.reading.draft, ReadOptions::default());
}

#[test]
fn what_was_chosen_is_guessed_again_and_recorded_as_nothing() {
    let mut b = reading();
    to(&mut b, &Row::Field(Field::Header));
    b.press("Enter");
    b.paste("1");
    b.press("Ctrl-S");
    assert_eq!(options(&b.press("a")), json!({"header_row": 1}));
    to(&mut b, &Row::Field(Field::Header));
    b.press("Backspace");
    assert_eq!(options(&b.press("a")), json!({"header_row": null}));
    assert_eq!(recorded(&b.app), ReadOptions::default());
    assert_eq!(column(&b, "city"), "text");
}

#[test]
fn repairs_are_proposed_marked_and_made() {
    let mut b = reading();
    let spelling = Fix::Spelling("city".into());
    let proposed = proposal(&b.app, &spelling).unwrap();
    assert!(proposed.sure && proposed.rows == 2, "{proposed:?}");
    to(&mut b, &Row::Fix(Fix::Distinct, false));
    b.press("Enter");
    to(&mut b, &Row::Fix(spelling.clone(), false));
    b.press("Enter");
    assert_eq!(selected(&b.app), Some(Row::Fix(spelling, true)), "the cursor stays on it");
    assert_eq!(options(&b.press("a")), json!({"fixes": ["city=spelling", "rows=distinct"]}));
    let (_, info) = table(&b.app).unwrap();
    // The remark is a row too, as nobody said that it is none.
    assert_eq!(info.rows, 40);
    assert!(info.reading.notes.iter().any(|n| n.contains("2 values of city")), "{:?}", info.reading.notes);
}

#[test]
fn of_several_files_the_first_rows_of_each_can_be_seen() {
    let mut b = reading();
    assert_eq!(b.app.views.explore.pages.reading.seen_of.as_ref().map(|f| f.of), Some(1));
    b.press("f");
    assert_eq!(b.app.views.explore.pages.reading.file, 0, "one file only");
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("m=2")).unwrap();
    for (name, rows) in [("a.csv", "id,fee\n1,2\n"), ("m=2/b.csv", "id,fee\n7,8\n"), ("c.csv", "id,fee\n9,x\n")] {
        std::fs::write(folder.path().join(name), rows).unwrap();
    }
    let path = folder.path().display().to_string();
    b.record(Act::AttachData { data: "months".into(), path, sql: None, facts: TableFacts::default() });
    b.press("D");
    let seen = |b: &Bench| {
        let view = &b.app.views.explore.pages.reading;
        let file = view.seen_of.clone().unwrap();
        let Some((_, Ok(Some(seen)))) = &view.seen else { panic!("no first rows") };
        (file.at, file.of, file.name, seen.lines[1].clone())
    };
    assert_eq!(seen(&b), (0, 3, "a.csv".into(), "1,2".into()));
    b.press("f");
    assert_eq!(seen(&b), (1, 3, "c.csv".into(), "9,x".into()));
    // A change shows in the file that is looked at.
    to(&mut b, &Row::Field(Field::Delimiter));
    b.press("l l");
    assert_eq!(seen(&b).2, "c.csv");
    b.press("f");
    assert_eq!(seen(&b).2, "m=2/b.csv");
    b.press("f");
    assert_eq!(seen(&b).2, "a.csv", "round the end");
}

#[test]
fn changes_are_taken_back_one_by_one_or_dropped_and_leave_no_trace() {
    let mut b = reading();
    to(&mut b, &Row::Field(Field::Delimiter));
    b.press("l l");
    assert_eq!(b.app.views.explore.pages.reading.draft.delimiter, Some(';'));
    b.press("z");
    assert_eq!(b.app.views.explore.pages.reading.draft.delimiter, Some(','));
    assert!(waiting(&b.app).is_some());
    b.press("r");
    assert!(waiting(&b.app).is_none());
    b.press("Backspace z z");
    assert_eq!(b.press("Esc"), []);
    assert_ne!(b.app.views.explore.pane, Pane::Reading);
}

#[test]
fn nonsense_is_refused_in_the_form_and_a_way_that_fails_says_why() {
    let mut b = reading();
    to(&mut b, &Row::Field(Field::Delimiter));
    b.press("Enter");
    b.paste("ab");
    b.press("Ctrl-S");
    assert!(b.form().error.as_deref().is_some_and(|e| e.contains("one ASCII character")), "{:?}", b.form().error);
    b.press("Esc");
    to(&mut b, &Row::Field(Field::Encoding));
    b.press("Enter");
    b.paste("klingon");
    b.press("Ctrl-S");
    let Some((_, Err(why))) = &b.app.views.explore.pages.reading.seen else { panic!("klingon was read") };
    assert!(why.contains("klingon"), "{why}");
    // Taken all the same, the table does not open; the page is still there and leads out.
    b.press("a");
    assert!(b.app.tables["users"].failed.is_some());
    b.press("u");
    assert!(b.app.tables["users"].failed.is_none());
    to(&mut b, &Row::Odd);
    b.press("Enter");
    assert!(matches!(b.app.popups.last(), Some(Popup::Words { .. })));
}
