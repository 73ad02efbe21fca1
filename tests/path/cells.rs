//! Cells of a table in a real terminal: text is pasted into the search line, found, copied by way of the terminal's own
//! clipboard, and the rows that are marked are written to a file.

use super::common::{ENTER, Place, SUBMIT, Terminal, small_table};

/// What the terminal's clipboard was asked to take, base64: `OSC 52`.
fn clipboard(t: &Terminal) -> Vec<String> {
    let raw = t.raw();
    raw.split("\u{1b}]52;c;").skip(1).filter_map(|rest| rest.split('\u{7}').next()).map(str::to_owned).collect()
}

#[test]
fn cells_are_found_copied_and_written() {
    let place = Place::new();
    std::fs::write(place.path("customers.csv"), small_table()).unwrap();
    let mut t = place.start(&["new", "s.yaml", "--playbook", "churn", "--data", "customers.csv"]);
    t.wait_for("1 Problem");
    t.keys("3");
    t.wait_for("600 ");
    // To the Table pane, whichever pane is first.
    t.keys("\u{1b}[Z");
    t.wait_for("row 1 of 600");
    t.keys("|");
    t.wait_for("Go to a column");
    t.keys("contract");
    t.wait_for("1 of 6");
    t.keys(ENTER);
    t.wait_for("Contract · text");
    t.keys("/");
    t.wait_for("plain text");
    // Bracketed paste: the end of its line is no Enter, and its q does not quit.
    t.keys("\u{1b}[200~two year\n\u{1b}[201~");
    t.wait_for("two year");
    t.keys(ENTER);
    let known = |s: &str| s.contains("/two year") && !s.contains("searching") && !s.contains("counting");
    t.wait_until("the find and its count", |s| known(s) && !s.contains("plain text"));
    t.keys("y");
    t.wait_for("Copied");
    assert_eq!(clipboard(&t), ["VHdvIHllYXI="], "\"Two year\" in base64");
    t.keys("v");
    t.wait_for("1 row marked");
    t.keys("jW");
    t.wait_for("Write rows to a file");
    t.keys("\u{15}rows.jsonl");
    t.keys(SUBMIT);
    t.wait_for("2 rows × 6 columns written");
    let written = std::fs::read_to_string(place.path("rows.jsonl")).unwrap();
    assert_eq!(written.lines().count(), 2);
    assert!(written.starts_with('{') && written.contains("\"Two year\""), "{written}");
    t.quit();
    t.assert_restored();
}
