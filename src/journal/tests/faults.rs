//! The n-th call on the disk fails: nothing saved is lost, nothing unsaved is called saved.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering::SeqCst};

use serde_json::json;

use super::{events, folder, header, open, session, values};
use crate::journal::disk::{Disk, RealDisk};
use crate::journal::{Edit, Journal, JournalError, Tail};

/// Fails from the call on at which the counter reaches zero, for `width` calls. A failing write takes
/// half of its bytes first.
#[derive(Debug, Clone)]
struct Faulty {
    left: Arc<AtomicIsize>,
    width: isize,
    half: Arc<AtomicIsize>,
}

impl Faulty {
    fn new(at: isize, width: isize) -> Self {
        Self { left: Arc::new(AtomicIsize::new(at)), width, half: Arc::new(AtomicIsize::new(0)) }
    }

    fn call(&self) -> io::Result<()> {
        let left = self.left.fetch_sub(1, SeqCst) - 1;
        if left <= 0 && left > -self.width { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    /// Whether the fault was reached.
    fn hit(&self) -> bool {
        self.left.load(SeqCst) <= 0
    }
}

impl Disk for Faulty {
    fn write(&mut self, file: &File, bytes: &[u8]) -> io::Result<usize> {
        if self.half.swap(0, SeqCst) == 1 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        match self.call() {
            Err(_) if bytes.len() > 1 => {
                self.half.store(1, SeqCst);
                RealDisk.write(file, &bytes[..bytes.len() / 2])
            }
            Err(e) => Err(e),
            Ok(()) => RealDisk.write(file, bytes),
        }
    }
    fn sync(&mut self, file: &File) -> io::Result<()> {
        self.call().and_then(|()| RealDisk.sync(file))
    }
    fn set_len(&mut self, file: &File, len: u64) -> io::Result<()> {
        self.call().and_then(|()| RealDisk.set_len(file, len))
    }
    fn create_new(&mut self, path: &Path, mode: u32) -> io::Result<File> {
        self.call().and_then(|()| RealDisk.create_new(path, mode))
    }
    fn link(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.call().and_then(|()| RealDisk.link(from, to))
    }
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.call().and_then(|()| RealDisk.rename(from, to))
    }
    fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.call().and_then(|()| RealDisk.remove(path))
    }
    fn sync_folder(&mut self, folder: &Path) -> io::Result<()> {
        self.call().and_then(|()| RealDisk.sync_folder(folder))
    }
}

#[test]
fn every_failing_append_keeps_what_was_saved() {
    for torn in [false, true] {
        for width in [1, 2, 3, 100] {
            for at in 1.. {
                let folder = folder();
                let path = session(folder.path());
                if torn {
                    let bytes = std::fs::read(&path).unwrap();
                    std::fs::write(&path, [&bytes[..], b"\n  - n: 7\n    do: \"no"].concat()).unwrap();
                }
                let disk = Faulty::new(at, width);
                let (journal, opened) = Journal::open_with(&path, Box::new(disk.clone())).unwrap();
                let mut journal = journal.unwrap();
                let before = values(&opened);
                let batch = [json!({"n": 7, "do": "note", "text": "new"}), json!({"n": 8, "do": "note"})];
                let outcome = journal.append(&batch);
                let hit = disk.hit();
                assert_eq!(outcome.is_err(), hit, "torn {torn}, width {width}, call {at}: {outcome:?}");
                drop(journal);
                let (_, found) = open(&path);
                let whole: Vec<_> = found.events.iter().filter(|e| !e.provisional).map(|e| e.value.clone()).collect();
                assert!(whole.starts_with(&before), "torn {torn}, width {width}, call {at}");
                if let Err(e) = &outcome {
                    let restored = !matches!(e, JournalError::NotSaved { restored: false, .. });
                    if restored {
                        assert_eq!(whole, before, "torn {torn}, width {width}, call {at}");
                        assert!(e.to_string().contains("disk is full"), "{e}");
                    }
                } else {
                    assert_eq!(whole.len(), before.len() + 2);
                    assert_eq!(found.tail, Tail::Clean);
                }
                if !hit {
                    break;
                }
                assert!(at < 50);
            }
        }
    }
}

#[test]
fn an_append_can_be_tried_again() {
    for at in 1..=2 {
        let folder = folder();
        let path = session(folder.path());
        let (journal, _) = Journal::open_with(&path, Box::new(Faulty::new(at, 1))).unwrap();
        let mut journal = journal.unwrap();
        let event = json!({"n": 7, "do": "note"});
        assert!(matches!(
            journal.append(std::slice::from_ref(&event)),
            Err(JournalError::NotSaved { restored: true, .. })
        ));
        journal.append(std::slice::from_ref(&event)).unwrap();
        drop(journal);
        assert_eq!(values(&open(&path).1)[6..], [event]);
    }
}

#[test]
fn a_failing_rewrite_leaves_the_old_or_the_new() {
    for at in 1.. {
        let folder = folder();
        let path = session(folder.path());
        let disk = Faulty::new(at, 1);
        let (journal, opened) = Journal::open_with(&path, Box::new(disk.clone())).unwrap();
        let mut journal = journal.unwrap();
        let edit = Edit::Event { bytes: opened.events[1].bytes.clone(), value: json!({"n": 2, "do": "note"}) };
        let outcome = journal.rewrite(&[edit]);
        let hit = disk.hit();
        assert_eq!(outcome.is_err(), hit, "call {at}: {outcome:?}");
        disk.left.store(isize::MAX, SeqCst);
        let placed = matches!(outcome, Ok(_) | Err(JournalError::NotSynced { .. }));
        // The journal goes on with whatever is in place.
        journal.append(&[json!({"n": 7, "do": "note"})]).unwrap();
        drop(journal);
        let found = open(&path).1;
        let mut expected = events();
        if placed {
            expected[1] = json!({"n": 2, "do": "note"});
        }
        expected.push(json!({"n": 7, "do": "note"}));
        assert_eq!(values(&found), expected, "call {at}");
        if !hit {
            break;
        }
    }
}

#[test]
fn a_failing_create_leaves_no_half_session() {
    for at in 1.. {
        let folder = folder();
        let path = folder.path().join("new.yaml");
        let disk = Faulty::new(at, 1);
        let outcome = Journal::create_with(&path, &header(), Box::new(disk.clone()));
        let hit = disk.hit();
        drop(outcome);
        if path.exists() {
            assert_eq!(open(&path).1.header, header(), "call {at}");
        }
        if !hit {
            assert!(path.exists());
            break;
        }
        assert!(at < 30);
    }
}

/// The other process of the next test: appends until the system refuses, then says what was told.
#[test]
#[ignore = "started by a_size_limit_loses_nothing"]
fn fill() {
    let Some(path) = std::env::var_os("WHYBOARD_TEST_SESSION") else { return };
    let (mut journal, opened) = open(path.as_ref());
    for n in opened.events.len() + 1..1000 {
        let event = json!({"n": n, "do": "note", "text": "words ".repeat(100)});
        match journal.append(&[event]) {
            Ok(_) => println!("\nsaved {n}"),
            Err(e) => return println!("\nrefused {e}"),
        }
    }
}

#[test]
fn a_size_limit_loses_nothing() {
    let folder = folder();
    let path = session(folder.path());
    // An ignored signal stays ignored in the program that is started.
    let output = std::process::Command::new("sh")
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 16; exec \"$0\" journal::tests::faults::fill --exact --ignored --nocapture",
        ])
        .arg(std::env::current_exe().unwrap())
        .env("WHYBOARD_TEST_SESSION", &path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let last: usize = said.lines().filter_map(|l| l.strip_prefix("saved ")?.parse().ok()).next_back().unwrap();
    assert!(said.contains("refused") && said.contains("size limit"), "{said}");
    let (mut journal, opened) = open(&path);
    assert_eq!((opened.events.len(), &opened.tail), (last, &Tail::Clean), "{said}");
    journal.append(&[json!({"n": last + 1, "do": "note"})]).unwrap();
}
