//! Grouped sums, quantiles, profiles, SQL, fingerprints.

use super::*;
use crate::query::{Every, KeyBin, ValueType};
use proptest::prelude::*;

const TABLE: &str = "plan,n,x,u,when,\"odd \"\"name\"\"\",left\n\
    a,1,1.5,u1,2024-01-01 10:30:00,k1,1\n\
    a,2,,u1,2024-01-31 10:59:59,k2,0\n\
    b,3,2.5,u2,2024-02-29 00:00:00,k1,1\n\
    b,4,4.0,u3,2024-04-01 23:00:00,k1,\n\
    ,5,5.0,,2024-12-31 23:59:59,k2,1\n\
    other,6,6.0,u3,,k2,0\n";

fn request(result: Result<impl std::fmt::Debug, EngineError>) -> String {
    match result {
        Err(error @ EngineError::Request { .. }) => error.to_string(),
        other => panic!("a request error was expected, not {other:?}"),
    }
}

#[test]
fn sums_are_as_defined() {
    let e = csv(TABLE);
    let s = total(&*e, "mean(x)");
    assert_eq!((s.n, s.known, s.units, s.y, s.d, s.yy, s.dd), (6, 5, 5, 19.0, 5.0, 85.5, 5.0));
    let s = total(&*e, "rate(left = 1)");
    assert_eq!((s.n, s.known, s.y, s.d), (6, 5, 3.0, 5.0));
    assert_eq!(s, total(&*e, "rate(left)"), "a column of 0 and 1 is a condition");
    let s = total(&*e, "ratio(sum(x), sum(n))");
    assert_eq!((s.known, s.y, s.d, s.yd), (5, 19.0, 19.0, 1.5 + 7.5 + 16.0 + 25.0 + 36.0));
    let s = total(&*e, "count() where plan = 'a'");
    assert_eq!((s.n, s.y, s.d), (2, 2.0, 2.0));
    let s = total(&*e, "rate(1 = 1)");
    assert_eq!((s.n, s.y), (6, 6.0));
    let rows = grouped(&*e, None, vec![], None);
    assert_eq!((rows[0].sums.n, rows[0].sums.known), (6, 0));
}

#[test]
fn keys_come_sorted_with_nulls_last() {
    let e = csv(TABLE);
    let rows = grouped(&*e, None, vec![Key::column("plan"), Key::sql("n > 3")], None);
    let found: Vec<(Cell, Cell, u64)> = rows.iter().map(|r| (r.keys[0].clone(), r.keys[1].clone(), r.sums.n)).collect();
    let (no, yes) = (Cell::Bool(false), Cell::Bool(true));
    assert_eq!(
        found,
        [
            (t("a"), no.clone(), 2),
            (t("b"), no, 1),
            (t("b"), yes.clone(), 1),
            (t("other"), yes.clone(), 1),
            (Cell::Null, yes, 1)
        ]
    );
    let rows = grouped(&*e, None, vec![Key::column("odd \"name\"")], None);
    assert_eq!(rows.iter().map(|r| r.sums.n).collect::<Vec<_>>(), [3, 3]);
    assert_eq!(total(&*e, "rate(\"odd \"\"name\"\"\" = 'k1')").y, 3.0);
}

#[test]
fn bins_are_as_defined() {
    let e = csv(TABLE);
    let keys = |key: Key| -> Vec<(Cell, u64)> {
        grouped(&*e, None, vec![key], None).into_iter().map(|r| (r.keys[0].clone(), r.sums.n)).collect()
    };
    // A value called "other" falls in with the rest.
    let top = keys(Key::column("plan").binned(KeyBin::Top(1)));
    assert_eq!(top, [(t("a"), 2), (t("other"), 3), (Cell::Null, 1)]);
    let edges = keys(Key::column("x").binned(KeyBin::Edges(vec![1.5, 4.0])));
    assert_eq!(edges, [(Cell::Int(0), 1), (Cell::Int(1), 2), (Cell::Int(2), 2), (Cell::Null, 1)]);
    let every = |step| {
        keys(Key::column("when").binned(KeyBin::Every(step))).into_iter().map(|k| k.0.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(every(Every::Year), ["2024-01-01", "null"]);
    assert_eq!(every(Every::Quarter), ["2024-01-01", "2024-04-01", "2024-10-01", "null"]);
    assert_eq!(every(Every::Month), ["2024-01-01", "2024-02-01", "2024-04-01", "2024-12-01", "null"]);
    assert_eq!(every(Every::Week), ["2024-01-01", "2024-01-29", "2024-02-26", "2024-04-01", "2024-12-30", "null"]);
    assert_eq!(every(Every::Day)[..2], ["2024-01-01", "2024-01-31"]);
    assert_eq!(every(Every::Hour)[..2], ["2024-01-01T10:00:00", "2024-01-31T10:00:00"]);
    let buckets = keys(Key::column("u").binned(KeyBin::Bucket(4)));
    assert_eq!(buckets.iter().map(|b| b.1).sum::<u64>(), 6);
    assert!(buckets.iter().all(|(k, _)| matches!(k, Cell::Int(0..4) | Cell::Null)));
    assert_eq!(buckets.last().unwrap(), &(Cell::Null, 1));
}

#[test]
fn units_are_totalled_first() {
    let e = csv(TABLE);
    let s = grouped(&*e, Some("mean(n)"), vec![], Some("u"))[0].sums;
    // u1: 3, u2: 3, u3: 10, and the row without a unit: 5.
    assert_eq!((s.n, s.known, s.units, s.y, s.d), (6, 6, 4, 21.0, 6.0));
    assert_eq!((s.yy, s.yd, s.dd), (9.0 + 9.0 + 100.0 + 25.0, 6.0 + 3.0 + 20.0 + 5.0, 4.0 + 1.0 + 4.0 + 1.0));
}

#[test]
fn large_numbers_with_a_small_spread_keep_it() {
    let rows: String = (0..1000).map(|i| format!("{},g{},1\n", 1_700_000_000 + i % 10, i % 2)).collect();
    let e = csv(&format!("t,g,one\n{rows}"));
    let kpi = "mean(t)".parse().unwrap();
    // Digits 0..9 over and over: variance 8.25 · 1000/999, half width 1.9623 · √(8.258/1000).
    let (low, high) = crate::analysis::level::level(&kpi, &total(&*e, "mean(t)"), false).interval.unwrap();
    assert!(((high - low) / 2.0 - 0.178_33).abs() < 1e-4, "{low} {high}");
    let by: Vec<_> = grouped(&*e, Some("mean(t)"), vec![Key::column("g")], None);
    assert!(by.iter().all(|r| r.sums.centre > 1.6e9 && r.sums.yy < 1e5), "{by:?}");
    let constant = total(&*e, "mean(one * 0.1)");
    assert_eq!(crate::analysis::level::level(&kpi, &constant, false).interval, None);
}

#[test]
fn dates_compare_with_text() {
    let e = csv("d,when\n2024-01-01,2024-01-01 10:00\n2024-02-01,2024-02-01 11:00\n2024-03-01,2024-03-01 12:00\n");
    assert_eq!(total(&*e, "rate(d >= '2024-02-01')").y, 2.0);
    assert_eq!(total(&*e, "rate(\"when\" < '2024-02-01 11:00:00')").y, 1.0);
    assert_eq!(total(&*e, "rate(\"when\" >= '2024-02-01T11:00:00')").y, 2.0);
    assert_eq!(total(&*e, "rate(d BETWEEN '2024-01-15' AND '2024-02-15')").y, 1.0);
    assert_eq!(total(&*e, "count() where d >= DATE '2024-02-01'").n, 2);
}

#[test]
fn division_by_zero_is_unknown() {
    let e = csv("a,b\n1,2\n0,0\n3,0\n4,1\n");
    let s = total(&*e, "rate(a / b > 0.4)");
    assert_eq!((s.known, s.y), (2, 2.0));
    let s = total(&*e, "mean(ROUND(a / b, 1) * 2)");
    assert_eq!((s.known, s.y), (2, 9.0));
    assert_eq!(total(&*e, "mean(a % b)").known, 2);
}

#[test]
fn names_that_sql_would_not_read_work_bare() {
    let e = csv("when,Pickup point,flag\n1,2,true\n3,4,false\n");
    assert_eq!(total(&*e, "mean(when)").y, 4.0);
    assert_eq!(total(&*e, "sum(Pickup point)").y, 6.0);
    assert_eq!(grouped(&*e, None, vec![Key::sql("Pickup point")], None).len(), 2);
    assert_eq!(total(&*e, "rate(flag) where flag").y, 1.0);
    e.check_sql("when").unwrap();
}

#[test]
fn wrong_requests_say_what_to_do() {
    let e = csv(TABLE);
    let kpi = |text: &str| request(try_grouped(&*e, Some(text), vec![], None, None));
    assert!(
        kpi("rate(lef = 1)").contains("There is no column \"lef\". Did you mean left?"),
        "{}",
        kpi("rate(lef = 1)")
    );
    assert!(kpi("rate(Plan = 'a')").contains("Did you mean plan?"));
    assert!(kpi("rate(plan)").contains("rate(plan = '"));
    assert!(kpi("rate(n)").contains("not only 0 and 1"));
    assert!(kpi("rate(n + 1)").contains("not a condition"));
    assert!(kpi("mean(plan)").contains("not a number"));
    assert!(kpi("rate(n >)").contains("can't be used"));
    assert!(kpi("mean(AVG(n))").contains("one number for the whole table"));
    assert!(kpi("rate(n > 1; DROP TABLE data)").contains("can't be used"));
    assert!(kpi("rate(plan > 3 +)").contains("can't be used"));
    assert!(request(try_grouped(&*e, None, vec![Key::column("nn")], None, None)).contains("no column \"nn\""));
    assert!(request(try_grouped(&*e, None, vec![], Some("user"), None)).contains("no column \"user\""));
    let steps = Key::column("plan").binned(KeyBin::Every(Every::Day));
    assert!(request(try_grouped(&*e, None, vec![steps], None, None)).contains("no calendar steps"));
    let edges = Key::column("n").binned(KeyBin::Edges(vec![2.0, 1.0]));
    assert!(request(try_grouped(&*e, None, vec![edges], None, None)).contains("ascend"));
    assert!(request(e.check_sql("")).contains("empty"));
    assert!(request(e.check_sql("plan = \"a\"")).contains("no column \"a\""));
    e.check_sql("plan = 'a' AND n IS NOT NULL").unwrap();
    e.check_sql("CASE WHEN n > 2 THEN 1 ELSE 0 END").unwrap();
}

#[test]
fn quantiles_leave_out_nulls() {
    let e = csv(TABLE);
    let q = |key: Key, filter: Option<&str>| e.quantiles(&key, &[0.0, 0.5, 1.0], filter, &Ticket::default()).unwrap();
    assert_eq!(q(Key::column("x"), None), [1.5, 4.0, 6.0]);
    assert_eq!(q(Key::sql("n * 2"), Some("n <= 3")), [2.0, 4.0, 6.0]);
    assert_eq!(q(Key::column("when"), Some("plan = 'b'"))[0], 1_709_164_800.0);
    assert!(q(Key::column("x"), Some("n > 100")).is_empty());
    assert!(request(e.quantiles(&Key::column("plan"), &[0.5], None, &Ticket::default())).contains("not a number"));
}

#[test]
fn a_profile_tells_a_column() {
    let e = csv("i,f,s,b\n1,1.0,x,true\n1,inf,y,false\n2,3.0,x,true\n,,,\n7,-inf,z,true\n");
    let p = |name: &str| e.column_profile(name, None, &Ticket::default()).unwrap();
    let i = p("i");
    assert_eq!((i.nulls, i.distinct, i.min.clone(), i.max.clone()), (1, 3, Cell::Int(1), Cell::Int(7)));
    assert_eq!((i.mean, i.quantiles["0.5"]), (Some(2.75), 1.5));
    assert_eq!(i.histogram.iter().map(|b| (b.from, b.n)).collect::<Vec<_>>(), [(1.0, 2), (2.0, 1), (7.0, 1)]);
    let f = p("f");
    assert_eq!(
        (f.dtype, f.mean, f.sd, f.max),
        (ValueType::Float, Some(2.0), Some(2f64.sqrt()), Cell::Float(f64::INFINITY))
    );
    let s = p("s");
    assert_eq!((s.min.clone(), s.max.clone(), s.mean, s.histogram.len()), (t("x"), t("z"), None, 0));
    assert_eq!(
        s.top.iter().map(|v| (v.value.clone(), v.n)).collect::<Vec<_>>(),
        [(t("x"), 2), (t("y"), 1), (t("z"), 1)]
    );
    assert_eq!(p("b").top[0].value, Cell::Bool(true));
    let kept = e.column_profile("i", Some("s = 'x'"), &Ticket::default()).unwrap();
    assert_eq!((kept.nulls, kept.distinct, kept.mean), (0, 2, Some(1.5)));
}

#[test]
fn whole_numbers_do_not_overflow() {
    let e = csv("x\n9223372036854775807\n9223372036854775807\n9223372036854775807\n");
    assert_eq!(types(&*e), ["x:int"]);
    assert!((total(&*e, "sum(x)").y / 2.767_011_611_056_432_7e19 - 1.0).abs() < 1e-12);
    let p = e.column_profile("x", None, &Ticket::default()).unwrap();
    assert!((p.mean.unwrap() / 9.223_372_036_854_776e18 - 1.0).abs() < 1e-12);
}

#[test]
fn sql_answers_questions_only() {
    let e = csv(TABLE);
    let sql = |query: &str| e.sql(query, 2, &Ticket::default());
    let (schema, page) = sql("SELECT plan, SUM(n) AS s FROM data GROUP BY plan ORDER BY s DESC").unwrap();
    assert_eq!(schema.columns[1].name, "s");
    assert_eq!(page.rows, [[t("b"), Cell::Int(7)], [t("other"), Cell::Int(6)]]);
    for bad in [
        "DROP TABLE data",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM \"read_csv\"('/etc/passwd')",
        "SELECT * FROM /* ' */ READ_CSV('/etc/passwd') /* ' */",
        "WITH f AS (SELECT * FROM read_json('x')) SELECT * FROM f",
        "SELECT nn FROM data",
        "SELECT",
        "",
    ] {
        request(sql(bad));
    }
    assert_eq!(e.row_count(), 6);
}

#[test]
fn an_expression_sees_nothing_but_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.csv");
    std::fs::write(&other, "secret\na\n").unwrap();
    let e = csv(TABLE);
    for text in [
        format!("plan IN (SELECT secret FROM read_csv('{}'))", other.display()),
        format!("plan IN (SELECT secret FROM \"read_csv\"('{}'))", other.display()),
        format!("EXISTS (SELECT * FROM /*'*/ read_csv('{}') /*'*/)", other.display()),
        "n = (SELECT MAX(n) FROM data)".to_owned(),
        "plan IN (select plan from data)".to_owned(),
    ] {
        request(e.check_sql(&text));
        request(try_grouped(&*e, Some("count()"), vec![], None, Some(&text)));
        request(try_grouped(&*e, Some(&format!("rate({text})")), vec![], None, None));
        request(e.quantiles(&Key::sql(text), &[0.5], None, &Ticket::default()));
    }
    // The word as a value, and a column whose name merely begins so, are fine.
    e.check_sql("plan = 'select'").unwrap();
    csv("read_csv_at,x\n1,2\n").check_sql("read_csv_at > 0").unwrap();
}

#[test]
fn cancelled_work_gives_cancelled() {
    let e = csv(TABLE);
    let ticket = Ticket::default();
    ticket.cancel();
    let query = GroupQuery { keys: vec![Key::column("plan")], kpi: None, filter: None, unit: None };
    assert_eq!(e.aggregate(&query, &ticket).unwrap_err(), EngineError::Cancelled);
    assert_eq!(e.column_profile("n", None, &ticket).unwrap_err(), EngineError::Cancelled);
    assert_eq!(e.quantiles(&Key::column("n"), &[0.5], None, &ticket).unwrap_err(), EngineError::Cancelled);
    assert_eq!(e.fingerprint(&ticket).unwrap_err(), EngineError::Cancelled);
    assert_eq!(e.sql("SELECT 1", 1, &ticket).unwrap_err(), EngineError::Cancelled);
}

#[test]
fn a_fingerprint_ignores_the_order_of_rows_only() {
    let folder = tempfile::tempdir().unwrap();
    let print = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        open_path(path).unwrap().fingerprint(&Ticket::default()).unwrap()
    };
    let one = print("1.csv", "a,d\n1,2024-01-02\n2,2024-01-01\n,2024-03-01\n");
    let two = print("2.csv", "a,d\n,2024-03-01\n2,2024-01-01\n1,2024-01-02\n");
    let three = print("3.csv", "a,d\n1,2024-01-01\n2,2024-01-02\n,2024-03-01\n");
    assert_eq!(one.order_free_hash, two.order_free_hash);
    assert_ne!(one.sha256_16, two.sha256_16);
    assert_ne!(one.order_free_hash, three.order_free_hash);
    assert_eq!((one.rows, one.bytes, one.nulls.clone()), (3, 42, vec![("a".to_owned(), 1)]));
    assert_eq!(one.time_range, Some(("2024-01-01".into(), "2024-03-01".into())));
    // sha256 of "a\n1\n" begins so (coreutils sha256sum).
    assert_eq!(print("4.csv", "a\n1\n").sha256_16, "309b0e45a73d3fc5");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn groups_add_up_to_the_whole(rows in proptest::collection::vec((0u8..4, 0u8..5, -50i32..50, proptest::bool::weighted(0.1)), 1..60)) {
        let mut text = String::from("g,u,y\n");
        for (g, u, y, null) in &rows {
            text.push_str(&format!("g{g},u{u},{}\n", if *null { "NA".to_owned() } else { y.to_string() }));
        }
        let e = csv(&text);
        prop_assume!(e.schema().get("y").is_some_and(|c| c.dtype == ValueType::Int));
        for unit in [None, Some("u")] {
            let whole = grouped(&*e, Some("mean(y)"), vec![], None)[0].sums;
            let parts = grouped(&*e, Some("mean(y)"), vec![Key::column("g")], unit);
            prop_assert_eq!(parts.iter().map(|r| r.sums.n).sum::<u64>(), rows.len() as u64);
            prop_assert_eq!(parts.iter().map(|r| r.sums.known).sum::<u64>(), whole.known);
            prop_assert_eq!(parts.iter().map(|r| r.sums.y).sum::<f64>(), whole.y);
        }
        // Against a plain computation, clustered.
        let mut totals: std::collections::BTreeMap<(u8, u8), (f64, f64)> = Default::default();
        for (g, u, y, null) in &rows {
            if !null {
                let total = totals.entry((*g, *u)).or_default();
                *total = (total.0 + f64::from(*y), total.1 + 1.0);
            }
        }
        for row in grouped(&*e, Some("sum(y)"), vec![Key::column("g")], Some("u")) {
            let Cell::Text(name) = &row.keys[0] else { panic!("text expected") };
            let g: u8 = name[1..].parse().unwrap();
            let mine: Vec<(f64, f64)> = totals.iter().filter(|((k, _), _)| *k == g).map(|(_, t)| *t).collect();
            prop_assert_eq!(row.sums.units, mine.len() as u64);
            let yy = mine.iter().map(|(y, d)| (y - row.sums.centre * d).powi(2)).sum::<f64>();
            prop_assert!((row.sums.yy - yy).abs() <= 1e-9 * yy);
        }
    }
}

#[test]
fn the_usual_sql_works() {
    let e = csv(TABLE);
    for (text, rows) in [
        ("plan LIKE 'a%'", 2.0),
        ("plan ILIKE 'A%'", 2.0),
        ("plan IN ('a', 'b')", 4.0),
        ("plan NOT IN ('a')", 3.0),
        ("plan IS NULL", 1.0),
        ("NOT (n > 2)", 2.0),
        ("n BETWEEN 2 AND 4", 3.0),
        ("n = 1 OR plan = 'b' AND x > 1", 3.0),
        ("CASE WHEN n > 2 THEN TRUE ELSE FALSE END", 4.0),
        ("COALESCE(plan, 'none') = 'none'", 1.0),
        ("EXTRACT(HOUR FROM \"when\") >= 20", 2.0),
        ("DATE_PART('month', \"when\") = 1", 2.0),
        ("CAST(\"when\" AS DATE) = DATE '2024-01-31'", 1.0),
        ("LOWER(plan) || 'x' = 'bx'", 2.0),
        ("SUBSTR(plan, 1, 1) = 'o'", 1.0),
        ("plan ~ '^a'", 2.0),
        ("ROUND(x / n, 2) = 1", 3.0),
        ("n % 2 = 0 AND ABS(-x) > 1", 2.0),
        ("LEAST(n, x) >= 4", 3.0),
    ] {
        e.check_sql(text).unwrap();
        assert_eq!(total(&*e, &format!("rate({text})")).y, rows, "{text}");
    }
}

#[test]
fn long_expressions_run_or_are_refused() {
    let e = csv(TABLE);
    let sum = vec!["n"; 500].join(" + ");
    assert_eq!(total(&*e, &format!("sum({sum})")).y, 500.0 * 21.0);
    for text in [
        vec!["n"; 20_000].join(" + "),
        vec!["n = 1"; 20_000].join(" OR "),
        "NOT ".repeat(20_000) + "left",
        "(".repeat(20_000) + "n",
        "-".repeat(15_000) + "n",
    ] {
        request(e.check_sql(&text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_expression_is_answered(text in "[a-z0-9'\"()<>=+*/., %-]{0,30}|n (=|<|\\+|/|%|LIKE|IN|IS) [a-z0-9'()]{0,6}") {
        let e = csv("n,x\n1,a\n2,b\n");
        let checked = e.check_sql(&text);
        let ran = e.aggregate(&GroupQuery { keys: vec![Key::sql(text)], kpi: None, filter: None, unit: None }, &Ticket::default());
        prop_assert!(checked.is_ok() || ran.is_err());
        for error in [checked.err(), ran.err()].into_iter().flatten() {
            prop_assert!(matches!(&error, EngineError::Request { .. }), "{}", error);
        }
    }
}
