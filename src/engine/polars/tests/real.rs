//! Known answers on real tables.

use super::*;
use crate::query::{Every, KeyBin, ValueType};

fn rate(s: &Sums) -> f64 {
    s.y / s.d
}

#[test]
fn telco_churn() {
    let Some(path) = shared("data/telco_churn.csv") else { return };
    let e = open_path(path).unwrap();
    assert_eq!((e.row_count(), e.schema().columns.len()), (7043, 21));
    assert_eq!(e.schema().get("TotalCharges").unwrap().dtype, ValueType::Float);
    assert!(e.reading().notes.contains(&"11 blanks read as null in TotalCharges.".into()), "{:?}", e.reading());
    let all = total(&*e, "rate(Churn = 'Yes')");
    assert_eq!((all.n, all.y), (7043, 1869.0));
    let rows = grouped(&*e, Some("rate(Churn = 'Yes')"), vec![Key::column("Contract")], None);
    let found: Vec<(Cell, u64)> = rows.iter().map(|r| (r.keys[0].clone(), r.sums.n)).collect();
    assert_eq!(found, [(t("Month-to-month"), 3875), (t("One year"), 1473), (t("Two year"), 1695)]);
    assert!((rate(&rows[0].sums) - 0.427_097).abs() < 1e-6);
    let cell = "Contract = 'Month-to-month' AND InternetService = 'Fiber optic'";
    let rows = try_grouped(&*e, Some("rate(Churn = 'Yes')"), vec![], None, Some(cell)).unwrap();
    assert_eq!(rows[0].sums.n, 2128);
    assert!((rate(&rows[0].sums) - 0.546_053).abs() < 1e-6);
    let paid = total(&*e, "sum(MonthlyCharges) where Churn = 'Yes'");
    assert!((paid.y - 139_130.85).abs() < 1e-6);
    let p = e.column_profile("TotalCharges", None, &Ticket::default()).unwrap();
    assert_eq!((p.nulls, p.distinct), (11, 6530));
    assert!((p.mean.unwrap() - 2_283.300_440_8).abs() < 1e-6);
    assert!((p.quantiles["0.5"] - 1397.475).abs() < 1e-9);
}

#[test]
fn telco_churn_after_a_hard_life() {
    let Some(path) = shared("data/telco_churn_messy.csv") else { return };
    let e = open_path(path).unwrap();
    let r = e.reading();
    assert!(r.notes.contains(&"MonthlyCharges, TotalCharges have decimal commas; read as numbers.".into()), "{r:?}");
    assert_eq!(
        (r.delimiter.as_deref(), r.encoding.as_deref(), r.header_row),
        (Some(";"), Some("windows-1252"), Some(3))
    );
    for name in ["MonthlyCharges", "TotalCharges"] {
        assert_eq!(e.schema().get(name).unwrap().dtype, ValueType::Float, "{name}: {r:?}");
    }
    assert_eq!(e.schema().get("tenure").unwrap().dtype, ValueType::Int, "{r:?}");
    assert!(r.notes.iter().any(|n| n.contains("footer")), "{r:?}");
    assert!(r.notes.iter().any(|n| n.contains("2 lines above the header") || n.contains("1 line above the header")));
}

#[test]
fn flights_of_new_york() {
    let Some(path) = shared("data/nycflights13_flights.csv.gz") else { return };
    let e = open_path(path).unwrap();
    assert_eq!((e.row_count(), e.schema().columns.len()), (336_776, 19));
    assert_eq!(e.schema().get("arr_delay").unwrap().dtype, ValueType::Int);
    assert_eq!(e.schema().get("time_hour").unwrap().dtype, ValueType::Datetime);
    let late = total(&*e, "rate(arr_delay >= 15)");
    assert_eq!((late.n, late.known), (336_776, 327_346));
    assert!((rate(&late) - 0.244_695).abs() < 1e-6);
    let by = grouped(&*e, Some("rate(arr_delay >= 15)"), vec![Key::column("carrier").binned(KeyBin::Top(3))], None);
    let names: Vec<Cell> = by.iter().map(|r| r.keys[0].clone()).collect();
    assert_eq!(names, [t("B6"), t("EV"), t("UA"), t("other")]);
    assert!((rate(&by[1].sums) - 0.320_87).abs() < 1e-5);
    let months = grouped(&*e, None, vec![Key::column("time_hour").binned(KeyBin::Every(Every::Month))], None);
    // The hours are in UTC, so that the last evening in New York falls into the next year.
    assert_eq!(
        (months.len(), months[0].keys[0].clone(), months[12].keys[0].clone()),
        (13, t("2013-01-01"), t("2014-01-01"))
    );
    let months = grouped(&*e, Some("rate(arr_delay >= 15)"), vec![Key::column("month")], None);
    assert_eq!((months.len(), months[0].sums.n), (12, 27_004));
    assert!((rate(&months[6].sums) - 0.322_058).abs() < 1e-6 && (rate(&months[8].sums) - 0.137_171).abs() < 1e-6);
    let hours = Key::column("hour").binned(KeyBin::Edges(vec![8.0, 15.0, 18.0]));
    let bins = grouped(&*e, Some("rate(arr_delay >= 15)"), vec![hours], None);
    assert_eq!(bins[3].keys, [Cell::Int(3)]);
    assert!((rate(&bins[3].sums) - 0.354_503).abs() < 1e-6);
    assert_eq!(bins[3].sums.known, 50_671);
}

#[test]
fn three_million_flights_in_parquet() {
    let Some(path) = shared("data/flights-3m.parquet") else { return };
    let e = open_path(path).unwrap();
    assert_eq!((e.row_count(), e.schema().columns.len(), e.reading().format.as_str()), (3_000_000, 5, "parquet"));
    let column = &e.schema().columns.iter().find(|c| c.name.eq_ignore_ascii_case("delay")).unwrap().name;
    let quoted = format!("\"{column}\"");
    let late = total(&*e, &format!("rate({quoted} >= 15)"));
    let (_, page) =
        e.sql(&format!("SELECT COUNT(*) AS n FROM data WHERE {quoted} >= 15"), 10, &Ticket::default()).unwrap();
    #[allow(clippy::cast_precision_loss)]
    let n = page.rows[0][0].as_f64().unwrap();
    assert!((late.y - n).abs() < 0.5 && late.known <= 3_000_000);
}

#[test]
fn other_tables_open_with_sensible_types() {
    for (name, rows, columns, checks) in [
        (
            "hotel_bookings.csv.gz",
            119_390,
            32,
            &[
                ("is_canceled", ValueType::Int),
                ("children", ValueType::Int),
                ("company", ValueType::Int),
                ("reservation_status_date", ValueType::Date),
            ][..],
        ),
        (
            "bank_additional_full.csv.gz",
            41_188,
            21,
            &[("age", ValueType::Int), ("euribor3m", ValueType::Float), ("y", ValueType::Text)],
        ),
        (
            "uber_request_data.csv",
            6745,
            6,
            &[("Request timestamp", ValueType::Datetime), ("Driver id", ValueType::Int)],
        ),
        ("hr_attrition.csv", 1470, 35, &[("Age", ValueType::Int)]),
        ("lalonde.csv", 614, 10, &[("re78", ValueType::Float)]),
        ("ucb_admit.csv", 4526, 4, &[("dept", ValueType::Text)]),
    ] {
        let Some(path) = shared(&format!("data/{name}")) else { return };
        let e = open_path(path).unwrap();
        assert_eq!((e.row_count(), e.schema().columns.len()), (rows, columns), "{name}: {:?}", e.reading());
        for (column, dtype) in checks {
            assert_eq!(e.schema().get(column).map(|c| c.dtype), Some(*dtype), "{name} {column}: {:?}", e.reading());
        }
    }
}
