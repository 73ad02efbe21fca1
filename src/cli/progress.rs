//! A piece of work that Ctrl-C cancels, with a bar on standard error when it takes long.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::SIGINT;
use signal_hook::flag;
use unicode_width::UnicodeWidthChar;

use super::exit::Exit;
use crate::analysis::format;
use crate::engine::{Ticket, TicketState, Unit};

/// Work that is done sooner has no bar.
const LONG: Duration = Duration::from_secs(1);
/// Between two looks at the ticket.
const LOOK: Duration = Duration::from_millis(100);
const BAR: usize = 20;

/// What the signal's handler and the work share.
struct Interrupt {
    /// Nothing is under way: Ctrl-C ends the program as it does any other.
    idle: Arc<AtomicBool>,
    /// Ctrl-C was pressed; pressed again it ends the program at once.
    pressed: Arc<AtomicBool>,
}

/// Takes the signal over at the first piece of work.
fn interrupt() -> Option<&'static Interrupt> {
    static ONCE: OnceLock<Option<Interrupt>> = OnceLock::new();
    ONCE.get_or_init(|| {
        let it = Interrupt { idle: Arc::new(AtomicBool::new(true)), pressed: Arc::default() };
        flag::register_conditional_default(SIGINT, Arc::clone(&it.idle)).ok()?;
        let status = i32::from(Exit::Interrupted.code());
        flag::register_conditional_shutdown(SIGINT, status, Arc::clone(&it.pressed)).ok()?;
        flag::register(SIGINT, Arc::clone(&it.pressed)).ok()?;
        Some(it)
    })
    .as_ref()
}

/// Does a piece of work. Ctrl-C cancels its ticket; `what` names it on the bar, which is drawn where `bar` says so.
pub fn run<T>(what: &str, bar: bool, work: impl FnOnce(&Ticket) -> T) -> T {
    let Some(it) = interrupt() else { return watched(what, bar, &AtomicBool::new(false), work) };
    it.idle.store(false, Ordering::SeqCst);
    let result = watched(what, bar, &it.pressed, work);
    it.idle.store(true, Ordering::SeqCst);
    result
}

fn watched<T>(what: &str, bar: bool, pressed: &AtomicBool, work: impl FnOnce(&Ticket) -> T) -> T {
    let ticket = Ticket::default();
    thread::scope(|scope| {
        // The sender goes with the work, also when that panics.
        let (alive, ended) = channel::<()>();
        let of_watcher = ticket.clone();
        scope.spawn(move || {
            let (begun, mut drawn) = (Instant::now(), false);
            while ended.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                if pressed.load(Ordering::SeqCst) {
                    of_watcher.cancel();
                }
                if bar && begun.elapsed() >= LONG {
                    let text = line(what, of_watcher.state(), begun.elapsed(), columns());
                    // A bar that can't be drawn is no reason to stop.
                    let _ = write!(io::stderr(), "\r\x1b[K{text}");
                    drawn = true;
                }
            }
            if drawn {
                let _ = write!(io::stderr(), "\r\x1b[K");
            }
        });
        let result = work(&ticket);
        drop(alive);
        result
    })
}

/// Columns of the terminal behind standard error.
fn columns() -> usize {
    rustix::termios::tcgetwinsize(io::stderr()).map_or(80, |size| usize::from(size.ws_col)).max(20)
}

/// `reading ━━━━━━────── 31%  52 MB of 168 MB · 26 MB/s · 5 s left`, at most one column less than there are.
fn line(what: &str, state: TicketState, elapsed: Duration, columns: usize) -> String {
    let mut text = what.to_owned();
    #[allow(clippy::cast_precision_loss)]
    let (done, total, seconds) = (state.done as f64, state.total as f64, elapsed.as_secs_f64());
    let rate = if seconds > 0.0 { done / seconds } else { 0.0 };
    if state.total > 0 {
        let share = (done / total).min(1.0);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let full = (share * BAR as f64) as usize;
        text.push_str(&format!(" {}{} {:.0}%", "━".repeat(full), "─".repeat(BAR - full), share * 100.0));
    }
    let mut parts: Vec<String> = Vec::new();
    let amount = |n: u64| match state.unit {
        Unit::Bytes => Some(bytes(n)),
        Unit::Rows => Some(format!("{} rows", format::count(n))),
        Unit::Columns => Some(format!("{} columns", format::count(n))),
        Unit::Steps => None,
    };
    let so_far = match (amount(state.done), amount(state.total)) {
        (Some(done), Some(total)) if state.total > 0 => Some(format!("{done} of {total}")),
        (done, _) => done.filter(|_| state.done > 0),
    };
    parts.extend(so_far);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    if rate >= 1.0 && state.unit != Unit::Columns {
        parts.extend(amount(rate as u64).map(|r| format!("{r}/s")));
    }
    if state.total > 0 && rate > 0.0 {
        parts.push(format!("{} left", span((total - done).max(0.0) / rate)));
    }
    if !parts.is_empty() {
        text.push_str("  ");
        text.push_str(&parts.join(" · "));
    }
    let mut width = 0;
    text.chars()
        .take_while(|c| {
            width += c.width().unwrap_or(0);
            width < columns
        })
        .collect()
}

fn bytes(n: u64) -> String {
    #[allow(clippy::cast_precision_loss)]
    let x = n as f64;
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{:.0} kB", x / 1e3),
        1_000_000..1_000_000_000 => format!("{:.0} MB", x / 1e6),
        _ => format!("{:.1} GB", x / 1e9),
    }
}

fn span(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{:.0} s", s.ceil()),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_tells_how_much_how_fast_and_how_long() {
        let at = |done, total, unit| TicketState { done, total, unit };
        let seconds = Duration::from_secs;
        assert_eq!(
            line("reading", at(52_000_000, 168_000_000, Unit::Bytes), seconds(2), 80),
            "reading ━━━━━━────────────── 31%  52 MB of 168 MB · 26 MB/s · 5 s left"
        );
        assert_eq!(
            line("reading", at(4_096, 0, Unit::Rows), seconds(2), 80),
            "reading  4\u{2009}096 rows · 2\u{2009}048 rows/s"
        );
        assert_eq!(
            line("profiling", at(3, 12, Unit::Columns), seconds(60), 80),
            "profiling ━━━━━─────────────── 25%  3 columns of 12 columns · 3 min left"
        );
        assert_eq!(line("reading", at(0, 0, Unit::Steps), seconds(2), 80), "reading");
        assert_eq!(line("reading", at(5, 9, Unit::Bytes), seconds(2), 20).chars().count(), 19);
        assert_eq!(bytes(1_500_000_000), "1.5 GB");
        assert_eq!(span(7200.0), "2.0 h");
    }

    #[test]
    fn a_press_cancels_the_work() {
        let pressed = AtomicBool::new(false);
        let until = Instant::now() + Duration::from_secs(20);
        let stopped = watched("waiting", false, &pressed, |ticket| {
            pressed.store(true, Ordering::SeqCst);
            while !ticket.is_cancelled() && Instant::now() < until {
                thread::yield_now();
            }
            ticket.check().is_err()
        });
        assert!(stopped);
    }
}
