//! Work that takes long: it says how far it is, and Ctrl-C ends it.

use std::io::Write;

use super::common::Place;

#[test]
fn ctrl_c_stops_a_long_reading_with_status_130() {
    let place = Place::new();
    let mut file = std::io::BufWriter::new(std::fs::File::create(place.path("big.jsonl")).unwrap());
    let note = "a note of some length ".repeat(4);
    for i in 0..1_500_000 {
        writeln!(file, "{{\"a\":{i},\"b\":{}.5,\"note\":\"{note}\"}}", i % 97).unwrap();
    }
    file.into_inner().unwrap().sync_all().unwrap();
    let before = place.files();
    let mut terminal = place.start(&["kpi", "big.jsonl", "--kpi", "mean(b)"]);
    terminal.wait_for("reading");
    terminal.wait_for(" MB");
    terminal.signal("-INT");
    assert_eq!(terminal.status(), 130, "{}", terminal.text());
    assert!(!terminal.text().contains("reading") && terminal.text().contains("Cancelled."), "{}", terminal.text());
    assert_eq!(place.files(), before);
}
