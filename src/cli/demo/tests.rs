//! The demonstration from outside: folders, half-played session, text.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use super::*;
use crate::cli::load::read_session;
use crate::domain::board::BoardView;
use crate::ui::text::width;

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn told(args: &DemoArgs, colour: bool) -> (Outcome, String) {
    let mut out = Vec::new();
    let outcome = play_as_text(args, &mut out, colour);
    (outcome, String::from_utf8(out).unwrap())
}

#[test]
fn half_played_it_leaves_something_to_find() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("demo");
    let path = prepare(&folder).unwrap();
    assert_eq!((mode(&path), mode(&folder)), (0o600, 0o700));
    let (read, _) = read_session(&path).unwrap();
    assert_eq!(read.warnings, [], "nothing odd in the file");
    let view = BoardView::of(&read.session, read.playbook.as_deref());
    // The decoy leads, proposals wait, and the planted cause is on the board.
    assert_eq!(view.board.leader(), Some("release"));
    assert!(read.session.state.row("service").is_some());
    assert!(read.session.state.open_proposals().count() >= 3);
    assert!(!view.gates.open());
    // Its table is found from the session's folder.
    let table = &read.session.state.tables[0];
    assert!(crate::cli::load::resolve(&path, &table.path).is_file());
}

#[test]
fn what_was_done_is_kept_until_a_fresh_start() {
    let dir = tempfile::tempdir().unwrap();
    let args = DemoArgs { folder: Some(dir.path().to_owned()), ..DemoArgs::default() };
    let path = args.session().unwrap();
    let made = fs::read(&path).unwrap();
    let mine = [made.as_slice(), b"# mine\n"].concat();
    fs::write(&path, &mine).unwrap();
    assert_eq!(args.session().unwrap(), path);
    assert_eq!(fs::read(&path).unwrap(), mine);
    let fresh = DemoArgs { fresh: true, ..args };
    assert_eq!(fs::read(fresh.session().unwrap()).unwrap(), made);
    assert_eq!(fs::read(dir.path().join("ride-hailing-before-1.yaml")).unwrap(), mine);
    fresh.session().unwrap();
    assert_eq!(fs::read(dir.path().join("ride-hailing-before-2.yaml")).unwrap(), made);
}

#[test]
fn apart_from_its_data_the_session_names_it_in_full() {
    let dir = tempfile::tempdir().unwrap();
    let places = Places { session: dir.path().join("state"), data: dir.path().join("cache") };
    let (read, _) = read_session(&prepare_in(&places).unwrap()).unwrap();
    assert_eq!(Path::new(&read.session.state.tables[0].path), dir.path().join("cache/riders.csv"));
}

#[test]
fn the_text_tells_the_case_in_80_columns() {
    let dir = tempfile::tempdir().unwrap();
    let args = DemoArgs { folder: Some(dir.path().to_owned()), text: true, ..DemoArgs::default() };
    let (outcome, text) = told(&args, false);
    assert_eq!(outcome, Ok(Exit::Done), "{text}");
    let lines = text.lines().count();
    assert!((150..=290).contains(&lines), "{lines} lines");
    assert!(text.lines().all(|l| width(l) <= 80 && !l.ends_with(' ')), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains("{kpi}"), "no escape codes, no holes");
    insta::assert_snapshot!("whole", text);
    // Ink changes nothing but the ink.
    let (_, inked) = told(&args, true);
    assert!(inked.contains('\u{1b}'));
    let mut plain = String::new();
    let mut rest = inked.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    assert_eq!(plain.lines().map(str::trim_end).collect::<Vec<_>>(), text.lines().collect::<Vec<_>>());
}

#[test]
fn a_case_that_ends_elsewhere_is_told_as_a_failure() {
    let dir = tempfile::tempdir().unwrap();
    let table = data::ensure(dir.path()).unwrap();
    let engine = open_table(&table).unwrap();
    let case = Case { truth: "rival".into(), ..Case::shipped().unwrap() };
    let mut play = Play::new(&case, engine.as_ref(), data::FILE).unwrap();
    play.run(Until::End).unwrap();
    let why = tell::verdict(&case, &play).unwrap();
    assert!(why.contains("rival") && why.contains("service"), "{why}");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    struct Shut;
    impl Write for Shut {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let args = DemoArgs { folder: Some(dir.path().to_owned()), ..DemoArgs::default() };
    assert_eq!(play_as_text(&args, &mut Shut, false), Ok(Exit::Done));
}
