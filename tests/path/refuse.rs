//! Bad input on the command line: one or two plain sentences, the right status, nothing left behind.

use assert_cmd::Command;

use super::common::{Place, small_table};

fn whyboard(place: &Place, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whyboard"));
    command.current_dir(place.path("")).args(args).env_remove("WHYBOARD_LOG").env("TERM", "xterm-256color");
    for (name, path) in place.env() {
        command.env(name, path);
    }
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn bad_input_is_refused_in_plain_words() {
    let place = Place::new();
    std::fs::write(place.path("ok.csv"), small_table()).unwrap();
    std::fs::write(place.path("empty.csv"), "").unwrap();
    std::fs::write(place.path("broken.yaml"), "schema: session/1\nevents: [\n  - {n: 1, do: \"open\n").unwrap();
    std::fs::write(place.path("playbook.yaml"), "schema: playbook/1\nid: [\n").unwrap();
    let before = place.files();
    let rate = "rate(Churn = 'Yes')";
    let cases: [(&[&str], &[i32], &str); 17] = [
        (&["profile", "missing.csv"], &[3], "missing.csv"),
        (&["kpi", "missing.csv", "--kpi", rate], &[3], "missing.csv"),
        (&["profile", "."], &[3], "."),
        (&["kpi", ".", "--kpi", rate], &[3], "."),
        (&["profile", "empty.csv"], &[3], "empty"),
        (&["kpi", "empty.csv", "--kpi", rate], &[3], "empty"),
        (&["kpi", "ok.csv", "--kpi", "rate(Churn = 'Yes'"], &[2], "rate("),
        (&["kpi", "ok.csv", "--kpi", "rtae(Churn = 'Yes')"], &[2], "rtae"),
        (&["kpi", "ok.csv", "--kpi", ""], &[2], "KPI"),
        (&["kpi", "ok.csv", "--kpi", "rate(Chrun = 'Yes')"], &[2], "Chrun"),
        (&["kpi", "ok.csv", "--kpi", rate, "--by", "Contrat"], &[2], "Contrat"),
        (&["kpi", "ok.csv", "--kpi", rate, "--unit", "nobody"], &[2], "nobody"),
        (&["board", "broken.yaml"], &[2, 3], "broken.yaml"),
        (&["replay", "--headless", "missing.yaml"], &[3], "missing.yaml"),
        (&["report", "broken.yaml"], &[2, 3], "broken.yaml"),
        (&["new", "s.yaml", "--playbook", "nothing"], &[2], "nothing"),
        (&["new", "s.yaml", "--playbook", "playbook.yaml"], &[2, 3], "playbook.yaml"),
    ];
    for (args, statuses, names) in cases {
        let (status, out, err) = whyboard(&place, args);
        assert!(statuses.contains(&status), "{args:?} gave {status}: {err}");
        assert_eq!(out, "", "{args:?} printed a result");
        assert!(err.contains(names), "{args:?} does not name {names}: {err}");
        assert!(!err.contains("panicked") && !err.contains("backtrace"), "{args:?}: {err}");
        // A place in a YAML file may be shown below the sentence.
        let sentences = err.lines().next().unwrap_or_default();
        assert!(sentences.len() <= 400, "{args:?} is long: {err}");
        assert_eq!(place.files(), before, "{args:?} left something behind");
    }
}

#[test]
fn lint_says_where_a_file_is_broken() {
    let place = Place::new();
    std::fs::write(place.path("broken.yaml"), "schema: session/1\nevents: [\n  - {n: 1, do: \"open\n").unwrap();
    let (status, out, err) = whyboard(&place, &["lint", "broken.yaml"]);
    assert_eq!(status, 1, "{out}{err}");
    let said = format!("{out}{err}");
    assert!(said.contains("broken.yaml:"), "{said}");
    assert!(!said.contains("panicked"));
}

#[test]
fn a_command_that_needs_a_screen_says_what_gives_the_same_as_text() {
    let place = Place::new();
    std::fs::write(place.path("ok.csv"), small_table()).unwrap();
    for args in [&["new", "s.yaml", "--data", "ok.csv"][..], &[][..]] {
        let (status, out, err) = whyboard(&place, args);
        assert_eq!((status, out.as_str()), (2, ""), "{args:?}");
        assert!(err.contains("needs a terminal") && err.contains("whyboard "), "{err}");
    }
    assert_eq!(place.files(), ["ok.csv"]);
}

#[test]
fn the_same_level_as_text() {
    let place = Place::new();
    std::fs::write(place.path("ok.csv"), small_table()).unwrap();
    let (status, out, err) = whyboard(&place, &["kpi", "ok.csv", "--kpi", "rate(Churn = 'Yes')", "--format", "json"]);
    assert_eq!(status, 0, "{err}");
    let got: serde_json::Value = serde_json::from_str(&out).unwrap();
    let left = small_table().lines().filter(|l| l.ends_with(",Yes")).count();
    assert_eq!(got["n"], 600);
    assert!((got["value"].as_f64().unwrap() - left as f64 / 600.0).abs() < 1e-12, "{out}");
}
