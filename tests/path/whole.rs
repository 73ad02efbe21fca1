//! The main job by hand: from a sentence to a brief, on a table, in a real terminal; then the same session opened again,
//! checked, exported and replayed.

use whyboard::analysis::format::count;
use whyboard::cli::load::read_session;
use whyboard::domain::event::Act;
use whyboard::query::Outcome;

use super::common::{ENTER, ESC, NEXT, Place, RIGHT, SUBMIT, TAB, Terminal, saved, small_table, telco};

/// The table of the walk: the real one where it is at hand, else a made-up one of the same columns.
struct Table {
    path: String,
    rows: String,
    /// The KPI over all rows, as the screen shows it.
    level: &'static str,
}

fn table(place: &Place) -> Table {
    if let Some(path) = telco() {
        return Table {
            path: path.display().to_string(),
            rows: format!("{} rows × 21", count(7043)),
            level: "26.5% [25.5, 27.6]",
        };
    }
    std::fs::write(place.path("customers.csv"), small_table()).unwrap();
    Table { path: "customers.csv".into(), rows: "600 rows × 6".into(), level: "churn rate 2" }
}

fn fill(t: &mut Terminal, title: &str, fields: &[&str]) {
    t.form(title);
    t.keys(&fields.join(TAB));
    t.submit();
}

/// Waits until more than so many events are on disk. A key that means nothing takes a message away, which stands where
/// that is said.
fn settled(t: &mut Terminal, before: u64) -> u64 {
    t.wait_until("no form", |s| !s.contains("Ctrl-S"));
    t.keys("~");
    t.saved_after(before)
}

/// Answers the question in sight: the typed part, then their words.
fn answer(t: &mut Terminal, typed: &str, words: &str) {
    t.keys(typed);
    if !words.is_empty() {
        t.keys(TAB);
        t.keys(words);
        t.wait_for(words);
    }
    t.keys(NEXT);
}

#[test]
fn from_a_sentence_to_a_brief() {
    let place = Place::new();
    let table = table(&place);
    let mut t = place.start(&["new", "churn.yaml", "--playbook", "churn", "--data", &table.path]);

    // 1 Problem: the sentence, the KPI with its level, a level rather than a rise, where it should go.
    t.wait_for("The problem");
    t.wait_for(&table.rows);
    t.keys(ENTER);
    fill(&mut t, "The sentence", &["We want to decrease user churn by 5% this quarter"]);
    t.keys("K");
    fill(&mut t, "The KPI", &["rate(Churn = 'Yes')"]);
    t.wait_for(table.level);
    t.keys("jjj");
    t.keys(ENTER);
    t.form("The goal");
    t.keys("2");
    t.wait_for("(•) it was always too high");
    t.keys(&["", "8", "7.6", "2026-12-31", "30"].join(TAB));
    t.submit();
    t.wait_for("the table says");
    t.wait_for("triage");

    // 2 Ask: the sponsor and whoever knows the data, one question at a time, with nothing on the screen that leads.
    t.keys("2");
    t.wait_for("Questions");
    t.keys("i");
    t.form("Who sits beside you?");
    t.keys("2");
    t.wait_for("(•) someone new");
    t.keys(SUBMIT);
    t.wait_for("Role");
    t.keys("1");
    t.wait_for("(•) sponsor");
    t.keys(TAB);
    t.keys("Growth lead");
    t.keys(SUBMIT);
    t.wait_for("Interview with Growth lead");
    t.wait_for("question 1 of");
    assert!(!t.text().contains("Board"), "the board is in sight of the witness:\n{}", t.text());
    answer(&mut t, "2", "It has been like this for years");
    t.wait_for("question 2 of");
    answer(&mut t, "8\t7.6", "Five percent of the rate");
    t.wait_for("question 3 of");
    answer(&mut t, "2026-12-31", "");
    t.wait_for("question 4 of");
    t.keys(ESC);
    t.wait_for("3 of ");
    t.keys("i");
    t.form("Who sits beside you?");
    t.keys(SUBMIT);
    t.wait_for("Interview with Data scientist");
    // The first question was answered by the sponsor; it comes back another day.
    t.wait_for("Looking back as far as you can");
    t.keys("\x0c");
    t.wait_for("When exactly does someone count as gone?");
    answer(&mut t, "1", "They cancel");
    t.wait_until("the question after it", |s| !s.contains("When exactly does someone count as gone?"));
    t.keys(ESC);
    t.wait_for("4 of ");

    // Triage: two of the proposed hypotheses, then one of our own.
    t.keys("t");
    t.wait_for("Those who are free to leave each month do");
    t.keys(ENTER);
    t.wait_until("one hypothesis on the board", |s| s.matches(" in 10").count() == 3);
    t.keys(ENTER);
    t.wait_until("two hypotheses on the board", |s| s.matches(" in 10").count() == 4);
    t.keys("H");
    t.form("A hypothesis");
    t.keys("Fiber customers are served worse");
    t.keys(TAB);
    t.keys("Customers on fiber leave more often than others with the same contract");
    t.keys(TAB);
    t.keys("Within one contract, fiber and DSL customers leave alike");
    t.submit();
    t.wait_until("three hypotheses on the board", |s| s.matches(" in 10").count() == 5);

    // 3 Explore: columns, the KPI by Contract, pinned with ratings.
    t.keys("3");
    t.wait_for("Columns");
    t.wait_for("Contract");
    for _ in 0..40 {
        if t.text().lines().any(|l| l.contains("▸ Contract")) {
            break;
        }
        let before = t.text();
        t.keys("j");
        t.wait_until("the next column", |s| s != before);
    }
    t.wait_for("Month-to-month");
    t.keys(ENTER);
    t.wait_for("by Contract");
    t.wait_for("came to the rest's level");
    t.keys("c");
    t.form("Pin a clue");
    t.wait_for("Contract");
    t.keys(TAB);
    t.keys(RIGHT);
    t.keys(RIGHT);
    t.wait_for("expected");
    let before = saved(&t.text()).unwrap_or(0);
    t.submit();
    let before = settled(&mut t, before);

    // A check on the spot: the forecast first, within strata, then its result is pinned.
    t.keys("t");
    t.form("A check on the spot");
    t.keys(&["", "", "tenure", ""].join(TAB));
    t.keys(TAB);
    t.keys("1");
    t.wait_until("who predicts it", |s| s.contains("(•)"));
    t.keys(TAB);
    t.keys("80");
    t.keys(SUBMIT);
    t.form("Pin a clue");
    t.wait_for("within tenure");
    t.submit();
    let before = settled(&mut t, before);

    // The reach becomes what the hypothesis could move.
    t.keys("e");
    t.form("Which hypothesis does it size?");
    t.keys(SUBMIT);
    t.form("Exposed, %");
    t.keys(&["", "50", "", "", "", "", "10"].join(TAB));
    t.submit();
    let before = settled(&mut t, before);

    // 4 Score: the board has moved; decide with the reason, though gates are red.
    t.keys("4");
    t.wait_for("Which is the largest single cause of the gap?");
    t.wait_until("the leader", |s| s.lines().any(|l| l.contains("▸") && l.contains("free to leave")));
    t.keys(ENTER);
    t.form("Decide:");
    t.keys("Among customers of the same tenure, those without a term leave far more often");
    t.keys(TAB);
    t.keys("A trial in which a term is offered and churn stays");
    t.submit();
    let before = settled(&mut t, before);

    // 5 Brief: take what the playbook suggests, write a field, export.
    t.keys("5");
    t.wait_for("Kind");
    t.keys("s");
    let before = settled(&mut t, before);
    t.keys("j");
    t.keys(ENTER);
    t.wait_until("a field of the brief", |s| s.contains("Ctrl-S"));
    t.keys(" and nothing else");
    t.submit();
    settled(&mut t, before);
    t.keys("x");
    t.form("Export the brief");
    t.submit();
    t.wait_for("Written");
    let brief = std::fs::read_to_string(place.path("churn.md")).unwrap();
    assert!(brief.contains("free to leave") && brief.contains("largest single cause"), "{brief}");
    t.quit();

    // Opened again it stands exactly there.
    let mut t = place.start(&["open", "churn.yaml"]);
    t.wait_for("Kind");
    t.quit();
    let (read, opened) = read_session(&place.path("churn.yaml")).unwrap();
    assert_eq!((read.warnings.len(), read.session.faults.len(), opened.warnings.len()), (0, 0, 0));
    let state = &read.session.state;
    assert!(state.decision.is_some() && state.clues.len() >= 2 && state.hypotheses.len() >= 3);
    let predicted = read
        .session
        .events
        .iter()
        .any(|e| matches!(&e.act, Act::Check { predicted: true, outcome, .. } if *outcome != Outcome::Failed));
    assert!(predicted, "the check was not made with its forecast");

    // Replayed event by event.
    let events = read.session.events.len();
    let mut t = place.start(&["replay", "churn.yaml"]);
    t.wait_for("Before the first event");
    for n in 1..=events {
        t.keys("n");
        t.wait_for(&format!("{n} of {events}"));
    }
    t.keys("<");
    t.wait_for("Before the first event");
    t.quit();
}
