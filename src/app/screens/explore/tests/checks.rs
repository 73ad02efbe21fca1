//! Checks: columns, forecast, run, pin; on the spot and by hand.

use super::*;

#[test]
fn a_check_asks_for_columns_then_for_the_forecast_then_runs() {
    let mut b = Bench::new();
    b.select_check("d_contract_within_tenure");
    assert!(b.press("t").is_empty());
    // Both roles have a guess by name.
    let guesses: Vec<String> = b
        .form()
        .fields
        .iter()
        .filter_map(|f| match &f.kind {
            FieldKind::Choice { options, selected } => selected.and_then(|i| options.get(i)).map(|o| o.0.clone()),
            _ => None,
        })
        .collect();
    assert!(matches!(b.form().id, FormId::Roles(..)));
    assert_eq!(guesses, ["Contract", "tenure"]);
    let acts = b.press("Ctrl-S");
    assert!(
        matches!(acts.as_slice(), [Act::MapColumns { columns, .. }] if columns["contract"] == "Contract"),
        "{acts:?}"
    );
    assert!(matches!(b.form().id, FormId::Forecast(_)));
    assert!(!b.ran.iter().any(|s| s.starts_with("check:")), "nothing is looked at before the forecast");
    b.typed("70");
    let acts = b.press("Ctrl-S");
    let [Act::Predict { check, forecasts, .. }, Act::Check { check: ran, predicted, outcome, .. }] = acts.as_slice()
    else {
        panic!("{acts:?}")
    };
    assert_eq!((check, forecasts["p1"]), (ran, 0.7));
    assert_eq!((*predicted, *outcome), (true, Outcome::Yes));
    // The form to pin it comes with what the hypotheses predicted.
    let form = b.form();
    assert!(matches!(&form.id, FormId::Pin(p) if p.origin == Origin::Predicted && p.family == "data:users/Contract"));
    assert_eq!(form.rated("ratings").get("h_contract"), Some(&Rating::Expected));
    let words = form.text("text");
    assert!(words.starts_with("Contract Month-to-month goes with 60.0%"), "no SQL in a clue: {words}");
    let acts = b.press("Ctrl-S");
    assert!(matches!(acts.as_slice(), [Act::Clue { origin: Origin::Predicted, .. }]), "{acts:?}");
    // A second run of the same is no forecast any more.
    b.select_check("d_contract_within_tenure");
    let acts = b.press("t");
    assert!(matches!(acts.as_slice(), [Act::Check { predicted: false, .. }]), "{acts:?}");
    assert!(matches!(&b.form().id, FormId::Pin(p) if p.origin == Origin::Browsed));
}

#[test]
fn without_a_forecast_a_check_is_a_look() {
    let mut b = Bench::new();
    b.select_check("d_contract_level");
    b.press("t Ctrl-S");
    assert!(matches!(b.form().id, FormId::Forecast(_)));
    let acts = b.press("Ctrl-S");
    assert!(matches!(acts.as_slice(), [Act::Check { predicted: false, .. }]), "{acts:?}");
    // Leaving the pin form loses nothing: the checks pane pins it later, once.
    b.press("Esc");
    assert_eq!(b.said(), "Not pinned. The check's result is kept; pin it later from Explore, Checks.");
    b.select_check("d_contract_level");
    b.press("c");
    let acts = b.press("Ctrl-S");
    assert!(matches!(acts.as_slice(), [Act::Clue { origin: Origin::Browsed, .. }]), "{acts:?}");
    b.select_check("d_contract_level");
    b.press("c");
    assert_eq!((b.app.popups.len(), b.said()), (0, "This result is pinned already."));
}

#[test]
fn a_check_that_was_not_run_has_nothing_to_pin() {
    let mut b = Bench::new();
    b.select_check("d_contract_level");
    b.press("c");
    assert_eq!(b.said(), "This check was not run yet: t runs it, forecast first.");
}

#[test]
fn a_check_on_the_spot_holds_columns_fixed_and_is_predicted() {
    let mut b = Bench::new();
    b.select("Contract");
    b.press("t");
    assert!(matches!(b.form().id, FormId::AdHoc));
    assert!(b.form().text("a").contains("Month-to-month"), "the group in sight is A: {}", b.form().text("a"));
    b.press("Tab Tab");
    b.typed("tenure");
    b.press("Tab Tab Right Tab");
    b.typed("80");
    let acts = b.press("Ctrl-S");
    let [Act::Predict { request, forecasts, if_yes, .. }, Act::Check { check, predicted, outcome, params, .. }] =
        acts.as_slice()
    else {
        panic!("{acts:?} {:?}", b.form().error)
    };
    assert_eq!(request.as_ref().unwrap().params["within"], serde_json::json!(["tenure"]));
    assert_eq!((forecasts["p1"], if_yes.len()), (0.8, 1));
    assert_eq!((check.as_str(), *predicted, *outcome), ("x1", true, Outcome::Yes));
    assert_eq!(params["within"], serde_json::json!(["tenure"]));
    let suggested = b.form().rated("ratings");
    assert_eq!(suggested.keys().collect::<Vec<_>>(), if_yes.keys().collect::<Vec<_>>());
    // The clue rests on the column of the condition.
    let acts = b.press("Ctrl-S");
    assert_eq!(family(&acts[0]), "data:users/Contract");
}

#[test]
fn a_check_on_the_spot_refuses_what_is_no_column_and_keeps_the_text() {
    let mut b = Bench::new();
    b.select("Contract");
    b.press("t Tab Tab");
    b.typed("tenur");
    assert!(b.press("Ctrl-S").is_empty());
    assert_eq!(b.form().error.as_deref(), Some("There is no column \"tenur\"."));
    assert_eq!(b.form().text("within"), "tenur");
    b.typed("e");
    let acts = b.press("Ctrl-S");
    assert!(matches!(acts.as_slice(), [Act::Check { predicted: false, .. }]), "{acts:?}");
}

#[test]
fn a_check_by_hand_asks_for_the_outcome_in_a_sentence() {
    let mut b = Bench::new();
    b.select_check("d_independent");
    b.press("t");
    b.typed("25");
    let acts = b.press("Ctrl-S");
    assert!(matches!(acts.as_slice(), [Act::Predict { .. }]), "{acts:?}");
    assert!(matches!(b.form().id, FormId::ByHand(_)));
    b.press("Ctrl-S");
    assert_eq!(b.form().error.as_deref(), Some("Choose the outcome with the arrow keys."));
    b.typed("n");
    b.press("Ctrl-S");
    assert_eq!(b.form().error.as_deref(), Some("Say in one sentence what was found."));
    b.press("Tab Tab");
    b.typed("Invoices show 3 percent more.");
    let acts = b.press("Ctrl-S");
    let [Act::Check { predicted, outcome, result, .. }] = acts.as_slice() else { panic!("{acts:?}") };
    assert_eq!((*predicted, *outcome), (true, Outcome::No));
    assert_eq!(result["says"], "Invoices show 3 percent more.");
    assert!(matches!(&b.form().id, FormId::Pin(p) if p.grade == Grade::B && p.family == "check:d_independent"));
}

#[test]
fn a_check_that_needs_more_than_the_table_is_entered_by_hand() {
    let mut b = Bench::new();
    // Its operation is in the closed table and is not computed; no role is asked for.
    b.select_check("d_window");
    b.press("t");
    b.typed("60");
    let acts = b.press("Ctrl-S");
    assert!(matches!(acts.as_slice(), [Act::Predict { .. }]), "{acts:?}");
    assert!(matches!(b.form().id, FormId::ByHand(_)));
    b.typed("y");
    b.press("Tab Tab");
    b.typed("With 60 days of silence the number falls by 40 percent.");
    let acts = b.press("Ctrl-S");
    assert!(matches!(acts.as_slice(), [Act::Check { predicted: true, outcome: Outcome::Yes, .. }]), "{acts:?}");
    assert!(matches!(&b.form().id, FormId::Pin(p) if p.grade == Grade::B && p.family == "check:d_window"));
}

#[test]
fn checks_stand_by_what_they_need() {
    use crate::app::screens::explore::{Ready, current_checks};
    let mut b = Bench::new();
    let rows = current_checks(&b.app);
    assert!(rows.is_sorted_by_key(|r| r.ready));
    let of = |id: &str| rows.iter().find(|r| r.id == id).unwrap();
    let now = of("d_contract_within_tenure");
    assert_eq!((now.ready, now.columns.as_str()), (Ready::Now, "Contract?, tenure?"), "both are guessed by name");
    let asks = of("d_service_level");
    assert_eq!((asks.ready, asks.columns.as_str(), asks.missing.len()), (Ready::Asks, "needs wait", 1));
    assert!(asks.missing[0].starts_with("wait (How "), "the role in plain words: {:?}", asks.missing);
    assert_eq!(of("d_independent").ready, Ready::Outside);
    assert_eq!(of("d_window").ready, Ready::Outside, "nothing here computes it");
    b.select_check("d_contract_level");
    b.press("t Ctrl-S Ctrl-S Esc");
    let rows = current_checks(&b.app);
    let run = rows.iter().find(|r| r.id == "d_contract_level").unwrap();
    assert_eq!((run.ready, run.outcome), (Ready::Run, Some(Outcome::Yes)));
    assert!(run.estimate.starts_with("3.00 × ["), "{}", run.estimate);
}
