//! Rules in words, guesses of columns, and the column on which a clue rests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;
use crate::app::screens::explore::fixture::Bench;
use crate::query::CheckOp;
use crate::query::ColumnInfo;

fn schema(columns: &[(&str, ValueType)]) -> Schema {
    Schema { columns: columns.iter().map(|(n, t)| ColumnInfo { name: (*n).into(), dtype: *t }).collect() }
}

fn request(columns: &[(&str, &str)], params: Value) -> CheckRequest {
    CheckRequest {
        op: CheckOp::CompareRate,
        columns: columns.iter().map(|(r, c)| ((*r).into(), (*c).into())).collect(),
        params: params.as_object().cloned().unwrap(),
        yes_if: None,
    }
}

#[test]
fn a_rule_reads_as_people_say_it() {
    let rule: YesIf = serde_json::from_value(json!({
        "metric": "rate_ratio", "gte": 1.3, "lower_gt": 1,
        "and": [{"metric": "share_of_excess", "gte": 0.5}, {"metric": "slope_points", "lt": 0, "upper_lt": 0}]
    }))
    .unwrap();
    assert_eq!(
        rule_words(&rule),
        "rate ratio ≥ 1.3, its interval above 1, share of excess ≥ 0.5, slope points < 0, its interval below 0"
    );
    assert_eq!(rule_words(&YesIf { metric: "x".into(), ..YesIf::default() }), "");
}

#[test]
fn columns_are_guessed_by_name_then_by_type() {
    let role: ColumnRole = serde_json::from_value(json!({
        "title": "How long", "types": ["int", "num"], "guess": ["tenure", "months"]
    }))
    .unwrap();
    let schema = schema(&[
        ("city", ValueType::Text),
        ("age", ValueType::Int),
        ("Months_total", ValueType::Float),
        ("tenure_text", ValueType::Text),
        ("Tenure", ValueType::Int),
    ]);
    assert_eq!(
        candidates(Some(&role), "tenure", &schema),
        ["Tenure", "Months_total", "tenure_text", "age", "city"],
        "name and type, name alone, type alone, the rest; every column stays eligible"
    );
    assert!(is_named_guess(Some(&role), "tenure", "Months_total"));
    assert!(!is_named_guess(Some(&role), "tenure", "age"));
    // Without a role in the playbook any type fits and only the name itself is a guess.
    assert_eq!(candidates(None, "age", &schema).first().map(String::as_str), Some("age"));
    assert!(candidates(Some(&role), "tenure", &Schema::default()).is_empty());
}

#[test]
fn a_clue_rests_on_the_column_that_is_tested() {
    let by = request(&[("contract", "Contract"), ("tenure", "months")], json!({"by": "contract"}));
    assert_eq!(tested_column(&by).as_deref(), Some("Contract"));
    let exposure = request(&[("place", "city"), ("wait", "wait_min")], json!({"exposure": "wait"}));
    assert_eq!(tested_column(&exposure).as_deref(), Some("wait_min"));
    let condition = request(&[], json!({"a": "(\"Contract\" = 'Month-to-month')"}));
    assert_eq!(tested_column(&condition).as_deref(), Some("Contract"));
    // A name with a blank stays whole; what is held fixed is not what is tested.
    let fixed = request(&[("city", "city")], json!({"a": "\"Monthly fee\" > 5", "within": ["city"]}));
    assert_eq!(tested_column(&fixed).as_deref(), Some("Monthly fee"));
    let roles = request(&[("age", "years"), ("support", "Helpdesk")], json!({"a": "LOWER({support}) = 'no'"}));
    assert_eq!(tested_column(&roles).as_deref(), Some("Helpdesk"));
    assert_eq!(tested_column(&request(&[], json!({}))), None);
}

#[test]
fn roles_that_no_column_plays_are_asked_for_once() {
    let mut b = Bench::new();
    let check =
        |b: &Bench, id: &str| b.app.doc.as_ref().unwrap().playbook.as_ref().unwrap().check(id).cloned().unwrap();
    // Tenure is needed and held fixed: it is asked for once. The outcome is the KPI's own.
    assert_eq!(missing_roles(&b.app, &check(&b, "d_contract_within_tenure")), ["contract", "tenure"]);
    assert!(missing_roles(&b.app, &check(&b, "d_independent")).is_empty(), "by hand needs no column");
    let columns = BTreeMap::from([("contract".to_owned(), "Contract".to_owned())]);
    b.record(Act::MapColumns { data: None, columns });
    assert_eq!(missing_roles(&b.app, &check(&b, "d_contract_within_tenure")), ["tenure"]);
}

#[test]
fn the_stakes_say_what_each_answer_would_mean() {
    let b = Bench::new();
    let check =
        b.app.doc.as_ref().unwrap().playbook.as_ref().unwrap().check("d_contract_within_tenure").cloned().unwrap();
    let words = stakes(&b.app, &pending(&b.app, &check).unwrap());
    let title = "Those who are free to leave each month do";
    assert_eq!(words.len(), 2);
    assert!(words[0].starts_with("If yes: ") && words[0].contains(title), "{words:?}");
    assert!(words[1].starts_with("If no: ") && words[1].contains("New customers never get going"), "{words:?}");
    let elsewhere = b.app.doc.as_ref().unwrap().playbook.as_ref().unwrap().check("d_place").cloned().unwrap();
    let words = stakes(&b.app, &pending(&b.app, &elsewhere).unwrap());
    assert_eq!(words[0], "If yes: says nothing about the rows on the board");
}

#[test]
fn a_check_without_a_kpi_says_where_to_bind_it() {
    let mut b = Bench::unbound(Default::default());
    b.select_check("d_contract_level");
    assert!(b.press("t").is_empty() && b.app.popups.is_empty());
    assert_eq!(b.said(), "A check needs the KPI. Bind it on 1 Problem first.");
}

#[test]
fn a_check_that_fails_is_said_and_nothing_is_recorded() {
    let mut b = Bench::new();
    b.select_check("d_contract_level");
    b.press("t Ctrl-S Ctrl-S Esc");
    let check = b.app.doc.as_ref().unwrap().playbook.as_ref().unwrap().check("d_contract_level").cloned().unwrap();
    let pending = pending(&b.app, &check).unwrap();
    let title = pending.title.clone();
    run(&mut b.app, pending);
    let effects = found(&mut b.app, "d_contract_level", Err("The column is gone.".into()), 1.0);
    assert!(effects.is_empty());
    assert_eq!(b.said(), format!("{title}: The column is gone."));
    // A result that nobody waits for is not recorded either.
    assert!(found(&mut b.app, "d_contract_level", Err("late".into()), 1.0).is_empty());
    assert!(!b.said().contains("late"));
}

#[test]
fn a_check_on_the_spot_counts_the_slices_among_which_it_was_found() {
    let mut b = Bench::new();
    let check = b.app.doc.as_ref().unwrap().playbook.as_ref().unwrap().check("d_contract_level").cloned().unwrap();
    let mut pending = pending(&b.app, &check).unwrap();
    pending.request = request(&[], json!({"a": "Contract = 'Month-to-month'"}));
    b.app.views.explore.looked = (0..11).map(|i| format!("column {i}")).collect();
    pending.ad_hoc = true;
    assert_eq!(searched(&b.app, &pending), 1, "its column was not among those looked at");
    b.app.views.explore.looked.insert("Contract".into());
    assert_eq!(searched(&b.app, &pending), 12);
    pending.ad_hoc = false;
    assert_eq!(searched(&b.app, &pending), 1, "a check of the playbook was chosen before looking");
}
