//! Rules in words, guesses of columns, and the column on which a clue rests.

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

/// What came out of a check must not lead the witness, nor take the keys from whoever types.
#[test]
fn a_result_takes_no_keys_and_leads_no_witness() {
    let said = "Check done: c pins it in 3 Explore, Checks.";
    let mut b = Bench::new();
    b.select_check("d_contract_level");
    b.press("t Ctrl-S");
    b.hold = true;
    b.press("Ctrl-S");
    b.press("o");
    b.typed("half a thou");
    let acts = b.release();
    assert!(matches!(acts.as_slice(), [Act::Check { .. }]), "it is recorded all the same: {acts:?}");
    assert_eq!((b.form().title.as_str(), b.app.popups.len(), b.said()), ("A note", 1, said));
    b.press("Esc");
    assert!(b.app.messages.iter().any(|m| m.text == said));

    let mut b = Bench::new();
    b.select_check("d_contract_level");
    b.press("t Ctrl-S");
    b.hold = true;
    b.press("Ctrl-S 2");
    crate::app::screens::ask::fixture::interview(&mut b.app, "p3");
    b.release();
    assert!(b.app.popups.is_empty());
    assert_eq!(b.said(), said);
    // Nor does a failure tell what is being checked.
    let mut b = Bench::new();
    b.select_check("d_contract_level");
    b.press("t Ctrl-S");
    b.hold = true;
    b.press("Ctrl-S 2");
    crate::app::screens::ask::fixture::interview(&mut b.app, "p3");
    found(&mut b.app, "d_contract_level", Err("The column is gone.".into()), 1.0);
    assert_eq!(b.said(), "A check could not be run; M says why after the interview.");
    assert!(b.app.messages.iter().any(|m| m.text.contains("The column is gone.")));
}

#[test]
fn a_check_without_a_forecast_keeps_what_it_was_for() {
    let mut b = Bench::new();
    b.select("Contract");
    b.press("t Tab Tab Tab Tab Right");
    let who = b.form().text("who");
    let acts = b.press("Ctrl-S");
    let [Act::Check { check, params, predicted: false, .. }] = acts.as_slice() else { panic!("{acts:?}") };
    assert_eq!(params["if_yes"], json!({who.clone(): "expected"}));
    assert_eq!(b.form().rated("ratings").keys().collect::<Vec<_>>(), [&who]);
    let check = check.clone();
    // Left now, it is pinned later with the same ratings.
    b.press("Esc");
    b.select_check(&check);
    b.press("c");
    assert_eq!(b.form().rated("ratings").keys().collect::<Vec<_>>(), [&who]);
    // And it can be run again as it was.
    b.press("Esc");
    b.select_check(&check);
    let acts = b.press("t");
    let [Act::Check { check: again, params: same, .. }] = acts.as_slice() else { panic!("{acts:?} {}", b.said()) };
    assert_eq!((again, &same["if_yes"], &same["yes_if"]), (&check, &params["if_yes"], &params["yes_if"]));
}

#[test]
fn what_can_not_be_run_again_says_so() {
    let mut b = Bench::new();
    b.select("Contract");
    b.press("c Ctrl-S");
    b.select_check("look-1");
    assert!(b.press("t").is_empty());
    assert_eq!(b.said(), "This was a look, not a check: pin it with c.");
    let lost = Act::Check {
        check: "x9".into(),
        data: vec!["users".into()],
        predicted: false,
        title: Some("Something".into()),
        params: Map::new(),
        result: Map::new(),
        outcome: Outcome::Unclear,
        took_seconds: None,
    };
    b.record(lost);
    b.select_check("x9");
    assert!(b.press("t").is_empty());
    assert!(b.said().starts_with("What was run is not known well enough"), "{}", b.said());
}

#[test]
fn a_check_on_two_tables_knows_them_by_their_names() {
    let mut b = Bench::new();
    let check: PlaybookCheck = serde_json::from_value(json!({
        "id": "d_join", "title": "Does the join lose rows?", "op": "join_audit", "needs": ["key"],
        "params": {"left": "first", "right": "second", "key": "key"},
        "yes_if": {"metric": "changed_share", "gte": 0.01}
    }))
    .unwrap();
    let resolved = |b: &Bench| {
        let doc = b.app.doc.as_ref().unwrap();
        resolve(&doc.session, doc.playbook.as_deref().unwrap(), &check, "users")
    };
    let alone = resolved(&b);
    assert!(alone.outside.as_deref().is_some_and(|w| w.contains("only users is attached")), "{alone:?}");
    assert_eq!(source_of(&alone, &[]), ("check:d_join".to_owned(), Grade::B));
    assert!(missing_roles(&b.app, &check).is_empty(), "no role is asked for what is done outside");
    b.record(Act::AttachData { data: "trips".into(), path: "trips.csv".into(), sql: None, facts: Default::default() });
    let both = resolved(&b);
    assert_eq!((both.outside.as_ref(), both.request.params["left"].as_str()), (None, Some("users")));
    assert_eq!(both.request.params["right"], "trips");
    assert_eq!(missing_roles(&b.app, &check), ["key"]);
    // The columns of both tables may be the key, and the record says which tables were read.
    let schema = schema(&[("trip_id", ValueType::Text)]);
    b.app.tables.insert("trips".into(), crate::app::TableInfo { schema, ..Default::default() });
    let offered = schema_of(&b.app, CheckOp::JoinAudit);
    assert!(offered.get("trip_id").is_some() && offered.get("customer_id").is_some());
    assert!(schema_of(&b.app, CheckOp::RateBy).get("trip_id").is_none());
    let found = by_hand(&both, Outcome::No, None, "Nothing.".into());
    assert!(matches!(act_of(&both, &found), Act::Check { data, .. } if data == ["users", "trips"]));
}

#[test]
fn every_check_carries_what_was_answered_about_its_columns() {
    let mut b = Bench::new();
    let known = |column: &str, known: bool, before: &[&str]| Act::KnownBefore {
        column: column.into(),
        known,
        before: before.iter().map(|b| (*b).to_owned()).collect(),
        said_by: None,
        why: String::new(),
    };
    b.record(known("tenure", false, &[]));
    b.record(known("coin", true, &[]));
    b.record(known("term", false, &["Contract"]));
    b.record(known("note", false, &["Contract"]));
    let of = |b: &Bench, r: CheckRequest| with_answers(&b.app.doc.as_ref().unwrap().session, r).params;
    let params = of(&b, request(&[("contract", "Contract")], json!({"a": "{contract} = 'x'", "within": ["term"]})));
    assert_eq!(params["consequences"], json!({"Contract": ["term"]}), "only its own columns");
    assert!(!params.contains_key("exclude") && !params.contains_key("known_before"));
    let params = of(&b, request(&[], json!({"a": "tenure > 5 AND coin = 'heads'"})));
    assert_eq!((&params["exclude"], &params["known_before"]), (&json!(["tenure"]), &json!(["coin"])));
    // What was answered since is taken, what was taken back is not.
    let old = request(&[("contract", "Contract")], json!({"by": "contract", "exclude": ["Contract"]}));
    assert!(!of(&b, old).contains_key("exclude"));
    let scan = CheckRequest { op: CheckOp::LeakScan, ..request(&[], json!({})) };
    assert_eq!(of(&b, scan)["exclude"], json!(["tenure"]), "a scan takes every answer");
    // A check on the spot is run with them too.
    let pending = PendingCheck {
        id: "x1".into(),
        title: String::new(),
        yes_words: String::new(),
        request: request(&[], json!({"a": "tenure > 5"})),
        data: "users".into(),
        ad_hoc: true,
        if_yes: Ratings::new(),
        if_no: Ratings::new(),
        outside: None,
    };
    let effects = run(&mut b.app, pending);
    assert!(matches!(effects.as_slice(), [Effect::Run { analysis, .. }]
        if matches!(analysis.as_ref(), Analysis::Check { request, .. } if request.params["exclude"] == json!(["tenure"]))));
}

#[test]
fn another_window_runs_once_somebody_has_said_how_long_the_first_is() {
    let mut b = Bench::new();
    let of = |b: &Bench| {
        let doc = b.app.doc.as_ref().unwrap();
        let playbook = doc.playbook.as_deref().unwrap();
        resolve(&doc.session, playbook, playbook.check("d_window").unwrap(), "users")
    };
    assert!(of(&b).outside.is_some_and(|w| w.contains("how many days")));
    b.record(Act::Answer {
        question: "q05".into(),
        said_by: "p1".into(),
        value: json!(28),
        unit: Some("days".into()),
        text: String::new(),
        verbatim: false,
    });
    let now = of(&b);
    assert_eq!(now.outside, None);
    assert!(now.request.params["window"].as_str().is_some_and(|w| w.starts_with("'28")), "{:?}", now.request);
    b.select_check("d_window");
    b.press("t");
    assert!(matches!(b.form().id, forms::FormId::Roles(..)), "entity and event_time are asked for");
}

#[test]
fn what_nothing_here_computes_is_entered_by_hand() {
    let mut b = Bench::new();
    b.select_check("d_window");
    b.press("t");
    assert!(matches!(b.form().id, forms::FormId::Forecast(_)), "no role is asked for");
    b.press("Ctrl-S");
    assert!(matches!(b.form().id, forms::FormId::ByHand(_)));
}
