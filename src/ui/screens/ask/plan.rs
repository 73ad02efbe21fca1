//! How the lines of an interview are shared out, so that every size shows what matters most.

use ratatui::layout::Rect;

use super::typed;
use crate::app::screens::ask::answer::Answering;
use crate::domain::playbook::{Flow, fill};
use crate::ui::text;

/// Cells of the label before the probes.
pub const PROBES: u16 = 8;

/// What stands between the question and the words, as far as there is room.
pub struct Plan {
    pub gaps: bool,
    pub why: Vec<String>,
    pub tip: Vec<String>,
    pub probes: Vec<String>,
    pub typed: u16,
    pub notice: Vec<String>,
    pub words: u16,
}

/// Shares out the lines: the question, the typed part and a place for words come first, then what went wrong, the
/// probes, the reason, the tip and blank lines; the words take what is left up to a limit.
pub fn plan(a: &Answering, flow: &Flow<'_>, area: Rect, head: u16, notice: Vec<String>) -> Plan {
    let fills = flow.fills();
    let wide = usize::from(area.width);
    let wanted = typed::rows(a);
    let least = if wanted == 0 {
        0
    } else if a.on_words() {
        1
    } else {
        wanted.min(3)
    };
    let mut left = area.height.saturating_sub(head);
    let mut take = |n: u16| {
        let ok = n <= left;
        if ok {
            left -= n;
        }
        ok
    };
    let lines = |v: &[String]| u16::try_from(v.len()).unwrap_or(u16::MAX);
    let mut typed = if take(least) { least } else { 0 };
    let mut words = if take(3) { 3 } else { u16::from(take(1)) };
    let notice = if take(lines(&notice)) {
        notice
    } else {
        let first: Vec<String> = notice.into_iter().take(1).collect();
        if take(lines(&first)) { first } else { Vec::new() }
    };
    let beside = wide.saturating_sub(usize::from(PROBES));
    let packed = packed_probes(a, flow, beside);
    let listed: Vec<String> =
        a.question.probes.iter().enumerate().map(|(i, p)| probe_words(a, i, &fill(p, &fills))).collect();
    let fits = listed.len() == packed.len() && listed.iter().all(|l| text::width(l) <= beside);
    let (packed, listed) = if fits { (listed, Vec::new()) } else { (packed, listed) };
    let mut probes = if take(lines(&packed)) {
        packed
    } else {
        let keys = short_probes(a);
        if take(lines(&keys)) { keys } else { Vec::new() }
    };
    // Who writes sees some lines of what was written before there is room for anything else.
    while a.on_words() && (3..5).contains(&words) && take(1) {
        words += 1;
    }
    let more = wanted.saturating_sub(typed);
    if take(more) {
        typed = wanted;
    } else {
        while typed < wanted && take(1) {
            typed += 1;
        }
    }
    let why = text::wrap(&fill(&a.question.why, &fills), wide.saturating_sub(5));
    let why = if !a.question.why.is_empty() && take(lines(&why)) { why } else { Vec::new() };
    let gaps = take(3 + u16::from(wanted > 0));
    let tip =
        a.question.tips.as_ref().map(|t| text::wrap(&fill(t, &fills), wide.saturating_sub(5))).unwrap_or_default();
    let tip = if take(lines(&tip)) { tip } else { Vec::new() };
    if lines(&listed) > lines(&probes) && take(lines(&listed) - lines(&probes)) {
        probes = listed;
    }
    while (3..10).contains(&words) && take(1) {
        words += 1;
    }
    Plan { gaps, why, tip, probes, typed, notice, words }
}

fn probe_words(a: &Answering, i: usize, probe: &str) -> String {
    let mark = if a.probed.contains(&i) { "✓" } else { " " };
    format!("Alt-{} {mark} {probe}", i + 1)
}

/// Probes one after the other, wrapped.
fn packed_probes(a: &Answering, flow: &Flow<'_>, wide: usize) -> Vec<String> {
    let fills = flow.fills();
    let mut out: Vec<String> = Vec::new();
    for (i, probe) in a.question.probes.iter().enumerate() {
        let mark = if a.probed.contains(&i) { "✓ " } else { "" };
        let one = text::cut(&format!("Alt-{} {mark}{}", i + 1, fill(probe, &fills)), wide).into_owned();
        match out.last_mut() {
            Some(line) if text::width(line) + 3 + text::width(&one) <= wide => {
                line.push_str("   ");
                line.push_str(&one);
            }
            _ => out.push(one),
        }
    }
    out
}

/// Where there is no room for the probes: that there are some.
fn short_probes(a: &Answering) -> Vec<String> {
    match a.question.probes.len() {
        0 => Vec::new(),
        1 => vec!["Alt-1 asks it".into()],
        n => vec![format!("Alt-1 … Alt-{} ask them", n.min(9))],
    }
}
