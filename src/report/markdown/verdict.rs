//! The goal, the one cause with what it hangs on, and what else contributes.

use super::{Desk, count, section};
use crate::domain::board::{in_ten, in_ten_short, odds};
use crate::domain::scoreboard::GateState;
use crate::domain::words::Quality;
use crate::report::escape::{code, inline, table};
use crate::report::figure;
use crate::report::tell::measured;

/// Goal, measured level, deadline.
pub(super) fn goal(desk: &Desk<'_>) -> String {
    let state = &desk.session.state;
    let goal = &state.goal;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut add = |name: &str, words: String| {
        if !words.is_empty() {
            rows.push(vec![name.to_owned(), words]);
        }
    };
    let number = |x: Option<f64>| x.map(figure);
    let mut from_to = goal.kpi.as_deref().map(inline).unwrap_or_default();
    match (number(goal.from), number(goal.to)) {
        (Some(a), Some(b)) => from_to.push_str(&format!(" from {a} to {b}")),
        (Some(a), None) => from_to.push_str(&format!(" from {a}")),
        (None, Some(b)) => from_to.push_str(&format!(" to {b}")),
        (None, None) => {}
    }
    if let Some(points) = goal.target_points() {
        from_to.push_str(&format!(" ({} points)", figure(points)));
    }
    add("Goal", from_to.trim().to_owned());
    add("By", goal.by_date.as_deref().map(inline).unwrap_or_default());
    add("For whom", goal.scope.as_deref().map(inline).unwrap_or_default());
    add("Work to spend", goal.budget_days.map(|d| format!("{} days", figure(d))).unwrap_or_default());
    if let Some(kpi) = &state.kpi {
        add("Measured as", format!("{} over {}", code(&kpi.kpi.to_string()), inline(&kpi.data)));
        let level = kpi.level.as_ref().map(|l| format!("{} (95 % interval in brackets)", measured(&kpi.kpi, l)));
        add("Measured level", level.unwrap_or_default());
    }
    table(&["", ""], &rows)
}

/// What does not hold, where nobody can overlook it.
pub(super) fn stamp(desk: &Desk<'_>) -> String {
    let state = &desk.session.state;
    let asks = |key: &str| {
        let gate = desk.view.gates.0.iter().find(|g| g.key == key);
        gate.map_or_else(|| inline(key), |g| g.asks.to_owned())
    };
    let mut lines: Vec<String> = Vec::new();
    if let Some(decision) = state.decision.as_ref().filter(|d| !d.red_gates.is_empty()) {
        lines.push(format!("**Decided although {} did not hold then:**", count(decision.red_gates.len(), "gate")));
        lines.extend(decision.red_gates.iter().map(|key| format!("- not met: {}", asks(key))));
    }
    let now: Vec<_> = desk.view.gates.not_green().collect();
    let told = state.decision.as_ref().map(|d| d.red_gates.as_slice()).unwrap_or_default();
    let more: Vec<_> = now.iter().filter(|g| g.state == GateState::Amber || !told.iter().any(|k| k == g.key)).collect();
    if !more.is_empty() {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push("**Open today:**".to_owned());
        lines.extend(more.iter().map(|g| match g.state {
            GateState::Red => format!("- not met: {}", g.asks),
            _ => format!("- half met: {}", g.asks),
        }));
    }
    if lines.is_empty() {
        return String::new();
    }
    lines.iter().map(|l| format!("> {l}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// The chosen hypothesis, or the leader while nothing is decided.
pub(super) fn cause(desk: &Desk<'_>) -> String {
    let (state, board) = (&desk.session.state, &desk.view.board);
    let decision = state.decision.as_ref();
    let leader = board.leader();
    let has_rows = desk.view.inputs.rows.iter().any(|r| r.id != "other" && r.id != "data");
    let Some(id) = decision.map(|d| d.chosen.as_str()).or(leader.filter(|_| has_rows)) else {
        return section("Where it stands", "No hypothesis stands on the board yet.");
    };
    let mut out = String::new();
    if decision.is_none() && !state.clues.is_empty() {
        out.push_str("No cause is chosen. This one leads so far.\n\n");
    } else if decision.is_none() {
        return section("Where it stands", &no_clue_yet(desk.view.inputs.rows.len().saturating_sub(2)));
    }
    let row = state.row(id);
    if let Some(claim) = row.map(|r| r.claim.trim()).filter(|c| !c.is_empty()) {
        out.push_str(&format!("{}\n\n", inline(claim)));
    }
    out.push_str(&standing(desk, id));
    let mut say = |name: &str, words: &str| {
        if !words.trim().is_empty() {
            out.push_str(&format!("\n\n**{name}** {}", inline(words)));
        }
    };
    if let Some(d) = decision {
        say("Why this one.", &d.because);
        say("What would change our mind.", &d.would_change_our_mind);
    }
    say("What would prove it wrong.", row.map(|r| r.wrong_if.as_str()).unwrap_or_default());
    say("What could be done.", row.map(|r| r.lever.as_str()).unwrap_or_default());
    let hangs = hangs_on(desk, id);
    if !hangs.is_empty() {
        out.push_str(&format!("\n\n**What the verdict hangs on.** {hangs}"));
    }
    if let Some(d) = decision {
        let agreed: Vec<String> = d.agreed_by.iter().map(|a| desk.person(a)).collect();
        let mut last = Vec::new();
        if !agreed.is_empty() {
            last.push(format!("Agreed by {}.", agreed.join(", ")));
        }
        if let Some(day) = &d.review_on {
            last.push(format!("To be looked at again on {}.", inline(day)));
        }
        if !last.is_empty() {
            out.push_str(&format!("\n\n{}", last.join(" ")));
        }
    }
    out.push_str(
        "\n\nAll this says what *goes with* the number. That changing it moves the number is a claim for the test below.",
    );
    let heading = if decision.is_some() { "The main cause" } else { "Leading so far" };
    section(&format!("{heading}: {}", desk.title(id)), &out)
}

/// Plausibility, range, odds in words.
fn standing(desk: &Desk<'_>, id: &str) -> String {
    let board = &desk.view.board;
    let p = board.p(id);
    let (low, high) = desk.view.range(id);
    let (low_words, high_words) = (in_ten_short(low), in_ten_short(high));
    let range = if low_words == high_words || desk.view.without_clue.is_empty() {
        String::new()
    } else {
        format!(", {low_words} to {high_words} when any one clue is left out")
    };
    let mut out = format!("That this is the largest single cause is **{}** plausible{range}", in_ten(p));
    let margin = board.margin_db.unwrap_or(0.0);
    match (board.leader() == Some(id), board.runner_up()) {
        (true, Some(next)) if margin >= 1.0 => {
            out.push_str(&format!(": {} over the next, \"{}\".", odds(margin), desk.title(next)));
        }
        (true, Some(next)) => out.push_str(&format!(", and \"{}\" stands even with it.", desk.title(next))),
        (true, None) => out.push('.'),
        (false, _) => {
            let leader = board.leader().map(|l| desk.title(l)).unwrap_or_default();
            out.push_str(&format!(". **On the board \"{leader}\" leads.**"));
        }
    }
    out
}

/// What the verdict hangs on, in at most three sentences.
fn hangs_on(desk: &Desk<'_>, id: &str) -> String {
    let view = &desk.view;
    if view.without_clue.is_empty() || view.board.leader() != Some(id) {
        return String::new();
    }
    let clue_text = |c: &str| desk.session.state.clue(c).map_or_else(|| inline(c), |r| inline(&r.text));
    let mut out = Vec::new();
    let flips: Vec<String> = view
        .without_clue
        .iter()
        .filter(|(_, w)| w.flips)
        .map(|(c, w)| format!("Without \"{}\" the board would say \"{}\".", clue_text(c), desk.title(&w.leader)))
        .collect();
    if flips.is_empty() {
        out.push("No single clue decides it.".to_owned());
    } else {
        out.extend(flips.into_iter().take(3));
    }
    let weakest = view.without_source.iter().min_by(|a, b| {
        let weight = |w: &crate::domain::scoreboard::Without| if w.flips { -w.margin_db } else { w.margin_db };
        weight(a.1).total_cmp(&weight(b.1))
    });
    if let Some((source, w)) = weakest {
        let source = source_words(desk, source);
        if w.flips {
            out.push(format!("Without {source}, \"{}\" would lead.", desk.title(&w.leader)));
        } else if w.margin_db < view.board.margin_db.unwrap_or(0.0) - 0.5 {
            out.push(format!("It leans most on {source}: without it the odds fall to {}.", odds(w.margin_db)));
        } else {
            out.push("No single source decides it either.".to_owned());
        }
    }
    out.join(" ")
}

/// `the table trips`, `what Operations lead said`.
pub(super) fn source_words(desk: &Desk<'_>, family: &str) -> String {
    if let Some(alias) = family.strip_prefix("person:") {
        return format!("what {} said", desk.person(alias));
    }
    match family.strip_prefix("data:").map(|rest| rest.split_once('/').unwrap_or((rest, ""))) {
        Some((table, "")) => format!("the table {}", inline(table)),
        Some((table, column)) => format!("{} in the table {}", inline(column), inline(table)),
        None => inline(family),
    }
}

/// Runner-up and contributing causes with their KPI points.
pub(super) fn others(desk: &Desk<'_>) -> String {
    let (state, view) = (&desk.session.state, &desk.view);
    if state.clues.is_empty() && state.decision.is_none() {
        let rows: Vec<Vec<String>> = state
            .hypotheses
            .iter()
            .filter(|h| h.event != 0)
            .map(|h| vec![inline(&h.title), inline(&h.claim)])
            .collect();
        return section("What could be true", &table(&["Hypothesis", "Claim"], &rows));
    }
    let chosen = state.decision.as_ref().map(|d| d.chosen.as_str());
    let runner_up = state.decision.as_ref().and_then(|d| d.runner_up.as_deref()).or(view.board.runner_up());
    let rows: Vec<Vec<String>> = view
        .listed()
        .iter()
        .map(|id| {
            let mark = match id.as_str() {
                i if Some(i) == chosen => " (chosen)",
                i if Some(i) == runner_up => " (runner-up)",
                _ => "",
            };
            let impact = view.inputs.impacts.get(id);
            let how = impact.map_or("–", |i| match i.quality {
                Quality::Measured => "measured",
                Quality::Modelled => "modelled",
                Quality::Guess => "a guess",
            });
            vec![
                format!("{}{mark}", desk.title(id)),
                in_ten(view.board.p(id)),
                impact.map_or_else(
                    || "–".to_owned(),
                    |i| format!("{} points", figure((i.reach() * 100.0).round() / 100.0)),
                ),
                how.to_owned(),
            ]
        })
        .collect();
    let parked: Vec<String> = state.hypotheses.iter().filter(|h| h.parked).map(|h| inline(&h.title)).collect();
    let mut out = table(&["Hypothesis", "Largest single cause", "Could give back", "How the size is known"], &rows);
    out.push_str(
        "\nThere is often more than one cause: the points say what each could give back by itself, and they do not add up where causes overlap.",
    );
    if !parked.is_empty() {
        out.push_str(&format!("\n\nSet aside: {}.", parked.join("; ")));
    }
    section("All explanations", &out)
}

fn no_clue_yet(n: usize) -> String {
    format!("{n} {} on the board, and no clue yet.", if n == 1 { "hypothesis stands" } else { "hypotheses stand" })
}
