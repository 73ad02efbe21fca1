//! The whole case as text, step by step as it is played.

use std::io;

use serde_json::Value;

use super::board;
use super::case::{AnswerStep, Case, CheckStep, Scene, Step, What};
use super::page::{Ink, Page, WIDE};
use super::play::{Play, Told};
use crate::analysis::format;
use crate::domain::board::brier;
use crate::domain::brief::{FIELDS, words};
use crate::domain::event::{Act, ProposalKind, Ratings};
use crate::domain::playbook::{Flow, Question, fill};
use crate::domain::scoreboard::GateState;
use crate::domain::session::Session;
use crate::query::Outcome;
use crate::ui::text::{clean, cut};

/// Why the telling ended early.
#[derive(Debug)]
pub(super) enum Stop {
    /// The text can't be written.
    Write(io::Error),
    /// The case can't be played.
    Play(String),
}

impl From<io::Error> for Stop {
    fn from(e: io::Error) -> Self {
        Self::Write(e)
    }
}

/// Plays and tells the whole case.
pub(super) fn whole(case: &Case, play: &mut Play<'_>, out: &mut dyn io::Write, colour: bool) -> Result<(), Stop> {
    let mut teller = Teller { page: Page::new(out, colour), speaker: String::new(), untold: 0 };
    let page = &mut teller.page;
    let title = page.ink(Ink::Strong, &case.title);
    page.line(&title)?;
    let about = format!(
        "A ride-hailing case, played from beginning to end. The {} riders are made by this program (seed {}); every \
         check is run on them now.",
        format::count(u64::from(super::RIDERS)),
        super::SEED
    );
    page.para("", &about, Ink::Dim)?;
    while let Some((step, told)) = play.step().map_err(Stop::Play)? {
        teller.step(step, &told, play)?;
    }
    teller.end(case, play)?;
    Ok(())
}

/// Why the play did not end as planted; `None` when all is well.
pub(super) fn verdict(case: &Case, play: &Play<'_>) -> Option<String> {
    let view = board::view(play);
    let leader = view.board.leader().unwrap_or("nothing");
    if leader != case.truth {
        return Some(format!(
            "The case should end with {} in front, and it ends with {leader}. This installation computes something \
             wrongly; please report it with the output above.",
            case.truth
        ));
    }
    let red: Vec<&str> = view.gates.0.iter().filter(|g| g.state == GateState::Red).map(|g| g.short).collect();
    (!red.is_empty()).then(|| {
        format!("The case should end with all gates open, and these are red: {}. Please report it.", red.join(", "))
    })
}

struct Teller<'a> {
    page: Page<'a>,
    speaker: String,
    /// Answers that the text leaves out.
    untold: usize,
}

impl Teller<'_> {
    fn step(&mut self, step: &Step, told: &Told, play: &Play<'_>) -> io::Result<()> {
        let session = play.session();
        match &step.what {
            What::Scene(scene) => self.scene(scene)?,
            What::Half(words) => {
                self.page.blank()?;
                self.page.para("· · · ", words, Ink::Strong)?;
            }
            What::Board(words) => board::rows(&mut self.page, play, words)?,
            What::Attach(_) => self.attached(session)?,
            What::Kpi(_) => self.level(told, session)?,
            What::Answer(answer) if answer.untold => self.untold += 1,
            What::Answer(answer) => self.answer(answer, play)?,
            What::Check(check) => self.check(check, told, session)?,
            What::Impact(_) => self.impact(told, session)?,
            What::Act(_) | What::Accept(_) | What::Dismiss(_) | What::Rerate(_) => {
                for event in &told.events {
                    self.act(&event.act, session)?;
                }
            }
        }
        Ok(())
    }

    fn scene(&mut self, scene: &Scene) -> io::Result<()> {
        let when = scene.at.map(|at| at.strftime("%a %-d %b, %H:%M").to_string()).unwrap_or_default();
        if self.untold > 0 && !self.speaker.is_empty() {
            let more = format!("{} more answers are in the session.", self.untold);
            self.page.blank()?;
            self.page.para("  ", &more, Ink::Dim)?;
        }
        self.page.heading(&scene.title, &when)?;
        self.speaker.clear();
        if scene.words.is_empty() { Ok(()) } else { self.page.para("", &scene.words, Ink::Dim) }
    }

    fn attached(&mut self, session: &Session) -> io::Result<()> {
        let Some(table) = session.state.tables.first() else { return Ok(()) };
        let rows = table.facts.rows.map(format::count).unwrap_or_default();
        let columns = table.facts.columns.as_ref().map_or(0, serde_json::Map::len);
        let range = table.facts.time_range.as_ref().map(|r| r.join(" to ")).unwrap_or_default();
        self.page.para("  table  ", &format!("{}: {rows} rows × {columns} columns, {range}", table.data), Ink::Text)
    }

    fn level(&mut self, told: &Told, session: &Session) -> io::Result<()> {
        let (Some(level), Some(kpi)) = (&told.level, &session.state.kpi) else { return Ok(()) };
        let text = format!("{} = {}", kpi.kpi, format::level_with_interval(&kpi.kpi, &level.level));
        self.page.para("  KPI    ", &text, Ink::Strong)
    }

    fn answer(&mut self, step: &AnswerStep, play: &Play<'_>) -> io::Result<()> {
        let session = play.session();
        let Some(question) = play.playbook().question(&step.question) else { return Ok(()) };
        if self.speaker != step.who {
            self.speaker.clone_from(&step.who);
            let who = self.page.ink(Ink::Strong, session.state.shown_as(&step.who));
            self.page.blank()?;
            self.page.line(&format!("  {who}"))?;
        }
        let fills = Flow::new(play.playbook(), session).fills();
        // One line is enough to know what was asked; the screen shows it all.
        let asked = self.page.ink(Ink::Dim, cut(&clean(&fill(&question.text, &fills)), WIDE - 4).trim_end());
        self.page.line(&format!("    {asked}"))?;
        let value = said(question, &step.value);
        let words = if step.text.is_empty() { String::new() } else { format!("\"{}\"", step.text) };
        let both = [value, words].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join("  ");
        self.page.para("    → ", &both, Ink::Text)
    }

    /// What an event says, for those that are told one by one.
    fn act(&mut self, act: &Act, session: &Session) -> io::Result<()> {
        match act {
            Act::Open { text } => self.page.para("  said   ", &format!("\"{text}\""), Ink::Strong),
            Act::Note { text } => self.page.para("  note   ", text, Ink::Dim),
            Act::Hypothesis { hypothesis, title, wrong_if, .. } => {
                let text = format!("{hypothesis}: {title}");
                self.page.para("  + hypothesis  ", &text, Ink::Strong)?;
                self.page.para("    wrong if    ", wrong_if, Ink::Dim)
            }
            Act::Clue { clue, text, ratings, .. } => {
                let text = format!("{text} {}", signs(clue, ratings));
                self.page.para("  + clue        ", &text, Ink::Text)
            }
            Act::Dismiss { proposal, .. }
                if session.state.proposal(proposal).is_some_and(|p| p.kind == ProposalKind::Note) =>
            {
                // It was kept as the note that was just told.
                Ok(())
            }
            Act::Dismiss { proposal, why } => {
                let what = session.state.proposal(proposal).map(|p| p.text.as_str()).unwrap_or_default();
                self.page.para("  - not taken   ", cut(&clean(what), WIDE - 16).trim_end(), Ink::Dim)?;
                self.page.para("    because     ", why, Ink::Dim)
            }
            Act::Rate { clue, ratings, reason } => {
                let text = format!("{} {}", reason.as_deref().unwrap_or_default(), signs(clue, ratings));
                self.page.para("    rated anew  ", &text, Ink::Text)
            }
            Act::Decide { .. } => self.decision(session),
            Act::Problem { fields, .. } => self.brief(fields),
            // People speak for themselves; goals are told by the answers.
            _ => Ok(()),
        }
    }

    fn check(&mut self, step: &CheckStep, told: &Told, session: &Session) -> io::Result<()> {
        let Some((pending, result)) = &told.check else { return Ok(()) };
        self.page.blank()?;
        self.page.para("  ? ", &pending.title, Ink::Strong)?;
        let role = |who: &str| session.state.people.get(who).map_or(who.to_owned(), |p| p.role.replace('_', " "));
        let people: Vec<String> =
            step.forecasts.iter().map(|(who, p)| format!("{} {}", role(who), format::percent_with(*p, 0))).collect();
        self.page.para("    forecast  ", &people.join(", "), Ink::Dim)?;
        let ink = if result.outcome == Outcome::Yes { Ink::Good } else { Ink::Warn };
        let lead = format!("    {}  ", self.page.ink(ink, &format!("{:8}", result.outcome.word())));
        for event in &told.events {
            if let Act::Clue { clue, text, ratings, .. } = &event.act {
                self.page.para_after(&lead, 14, &format!("{text} {}", signs(clue, ratings)), Ink::Text)?;
            }
        }
        Ok(())
    }

    fn impact(&mut self, told: &Told, session: &Session) -> io::Result<()> {
        let (Some((_, compared)), Some(kpi)) = (&told.impact, &session.state.kpi) else { return Ok(()) };
        for event in &told.events {
            let Act::Impact { hypothesis, exposed, fixable, cost_days, .. } = &event.act else { continue };
            let title = session.state.row(hypothesis).map_or(hypothesis.as_str(), |r| r.title.as_str());
            let reach = session.state.impacts.get(hypothesis).map_or(0.0, |i| i.reach());
            let effect = compared.adjusted_difference.unwrap_or(compared.difference);
            let text = format!(
                "{title}: {} exposed, with it goes {}; {} of it mended in {} days: {} points",
                format::percent(*exposed),
                format::change_with_interval(&kpi.kpi, &effect),
                format::percent_with(*fixable, 0),
                format::number(*cost_days),
                format::fixed(reach, 2),
            );
            self.page.para("  size   ", &text, Ink::Text)?;
        }
        Ok(())
    }

    fn decision(&mut self, session: &Session) -> io::Result<()> {
        let Some(decided) = &session.state.decision else { return Ok(()) };
        let title = session.state.row(&decided.chosen).map_or(decided.chosen.as_str(), |r| r.title.as_str());
        self.page.blank()?;
        self.page.para("  decided   ", title, Ink::Strong)?;
        self.page.para("  because   ", &decided.because, Ink::Text)?;
        self.page.para("  unless    ", &decided.would_change_our_mind, Ink::Text)?;
        let people: Vec<&str> = decided.agreed_by.iter().map(|p| session.state.shown_as(p)).collect();
        let review = decided.review_on.as_deref().unwrap_or("no day");
        self.page.para("  agreed    ", &format!("{}; looked at again on {review}", people.join(", ")), Ink::Text)
    }

    /// The fields that say what is to be done; the others are in the session.
    fn brief(&mut self, fields: &serde_json::Map<String, Value>) -> io::Result<()> {
        let left_out = ["label", "offline_metric", "business_metric", "pipelines"];
        let known = FIELDS.iter().filter(|f| !left_out.contains(&f.key)).map(|f| (f.key, f.title));
        let more = [("contributing_causes", "Other causes")];
        for (key, title) in known.chain(more) {
            if let Some(text) = fields.get(key).map(words).filter(|w| !w.is_empty()) {
                let text = if key == "kind" { text.replace('_', " ") } else { text };
                self.page.para(&format!("  {title:<18}"), &text, Ink::Text)?;
            }
        }
        Ok(())
    }

    fn end(&mut self, case: &Case, play: &Play<'_>) -> io::Result<()> {
        let session = play.session();
        self.page.heading("What was learnt", "")?;
        let mut people: Vec<(String, f64)> = brier(&session.state).into_iter().collect();
        people.sort_by(|a, b| a.1.total_cmp(&b.1));
        let list: Vec<String> = people
            .iter()
            .map(|(who, score)| {
                format!("{} {}", session.state.shown_as(who).trim_end_matches(" lead"), format::fixed(*score, 2))
            })
            .collect();
        let text = format!("{} (Brier: 0 is perfect, 0.25 a coin)", list.join(", "));
        self.page.para("  foresight  ", &text, Ink::Text)?;
        let planted = session.state.row(&case.truth).map_or(case.truth.as_str(), |r| r.title.as_str());
        let found = match verdict(case, play) {
            None => "and that is what the case found",
            Some(_) => "and the case did not end there",
        };
        self.page.para("  planted    ", &format!("{planted}, {found}."), Ink::Strong)?;
        let next = "whyboard demo opens it half played in a terminal; sessions/finished.yaml is this very session, \
                    to be replayed.";
        self.page.para("  next       ", next, Ink::Dim)?;
        self.page.flush()
    }
}

/// A clue's id and ratings as the board writes them: `[c9 service +, rival −−]`.
fn signs(clue: &str, ratings: &Ratings) -> String {
    let mut sorted: Vec<_> = ratings.iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(a.1));
    let text: Vec<String> = sorted.iter().map(|(row, rating)| format!("{row} {}", rating.sign())).collect();
    format!("[{clue} {}]", text.join(", "))
}

/// A typed answer in the words of its question.
fn said(question: &Question, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(s) => question.options.iter().find(|(k, _)| k == s).map_or_else(|| s.clone(), |(_, w)| w.clone()),
        Value::Array(list) => {
            let sign = if question.options.is_empty() { " → " } else { ", " };
            list.iter().map(|v| said(question, v)).collect::<Vec<_>>().join(sign)
        }
        Value::Number(n) => {
            let unit = question.unit.as_deref().or(question.scale.as_ref().and_then(|s| s.unit.as_deref()));
            let number = n.to_string();
            match unit.filter(|u| !u.contains(' ')) {
                Some("percent") => format!("{number} %"),
                Some(unit) => format!("{number} {unit}"),
                None => number,
            }
        }
        other => other.to_string(),
    }
}
