//! A session that is run again: on the same data, on data that says the opposite, and on data that lacks a column.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;

use serde_json::{Map, Value, json};

use super::*;
use crate::app::screens::checks::{act_of, by_hand, of_run, resolve as ready};
use crate::app::screens::explore::fixture::{With, csv, hypothesis};
use crate::cli::load::{now, read_session};
use crate::cli::output::Format;
use crate::cli::workbench::create_session;
use crate::domain::decide::{Intent, Stamp, decide, origin_of, suggest_ratings};
use crate::domain::event::{Act, ClueSource, Event, Ratings};
use crate::domain::words::{Grade, Origin, Rating};
use crate::journal::Journal;
use crate::query::{Analysis, Better, CheckOp, CheckRequest, CheckResult, Findings, Outcome as Answered, YesIf};

/// A folder with a session, its table, and other tables.
struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    /// Month-to-month customers leave more often: a check on the spot says so, and so does a look; a check of the playbook
    /// was done by hand.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let case = Self { folder };
        let table = csv(With::default());
        fs::write(case.path("users.csv"), &table).unwrap();
        // Those who were free to leave are bound, and the other way round.
        let turned =
            table.replace("Month-to-month", "X").replace("Two year", "Month-to-month").replace(",X,", ",Two year,");
        fs::write(case.path("turned.csv"), turned).unwrap();
        fs::write(case.path("other.csv"), table.replace("Contract", "Plan")).unwrap();
        create_session(&case.path("s.yaml"), "churn", &[("users".into(), "users.csv".into())]).unwrap();
        case.record(Act::Kpi {
            data: "users".into(),
            kpi: "rate(Churn = 'Yes')".parse().unwrap(),
            better: Better::Lower,
            independent_unit: None,
            level: None,
        });
        case.record(hypothesis("h_contract", "Those who are free to leave do"));
        case.record(hypothesis("h_onboarding", "New customers never get going"));
        case
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn session(&self, name: &str) -> super::super::load::ReadSession {
        read_session(&self.path(name)).unwrap().0
    }

    fn record(&self, act: Act) {
        let read = self.session("s.yaml");
        let stamp = Stamp { at: now(), by: "p1".into(), seed: read.session.next_n() * 7919 };
        let events = decide(&read.session, read.playbook.as_deref(), Intent::record(act), &stamp).unwrap();
        let (mut journal, _) = Journal::open(&self.path("s.yaml")).unwrap();
        let values: Vec<Value> = events.iter().map(Event::to_value).collect();
        journal.as_mut().unwrap().append(&values).unwrap();
    }

    fn request() -> CheckRequest {
        CheckRequest {
            op: CheckOp::CompareRate,
            columns: BTreeMap::new(),
            params: json!({"a": "Contract = 'Month-to-month'"}).as_object().cloned().unwrap(),
            yes_if: Some(YesIf {
                metric: "rate_ratio".into(),
                gte: Some(1.3),
                lower_gt: Some(1.0),
                ..YesIf::default()
            }),
        }
    }

    /// Forecast, run, pinned with what it suggests.
    fn checked(&self) {
        let side = |r: Rating| Ratings::from([("h_contract".to_owned(), r)]);
        self.record(Act::Predict {
            check: "x1".into(),
            text: "Do they leave more?".into(),
            forecasts: BTreeMap::from([("p1".to_owned(), 0.7)]),
            words: BTreeMap::new(),
            title: Some("Do they leave more?".into()),
            request: Some(Self::request()),
            if_yes: side(Rating::Expected),
            if_no: side(Rating::Surprising),
        });
        let engine = engine::open(
            &Source { path: self.path("users.csv"), options: ReadOptions::default() },
            &Default::default(),
        );
        let binding = self.session("s.yaml").session.state.kpi.unwrap();
        let analysis =
            Analysis::Check { kpi: binding.kpi, request: Self::request(), unit: None, better: Better::Lower };
        let found = crate::analysis::run(engine.unwrap().as_ref(), &analysis, &Default::default()).unwrap();
        let Findings::Check(result) = found else { unreachable!() };
        assert_eq!(result.outcome, Answered::Yes);
        let mut pending = of_run(&record_of(), "Do they leave more?");
        pending.request = Self::request();
        self.record(act_of(&pending, &result));
        self.pin("x1", &result);
    }

    fn pin(&self, check: &str, result: &CheckResult) {
        let read = self.session("s.yaml");
        let run = read.session.state.latest_check(check).unwrap();
        self.record(Act::Clue {
            clue: String::new(),
            text: result.says.clone(),
            origin: origin_of(run),
            grade: Grade::A,
            family: "data:users/Contract".into(),
            source: ClueSource { event: run.reference.clone() },
            proposal: None,
            repeat_of: None,
            ratings: suggest_ratings(&read.session, read.playbook.as_deref(), check, result),
            reason: None,
        });
    }

    /// A look at the same group, with what could be won in it.
    fn looked(&self) {
        let result =
            json!({"n": 200, "estimate": 0.6, "rest": 0.2, "reach": 0.2, "reach_interval": [0.15, 0.25], "says": ""});
        self.record(Act::Check {
            check: "look-1".into(),
            data: vec!["users".into()],
            predicted: false,
            title: Some("churn by Contract".into()),
            params: json!({"kpi": "rate(Churn = 'Yes')", "where": "\"Contract\" = 'Month-to-month'"})
                .as_object()
                .cloned()
                .unwrap(),
            result: result.as_object().cloned().unwrap(),
            outcome: Answered::Unclear,
            took_seconds: None,
        });
        let read = self.session("s.yaml");
        self.record(Act::Clue {
            clue: String::new(),
            text: "Month-to-month customers leave more".into(),
            origin: Origin::Browsed,
            grade: Grade::A,
            family: "data:users/Contract".into(),
            source: ClueSource { event: read.session.state.latest_check("look-1").unwrap().reference.clone() },
            proposal: None,
            repeat_of: None,
            ratings: Ratings::from([("h_contract".to_owned(), Rating::SomewhatExpected)]),
            reason: None,
        });
    }

    fn by_hand(&self) {
        let read = self.session("s.yaml");
        let playbook = read.playbook.unwrap();
        let pending = ready(&read.session, &playbook, playbook.check("d_independent").unwrap(), "users");
        self.record(act_of(&pending, &by_hand(&pending, Answered::No, Some(2.0), "Invoices say the same.".into())));
    }

    fn rerun(&self, data: &[&str], format: Format) -> (Outcome, String) {
        let args = RerunArgs {
            path: self.path("s.yaml"),
            data: data.iter().map(|d| d.replace("=", &format!("={}/", self.folder.path().display()))).collect(),
            out: None,
            output: OutputArgs { format, raw: false, no_color: true },
        };
        let (mut out, mut err, mut input) = (Vec::new(), Vec::new(), &b""[..]);
        let mut streams = Streams {
            input: &mut input,
            input_is_terminal: true,
            out: &mut out,
            out_is_terminal: false,
            err: &mut err,
            err_is_terminal: false,
        };
        let outcome = run(&args, &mut streams);
        (outcome, String::from_utf8(out).unwrap())
    }

    fn json(&self, data: &[&str]) -> (Exit, Value) {
        let (outcome, out) = self.rerun(data, Format::Json);
        (outcome.unwrap(), serde_json::from_str(&out).unwrap())
    }
}

fn record_of() -> crate::domain::session::CheckRecord {
    crate::domain::session::CheckRecord {
        event: 1,
        reference: crate::domain::event::EventRef::N(1),
        check: "x1".into(),
        title: Some("Do they leave more?".into()),
        data: vec!["users".into()],
        predicted: true,
        params: Map::new(),
        result: Map::new(),
        outcome: Answered::Yes,
    }
}

fn verdict_of<'a>(told: &'a Value, id: &str) -> &'a str {
    let check = told["checks"].as_array().unwrap().iter().find(|c| c["id"] == id);
    check.unwrap_or_else(|| panic!("{id} in {told}"))["verdict"].as_str().unwrap()
}

#[test]
fn on_the_same_data_all_is_the_same_and_the_child_holds_the_parent() {
    let case = Case::new();
    case.checked();
    case.looked();
    case.by_hand();
    let before = fs::read(case.path("s.yaml")).unwrap();
    let (exit, told) = case.json(&[]);
    assert_eq!((exit, &told["verdict_changed"]), (Exit::Done, &json!(false)));
    assert_eq!((verdict_of(&told, "x1"), verdict_of(&told, "look-1")), ("same", "same"));
    assert_eq!(verdict_of(&told, "d_independent"), "cannot_run", "it was done outside");
    assert_eq!(told["board_before"], told["board_after"]);
    assert_eq!(told["board_before"]["leader"], "h_contract");
    assert_eq!(fs::read(case.path("s.yaml")).unwrap(), before, "the session itself is left alone");
    let (parent, child) = (case.session("s.yaml"), case.session("s.rerun.yaml"));
    assert!(child.session.faults.is_empty() && child.warnings.is_empty(), "{:?}", child.warnings);
    let n = parent.session.events.len();
    assert_eq!(child.session.events[..n], parent.session.events[..]);
    assert!(matches!(&child.session.events.last().unwrap().act, Act::Rerun { fields }
        if fields["checks"]["x1"] == "same" && fields["of"] == json!(parent.session.header.id)));
    assert_eq!(child.session.header.more["parent"]["events"], json!(n));
    assert_eq!(child.session.state.clues.len(), parent.session.state.clues.len());
    // The next one goes beside it, and a child can be run again itself.
    let (_, told) = case.json(&[]);
    assert!(told["child"].as_str().unwrap().ends_with("s.rerun-2.yaml"), "{told}");
}

#[test]
fn data_that_says_the_opposite_flips_the_check_and_the_verdict() {
    let case = Case::new();
    // A table made by a query is made again, out of the new file.
    case.record(Act::AttachData {
        data: "made".into(),
        path: String::new(),
        sql: Some("SELECT Contract FROM users WHERE Churn = 'Yes'".into()),
        facts: Default::default(),
    });
    case.checked();
    case.looked();
    let (exit, told) = case.json(&["users=turned.csv"]);
    assert_eq!((verdict_of(&told, "x1"), verdict_of(&told, "look-1")), ("flipped", "flipped"));
    let check = &told["checks"][0];
    assert_eq!((&check["was"]["outcome"], &check["now"]["outcome"]), (&json!("yes"), &json!("no")));
    assert!(check["now"]["interval"][1].as_f64().unwrap() < 1.0, "{check}");
    assert_ne!(told["board_after"]["leader"], "h_contract");
    assert_eq!((exit, &told["verdict_changed"]), (Exit::No, &json!(true)));
    let child = case.session("s.rerun.yaml");
    assert!(child.session.faults.is_empty(), "{:?}", child.session.faults);
    // The clue of the check says what is found now and speaks against; that of the look is taken back.
    let clues = &child.session.state.clues;
    assert_eq!(clues.len(), 1, "{clues:?}");
    assert!(clues[0].cell("h_contract").unwrap() < 0.0 && clues[0].text.contains("Month-to-month"), "{:?}", clues[0]);
    assert_eq!(child.session.state.tables[0].path, "turned.csv");
    assert!(child.session.state.tables[0].facts.rows.is_some(), "the new table is identified");
    assert_eq!(child.session.state.tables[1].sql, case.session("s.yaml").session.state.tables[1].sql);
    let (_, text) = case.rerun(&["users=turned.csv"], Format::Table);
    assert!(!text.contains("could not be opened"), "{text}");
    assert!(
        text.contains("0 same, 0 moved, 2 flipped, 0 cannot run") && text.contains("the verdict changed"),
        "{text}"
    );
}

#[test]
fn a_column_that_is_gone_is_named_and_the_rest_is_run() {
    let case = Case::new();
    case.checked();
    let (exit, told) = case.json(&["users=other.csv"]);
    assert_eq!((exit, verdict_of(&told, "x1")), (Exit::Done, "cannot_run"));
    assert!(told["checks"][0]["why"].as_str().unwrap().contains("Contract"), "{told}");
    assert!(told["checks"][0]["now"].is_null());
}

#[test]
fn what_can_not_be_done_is_said_before_anything_is_written() {
    let case = Case::new();
    let why = |data: &[&str]| case.rerun(data, Format::Table).0.unwrap_err();
    assert!(why(&[]).message.contains("has no check that was run"));
    case.checked();
    let f = why(&["trips=turned.csv"]);
    assert!(f.exit == Exit::Usage && f.message.contains("no table trips") && f.message.contains("users"), "{f}");
    assert!(why(&["users=turned.csv", "users=other.csv"]).message.contains("named twice"));
    assert_eq!(why(&["users=nothing.csv"]).exit, Exit::Input);
    fs::remove_file(case.path("users.csv")).unwrap();
    assert_eq!(why(&[]).exit, Exit::Input);
    assert!(!case.path("s.rerun.yaml").exists());
}

#[test]
fn the_verdict_of_one_check() {
    use super::verdict::{Answer, Verdict};
    use crate::query::Estimate;
    let answer = |outcome, value: f64, interval| Answer {
        outcome,
        metric: "rate_ratio".into(),
        estimate: Estimate { value: Some(value), interval },
    };
    let (yes, no, unclear) = (Answered::Yes, Answered::No, Answered::Unclear);
    for (was, now, want) in [
        (answer(yes, 2.0, Some((1.5, 2.5))), answer(yes, 2.4, None), Verdict::Same),
        (answer(yes, 2.0, Some((1.5, 2.5))), answer(yes, 2.6, None), Verdict::Moved),
        (answer(yes, 2.0, None), answer(yes, 2.1, None), Verdict::Same),
        (answer(yes, 2.0, None), answer(yes, 2.5, None), Verdict::Moved),
        (answer(yes, 2.0, None), answer(unclear, 2.0, None), Verdict::Moved),
        (answer(unclear, 1.2, None), answer(no, 1.2, None), Verdict::Moved),
        (answer(yes, 2.0, None), answer(no, 0.9, None), Verdict::Flipped),
        (answer(no, 0.9, None), answer(yes, 2.0, None), Verdict::Flipped),
    ] {
        assert_eq!(super::verdict::of_answers(&was, &now), want, "{was:?} {now:?}");
    }
}
