//! How a file is read, and a table that a query makes of two others, in a real terminal: both stand when the session is
//! opened again.

use super::common::{ENTER, ESC, Place, SUBMIT, saved};

/// Semicolons, dates of which each could be two, three spellings of a city, one fee that is no number.
fn rides() -> String {
    let mut out = String::from("Rides of March\n\nride;city;day;fee\n");
    for i in 1..=60 {
        let city = ["Oslo", "oslo ", "Bergen"][i % 3];
        let fee = if i == 7 { "free".to_owned() } else { format!("{i},5") };
        out.push_str(&format!("r{i:02};{city};0{}/0{}/2024;{fee}\n", i % 9 + 1, i % 8 + 1));
    }
    out
}

#[test]
fn what_is_chosen_and_mended_stands_when_the_session_is_opened_again() {
    let place = Place::new();
    std::fs::write(place.path("rides.csv"), rides()).unwrap();
    let mut t = place.start(&["new", "s.yaml", "--playbook", "churn", "--data", "rides.csv"]);
    t.wait_for("1 Problem");
    t.keys("3R");
    t.wait_for("How rides is read");
    t.wait_for("Mend city");
    t.wait_for("as it would be read");
    // Types of columns is the row above the repairs; dates the one before.
    t.keys("jjjjjjjjjj");
    t.wait_for("▸ Dates such as");
    t.keys("l");
    t.wait_for("day, month, year");
    t.keys("jj");
    t.wait_for("▸ ✗ Mend city");
    t.keys(ENTER);
    t.wait_for("▸ ✓ Mend city");
    t.keys("v");
    t.wait_for("as it is written");
    t.wait_for("ride;city;day;fee");
    t.keys("a");
    t.wait_until("the table read anew", |s| s.contains("✓ Mend city") && !s.contains("not taken yet"));
    t.wait_for("city=spelling");
    t.quit();
    t.assert_restored();
    let saved = std::fs::read_to_string(place.path("s.yaml")).unwrap();
    assert!(saved.contains("date_order: dmy") && saved.contains("city=spelling"), "{saved}");
    let mut t = place.start(&["open", "s.yaml"]);
    t.wait_for("rides");
    t.keys("3R");
    t.wait_for("day, month, year");
    t.wait_for("✓ Mend city");
    t.keys(ESC);
    t.wait_until("the page left", |s| !s.contains("How rides is read"));
    t.quit();
}

#[test]
fn a_query_over_two_tables_becomes_one_of_the_session() {
    let place = Place::new();
    std::fs::write(place.path("rides.csv"), "ride,zone\n1,a\n2,b\n3,a\n").unwrap();
    std::fs::write(place.path("zones.csv"), "zone,name\na,North\nb,South\n").unwrap();
    let args = ["new", "s.yaml", "--playbook", "churn", "--data", "rides.csv", "--data", "zones.csv"];
    let mut t = place.start(&args);
    t.wait_for("1 Problem");
    t.keys("3");
    t.wait_for("▸ ride");
    t.keys("Q");
    t.wait_for("SELECT * FROM rides");
    t.keys(" JOIN zones USING (zone)");
    t.keys("\u{1b}[15~");
    // With the result the keys go to it.
    t.wait_for("North");
    assert!(!t.text().contains("zone:zones"), "a column that USING names stands once: {}", t.text());
    t.wait_for("A keep as table");
    t.keys("A");
    t.wait_for("Keep the result as a table");
    t.keys("joined");
    let before = saved(&t.text()).unwrap();
    t.keys(SUBMIT);
    t.saved_after(before);
    t.keys("L");
    t.wait_for("joined   3 rows × 3");
    t.keys(ESC);
    t.wait_until("the form left", |s| !s.contains("Which table?"));
    t.quit();
    t.assert_restored();
    let saved = std::fs::read_to_string(place.path("s.yaml")).unwrap();
    assert!(saved.contains("JOIN zones USING (zone)"), "{saved}");
    let mut t = place.start(&["open", "s.yaml"]);
    t.wait_for("rides");
    t.keys("3");
    t.wait_for("joined (3 rows × 3)");
    t.keys("L");
    t.wait_for("joined   3 rows × 3");
    t.keys(ESC);
    t.wait_until("the form left", |s| !s.contains("Which table?"));
    t.quit();
}
