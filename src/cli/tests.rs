//! Commands as functions: arguments in, text out, no process.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Parser;
use serde_json::{Value, json};

use super::exit::{Exit, Failure, Outcome, Streams};
use super::{experiment, kpi, profile};

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Profile(Box<profile::ProfileCommand>),
    Kpi(Box<kpi::KpiCommand>),
    Experiment(experiment::ExperimentCommand),
}

fn run_on(args: &[&str], stdin: &[u8], out: &mut dyn Write) -> (Outcome, String) {
    run_with(args, stdin, out, false)
}

fn run_with(args: &[&str], stdin: &[u8], out: &mut dyn Write, out_is_terminal: bool) -> (Outcome, String) {
    let cli = Cli::try_parse_from(std::iter::once("whyboard").chain(args.iter().copied()))
        .unwrap_or_else(|e| panic!("{args:?}: {e}"));
    let mut input = stdin;
    let mut err = Vec::new();
    let mut streams = Streams {
        input: &mut input,
        input_is_terminal: stdin.is_empty(),
        out,
        out_is_terminal,
        err: &mut err,
        err_is_terminal: false,
    };
    let outcome = match cli.command {
        Command::Profile(a) => profile::run(&a, &mut streams),
        Command::Kpi(a) => kpi::run(&a, &mut streams),
        Command::Experiment(a) => experiment::run(&a, &mut streams),
    };
    (outcome, String::from_utf8(err).unwrap())
}

fn run(args: &[&str]) -> (Outcome, String, String) {
    let mut out = Vec::new();
    let (outcome, err) = run_on(args, b"", &mut out);
    (outcome, String::from_utf8(out).unwrap(), err)
}

fn failed(outcome: Outcome) -> Failure {
    outcome.expect_err("a failure")
}

struct Table {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Table {
    fn new(content: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, content).unwrap();
        Self { _folder: folder, path }
    }

    fn riders() -> Self {
        let mut text = String::from("city,wait,day,left\n");
        for i in 0..240 {
            let city = ["North", "South", "=cmd()"][i % 3];
            let left = if i % 3 == 0 { i % 2 } else { usize::from(i % 8 == 0) };
            text.push_str(&format!("{city},{}.5,2024-0{}-11,{left}\n", i % 30, 1 + i / 90));
        }
        Self::new(&text)
    }

    fn name(&self) -> &str {
        self.path.to_str().unwrap()
    }
}

#[test]
fn kpi_by_column_in_all_four_forms() {
    let t = Table::riders();
    let base = ["kpi", t.name(), "--kpi", "rate(left = 1)", "--by", "city"];
    let with = |format: &str| {
        let (outcome, out, _) = run(&[&base[..], &["--format", format]].concat());
        assert_eq!(outcome, Ok(Exit::Done), "{format}");
        out
    };
    let shape: Value = serde_json::from_str(&with("json")).unwrap();
    let keys: Vec<&String> = shape.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["kpi", "n", "value", "interval", "groups"]);
    assert_eq!(shape["n"], 240);
    let group = &shape["groups"][0];
    assert_eq!(group.as_object().unwrap().keys().collect::<Vec<_>>(), ["where", "n", "value", "interval"]);
    assert_eq!((&group["where"]["city"], &group["n"]), (&json!("=cmd()"), &json!(80)));
    assert_eq!(shape["interval"].as_array().unwrap().len(), 2);

    let text = with("table");
    assert!(text.starts_with("rate(left = 1): "), "{text}");
    assert!(text.contains("50.0%  [39.3, 60.7]"), "{text}");
    let csv = with("csv");
    assert!(csv.starts_with("city,n,value,low,high\n'=cmd(),80,"), "a formula is defused: {csv}");
    assert!(with("markdown").contains("| city | n | value | interval |\n| --- | ---: | ---: | ---: |"));
}

#[test]
fn unknown_is_null() {
    let t = Table::new("x,y\na,1\nb,\n");
    let (_, out, _) = run(&["kpi", t.name(), "--kpi", "mean(y)", "--by", "x", "--format", "json"]);
    let shape: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&shape["n"], &shape["value"], &shape["interval"]), (&json!(1), &json!(1.0), &Value::Null));
    let (_, csv, err) = run(&["kpi", t.name(), "--kpi", "mean(y)", "--by", "x", "--format", "csv"]);
    assert!(csv.contains("\nb,0,,,\n"), "{csv}");
    assert!(err.contains("note: 1 of 2 rows have no known value"), "{err}");
    let (_, text, _) = run(&["kpi", t.name(), "--kpi", "mean(y)", "--by", "x"]);
    assert!(text.contains('–'), "{text}");
}

#[test]
fn a_trend_follows_a_time_column() {
    let t = Table::riders();
    let (outcome, out, _) =
        run(&["kpi", t.name(), "--kpi", "rate(left = 1)", "--trend", "day", "--every", "1mo", "--format", "csv"]);
    assert_eq!(outcome, Ok(Exit::Done));
    let lines: Vec<&str> = out.lines().map(|l| l.split(",0.").next().unwrap()).collect();
    assert_eq!(lines[..2], ["day,n,value,low,high", "2024-01-01,90"], "{out}");
    let (outcome, ..) = run(&["kpi", t.name(), "--kpi", "rate(left = 1)", "--trend", "city", "--every", "1d"]);
    let f = failed(outcome);
    assert_eq!(f.exit, Exit::Usage);
    assert!(f.message.contains("time column"), "{}", f.message);
}

#[test]
fn profile_holds_some_rows_against_the_others() {
    let t = Table::riders();
    let base = ["profile", t.name(), "--compare", "city = 'North'"];
    let (outcome, out, _) = run(&[&base[..], &["--format", "json"]].concat());
    assert_eq!(outcome, Ok(Exit::Done));
    let shape: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&shape["a"]["n"], &shape["b"]["n"], &shape["b"]["where"]), (&json!(80), &json!(160), &Value::Null));
    let columns = shape["columns"].as_array().unwrap();
    assert_eq!(columns[3]["name"], "city", "the column of the condition comes last: {shape}");
    let left = columns.iter().find(|c| c["name"] == "left").unwrap();
    assert_eq!(left["mean"], json!([0.5, 0.125]));
    assert_eq!(left["difference"], json!(0.375));
    let (low, high) = (left["interval"][0].as_f64().unwrap(), left["interval"][1].as_f64().unwrap());
    assert!(low > 0.2 && high < 0.55 && left["psi"].as_f64().unwrap() > 0.2, "{left}");
    let n: u64 = left["bins"].as_array().unwrap().iter().map(|b| b["n"][0].as_u64().unwrap()).sum();
    assert_eq!(n, 80, "every row is in one bin");
    let (_, text, _) = run(&base);
    assert!(text.starts_with("A: city = 'North', 80 rows\nB: all others, 160 rows\n"), "{text}");
    let (_, csv, _) = run(&[&base[..], &["--format", "csv", "--exclude", "wait"]].concat());
    assert!(csv.starts_with("name,dtype,in_condition,nulls_a,nulls_b,value,a,b,difference,low,high,psi"), "{csv}");
    assert!(!csv.contains("\nwait,"), "{csv}");
    let two = [&base[..], &["--against", "city = 'South'", "--format", "json"]].concat();
    let shape: Value = serde_json::from_str(&run(&two).1).unwrap();
    assert_eq!((&shape["b"]["n"], &shape["b"]["where"]), (&json!(80), &json!("city = 'South'")));
    let f = failed(run(&["profile", t.name(), "--compare", "city = 'Nowhere'"]).0);
    assert!(f.to_string().contains("no row where city = 'Nowhere'"), "{f}");
    assert!(failed(run(&[&base[..], &["--against", "city = 'North'"]].concat()).0).to_string().contains("both sides"));
}

#[test]
fn profile_gives_the_agreed_shape_and_remarks() {
    let t = Table::riders();
    let (outcome, out, _) = run(&["profile", t.name(), "--format", "json"]);
    assert_eq!(outcome, Ok(Exit::Done));
    let shape: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(shape.as_object().unwrap().keys().collect::<Vec<_>>(), ["rows", "columns", "read", "alerts"]);
    let column = shape["columns"][1].as_object().unwrap();
    let want = [
        "name",
        "dtype",
        "nulls",
        "distinct",
        "distinct_exact",
        "min",
        "max",
        "mean",
        "sd",
        "quantiles",
        "top",
        "alerts",
    ];
    assert_eq!(column.keys().collect::<Vec<_>>(), want);
    assert_eq!((&column["name"], &column["dtype"], &column["distinct"]), (&json!("wait"), &json!("float"), &json!(30)));
    let (_, text, _) = run(&["profile", t.name()]);
    assert!(text.starts_with("240 rows, 4 columns") && text.lines().count() >= 6, "{text}");
    let (_, some, _) = run(&["profile", t.name(), "--where", "city = 'North'", "--format", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&some).unwrap()["rows"], 80);
}

#[test]
fn standard_input_is_a_table_too() {
    let mut out = Vec::new();
    let (outcome, _) = run_on(&["kpi", "-", "--kpi", "mean(x)", "--format", "json"], b"x,y\n1,a\n3,b\n", &mut out);
    assert_eq!(outcome, Ok(Exit::Done));
    assert_eq!(serde_json::from_slice::<Value>(&out).unwrap()["value"], 2.0);
    let f = failed(run(&["kpi", "-", "--kpi", "mean(x)"]).0);
    assert_eq!(f.exit, Exit::Usage);
    assert!(f.message.contains("nothing is piped in"), "{}", f.message);
    let mut none = Vec::new();
    let f = failed(run_on(&["profile", "-"], b"\n\n", &mut none).0);
    assert_eq!(f.exit, Exit::Input);
    let f = failed(run_on(&["profile", "-"], b"PK\x03\x04 a packed workbook", &mut none).0);
    assert_eq!(f.exit, Exit::Input);
    assert!(f.message.contains("standard input") && !f.message.contains("whyboard-"), "{}", f.message);
}

#[test]
fn wrong_use_is_2_and_unreadable_input_is_3() {
    let t = Table::riders();
    let empty = tempfile::tempdir().unwrap();
    let folder = empty.path().to_str().unwrap();
    let named = format!("rides={}", t.name());
    for (args, exit, word) in [
        (vec!["kpi", t.name(), "--kpi", "rate(lef = 1)"], Exit::Usage, "left"),
        (vec!["kpi", t.name(), "--kpi", "rate(left = 1)", "--by", "town"], Exit::Usage, "town"),
        (vec!["kpi", t.name(), "--kpi", "rate(left = 1)", "--unit", "user"], Exit::Usage, "user"),
        (vec!["kpi", t.name(), "--kpi", "rate(left = 1)", "--where", "city ="], Exit::Usage, "city ="),
        (vec!["kpi", t.name(), "--kpi", "rate(left = 1)", "--by", "city,wait,day"], Exit::Usage, "two keys"),
        (vec!["profile", folder], Exit::Input, "directory"),
        (vec!["profile", "/nowhere/*.csv"], Exit::Input, "fits no file"),
        (vec!["profile", &named, t.name()], Exit::Usage, "--sql"),
        (vec!["kpi", t.name(), "--kpi", "rate(left = 1)", "--trend", "city"], Exit::Usage, "time column"),
        (vec!["kpi", t.name(), "--kpi", "rate(left = 1)", "--by", "city,city"], Exit::Usage, "twice"),
        (vec!["kpi", t.name(), "--kpi", "rate(left = 1)", "--by", "city", "--by", "\"city\""], Exit::Usage, "twice"),
        (vec!["kpi", t.name(), "--kpi", "rate(left = 1)", "--by", "day", "--trend", "day"], Exit::Usage, "twice"),
        (
            vec!["kpi", t.name(), "--kpi", "rate(left = 1)", "--by", "city", "--exclude", "city"],
            Exit::Usage,
            "excluded",
        ),
        (vec!["profile", t.name(), "--exclude", "town"], Exit::Usage, "town"),
        (vec!["profile", t.name(), "--known-before", "town"], Exit::Usage, "town"),
        (vec!["profile", "/nowhere/x.csv"], Exit::Input, "/nowhere/x.csv"),
        (vec!["experiment", "--base", "0.05", "--target", "5%"], Exit::Usage, "same"),
        (vec!["experiment", "--base", "5", "--target", "4"], Exit::Usage, "--sd"),
    ] {
        let f = failed(run(&args).0);
        assert_eq!(f.exit, exit, "{args:?}: {}", f.message);
        assert!(f.message.contains(word), "{args:?}: {}", f.message);
    }
    for args in [
        vec!["kpi", "x.csv", "--kpi", "median(x)"],
        vec!["kpi", "x.csv"],
        vec!["kpi", "x.csv", "--kpi", "count()", "--every", "1d"],
        vec!["profile", "x.csv", "--sample", "0"],
        vec!["profile", "x.csv", "--seed", "3"],
        vec!["profile"],
    ] {
        let parsed = Cli::try_parse_from(std::iter::once("whyboard").chain(args));
        assert_eq!(parsed.err().map(|e| e.exit_code()), Some(2));
    }
}

#[test]
fn nothing_in_data_reaches_the_terminal_as_an_escape() {
    let t = Table::new("na\u{1b}[2Jme,v\n\u{1b}]0;pwned\u{7}x,1\ny|z<b>,2\n\u{1b}]0;pwned\u{7}x,3\n");
    for format in ["table", "markdown"] {
        for args in [vec!["profile", t.name()], vec!["kpi", t.name(), "--kpi", "mean(v)", "--by", "na\u{1b}[2Jme"]] {
            let (outcome, out, err) = run(&[&args[..], &["--format", format]].concat());
            assert_eq!(outcome, Ok(Exit::Done));
            assert!(!out.contains('\u{1b}') && !err.contains('\u{1b}') && !out.contains('\u{7}'), "{out:?}");
            assert!(out.contains('␛'), "{out:?}");
            if format == "markdown" {
                assert!(!out.contains("<b>"), "{out}");
            }
        }
    }
}

#[test]
fn no_form_sends_escapes_to_a_terminal() {
    let t = Table::new("na\u{9b}me,v\n\u{1b}]0;pwned\u{7}x,1\ny\u{202e}z,2\n\u{7f}w,3\n");
    let by = ["kpi", t.name(), "--kpi", "mean(v)", "--by", "na\u{9b}me"];
    let obeyed = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
    for args in [&by[..], &["profile", t.name()]] {
        let (_, json, _) = run(&[args, &["--format", "json"]].concat());
        assert!(!json.contains(obeyed), "{json:?}");
        let shape: Value = serde_json::from_str(&json).unwrap();
        assert!(shape.to_string().contains('\u{202e}'), "the values are the same");
        let csv = [args, &["--format", "csv"]].concat();
        let (_, piped, _) = run(&csv);
        assert!(piped.contains('\u{1b}') || piped.contains('\u{9b}'), "a pipe gets the values as they are: {piped:?}");
        let mut out = Vec::new();
        let outcome = run_with(&csv, b"", &mut out, true).0;
        let shown = String::from_utf8(out).unwrap();
        assert!(outcome == Ok(Exit::Done) && !shown.contains(obeyed), "{shown:?}");
    }
}

#[test]
fn formulas_pass_only_when_asked_for() {
    let t = Table::riders();
    let args = ["kpi", t.name(), "--kpi", "rate(left = 1)", "--by", "city", "--format", "csv"];
    assert!(run(&args).1.contains("\n'=cmd(),80,"));
    assert!(run(&[&args[..], &["--raw"]].concat()).1.contains("\n=cmd(),80,"));
}

#[test]
fn commas_inside_quotes_and_parentheses_do_not_split_keys() {
    let t = Table::riders();
    let keys = |by: &str| {
        let (outcome, out, _) = run(&["kpi", t.name(), "--kpi", "rate(left = 1)", "--by", by, "--format", "csv"]);
        assert_eq!(outcome, Ok(Exit::Done), "{by}");
        out.lines().next().unwrap().to_owned()
    };
    assert_eq!(keys("COALESCE(city, 'a,b'), left"), "\"COALESCE(city, 'a,b')\",left,n,value,low,high");
    assert_eq!(keys("\"city\",left"), "city,left,n,value,low,high");
}

#[test]
fn a_sample_is_labelled_in_every_form() {
    let t = Table::riders();
    for base in [vec!["profile", t.name()], vec!["kpi", t.name(), "--kpi", "rate(left = 1)"]] {
        let with = |format: &str| run(&[&base[..], &["--sample", "60", "--seed", "4", "--format", format]].concat());
        let shape: Value = serde_json::from_str(&with("json").1).unwrap();
        assert_eq!(shape["sample"], json!({"rows": 60, "of": 240, "seed": 4}));
        for format in ["table", "markdown"] {
            assert!(with(format).1.contains("a random sample of 60 of 240 rows (seed 4)"), "{}", with(format).1);
        }
        assert!(with("csv").2.contains("note: a random sample of 60 of 240 rows"));
        assert_eq!(with("json").1, with("json").1);
    }
}

#[test]
fn columns_can_be_left_out_of_a_profile() {
    let t = Table::riders();
    let (outcome, out, _) =
        run(&["profile", t.name(), "--exclude", "wait,day", "--known-before", "city", "--format", "json"]);
    assert_eq!(outcome, Ok(Exit::Done));
    let shape: Value = serde_json::from_str(&out).unwrap();
    let names: Vec<&str> = shape["columns"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["city", "left"]);
}

#[test]
fn several_tables_become_one_by_sql() {
    let (users, rides) = (Table::new("id,plan\n1,a\n2,b\n"), Table::new("id,km\n1,2\n1,4\n2,1\n"));
    let (a, b) = (format!("users={}", users.name()), format!("rides={}", rides.name()));
    let sql = "SELECT plan, km FROM rides JOIN users ON rides.id = users.id";
    let args = ["kpi", &a, &b, "--sql", sql, "--kpi", "mean(km)", "--by", "plan", "--format", "csv"];
    let (outcome, out, _) = run(&args);
    assert_eq!(outcome, Ok(Exit::Done));
    assert!(out.contains("\na,2,3.0,") && out.contains("\nb,1,1.0,"), "{out}");
    // One table is asked under its name, from standard input too; without a query name=path is just the path.
    let mut piped = Vec::new();
    let args = ["profile", "t=-", "--sql", "SELECT km FROM t WHERE km > 1", "--format", "json"];
    assert_eq!(run_on(&args, b"id,km\n1,2\n1,4\n2,1\n", &mut piped).0, Ok(Exit::Done));
    assert_eq!(serde_json::from_slice::<Value>(&piped).unwrap()["rows"], 2);
    assert_eq!(run(&["profile", &a]).0, Ok(Exit::Done));
    assert_eq!(run(&["profile", &a, "--sql", "SELECT plan FROM data"]).0, Ok(Exit::Done));
    let f = failed(run(&["profile", &a, &b, "--sql", "SELECT * FROM trips"]).0);
    assert!(f.exit == Exit::Usage && f.message.contains("users, rides"), "{}", f.message);
    let f = failed(run(&["profile", &a, &b, "--sql", "SELECT * FROM users JOIN read_csv('/etc/passwd') p ON TRUE"]).0);
    assert_eq!(f.exit, Exit::Usage);
}

#[test]
fn what_names_a_column_goes_to_the_tables_that_have_it() {
    // Each table has another usual spelling.
    let users = Table::new("id,city\n1,Oslo\n2,Oslo\n3,oslo\n4,Bergen\n");
    let rides = Table::new("id,city,km\n1,oslo,2\n2,oslo,999\n3,Oslo,4\n4,BERGEN,1\n5,Bergen,999\n");
    let (a, b) = (format!("users={}", users.name()), format!("rides={}", rides.name()));
    let join = "SELECT rides.id, users.city AS home, rides.city AS place, km FROM rides JOIN users USING (id)";
    let shape = |sql: &str, more: &[&str]| {
        let args = [&["profile", &a, &b, "--sql", sql, "--format", "json"], more].concat();
        let (outcome, out, err) = run(&args);
        assert_eq!(outcome, Ok(Exit::Done), "{more:?}: {err}");
        (serde_json::from_str::<Value>(&out).unwrap(), err)
    };
    let column = |shape: &Value, name: &str| {
        shape["columns"].as_array().unwrap().iter().find(|c| c["name"] == name).cloned().unwrap()
    };
    // One table has it: the other is none the worse.
    let (found, _) = shape(join, &["--sheet-type", "km=text"]);
    assert_eq!(column(&found, "km")["dtype"], "text");
    // Both have it, and go together by it.
    let (found, _) = shape(join, &["--sheet-type", "id=text"]);
    assert_eq!((column(&found, "id")["dtype"].as_str(), found["rows"].as_u64()), (Some("text"), Some(4)));
    // In one of them only.
    let only = "SELECT users.id AS a, rides.id AS b FROM rides JOIN users ON CAST(users.id AS BIGINT) = rides.id";
    let (found, _) = shape(only, &["--sheet-type", "users.id=text"]);
    assert_eq!(
        (column(&found, "a")["dtype"].as_str(), column(&found, "b")["dtype"].as_str()),
        (Some("text"), Some("int"))
    );

    // Spelt before they are joined, and alike in both: by their own usual forms only those of Bergen would meet.
    let by_city = "SELECT city, km FROM rides JOIN users USING (city)";
    let (found, err) = shape(by_city, &["--fix", "city=spelling"]);
    assert_eq!(found["rows"], 11, "{err}");
    assert!(err.contains("users: Fixed: 1 value of city") && err.contains("rides: Fixed: 3 values of city"), "{err}");
    let (found, err) = shape(join, &["--fix", "users.city=spelling", "--fix", "km=null:999"]);
    assert_eq!(
        (column(&found, "home")["distinct"].as_u64(), column(&found, "place")["distinct"].as_u64()),
        (Some(2), Some(3))
    );
    assert_eq!(column(&found, "km")["nulls"], 1, "{err}");
    // What only the query makes is mended there, and so are repeated rows.
    let made = "SELECT city AS town FROM users";
    let (found, err) = shape(made, &["--fix", "town=spelling", "--fix", "rows=distinct"]);
    assert_eq!(found["rows"], 2, "{err}");

    for (option, asked, said) in [
        ("--sheet-type", "citty=text", "\"citty\" in users, rides. Did you mean users.city or rides.city?"),
        ("--sheet-type", "users.km=text", "\"km\" in users. The columns are users.id, users.city."),
        ("--fix", "kmm=null:999", "\"kmm\" in users, rides. Did you mean rides.km?"),
        ("--fix", "rides.cty=spelling", "\"cty\" in rides. Did you mean rides.city?"),
        ("--fix", "users.km=mended", "is no fix"),
    ] {
        let f = failed(run(&["profile", &a, &b, "--sql", join, option, asked]).0);
        assert!(f.exit == Exit::Usage && f.to_string().contains(said), "{asked}: {f}");
    }
    // Without a query there is one table, and a point is a letter of a name.
    let dotted = Table::new("users.id,x\n1,2\n");
    let one = format!("users={}", dotted.name());
    assert_eq!(run(&["profile", &one, "--sheet-type", "users.id=text"]).0, Ok(Exit::Done));
}

#[test]
fn quantiles_of_times_are_times() {
    let t = Table::new(
        "d,m\n2024-01-01,2024-01-01 10:00\n2024-01-02,2024-01-01 11:00\n2024-01-03,2024-01-01 12:00\n2024-01-04,2024-01-01 13:00\n",
    );
    let shape: Value = serde_json::from_str(&run(&["profile", t.name(), "--format", "json"]).1).unwrap();
    assert_eq!(shape["columns"][0]["quantiles"]["0.5"], "2024-01-02T12:00:00");
    assert_eq!(shape["columns"][1]["quantiles"]["0.5"], "2024-01-01T11:30:00");
    let t = Table::new("d,x\n2024-01-01,1\n2024-01-02,2\n2024-01-03,3\n");
    let shape: Value = serde_json::from_str(&run(&["profile", t.name(), "--format", "json"]).1).unwrap();
    assert_eq!(shape["columns"][0]["quantiles"]["0.5"], "2024-01-02");
    assert_eq!(shape["columns"][1]["quantiles"]["0.5"], 2.0);
}

#[test]
fn a_tab_is_called_so() {
    let t = Table::new("a\tb\n1\t2\n3\t4\n");
    let (_, out, err) = run(&["profile", t.name(), "--format", "json"]);
    assert!(err.contains("delimiter tab"), "{err}");
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["read"]["delimiter"], "\t");
}

struct Broken(io::ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let t = Table::riders();
    for format in ["table", "json", "csv", "markdown"] {
        let args = ["profile", t.name(), "--format", format];
        assert_eq!(run_on(&args, b"", &mut Broken(io::ErrorKind::BrokenPipe)).0, Ok(Exit::Done), "{format}");
        let f = failed(run_on(&args, b"", &mut Broken(io::ErrorKind::StorageFull)).0);
        assert!(f.exit == Exit::Input && f.message.contains("can't be written"));
    }
}

#[test]
fn the_size_of_an_experiment() {
    let (_, out, _) =
        run(&["experiment", "--base", "0.05", "--target", "4.75%", "--per-week", "20000", "--format", "json"]);
    let shape: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(shape.as_object().unwrap().keys().collect::<Vec<_>>(), ["n_per_arm", "weeks", "mde"]);
    assert_eq!(shape["n_per_arm"], 116_470);
    assert!((shape["weeks"].as_f64().unwrap() - 11.647).abs() < 1e-9);
    assert!(shape["mde"].as_f64().unwrap() > 0.0025, "four weeks show less than twelve");
    let (_, out, _) = run(&["experiment", "--base", "100", "--target", "101", "--sd", "10", "--format", "csv"]);
    assert_eq!(out, "n_per_arm,weeks,mde\n1570,,\n");
    let (_, text, _) = run(&["experiment", "--base", "0.2", "--target", "0.19"]);
    assert!(text.contains("24\u{2009}638"), "{text}");
}

#[test]
fn guesses_are_told_on_standard_error() {
    let t = Table::new("a;b\n1,5;x\n2,5;y\n");
    let (outcome, _, err) = run(&["profile", t.name()]);
    assert_eq!(outcome, Ok(Exit::Done));
    assert!(err.contains("delimiter ;"), "{err}");
    let (_, out, _) = run(&["profile", t.name(), "--delimiter", ",", "--format", "json"]);
    assert!(serde_json::from_str::<Value>(&out).unwrap()["columns"].as_array().unwrap().len() >= 2);
}
