//! Jobs with channels as gates: nothing here waits for time to pass.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::*;

/// A test that hangs is a failure, not a wait: far longer than anything here takes.
const TOO_LONG: Duration = Duration::from_secs(60);

fn pool(threads: usize) -> (Jobs<u32>, Receiver<Update<u32>>) {
    let (send, receive) = channel();
    (Jobs::new(threads, Arc::new(move |u| drop(send.send(u)))).unwrap(), receive)
}

/// Work that says that it began and then waits for the gate.
fn gated(began: Sender<()>, gate: Receiver<u32>) -> impl FnOnce(&Ticket) -> u32 + Send {
    move |_| {
        began.send(()).unwrap();
        gate.recv_timeout(TOO_LONG).unwrap()
    }
}

fn next(updates: &Receiver<Update<u32>>) -> Update<u32> {
    updates.recv_timeout(TOO_LONG).unwrap()
}

#[test]
fn a_result_comes_back_with_its_id_and_names() {
    let (jobs, updates) = pool(2);
    let id = jobs.spawn("kpi", "KPI by plan", |_| 7);
    let u = next(&updates);
    assert_eq!((u.id, u.slot.as_str(), u.label.as_str(), u.ended), (id, "kpi", "KPI by plan", Ended::Done(7)));
    assert!(jobs.is_current("kpi", id) && !jobs.is_current("other", id));
    assert!(jobs.list().is_empty());
}

#[test]
fn newer_work_in_a_slot_supersedes_the_running_one() {
    let (jobs, updates) = pool(2);
    let ((began, has_begun), (open, gate)) = (channel(), channel());
    let old = jobs.spawn("kpi", "old", gated(began, gate));
    has_begun.recv_timeout(TOO_LONG).unwrap();
    let new = jobs.spawn("kpi", "new", |_| 2);
    assert!(jobs.is_current("kpi", new) && !jobs.is_current("kpi", old));
    assert_eq!(next(&updates).ended, Ended::Done(2));
    assert_eq!(jobs.list()[0].stage, Stage::Stopping);
    // The old one ends late with a result: it is thrown away.
    open.send(1).unwrap();
    let late = next(&updates);
    assert_eq!((late.id, late.ended), (old, Ended::Cancelled));
}

#[test]
fn work_that_waits_is_superseded_without_ever_running() {
    let (jobs, updates) = pool(1);
    let ((began, has_begun), (open, gate)) = (channel(), channel());
    let busy = jobs.spawn("profile", "busy", gated(began, gate));
    has_begun.recv_timeout(TOO_LONG).unwrap();
    let never = jobs.spawn("kpi", "first", |_| panic!("must not run"));
    assert_eq!(jobs.list().iter().map(|s| s.stage).collect::<Vec<_>>(), [Stage::Running, Stage::Waiting]);
    let latest = jobs.spawn("kpi", "second", |_| 3);
    let u = next(&updates);
    assert_eq!((u.id, u.ended), (never, Ended::Cancelled));
    open.send(1).unwrap();
    assert_eq!((next(&updates).id, next(&updates).id), (busy, latest));
}

#[test]
fn cancel_reaches_the_work_through_its_ticket() {
    let (jobs, updates) = pool(2);
    let ((began, has_begun), (stopped, saw)) = (channel(), channel());
    let id = jobs.spawn("kpi", "counts for ever", move |ticket| {
        ticket.set_total(10);
        ticket.advance(4);
        began.send(()).unwrap();
        while ticket.check().is_ok() {
            std::thread::yield_now();
        }
        stopped.send(()).unwrap();
        9
    });
    has_begun.recv_timeout(TOO_LONG).unwrap();
    let progress = jobs.list()[0].progress;
    assert_eq!((progress.done, progress.total), (4, 10));
    assert!(jobs.cancel(id));
    saw.recv_timeout(TOO_LONG).unwrap();
    assert_eq!(next(&updates).ended, Ended::Cancelled);
    assert!(!jobs.cancel(id), "it has ended");
}

#[test]
fn a_panic_is_a_failure_and_the_thread_lives_on() {
    let (jobs, updates) = pool(1);
    jobs.spawn("a", "bad", |_| panic!("division of {} rows", 3));
    match next(&updates).ended {
        Ended::Failed(words) => assert!(words.contains("division of 3 rows"), "{words}"),
        other => panic!("{other:?}"),
    }
    jobs.spawn("a", "good", |_| 5);
    assert_eq!(next(&updates).ended, Ended::Done(5));
}

#[test]
fn cancelling_all_accounts_for_every_job_once() {
    let (jobs, updates) = pool(1);
    let ((began, has_begun), (open, gate)) = (channel(), channel());
    jobs.spawn("a", "a", gated(began, gate));
    has_begun.recv_timeout(TOO_LONG).unwrap();
    for slot in ["b", "c", "d"] {
        jobs.spawn(slot, slot, |_| 1);
    }
    assert_eq!(jobs.cancel_all(), 4);
    assert!(!jobs.cancel_slot("b"));
    open.send(1).unwrap();
    let mut slots: Vec<String> = (0..4)
        .map(|_| next(&updates))
        .map(|u| {
            assert_eq!(u.ended, Ended::Cancelled);
            u.slot
        })
        .collect();
    slots.sort();
    assert_eq!(slots, ["a", "b", "c", "d"]);
    drop(jobs);
    assert!(updates.recv_timeout(TOO_LONG).is_err(), "nothing more comes, and the threads end");
}
