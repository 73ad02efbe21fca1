//! Hypotheses, clues, ratings, impact, decision, brief.

use serde_json::{Map, Value};

use super::{FormId, words};
use crate::app::form::{Choice, Form};
use crate::app::screens::brief::KINDS;
use crate::app::{App, Effect, Tone};
use crate::domain::brief;
use crate::domain::decide::Intent;
use crate::domain::event::{Act, ClueSource, EventRef, ProposalKind, Ratings};
use crate::domain::playbook::row_of;
use crate::domain::redact::{self, Removal};
use crate::domain::words::{Grade, Origin, Prior, Quality, Rating};

/// A clue about to be pinned.
#[derive(Debug, Clone)]
pub struct Pin {
    /// The check event to record together with the clue, for something found while browsing.
    pub record: Option<Box<Act>>,
    /// The event that it comes from, where it stands already.
    pub source: Option<EventRef>,
    /// Origin.
    pub origin: Origin,
    /// Family.
    pub family: String,
    /// Grade.
    pub grade: Grade,
    /// A prefilled sentence with the figures.
    pub text: String,
    /// Suggested ratings.
    pub ratings: Ratings,
    /// What the result was, to read while rating.
    pub says: String,
}

/// What a hypothesis begins from: a group of the data, a question and its answer; or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seed {
    /// What was in sight, to read above the fields; empty for nothing.
    pub name: String,
    /// Title to begin with.
    pub title: String,
    /// Claim to begin with.
    pub claim: String,
    /// What would prove it wrong, to begin with.
    pub wrong_if: String,
    /// The question from which it comes.
    pub question: Option<String>,
}

/// A hypothesis of one's own.
pub fn open_hypothesis(app: &mut App, seed: Seed) {
    let priors: Vec<Choice> = [("long_shot", "a long shot"), ("possible", "possible"), ("likely", "likely")]
        .map(|(k, w)| (k.to_owned(), w.to_owned()))
        .to_vec();
    let mut form = Form::new(FormId::Hypothesis(Box::new(seed.clone())), "A hypothesis", "add");
    if !seed.name.is_empty() {
        form = form.info(format!("From {}", seed.name));
    }
    app.open_form(
        form.line("title", "In a few words", "What could be the largest single cause of the gap?", &seed.title)
            .area("claim", "Claim", "If it is true, then …", &seed.claim)
            .area("wrong_if", "Wrong if", "Which finding would prove it wrong?", &seed.wrong_if)
            .line("lever", "Lever", "What could be done about it, and by whom?", "")
            .line("category", "Category", "price_value, service_supply, product_quality, competition …", "")
            .choice("prior", "Before any clue", "", priors, Some("possible")),
    );
}

pub(super) fn submit_hypothesis(app: &mut App, form: &Form, seed: &Seed) -> Result<Vec<Effect>, String> {
    let prior = match form.text("prior").as_str() {
        "long_shot" => Prior::LongShot,
        "likely" => Prior::Likely,
        _ => Prior::Possible,
    };
    let title = form.text("title");
    let effects = app
        .record(Intent::record(Act::Hypothesis {
            hypothesis: String::new(),
            from: None,
            from_question: seed.question.clone(),
            proposal: None,
            row: None,
            category: form.text("category"),
            title: title.clone(),
            claim: form.text("claim"),
            wrong_if: form.text("wrong_if"),
            prior,
            lever: form.text("lever"),
        }))
        .map_err(|r| words(&r))?;
    app.say(Tone::Good, format!("On the board: {title}"));
    Ok(effects)
}

/// A note.
pub fn open_note(app: &mut App) {
    app.open_form(Form::new(FormId::Note, "A note", "keep").area(
        "text",
        "Note",
        "It stands in the session and in the report",
        "",
    ));
}

pub(super) fn submit_note(app: &mut App, form: &Form) -> Result<Vec<Effect>, String> {
    app.record(Intent::record(Act::Note { text: form.text("text") })).map_err(|r| words(&r))
}

pub(super) fn rating_rows(app: &App, given: &Ratings) -> Vec<(String, String, Option<Rating>)> {
    let Some(doc) = &app.doc else { return Vec::new() };
    let state = &doc.session.state;
    // Suggestions may speak of playbook ids.
    let row = |id: &str| row_of(state, doc.playbook.as_deref(), id).map(|r| r.id.clone());
    let by_row: Ratings = given.iter().filter_map(|(h, r)| Some((row(h)?, *r))).collect();
    state
        .hypotheses
        .iter()
        .filter(|h| !h.parked)
        .map(|h| (h.id.clone(), h.title.clone(), by_row.get(&h.id).copied()))
        .collect()
}

fn grades() -> Vec<Choice> {
    Grade::ALL.iter().map(|g| (format!("{g:?}"), g.words().to_owned())).collect()
}

fn grade_of(form: &Form) -> Option<Grade> {
    Grade::ALL.into_iter().find(|g| format!("{g:?}") == form.text("grade"))
}

pub(super) const RATING_HELP: &str = "Were this row the main cause, the clue would be: ← less, → more expected";

/// Pins a clue.
pub fn open_pin(app: &mut App, pin: Pin) {
    let rows = rating_rows(app, &pin.ratings);
    let origin = match pin.origin {
        Origin::Predicted => "A forecast was written first: it counts whole.",
        Origin::Told => "Somebody said it: it counts up to ±6.",
        Origin::Browsed => "Found while looking around: it counts up to ±3. Write a forecast first next time (t).",
    };
    let mut form = Form::new(FormId::Pin(Box::new(pin.clone())), "Pin a clue", "pin");
    if !pin.says.is_empty() && pin.says != pin.text {
        form = form.info(pin.says.clone());
    }
    let form = form
        .info(origin)
        .area("text", "Clue", "One sentence with the figure", &pin.text)
        .ratings("ratings", "How expected", RATING_HELP, rows)
        .choice("grade", "Source", "", grades(), Some(&format!("{:?}", pin.grade)))
        .line("reason", "Reason", "Only for absurd or hardly otherwise", "");
    app.open_form(form);
}

pub(super) fn submit_pin(app: &mut App, form: &Form, pin: &Pin) -> Result<Vec<Effect>, String> {
    let Some(doc) = &app.doc else { return Err("No session is open.".into()) };
    let source = match (&pin.source, &pin.record) {
        (Some(source), _) => source.clone(),
        (None, _) => EventRef::N(doc.session.next_n()),
    };
    let clue = Act::Clue {
        clue: String::new(),
        text: form.text("text"),
        origin: pin.origin,
        grade: grade_of(form).unwrap_or(pin.grade),
        family: pin.family.clone(),
        source: ClueSource { event: source },
        proposal: None,
        repeat_of: None,
        ratings: form.rated("ratings"),
        reason: Some(form.text("reason")).filter(|r| !r.is_empty()),
    };
    let acts = pin.record.iter().map(|a| (**a).clone()).chain([clue]).collect();
    let before = leader(app);
    let effects = app.record(Intent::RecordAll(acts)).map_err(|r| words(&r))?;
    say_moved(app, &before);
    Ok(effects)
}

pub(super) fn leader(app: &App) -> Option<(String, f64)> {
    let board = &app.doc.as_ref()?.board.board;
    let id = board.leader()?;
    Some((id.to_owned(), board.p(id)))
}

/// One line on what a clue did to the board.
pub(super) fn say_moved(app: &mut App, before: &Option<(String, f64)>) {
    let Some((id, p)) = leader(app) else { return };
    let Some(doc) = &app.doc else { return };
    let title = doc.row_title(&id).to_owned();
    let now = crate::domain::board::in_ten(p);
    let text = match before {
        Some((old, was)) if *old == id && crate::domain::board::in_ten(*was) == now => {
            format!("{title} still leads, {now}")
        }
        Some((old, was)) if *old == id => format!("{title}: {} → {now}", crate::domain::board::in_ten(*was)),
        _ => format!("{title} leads now, {now}"),
    };
    app.say(Tone::Good, text);
}

/// A proposal of the triage, to be worded before it is taken; a clue is rated too.
pub fn open_accept(app: &mut App, id: &str) {
    let Some(p) = app.doc.as_ref().and_then(|d| d.session.state.proposal(id)).cloned() else { return };
    let form_id = FormId::Accept(id.to_owned());
    match p.kind {
        ProposalKind::Hypothesis => {
            let form = Form::new(form_id, "Take this hypothesis", "take");
            app.open_form(form.line(
                "text",
                "In a few words",
                "What could be the largest single cause of the gap?",
                &p.text,
            ));
            return;
        }
        ProposalKind::Note | ProposalKind::Block => {
            let form = Form::new(form_id, "Keep this note", "keep");
            app.open_form(form.area("text", "Note", "It stands in the session and in the report", &p.text));
            return;
        }
        ProposalKind::Clue | ProposalKind::ClueForm | ProposalKind::Contradiction => {}
    }
    let form = Form::new(form_id, "Take this clue", "take");
    let form = form.area("text", "Clue", "One sentence; what was said, not what it means", &p.text);
    let rows = rating_rows(app, &p.ratings);
    let form = form
        .ratings("ratings", "How expected", RATING_HELP, rows)
        .choice("grade", "Source", "", grades(), p.grade.map(|g| format!("{g:?}")).as_deref())
        .line("reason", "Reason", "Only for absurd or hardly otherwise", "");
    app.open_form(form);
}

pub(super) fn submit_accept(app: &mut App, form: &Form, id: &str) -> Result<Vec<Effect>, String> {
    let is_clue =
        app.doc.as_ref().and_then(|d| d.session.state.proposal(id)).is_some_and(|p| {
            matches!(p.kind, ProposalKind::Clue | ProposalKind::ClueForm | ProposalKind::Contradiction)
        });
    let ratings = form.rated("ratings");
    if is_clue && ratings.is_empty() {
        return Err("Rate at least one row: how expected is this if that row were the main cause?".into());
    }
    let before = leader(app);
    let effects = app
        .record(Intent::Accept {
            proposal: id.to_owned(),
            text: Some(form.text("text")),
            ratings: Some(ratings),
            grade: grade_of(form),
            reason: Some(form.text("reason")).filter(|r| !r.is_empty()),
        })
        .map_err(|r| words(&r))?;
    if is_clue {
        say_moved(app, &before);
    }
    Ok(effects)
}

/// What a hypothesis could move; reach on Explore prefills it.
pub fn open_impact(app: &mut App, hypothesis: &str, exposed: Option<f64>, effect: Option<[f64; 3]>, quality: Quality) {
    let Some(doc) = &app.doc else { return };
    let old = doc.session.state.impacts.get(hypothesis).copied();
    let title = format!("What it could move: {}", doc.row_title(hypothesis));
    let percent = |x: f64| format!("{:.1}", x * 100.0);
    let exposed = exposed.or(old.map(|i| i.exposed)).map(percent).unwrap_or_default();
    let effect = effect.or(old.map(|i| i.effect));
    let part = |i: usize| effect.and_then(|e| e.get(i).copied()).map(|x| format!("{x:.2}")).unwrap_or_default();
    let quality = old.map_or(quality, |o| if effect == Some(o.effect) { o.quality } else { quality });
    let qualities: Vec<Choice> = [Quality::Measured, Quality::Modelled, Quality::Guess]
        .map(|q| (q.word().to_owned(), q.word().to_owned()))
        .to_vec();
    app.open_form(
        Form::new(FormId::Impact(hypothesis.to_owned()), title, "size")
            .line("exposed", "Exposed, %", "Share of the population that meets it", &exposed)
            .line(
                "fixable",
                "Fixable, %",
                "Share of the effect that the lever could take away",
                &old.map(|i| percent(i.fixable)).unwrap_or_default(),
            )
            .line("low", "Effect, low", "KPI points on the exposed (percent points for a rate)", &part(0))
            .line("likely", "Effect, likely", "", &part(1))
            .line("high", "Effect, high", "", &part(2))
            .choice("quality", "Known by", "", qualities, Some(quality.word()))
            .line(
                "cost",
                "Cost, days",
                "Days of work until it runs",
                &old.map(|i| i.cost_days.to_string()).unwrap_or_default(),
            ),
    );
}

pub(super) fn submit_impact(app: &mut App, form: &Form, hypothesis: &str) -> Result<Vec<Effect>, String> {
    let need = |key: &str, label: &str| form.number(key)?.ok_or_else(|| format!("{label} is missing."));
    let (exposed, fixable) = (need("exposed", "Exposed")? / 100.0, need("fixable", "Fixable")? / 100.0);
    let likely = need("likely", "The likely effect")?;
    let low = form.number("low")?.unwrap_or(likely);
    let high = form.number("high")?.unwrap_or(likely);
    let cost_days = need("cost", "The cost")?;
    let quality = match form.text("quality").as_str() {
        "measured" => Quality::Measured,
        "modelled" => Quality::Modelled,
        _ => Quality::Guess,
    };
    app.record(Intent::record(Act::Impact {
        hypothesis: hypothesis.to_owned(),
        exposed,
        fixable,
        effect_points: [low, likely, high],
        quality,
        cost_days,
    }))
    .map_err(|r| words(&r))
}

/// The decision.
pub fn open_decide(app: &mut App, hypothesis: &str) {
    let Some(doc) = &app.doc else { return };
    let state = &doc.session.state;
    let board = &doc.board;
    let not_green: Vec<&str> = board.gates.not_green().map(|g| g.asks).collect();
    let mut form =
        Form::new(FormId::Decide(hypothesis.to_owned()), format!("Decide: {}", doc.row_title(hypothesis)), "decide");
    if not_green.is_empty() {
        form = form.info("All gates are green.");
    } else {
        form = form
            .info(format!("Not met: {} You can decide all the same; it is stamped on the brief.", not_green.join(" ")));
    }
    let people: Vec<Choice> = state.people.iter().map(|(a, p)| (a.clone(), p.shown_as.clone())).collect();
    let form = form
        .area("because", "Because", "Why this one and not the next?", "")
        .area("change", "What would change our mind", "Which finding would make us drop it?", "")
        .line("review", "Look again on", "2026-12-31", "")
        .many("agreed", "Agreed by", "Space chooses", people, &[]);
    app.open_form(form);
}

pub(super) fn submit_decide(app: &mut App, form: &Form, hypothesis: &str) -> Result<Vec<Effect>, String> {
    let effects = app
        .record(Intent::record(Act::Decide {
            chosen: hypothesis.to_owned(),
            runner_up: None,
            agreed_by: form.chosen("agreed"),
            because: form.text("because"),
            would_change_our_mind: form.text("change"),
            review_on: Some(form.text("review")).filter(|r| !r.is_empty()),
            red_gates: Vec::new(),
        }))
        .map_err(|r| words(&r))?;
    app.say(Tone::Good, "Decided. 5 turns it into the brief.");
    Ok(effects)
}

/// A field of the brief.
pub fn open_brief_field(app: &mut App, key: &'static str) {
    let Some(doc) = &app.doc else { return };
    let Some(field) = brief::FIELDS.iter().find(|f| f.key == key) else { return };
    let suggested = brief::suggested(&doc.session, doc.playbook.as_deref());
    if key == "kind" {
        let value = doc.session.state.brief.get(key).or_else(|| suggested.get(key)).and_then(Value::as_str);
        let mut options: Vec<Choice> =
            KINDS.iter().map(|k| (k.key.to_owned(), format!("{}: {}", k.title, k.line))).collect();
        // What was written by hand stays one of the choices.
        if let Some(own) = value.filter(|v| !v.is_empty() && !KINDS.iter().any(|k| k.key == *v)) {
            options.push((own.to_owned(), format!("{own} (as written)")));
        }
        let value = value.map(str::to_owned);
        let form = Form::new(FormId::BriefField(key), "The kind of problem", "keep");
        app.open_form(form.choice("text", "Kind", "What the data science would be", options, value.as_deref()));
        return;
    }
    let text = doc.session.state.brief.get(key).or_else(|| suggested.get(key)).map(brief::words).unwrap_or_default();
    app.open_form(Form::new(FormId::BriefField(key), field.title, "keep").area("text", field.title, field.asks, &text));
}

pub(super) fn submit_brief_field(app: &mut App, form: &Form, key: &'static str) -> Result<Vec<Effect>, String> {
    if key == "kind" && form.text("text").is_empty() {
        return Err("Choose with the arrow keys, or leave with Esc.".into());
    }
    let mut fields = Map::new();
    fields.insert(key.to_owned(), Value::String(form.text("text")));
    app.record(Intent::record(Act::Problem { hypothesis: String::new(), fields })).map_err(|r| words(&r))
}

/// Words to remove from an answer, a clue or a note.
pub fn open_redact(app: &mut App, event: u64) {
    app.open_form(
        Form::new(FormId::Redact(event), format!("Remove the words of #{event}"), "remove")
            .info("The words go from the file wherever they stand, with the clues worded from them; a copy in git history stays there.")
            .line("why", "Why", "Stays in the file", "")
            .area("instead", "Keep instead", "Optional: the sense without the words", ""),
    );
}

pub(super) fn submit_redact(app: &mut App, form: &Form, event: u64) -> Result<Vec<Effect>, String> {
    const FIELD: &str = "text";
    let Some(doc) = &app.doc else { return Err("No session is open.".into()) };
    let Some(target) = doc.session.events.iter().find(|e| e.n == event) else {
        return Err(format!("There is no event {event}."));
    };
    let (reference, act) = (target.reference(), target.act.clone());
    let (why, keep) = (form.text("why"), Some(form.text("instead")).filter(|t| !t.is_empty()));
    let n = doc.session.next_n();
    let instead = keep.clone().unwrap_or_else(|| format!("[removed on request, see event {n}]"));
    // Whether it can be done is known before anything is recorded.
    let removal = redact::plan(&doc.session, &reference, FIELD, &instead).map_err(|r| words(&r))?;
    if [Some(&why), keep.as_ref()].into_iter().flatten().any(|t| removal.text(t) != *t) {
        return Err("This would keep the words that are to go. Say it without them.".into());
    }
    let mut effects = app
        .record(Intent::record(Act::Redact { event: reference, field: FIELD.into(), why, keep_instead: keep }))
        .map_err(|r| words(&r))?;
    forget_in_drafts(app, &removal, &act);
    effects.push(Effect::Scrub(Box::new(removal)));
    Ok(effects)
}

/// What was typed and not recorded may hold the same words.
fn forget_in_drafts(app: &mut App, removal: &Removal, act: &Act) {
    for text in app.drafts.values_mut().flat_map(|d| d.values_mut()) {
        *text = removal.text(text);
    }
    if let Act::Answer { question, said_by, .. } = act {
        app.views.ask.drafts.remove(&(said_by.clone(), question.clone()));
    }
    for draft in app.views.ask.drafts.values_mut() {
        draft.reword(|text| removal.text(text));
    }
}
