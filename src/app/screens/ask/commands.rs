//! The keys of list, interview and triage.

use super::{interview, list, triage};
use crate::app::commands::{CommandSpec, Scope, with_session, writable};
use crate::app::palette::Palette;
use crate::app::screens::spec;
use crate::app::{App, Effect, Popup, forms};
use crate::domain::event::ProposalKind;

type When = Result<(), &'static str>;

fn has_playbook(app: &App) -> When {
    with_session(app)?;
    if app.doc.as_ref().is_some_and(|d| d.playbook.is_some()) { Ok(()) } else { Err("there is no playbook") }
}

fn can_ask(app: &App) -> When {
    writable(app)?;
    has_playbook(app)
}

fn has_question(app: &App) -> When {
    can_ask(app)?;
    if list::selected(app).is_some() { Ok(()) } else { Err("no question is selected") }
}

fn has_words(app: &App) -> When {
    writable(app)?;
    match list::selected_answer(app) {
        Some(a) if !a.text.trim().is_empty() => Ok(()),
        Some(_) => Err("the selected answer has no words"),
        None => Err("nobody answered this question"),
    }
}

fn has_answer(app: &App) -> When {
    writable(app)?;
    match list::selected_answer(app) {
        Some(a) if !a.is_unknown() => Ok(()),
        Some(_) => Err("the person did not know"),
        None => Err("nobody answered this question"),
    }
}

/// A question is being asked, and nobody else is being chosen for it.
fn asking(app: &App) -> When {
    match &app.views.ask.interview {
        None => Err("no interview runs"),
        Some(i) if i.choosing.is_some() => Err("choose who should be asked with Enter, or leave with Esc"),
        Some(i) if i.answer.is_none() => Err("all is asked; Enter goes on"),
        Some(_) => Ok(()),
    }
}

fn can_go_back(app: &App) -> When {
    match &app.views.ask.interview {
        Some(i) if i.answer.is_none() => Ok(()),
        _ => asking(app),
    }
}

fn can_hand_over(app: &App) -> When {
    match &app.views.ask.interview {
        Some(i) if i.choosing.is_some() => Ok(()),
        _ => asking(app),
    }
}

fn has_proposal(app: &App) -> When {
    writable(app)?;
    if triage::selected(app).is_some() { Ok(()) } else { Err("nothing waits") }
}

fn has_hypotheses(app: &App) -> When {
    writable(app)?;
    let any = triage::waiting(app).iter().any(|p| p.kind == ProposalKind::Hypothesis);
    if any { Ok(()) } else { Err("no hypothesis waits") }
}

/// Chooses who is asked, then begins; a question chosen beforehand comes first.
fn ask(app: &mut App, first: Option<String>) -> Vec<Effect> {
    app.views.ask.first = first;
    forms::open_interviewee(app);
    Vec::new()
}

fn open_triage(app: &mut App) -> Vec<Effect> {
    app.views.ask.triage = true;
    app.views.ask.proposals.home();
    Vec::new()
}

fn close_triage(app: &mut App) -> Vec<Effect> {
    app.views.ask.triage = false;
    Vec::new()
}

fn redact(app: &mut App) -> Vec<Effect> {
    if let Some(answer) = list::selected_answer(app) {
        forms::open_redact(app, answer.event);
    }
    Vec::new()
}

/// A probe's command: its number names key and place.
macro_rules! probe {
    ($n:literal) => {
        CommandSpec {
            when: asking,
            ..spec(
                concat!("interview.probe_", $n),
                Scope::Interview,
                &[concat!("Alt-", $n)],
                concat!("probe ", $n),
                concat!("Ask probe ", $n, ": it is shown large, and their reply goes below it"),
                |a| interview::probe(a, $n - 1),
            )
        }
    };
}

/// Commands of 2 Ask.
pub static COMMANDS: &[CommandSpec] = &[
    CommandSpec {
        hint: 1,
        when: can_ask,
        ..spec("ask.interview", Scope::Ask, &["i"], "interview", "Interview somebody, one question at a time", |a| {
            ask(a, None)
        })
    },
    CommandSpec {
        hint: 2,
        when: has_question,
        ..spec("ask.answer", Scope::Ask, &["Enter"], "ask this", "Begin an interview with the selected question", |a| {
            let question = list::selected(a);
            ask(a, question)
        })
    },
    CommandSpec {
        hint: 3,
        when: with_session,
        ..spec("ask.triage", Scope::Ask, &["t"], "triage", "Go through what the answers propose", open_triage)
    },
    CommandSpec {
        hint: 4,
        when: has_question,
        ..spec("ask.later", Scope::Ask, &["L"], "later", "Put the selected question off for another day", list::later)
    },
    CommandSpec {
        hint: 5,
        when: has_playbook,
        ..spec(
            "ask.filter",
            Scope::Ask,
            &["f"],
            "filter",
            "Show all questions, only open ones, or only open ones for one role",
            list::next_filter,
        )
    },
    CommandSpec {
        hint: 6,
        when: has_playbook,
        ..spec("ask.search", Scope::Ask, &["/"], "search", "Search questions and answers", |a| {
            forms::open_ask_search(a);
            Vec::new()
        })
    },
    CommandSpec {
        when: has_playbook,
        ..spec("ask.found_next", Scope::Ask, &["n"], "next match", "Next question that the search found", |a| {
            list::next_found(a, true)
        })
    },
    CommandSpec {
        when: has_playbook,
        ..spec("ask.found_before", Scope::Ask, &["N"], "match before", "Question before that the search found", |a| {
            list::next_found(a, false)
        })
    },
    CommandSpec {
        when: has_playbook,
        ..spec("ask.answer_before", Scope::Ask, &["h", "Left"], "answer before", "Select the answer before", |a| {
            list::step_answer(a, false)
        })
    },
    CommandSpec {
        when: has_playbook,
        ..spec("ask.answer_next", Scope::Ask, &["l", "Right"], "next answer", "Select the next answer", |a| {
            list::step_answer(a, true)
        })
    },
    CommandSpec {
        when: has_answer,
        ..spec("ask.pin", Scope::Ask, &["c"], "pin clue", "Pin the selected answer as a clue, with ratings", list::pin)
    },
    CommandSpec {
        danger: true,
        when: has_words,
        ..spec("ask.redact", Scope::Ask, &["x"], "redact", "Remove the words of the selected answer for good", redact)
    },
    spec("ask.back", Scope::Ask, &["Esc"], "back", "Leave the search, then the filter", list::back),
    CommandSpec {
        hint: 1,
        when: asking,
        ..spec(
            "interview.next",
            Scope::Interview,
            &["Ctrl-N"],
            "next",
            "Record the answer and go on; without one just go on",
            interview::next,
        )
    },
    CommandSpec {
        hint: 2,
        when: asking,
        ..spec(
            "interview.later",
            Scope::Interview,
            &["Ctrl-L"],
            "later",
            "Put the question off: it comes once more at the end, then another day",
            interview::later,
        )
    },
    CommandSpec {
        hint: 3,
        when: can_hand_over,
        ..spec(
            "interview.someone_else",
            Scope::Interview,
            &["Ctrl-O"],
            "someone else",
            "Choose the role that should be asked instead",
            interview::someone_else,
        )
    },
    CommandSpec {
        when: asking,
        ..spec(
            "interview.unknown",
            Scope::Interview,
            &["Ctrl-K"],
            "does not know",
            "Record that the person does not know, and go on",
            interview::does_not_know,
        )
    },
    CommandSpec {
        hint: 4,
        ..spec("interview.leave", Scope::Interview, &["Esc"], "leave", "Leave; all is kept", interview::leave)
    },
    CommandSpec {
        when: asking,
        ..spec("interview.part", Scope::Interview, &["Tab"], "next part", "From the answer to the words", |a| {
            interview::step(a, true)
        })
    },
    CommandSpec {
        when: asking,
        ..spec("interview.part_before", Scope::Interview, &["S-Tab"], "part before", "Back to the part before", |a| {
            interview::step(a, false)
        })
    },
    CommandSpec {
        hint: 6,
        when: can_go_back,
        ..spec(
            "interview.before",
            Scope::Interview,
            &["Ctrl-B"],
            "before",
            "Go back to the question before; a changed answer replaces the first one",
            interview::before,
        )
    },
    CommandSpec {
        when: asking,
        ..spec(
            "interview.verbatim",
            Scope::Interview,
            &["Ctrl-V"],
            "verbatim",
            "Mark the words as exactly theirs, or not",
            interview::verbatim,
        )
    },
    CommandSpec {
        ..spec(
            "interview.time_box",
            Scope::Interview,
            &["Ctrl-T"],
            "time box",
            "Set a time box of 10, 20, 30 minutes, or none",
            interview::time_box,
        )
    },
    probe!(1),
    probe!(2),
    probe!(3),
    probe!(4),
    probe!(5),
    probe!(6),
    probe!(7),
    probe!(8),
    probe!(9),
    CommandSpec {
        when: asking,
        ..spec(
            "interview.editor",
            Scope::Interview,
            &["Ctrl-G"],
            "editor",
            "Write the words in your own editor ($EDITOR)",
            |a| {
                let words = a.views.ask.interview.as_ref().and_then(|i| i.answer.as_ref()).map(|a| a.words.text());
                words.map(Effect::Edit).into_iter().collect()
            },
        )
    },
    CommandSpec {
        hint: 5,
        ..spec("interview.help", Scope::Interview, &["F1"], "help", "Show the keys of the interview", |a| {
            a.popups.push(Popup::Help { scroll: 0 });
            Vec::new()
        })
    },
    spec(
        "interview.palette",
        Scope::Interview,
        &["Ctrl-P"],
        "all",
        "Open the command palette with the commands of the interview",
        |a| {
            let palette = Palette::new(a);
            a.popups.push(Popup::Palette(Box::new(palette)));
            Vec::new()
        },
    ),
    CommandSpec {
        hint: 1,
        when: has_proposal,
        ..spec(
            "triage.accept",
            Scope::Triage,
            &["Enter", "a"],
            "take",
            "Take the selected proposal; a clue opens with its ratings",
            triage::accept,
        )
    },
    CommandSpec {
        hint: 2,
        when: has_proposal,
        ..spec(
            "triage.dismiss",
            Scope::Triage,
            &["x"],
            "not this",
            "Do not take the selected proposal",
            triage::dismiss,
        )
    },
    CommandSpec {
        hint: 3,
        when: has_proposal,
        ..spec("triage.edit", Scope::Triage, &["e"], "edit first", "Change the words before taking it", triage::edit)
    },
    CommandSpec {
        hint: 4,
        when: has_hypotheses,
        ..spec(
            "triage.accept_all",
            Scope::Triage,
            &["A"],
            "all hypotheses",
            "Take all hypotheses that wait, as one step",
            triage::accept_hypotheses,
        )
    },
    CommandSpec {
        hint: 5,
        ..spec("triage.back", Scope::Triage, &["Esc", "t"], "questions", "Back to the questions", close_triage)
    },
];
