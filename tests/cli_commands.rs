//! lint, board, replay, report and playbooks as functions: arguments in, text out, no process.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use serde_json::Value;
use whyboard::cli::exit::{Exit, Failure, Outcome, Streams};
use whyboard::cli::{Cli, Command, board, lint, playbooks, replay, report};
use whyboard::yaml;

fn run(args: &[&str]) -> (Outcome, String, String) {
    let cli = Cli::try_parse_from(std::iter::once("whyboard").chain(args.iter().copied()))
        .unwrap_or_else(|e| panic!("{args:?}: {e}"));
    let (mut out, mut err, mut input) = (Vec::new(), Vec::new(), std::io::empty());
    let mut streams = Streams {
        input: &mut input,
        input_is_terminal: true,
        out: &mut out,
        out_is_terminal: false,
        err: &mut err,
        err_is_terminal: false,
    };
    let outcome = match cli.command.unwrap() {
        Command::Board(a) => board::run(&a, &mut streams),
        Command::Lint(a) => lint::run(&a, &mut streams),
        Command::Playbooks(a) => playbooks::run(&a, &mut streams),
        Command::Replay(a) => replay::run(&a, &mut streams),
        Command::Report(a) => report::run(&a, &mut streams),
        other => panic!("{other:?}"),
    };
    (outcome, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[track_caller]
fn done(args: &[&str]) -> String {
    let (outcome, out, err) = run(args);
    assert_eq!(outcome, Ok(Exit::Done), "{args:?}\n{out}\n{err}");
    out
}

#[track_caller]
fn failed(args: &[&str]) -> Failure {
    run(args).0.expect_err("a failure")
}

fn json(args: &[&str]) -> Value {
    serde_json::from_str(&run(args).1).unwrap()
}

/// A folder with a copy of the example session.
struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    fn new() -> Self {
        let case = Self { folder: tempfile::tempdir().unwrap() };
        case.put("s.yaml", include_str!("golden/example-session.yaml"));
        case
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn name(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn put(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).unwrap();
        self.name(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }
}

/// Hides what changes from run to run.
fn snapshot(case: &Case, text: &str) -> String {
    text.replace(case.folder.path().to_str().unwrap(), "FOLDER")
}

#[test]
fn board_gives_the_agreed_shape() {
    let case = Case::new();
    let got = json(&["board", &case.name("s.yaml"), "--format", "json"]);
    let want: Value = yaml::value(include_str!("golden/example-session.derived.yaml"), "derived").unwrap();
    assert_eq!((&got["leader"], &got["runner_up"]), (&want["leader"], &want["runner_up"]));
    let near = |a: &Value, b: &Value| (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-4;
    assert!(near(&got["margin_db"], &want["margin_db"]));
    let hypotheses = got["hypotheses"].as_array().unwrap();
    assert_eq!(hypotheses.len(), 5);
    for h in hypotheses {
        let id = h["id"].as_str().unwrap();
        assert!(near(&h["plausibility"], &want["plausibility"][id]) && near(&h["score_db"], &want["score_db"][id]));
        match want["worth"].get(id) {
            Some(w) => assert!(near(&h["worth"], w)),
            None => assert!(h["worth"].is_null() && h["reach"].is_null()),
        }
    }
    assert_eq!(hypotheses[0]["title"], "Cars take too long to arrive");
    for c in got["clues"].as_array().unwrap() {
        assert!(near(&c["discount"], &want["discount"][c["id"].as_str().unwrap()]));
    }
    assert_eq!(got["gates"]["one_prediction_tested"], "green");
    for (key, stored) in [("without_clue", "without_one_clue"), ("without_source", "without_one_source")] {
        for (id, w) in want[stored].as_object().unwrap() {
            assert_eq!(got[key][id]["leader"], w["leader"]);
            assert!(near(&got[key][id]["margin_db"], &w["margin_db"]));
        }
    }
    for n in got["next"].as_array().unwrap() {
        assert!(n["bits"].is_number() && n["voi_points"].is_number() && n["voi_per_hour"].is_number(), "{n}");
    }
}

#[test]
fn board_reads_well() {
    let case = Case::new();
    insta::assert_snapshot!("board", snapshot(&case, &done(&["board", &case.name("s.yaml")])));
    insta::assert_snapshot!("board_at_5", snapshot(&case, &done(&["board", &case.name("s.yaml"), "--at", "5"])));
    let csv = done(&["board", &case.name("s.yaml"), "--format", "csv"]);
    assert!(
        csv.starts_with("id,title,score_db,plausibility,worth,reach\nwait,Cars take too long to arrive,7.11"),
        "{csv}"
    );
    let markdown = done(&["board", &case.name("s.yaml"), "--format", "markdown"]);
    assert!(markdown.starts_with("| rank | hypothesis | plausible |"), "{markdown}");
    let failure = failed(&["board", &case.name("s.yaml"), "--at", "35"]);
    assert_eq!((failure.exit, failure.message.as_str()), (Exit::Usage, "--at 35: the session has only 34 events."));
    let missing = failed(&["board", &case.name("none.yaml")]);
    assert_eq!(missing.exit, Exit::Input);
    assert!(missing.message.contains("it does not exist"), "{}", missing.message);
}

#[test]
fn what_is_derived_is_written_and_linted() {
    let case = Case::new();
    done(&["board", &case.name("s.yaml"), "--derived"]);
    let text = case.read("s.derived.yaml");
    assert!(
        text.starts_with("# Rebuilt from s.yaml by replay. Safe to delete. Never edit.\nschema: derived/1\n"),
        "{text}"
    );
    assert_eq!(
        done(&["lint", &case.name("s.derived.yaml")]),
        format!("{} (derived): ok\n", case.name("s.derived.yaml"))
    );
    // Written again without a question; something else of that name is left alone.
    done(&["report", &case.name("s.yaml"), "--derived"]);
    assert_eq!(case.read("s.derived.yaml"), text);
    case.put("s.derived.yaml", "my: notes\n");
    let failure = failed(&["board", &case.name("s.yaml"), "--derived"]);
    assert_eq!(failure.exit, Exit::Usage);
    assert_eq!(case.read("s.derived.yaml"), "my: notes\n");
    // A number that does not follow is a fault in its line.
    case.put("s.derived.yaml", &text.replace("margin_db: 14.7\n", "margin_db: 15.7\n"));
    let (outcome, out, _) = run(&["lint", &case.name("s.derived.yaml")]);
    assert_eq!(outcome, Ok(Exit::No));
    assert!(out.contains(":7:1: fault: margin_db is 15.7, a fresh fold gives 14.7; write it anew with"), "{out}");
    case.put("s.derived.yaml", &text.replace("upto_event: 34", "upto_event: 31"));
    let (outcome, out, _) = run(&["lint", &case.name("s.derived.yaml")]);
    assert_eq!(outcome, Ok(Exit::No));
    assert!(out.contains("it ends with event 31, the session with event 34"), "{out}");
    case.put("lonely.derived.yaml", &text);
    let (_, out, _) = run(&["lint", &case.name("lonely.derived.yaml")]);
    assert!(out.contains("its session is not beside it"), "{out}");
}

#[test]
fn the_golden_derived_file_lints_clean() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/example-session.derived.yaml");
    let looked = lint::look(&golden);
    assert_eq!(looked.findings, []);
}

#[test]
fn replay_tells_every_event() {
    let case = Case::new();
    let text = done(&["replay", &case.name("s.yaml"), "--headless"]);
    insta::assert_snapshot!("replay", snapshot(&case, &text));
    let early = done(&["replay", &case.name("s.yaml"), "--headless", "--at", "2", "--speed", "1000"]);
    assert!(early.contains("2 of 34 events") && !early.contains("goal"), "{early}");
    assert_eq!(failed(&["replay", &case.name("s.yaml"), "--headless", "--at", "99"]).exit, Exit::Usage);
    assert!(text.lines().all(|l| l.chars().count() <= 110), "no line is much wider than a terminal");
}

#[test]
fn the_report_is_written_but_not_over_other_files() {
    let case = Case::new();
    let to_stdout = done(&["report", &case.name("s.yaml")]);
    assert!(to_stdout.starts_with("<!-- whyboard brief") && to_stdout.contains("# Fewer riders leaving this quarter"));
    let (outcome, out, err) = run(&["report", &case.name("s.yaml"), "-o", &case.name("brief.md")]);
    assert_eq!((outcome, out.as_str()), (Ok(Exit::Done), ""));
    assert!(err.contains("written: "), "{err}");
    assert_eq!(case.read("brief.md"), to_stdout);
    done(&["report", &case.name("s.yaml"), "-o", &case.name("brief.md"), "--at", "19"]);
    assert!(case.read("brief.md").contains("State of the investigation"));
    case.put("mine.md", "# My own notes\n");
    let failure = failed(&["report", &case.name("s.yaml"), "-o", &case.name("mine.md")]);
    assert_eq!(failure.exit, Exit::Usage);
    assert!(failure.message.contains("--force"), "{}", failure.message);
    assert_eq!(case.read("mine.md"), "# My own notes\n");
    done(&["report", &case.name("s.yaml"), "-o", &case.name("mine.md"), "--force"]);
    assert_eq!(case.read("mine.md"), to_stdout);
    assert_eq!(failed(&["report", &case.name("s.yaml"), "-o", &case.name("s.yaml"), "--force"]).exit, Exit::Usage);
    // What is no file is left alone, and standard output has other names too.
    let pipe = case.name("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for target in [pipe.as_str(), case.folder.path().to_str().unwrap(), "/dev/null"] {
        for force in [&[][..], &["--force"]] {
            let failure = failed(&[&["report", &case.name("s.yaml"), "-o", target], force].concat());
            assert_eq!(failure.exit, Exit::Usage, "{target}");
            assert!(failure.message.contains("- to print"), "{}", failure.message);
        }
    }
    assert_eq!(done(&["report", &case.name("s.yaml"), "-o", "/dev/stdout", "--no-color"]), to_stdout);
    let html = failed(&["report", &case.name("s.yaml"), "-o", &case.name("brief.html")]);
    assert!(html.message.contains("Markdown"), "{}", html.message);
    assert!(case.read("s.yaml").starts_with("# Example session."));
}

#[test]
fn lint_names_file_line_and_column() {
    let case = Case::new();
    let churn = include_str!("../assets/playbooks/churn.yaml");
    let ok = case.put("ok.yaml", churn);
    assert_eq!(done(&["lint", &ok, &case.name("s.yaml")]).lines().filter(|l| l.contains(": ok")).count(), 2);
    let line_of = |text: &str, needle: &str| text.lines().position(|l| l.contains(needle)).unwrap() + 1;

    let wrong_role = churn.replacen("    ask: [", "    ask: [boss, ", 1);
    let bad = case.put("bad.yaml", &wrong_role);
    let (outcome, out, _) = run(&["lint", &bad]);
    assert_eq!(outcome, Ok(Exit::No));
    let line = line_of(&wrong_role, "ask: [boss");
    assert!(out.contains(&format!("{bad}:{line}:11: fault: ")) && out.contains("there is no role boss"), "{out}");
    assert!(out.contains("^"), "a snippet is shown: {out}");
    let shape = json(&["lint", &bad, &ok, "--format", "json"]);
    assert_eq!(shape["files"][0]["ok"], false);
    assert_eq!(shape["files"][0]["faults"][0]["line"], line);
    assert_eq!(shape["files"][0]["faults"][0]["column"], 11);
    assert!(shape["files"][0]["faults"][0]["message"].as_str().unwrap().contains("boss"));
    assert_eq!(shape["files"][1]["ok"], true);
    assert_eq!(shape["files"][1]["faults"], serde_json::json!([]));

    let broken = case.put("broken.yaml", "schema: playbook/1\nid: x\nroles: {a: [1, 2\nstages: []\n");
    let (outcome, out, _) = run(&["lint", &broken]);
    assert_eq!(outcome, Ok(Exit::No));
    assert!(out.contains(&format!("{broken}:")) && out.contains("| "), "{out}");
    let number = case.put("number.yaml", &churn.replacen("version: \"1.0.0\"", "version: 1.0", 1));
    let (outcome, out, _) = run(&["lint", &number]);
    assert_eq!(outcome, Ok(Exit::No), "{out}");
    assert!(out.contains(&format!("{number}:{}", line_of(churn, "version:"))), "{out}");
    let bare = case.put("bare.yaml", &churn.replacen("title: Customers are leaving", "title: no", 1));
    let (outcome, out, _) = run(&["lint", &bare]);
    assert_eq!(outcome, Ok(Exit::No));
    assert!(out.contains("write \"no\" in quotes"), "{out}");

    let warned = case.put("warned.yaml", &churn.replacen("one_line:", "one_lime:", 1));
    let text = done(&["lint", &warned]);
    assert!(
        text.contains("ok, 1 warning") && text.contains("does not read the key one_lime; is one_line meant?")
            || text.contains("one_lime"),
        "{text}"
    );

    let neither = case.put("neither.yaml", "a: 1\n");
    let (outcome, out, _) = run(&["lint", &neither]);
    assert_eq!(outcome, Ok(Exit::No));
    assert!(out.contains("it does not say what it is"), "{out}");
    let (outcome, out, _) = run(&["lint", &ok, &case.name("none.yaml")]);
    assert_eq!(outcome, Ok(Exit::Input), "{out}");
}

#[test]
fn lint_finds_faults_of_sessions_in_their_lines() {
    let case = Case::new();
    let text = case.read("s.yaml");
    let line_of = |text: &str, needle: &str| text.lines().position(|l| l.contains(needle)).unwrap() + 1;
    let source = text.replacen("source: {event: 11}", "source: {event: 99}", 1);
    let bad = case.put("bad.yaml", &source);
    let (outcome, out, _) = run(&["lint", &bad]);
    assert_eq!(outcome, Ok(Exit::No));
    let line = line_of(&source, "- n: 12");
    assert!(
        out.contains(&format!("{bad}:{line}:1: fault: event 12: its source #99 does not stand before it")),
        "{out}"
    );

    let verb = text.replacen("do: impact\n    hypothesis: wait", "do: prophesy\n    hypothesis: wait", 1);
    let newer = case.put("newer.yaml", &verb);
    assert!(done(&["lint", &newer]).contains("warning: event 18: the verb prophesy is of a newer version"));

    let word = text.replacen("grade: C", "grade: Z", 1);
    let bad = case.put("word.yaml", &word);
    let (outcome, out, _) = run(&["lint", &bad]);
    assert_eq!(outcome, Ok(Exit::No));
    assert!(out.contains(&format!("{bad}:{}:1: fault: clue: ", line_of(&word, "- n: 14"))), "{out}");

    // What rests on an event that can't be read has no fault of its own.
    let broken = "  - {n: 1, id: aa, at: '2026-10-05T08:00:00Z', by: p1, do: answer, question: 7}\n";
    for next in
        ["clue, clue: c1, text: a, origin: told, grade: C, family: f, source: {event: aa}", "undo, events: [aa]"]
    {
        let text = format!(
            "schema: session/1\nid: x\nevents:\n{broken}  - {{n: 2, id: bb, at: '2026-10-05T08:00:01Z', by: p1, do: {next}}}\n"
        );
        let ids = case.put("ids.yaml", &text);
        let (outcome, out, _) = run(&["lint", &ids]);
        assert_eq!(outcome, Ok(Exit::No));
        assert_eq!(out.matches(": fault: ").count(), 1, "{out}");
        assert!(out.contains(":4:1: fault: answer: "), "{out}");
    }

    let future = case.put("future.yaml", "schema: session/2\nid: x\nevents:\n  - n: 1\n    do: open\n    text: a\n");
    let (outcome, out, _) = run(&["lint", &future]);
    assert_eq!(outcome, Ok(Exit::No));
    assert!(out.contains("newer"), "{out}");

    // A cut tail.
    let cut = case.put(
        "cut.yaml",
        &format!(
            "{}\n  - n: 35\n    at: 2026-10-05T17:00:00Z\n    by: p1\n    do: note\n    text: \"half a se",
            text.trim_end()
        ),
    );
    let (outcome, out, _) = run(&["lint", &cut]);
    assert_eq!(outcome, Ok(Exit::No), "{out}");
    assert!(out.contains("the last write was interrupted"), "{out}");
}

#[test]
fn lint_survives_hostile_files() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("WHYBOARD_SHARED").map_or(beside, Into::into).join("hostile");
    if !folder.is_dir() {
        eprintln!("skipped: {} is not here", folder.display());
        return;
    }
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_file() {
            continue;
        }
        let (outcome, out, err) = run(&["lint", path.to_str().unwrap()]);
        assert!(matches!(outcome, Ok(Exit::No | Exit::Done | Exit::Input)), "{}", path.display());
        assert!(!out.contains(['\u{1b}', '\u{7}', '\u{9b}']) && !err.contains('\u{1b}'), "{}: {out}", path.display());
    }
}

#[test]
fn playbooks_are_listed_shown_and_started() {
    let list = done(&["playbooks"]);
    for id in ["churn", "data_bug_leakage", "model_underperforms"] {
        assert!(list.lines().any(|l| l.starts_with(id) && l.contains("built in")), "{list}");
    }
    assert_eq!(done(&["playbooks", "list"]), list);
    let shape = json(&["playbooks", "list", "--format", "json"]);
    assert!(
        shape["playbooks"].as_array().unwrap().iter().any(|p| p["id"] == "churn" && p["questions"].as_u64() > Some(10))
    );
    let shown = done(&["playbooks", "show", "churn"]);
    assert_eq!(shown.trim_end(), include_str!("../assets/playbooks/churn.yaml").trim_end());
    assert!(failed(&["playbooks", "show", "nothing"]).message.contains("churn"));
}

#[test]
fn a_new_playbook_lints_clean_and_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = playbooks::create("late_orders", folder.path()).unwrap();
    assert_eq!(path, folder.path().join("playbooks/late_orders.yaml"));
    let looked = lint::look(&path);
    assert_eq!(looked.findings, [], "{}", path.display());
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("id: \"late_orders\"") && text.contains("title: \"Late orders\""), "{text}");
    let again = playbooks::create("late_orders", folder.path()).unwrap_err();
    assert_eq!(again.exit, Exit::Usage);
    assert!(again.message.contains("left alone"), "{}", again.message);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    for name in ["", "Late Orders", "../evil", "a/b", "9lives", "x\u{1b}[2J"] {
        assert_eq!(playbooks::create(name, folder.path()).unwrap_err().exit, Exit::Usage, "{name:?}");
    }
    let chosen = playbooks::create("sub/own.yaml", folder.path()).unwrap();
    assert_eq!(lint::look(&chosen).findings, []);
    let found = whyboard::cli::load::find_playbook("late_orders", Some(folder.path())).unwrap();
    assert_eq!(found.playbook.questions.len(), 4);
}
