//! Known answers of real tables, end to end through the embedded engine; skipped with a message where the tables are
//! not at hand (`WHYBOARD_SHARED`, else `../shared` beside the package).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::engine::{ReadOptions, Source, open};
use crate::query::{
    Better, CheckOp, CheckRequest, Comparison, ComparisonResult, Estimate, Every, Key, Kpi, KpiResult, Outcome,
    ProfileResult, ReachResult, YesIf,
};

fn table(name: &str) -> Option<Arc<dyn Engine>> {
    let folder = std::env::var_os("WHYBOARD_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = folder.join("data").join(name);
    if !path.exists() {
        eprintln!("skipped: {} is not there (set WHYBOARD_SHARED)", path.display());
        return None;
    }
    Some(open(&Source { path, options: ReadOptions::default() }, &Ticket::default()).unwrap())
}

fn close(value: Option<f64>, want: f64, within: f64) {
    let v = value.expect("a value");
    assert!((v - want).abs() <= within, "{v} is not {want} ± {within}");
}

fn close_interval(e: &Estimate, want: (f64, f64), within: f64) {
    let (l, h) = e.interval.expect("an interval");
    assert!((l - want.0).abs() <= within && (h - want.1).abs() <= within, "[{l}, {h}] is not {want:?} ± {within}");
}

fn kpi(t: &Arc<dyn Engine>, kpi: &str, by: &[&str], trend: Option<(&str, Every)>, unit: Option<&str>) -> KpiResult {
    let analysis = Analysis::Kpi {
        kpi: kpi.parse().unwrap(),
        by: by.iter().map(|c| Key::column(*c)).collect(),
        trend: trend.map(|(c, e)| (c.to_owned(), e)),
        filter: None,
        unit: unit.map(str::to_owned),
    };
    match run(t.as_ref(), &analysis, &Ticket::default()).unwrap() {
        Findings::Kpi(r) => r,
        other => panic!("{other:?}"),
    }
}

fn compare(
    t: &Arc<dyn Engine>,
    kpi: &str,
    a: &str,
    b: Option<&str>,
    within: &[&str],
    unit: Option<&str>,
) -> ComparisonResult {
    let analysis = Analysis::Compare(Comparison {
        kpi: kpi.parse().unwrap(),
        a: a.into(),
        b: b.map(str::to_owned),
        within: within.iter().map(|s| (*s).to_owned()).collect(),
        filter: None,
        unit: unit.map(str::to_owned),
    });
    match run(t.as_ref(), &analysis, &Ticket::default()).unwrap() {
        Findings::Compare(r) => r,
        other => panic!("{other:?}"),
    }
}

fn reach(t: &Arc<dyn Engine>, kpi: &str, segment: &str, unit: Option<&str>) -> ReachResult {
    let analysis = Analysis::Reach {
        kpi: kpi.parse().unwrap(),
        segment: segment.into(),
        target: Some(0.02),
        unit: unit.map(str::to_owned),
    };
    match run(t.as_ref(), &analysis, &Ticket::default()).unwrap() {
        Findings::Reach(r) => r,
        other => panic!("{other:?}"),
    }
}

fn association(t: &Arc<dyn Engine>, a: &str, b: &str) -> Option<f64> {
    match run(t.as_ref(), &Analysis::Association { a: a.into(), b: b.into() }, &Ticket::default()).unwrap() {
        Findings::Association { v } => v,
        other => panic!("{other:?}"),
    }
}

fn profile(t: &Arc<dyn Engine>) -> ProfileResult {
    match run(t.as_ref(), &Analysis::Profile { filter: None }, &Ticket::default()).unwrap() {
        Findings::Profile(r) => r,
        other => panic!("{other:?}"),
    }
}

fn alerts<'a>(p: &'a ProfileResult, column: &str) -> Vec<&'a str> {
    let c = p.columns.iter().find(|c| c.name == column).unwrap();
    c.alerts.iter().map(|a| a.kind.as_str()).collect()
}

const CHURN: &str = "rate(Churn = 'Yes')";
const LATE: &str = "rate(arr_delay >= 15)";

#[test]
fn telco_levels_and_groups() {
    let Some(t) = table("telco_churn.csv") else { return };
    let r = kpi(&t, CHURN, &["Contract"], None, None);
    assert_eq!(r.n, 7043);
    close(r.level.value, 0.265_37, 5e-6);
    close_interval(&r.level, (0.2552, 0.2758), 1e-4);
    let got: Vec<(&str, u64)> = r.groups.iter().map(|g| (g.label.as_str(), g.n)).collect();
    assert_eq!(
        got,
        [("Contract = Month-to-month", 3875), ("Contract = Two year", 1695), ("Contract = One year", 1473)]
    );
    close(r.groups[0].level.value, 0.427_097, 1e-6);
    for by in ["tenure", "TotalCharges", "Contract", "SeniorCitizen"] {
        let r = kpi(&t, CHURN, &[by], None, None);
        assert_eq!(r.groups.iter().map(|g| g.n).sum::<u64>(), 7043, "{by}");
        assert!(r.groups.len() <= 7);
        for g in &r.groups {
            // The condition of a group selects exactly its rows.
            let again = compare(&t, CHURN, g.condition.as_deref().unwrap(), None, &[], None);
            assert_eq!(again.n.0, g.n, "{}", g.label);
            assert!((again.a.value.unwrap() - g.level.value.unwrap()).abs() < 1e-12);
        }
    }
    let both = kpi(&t, CHURN, &["Contract", "InternetService"], None, None);
    let worst = both.groups.iter().find(|g| g.label.contains("Month-to-month") && g.label.contains("Fiber")).unwrap();
    assert_eq!(worst.n, 2128);
    close(worst.level.value, 0.546_053, 1e-6);
}

#[test]
fn keys_may_be_sql_and_dates() {
    if let Some(t) = table("telco_churn.csv") {
        for by in
            ["tenure > 12", "tenure / 12.0", "Contract || '/' || gender", "CASE WHEN tenure > 3 THEN NULL ELSE 1 END"]
        {
            let analysis = Analysis::Kpi {
                kpi: CHURN.parse().unwrap(),
                by: vec![Key::sql(by)],
                trend: None,
                filter: None,
                unit: None,
            };
            let Findings::Kpi(r) = run(t.as_ref(), &analysis, &Ticket::default()).unwrap() else { panic!("{by}") };
            assert!((2..=7).contains(&r.groups.len()), "{by}: {:?}", r.groups);
            for g in &r.groups {
                let again = compare(&t, CHURN, g.condition.as_deref().unwrap(), None, &[], None);
                assert_eq!(again.n.0, g.n, "{}", g.label);
            }
        }
    }
    if let Some(t) = table("hotel_bookings.csv.gz") {
        for by in ["reservation_status_date", "country", "agent"] {
            let r = kpi(&t, "rate(is_canceled = 1)", &[by], None, None);
            assert!(r.groups.len() > 3 && r.groups.iter().map(|g| g.n).sum::<u64>() == r.n);
            for g in &r.groups {
                let again = compare(&t, "rate(is_canceled = 1)", g.condition.as_deref().unwrap(), None, &[], None);
                assert_eq!(again.n.0, g.n, "{}: {:?}", g.label, g.condition);
            }
        }
    }
}

#[test]
fn telco_reach_of_month_to_month() {
    let Some(t) = table("telco_churn.csv") else { return };
    let r = reach(&t, CHURN, "Contract = 'Month-to-month'", None);
    close(r.reach.value, 0.198, 5e-4);
    close_interval(&r.reach, (0.187, 0.208), 6e-4);
    assert_eq!(r.n, (3875, 3168));
    close(r.of_target.unwrap().value, 9.9, 0.05);
    // Customers are the rows, so clustering on them changes next to nothing.
    let by_customer = reach(&t, CHURN, "Contract = 'Month-to-month'", Some("customerID"));
    close(by_customer.reach.value, r.reach.value.unwrap(), 1e-12);
    close_interval(&by_customer.reach, r.reach.interval.unwrap(), 0.004);
    close_interval(&by_customer.inside, r.inside.interval.unwrap(), 1e-3);
}

#[test]
fn telco_associations_and_profile() {
    let Some(t) = table("telco_churn.csv") else { return };
    close(association(&t, "Contract", "Churn"), 0.410_116, 1e-5);
    close(association(&t, "OnlineSecurity", "Churn"), 0.3474, 1e-4);
    close(association(&t, "tenure", "Churn"), 0.366_522, 0.01);
    let kpi: Kpi = CHURN.parse().unwrap();
    close(associate::with_kpi(t.as_ref(), &kpi, "Contract", None, &Ticket::default()).unwrap(), 0.410_116, 1e-5);
    let p = profile(&t);
    assert_eq!((p.rows, p.columns.len()), (7043, 21));
    assert_eq!(alerts(&p, "customerID"), ["unique"]);
    assert_eq!(p.columns.iter().find(|c| c.name == "TotalCharges").unwrap().nulls, 11);
    assert!(alerts(&p, "Contract").is_empty() && alerts(&p, "tenure").is_empty(), "{:?}", alerts(&p, "tenure"));
}

#[test]
fn constants_and_sentinels_are_seen() {
    if let Some(t) = table("hr_attrition.csv") {
        let p = profile(&t);
        let constant: Vec<&str> = p
            .columns
            .iter()
            .filter(|c| c.alerts.iter().any(|a| a.kind == "constant"))
            .map(|c| c.name.as_str())
            .collect();
        assert_eq!(constant, ["EmployeeCount", "Over18", "StandardHours"]);
        close(association(&t, "OverTime", "Attrition"), 0.246_118, 1e-5);
    }
    if let Some(t) = table("bank_additional_full.csv.gz") {
        let p = profile(&t);
        assert!(alerts(&p, "pdays").contains(&"sentinel"), "{:?}", alerts(&p, "pdays"));
    }
}

#[test]
fn berkeley_turns_round_within_departments() {
    let Some(t) = table("ucb_admit.csv") else { return };
    let admitted = "rate(admit = 'admitted')";
    let r = compare(&t, admitted, "gender = 'female'", Some("gender = 'male'"), &["dept"], None);
    assert_eq!(r.n.0 + r.n.1, 4526);
    close(r.difference.value, -0.1416, 1e-3);
    assert!(r.difference.interval.unwrap().1 < 0.0);
    let held = r.adjusted_difference.unwrap().value.unwrap();
    assert!(held > 0.0 && r.explained_away.unwrap() > 1.0, "{held}");
    assert_eq!(r.strata, (6, 6));
}

#[test]
fn flights_of_jfk_against_lga() {
    let Some(t) = table("nycflights13_flights.csv.gz") else { return };
    let level = kpi(&t, LATE, &[], None, None);
    assert_eq!(level.n, 327_346);
    close(level.level.value, 0.244_695, 1e-6);
    let r = compare(&t, LATE, "origin = 'JFK'", Some("origin = 'LGA'"), &["hour"], None);
    close(r.difference.value, 0.005_573, 1e-6);
    close(r.adjusted_difference.unwrap().value, -0.0074, 2e-4);
    // Flights of one day move together: clustered by day the interval is much wider.
    let days = compare(&t, LATE, "origin = 'JFK'", Some("origin = 'LGA'"), &["hour"], Some("day"));
    let width = |e: &Estimate| e.interval.unwrap().1 - e.interval.unwrap().0;
    assert_eq!(days.difference.value, r.difference.value);
    assert!(width(&days.a) > 3.0 * width(&r.a), "{:?} {:?}", days.a, r.a);
    let trend = kpi(&t, LATE, &[], Some(("time_hour", Every::Month)), None);
    assert!((12..=13).contains(&trend.groups.len()), "{}", trend.groups.len());
    let december = trend.groups.iter().find(|g| g.label.contains("2013-12")).unwrap();
    close(december.level.value, 0.335, 3e-3);
    let again = compare(&t, LATE, december.condition.as_deref().unwrap(), None, &[], None);
    assert_eq!(again.n.0, december.n);
}

fn check(
    t: &Arc<dyn Engine>,
    kpi: &str,
    op: CheckOp,
    columns: &[(&str, &str)],
    params: serde_json::Value,
    rule: Option<YesIf>,
) -> crate::query::CheckResult {
    let request = CheckRequest {
        op,
        columns: columns.iter().map(|(r, c)| ((*r).to_owned(), (*c).to_owned())).collect(),
        params: params.as_object().cloned().unwrap(),
        yes_if: rule,
    };
    let analysis = Analysis::Check { kpi: kpi.parse().unwrap(), request, unit: None, better: Better::Lower };
    match run(t.as_ref(), &analysis, &Ticket::default()).unwrap() {
        Findings::Check(r) => r,
        other => panic!("{other:?}"),
    }
}

#[test]
fn flights_from_july_to_september_change_in_rate_not_mix() {
    let Some(t) = table("nycflights13_flights.csv.gz") else { return };
    let params = json!({"group": "who", "before": "{month} = 7", "after": "{month} = 9"});
    let roles = [("who", "carrier"), ("month", "month")];
    let r = check(&t, LATE, CheckOp::MixVsRate, &roles, params, None);
    close(r.metrics.get("change_points").copied(), -18.4887, 1e-3);
    close(r.metrics.get("mix_points").copied(), 0.0532, 1e-3);
    close(r.metrics.get("rate_points").copied(), -18.5419, 1e-3);
    let params = json!({"measure": "rate(arr_delay >= 15)", "date": "2013-09-01", "days": 30});
    let r = check(&t, LATE, CheckOp::BeforeAfter, &[("time", "time_hour")], params, None);
    assert!(r.metrics["change_points"] < 0.0 && r.interval.is_some(), "{r:?}");
}

#[test]
fn telco_checks() {
    let Some(t) = table("telco_churn.csv") else { return };
    let rule = || Some(YesIf { metric: "rate_ratio".into(), gte: Some(1.3), lower_gt: Some(1.0), ..YesIf::default() });
    let r = check(&t, CHURN, CheckOp::RateBy, &[("plan", "Contract")], json!({"by": "plan"}), rule());
    assert_eq!((r.outcome, r.n.as_slice(), r.events.as_slice()), (Outcome::Yes, &[3875, 3168][..], &[1655, 214][..]));
    close(r.estimate, (1655.0 / 3875.0) / (214.0 / 3168.0), 1e-9);
    let r = check(&t, CHURN, CheckOp::DoseResponse, &[("months", "tenure")], json!({"measure": "months"}), rule());
    assert_eq!(r.outcome, Outcome::Yes);
    close(r.metrics.get("same_direction").copied(), 1.0, 0.0);
    assert!(r.metrics["slope_points"] < -5.0, "{r:?}");
    let params = json!({"exposure": "fee", "split": "top_quarter", "within": ["net"]});
    let roles = [("fee", "MonthlyCharges"), ("net", "InternetService")];
    let r = check(&t, CHURN, CheckOp::CompareRate, &roles, params, rule());
    assert!(r.metrics["crude_ratio"] > r.metrics["rate_ratio"], "the internet service explains part of it: {r:?}");
    let r = check(
        &t,
        CHURN,
        CheckOp::Sql,
        &[("fee", "MonthlyCharges")],
        json!({"query": "SELECT COUNT(*) FROM data WHERE {fee} > 100"}),
        None,
    );
    assert!(r.estimate.unwrap() > 500.0);
}

#[test]
fn flights_fell_late_less_in_september_by_rate_and_not_by_mix() {
    let Some(t) = table("nycflights13_flights.csv.gz") else { return };
    for (by, mix, rate) in [("carrier", 0.000_532, -0.185_419), ("origin", -0.000_442, -0.184_445)] {
        let asked = Analysis::Change(crate::query::ChangeRequest {
            sides: crate::query::Sides::Periods {
                kpi: "rate(arr_delay >= 15)".parse().unwrap(),
                before: "month = 7 AND arr_delay IS NOT NULL".into(),
                after: "month = 9 AND arr_delay IS NOT NULL".into(),
            },
            by: vec![by.into()],
            exclude: ["dep_delay", "dep_time", "arr_time", "air_time"].map(str::to_owned).to_vec(),
            filter: None,
            unit: None,
            parts_only: false,
        });
        let Findings::Change(r) = run(t.as_ref(), &asked, &Ticket::default()).unwrap() else { panic!("no change") };
        close(r.before.level.value, 0.322_058, 1e-6);
        close(r.after.level.value, 0.137_171, 1e-6);
        close(Some(r.parts.iter().map(|p| p.mix).sum()), mix, 1e-6);
        close(Some(r.parts.iter().map(|p| p.rate).sum()), rate, 1e-6);
        close(Some(r.parts.iter().filter_map(|p| p.contribution.value).sum()), -0.184_887, 1e-6);
    }
}

fn clues(kpi: &str) -> crate::query::ClueRequest {
    crate::query::ClueRequest {
        kpi: kpi.parse().unwrap(),
        better: Better::Lower,
        filter: None,
        unit: None,
        exclude: Vec::new(),
        known_before: Vec::new(),
        consequences: std::collections::BTreeMap::new(),
    }
}

fn drivers(t: &Arc<dyn Engine>, asked: crate::query::ClueRequest) -> crate::query::DriverResult {
    match run(t.as_ref(), &Analysis::Drivers(asked), &Ticket::default()).unwrap() {
        Findings::Drivers(r) => r,
        other => panic!("{other:?}"),
    }
}

#[test]
fn contract_is_the_first_driver_of_churn() {
    let Some(t) = table("telco_churn.csv") else { return };
    let r = drivers(&t, clues("rate(Churn = 'Yes')"));
    let names: Vec<&str> = r.drivers.iter().map(|d| d.column.as_str()).collect();
    assert_eq!(names[..5], ["Contract", "tenure", "OnlineSecurity", "TechSupport", "InternetService"]);
    assert!(r.leaks.is_empty(), "{:?}", r.leaks);
    close(Some(r.drivers[0].worst.level), 0.427_097, 1e-6);
    assert!(r.skipped.iter().any(|s| s.column == "customerID"));
    let monthly = r.drivers.iter().find(|d| d.column == "MonthlyCharges").unwrap();
    assert!(!monthly.explained_by.is_empty(), "no effect of its own");
}

#[test]
fn overtime_is_the_first_driver_of_attrition() {
    let Some(t) = table("hr_attrition.csv") else { return };
    let r = drivers(&t, clues("rate(Attrition = 'Yes')"));
    assert_eq!(r.drivers[0].column, "OverTime", "{:?}", r.drivers.iter().map(|d| &d.column).collect::<Vec<_>>());
    for constant in ["EmployeeCount", "Over18", "StandardHours"] {
        assert!(r.skipped.iter().any(|s| s.column == constant && s.why.contains("same in all rows")), "{constant}");
    }
}

#[test]
fn the_reversal_of_the_admissions_is_found_without_being_asked() {
    let Some(t) = table("ucb_admit.csv") else { return };
    let asked = crate::query::ClueRequest { better: Better::Higher, ..clues("rate(admit = 'admitted')") };
    let r = drivers(&t, asked);
    let gender = r.drivers.iter().find(|d| d.column == "gender").unwrap();
    let dept = gender.explained_by.iter().find(|e| e.columns == ["dept"]).unwrap();
    close(dept.standardised.value, 0.043, 1.5e-3);
    assert!(dept.flips, "{dept:?}");
    assert!(r.leaks.iter().any(|l| l.column == "rownames"), "the table is sorted by the outcome");
}

#[test]
fn the_departure_delay_is_held_out_until_it_is_known() {
    let Some(t) = table("nycflights13_flights.csv.gz") else { return };
    let r = drivers(&t, clues("rate(arr_delay >= 15)"));
    let delay = r.leaks.iter().find(|l| l.column == "dep_delay").unwrap();
    close(delay.auc, 0.894, 0.01);
    assert!(r.drivers.iter().all(|d| d.column != "dep_delay" && d.column != "arr_delay"));
    let carrier = r.drivers.iter().find(|d| d.column == "carrier").unwrap();
    assert!(carrier.interval.0 > 0.0 && r.skipped.iter().any(|s| s.column == "year"));
    let segment = Analysis::Confounders(crate::query::ConfounderRequest {
        clues: crate::query::ClueRequest {
            exclude: ["dep_time", "arr_time", "air_time", "tailnum", "flight"].map(str::to_owned).to_vec(),
            ..clues("rate(arr_delay >= 15)")
        },
        segment: "carrier = 'EV'".into(),
    });
    let Findings::Confounders(r) = run(t.as_ref(), &segment, &Ticket::default()).unwrap() else { panic!("nothing") };
    for column in ["origin", "hour"] {
        let held = r.strata.iter().find(|s| s.explained.columns == [column]).unwrap();
        assert!(held.explained.adjusted.interval.unwrap().0 > 0.0, "EV is late in spite of {column}: {held:?}");
    }
}

#[test]
fn the_training_raised_earnings_once_its_takers_are_compared_with_their_like() {
    let Some(t) = table("lalonde.csv") else { return };
    let segment = Analysis::Confounders(crate::query::ConfounderRequest {
        clues: crate::query::ClueRequest {
            better: Better::Higher,
            exclude: vec!["rownames".into()],
            ..clues("mean(re78)")
        },
        segment: "treat = 1".into(),
    });
    let Findings::Confounders(r) = run(t.as_ref(), &segment, &Ticket::default()).unwrap() else { panic!("nothing") };
    close(r.crude.value, -635.0, 1.0);
    let race = r.strata.iter().find(|s| s.explained.columns == ["race"]).unwrap();
    assert!(race.explained.adjusted.value.unwrap() > 0.0, "the sign turns: {race:?}");
}
