//! The child session: every event of the first one, then what the new data says.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::Tables;
use super::again::Found;
use super::verdict::{Became, Verdict};
use crate::app::read_options;
use crate::app::screens::checks;
use crate::cli::board::{Looked, title};
use crate::cli::exit::{Failure, Streams};
use crate::cli::load::{now, read_session};
use crate::cli::progress;
use crate::cli::visible::visible;
use crate::cli::workbench::facts;
use crate::domain::decide::{Intent, Stamp, decide, origin_of, suggest_ratings};
use crate::domain::event::{Act, ClueSource, Event, Ratings, TableFacts};
use crate::domain::playbook::Playbook;
use crate::domain::session::{ClueRecord, Session};
use crate::engine::EngineError;
use crate::journal::Journal;

/// The child as it stands at its end.
pub struct Made {
    pub session: Session,
}

/// Where it goes; a file that exists is left alone.
pub fn path(session: &Path, out: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(out) = out {
        if out.exists() {
            return Err(Failure::usage(format!(
                "{} exists already and was left alone. Choose another name.",
                visible(&out.display().to_string())
            )));
        }
        return Ok(out.to_owned());
    }
    let stem = session.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let named = |k: u32| {
        session.with_file_name(if k == 1 { format!("{stem}.rerun.yaml") } else { format!("{stem}.rerun-{k}.yaml") })
    };
    (1..1000).map(named).find(|p| !p.exists()).ok_or_else(|| {
        Failure::usage(format!("There are a thousand reruns of {stem} already. Name the next one with --out."))
    })
}

/// Records what was found, one fact after another.
struct Recorder<'a> {
    session: Session,
    playbook: Option<&'a Playbook>,
    at: String,
    events: Vec<Event>,
}

impl Recorder<'_> {
    fn record(&mut self, act: Act) -> Result<(), Failure> {
        let stamp = Stamp { at: self.at.clone(), by: "p1".into(), seed: crate::cli::workbench::random() };
        let events = decide(&self.session, self.playbook, Intent::record(act), &stamp).map_err(|refusal| {
            Failure::usage(format!("The child session can't be made. {}", visible(&refusal.to_string())))
        })?;
        for event in &events {
            self.session.apply(event.clone());
        }
        self.events.extend(events);
        Ok(())
    }
}

/// Makes and writes it.
///
/// # Errors
/// Exit 3 when it can't be written.
pub fn make(
    parent: &Path,
    to: &Path,
    looked: &Looked,
    tables: &Tables,
    became: &[Became],
    streams: &Streams<'_>,
) -> Result<Made, Failure> {
    let (_, opened) = read_session(parent).map_err(|e| Failure::input(visible(&e.to_string())))?;
    let mut recorder = Recorder {
        session: looked.session.clone(),
        playbook: looked.playbook.as_deref(),
        at: now(),
        events: Vec::new(),
    };
    for (name, table) in tables.iter().filter(|(_, t)| t.attach) {
        let old = recorder.session.state.tables.iter().find(|t| t.data == *name).cloned().unwrap_or_default();
        recorder.record(Act::AttachData {
            data: name.clone(),
            path: table.path.clone(),
            sql: None,
            facts: TableFacts::default(),
        })?;
        let same_kind = Path::new(&old.path).extension() == Path::new(&table.path).extension();
        if same_kind && !old.options.is_empty() && read_options(&old.options) != crate::engine::ReadOptions::default() {
            recorder.record(Act::ReadOptions { data: name.clone(), options: old.options })?;
        }
        let engine = &table.engine;
        let label = format!("fingerprint of {name}");
        let print = progress::run(&label, streams.err_is_terminal, |ticket| engine.fingerprint(ticket));
        match print {
            Ok(print) => {
                recorder.record(Act::Fingerprint { data: name.clone(), facts: facts(&print, engine.schema()) })?
            }
            Err(EngineError::Cancelled) => return Err(EngineError::Cancelled.into()),
            Err(e) => return Err(e.into()),
        }
    }
    for one in became {
        again(&mut recorder, one)?;
    }
    recorder.record(Act::Rerun { fields: summary(looked, tables, became) })?;
    write(to, looked, parent, &opened, &recorder.events)?;
    Ok(Made { session: recorder.session })
}

/// Records a result; where the answer is another one, the clue that rests on the old one is taken back and a new one says
/// what is found now, rated as the playbook or the forecast predicts of this answer.
fn again(recorder: &mut Recorder<'_>, one: &Became) -> Result<(), Failure> {
    let old = recorder.session.state.latest_check(&one.pending.id).cloned();
    let resting: Vec<ClueRecord> = match &old {
        Some(old) => recorder.session.state.clues.iter().filter(|c| c.source == old.reference).cloned().collect(),
        None => Vec::new(),
    };
    match &one.found {
        None => return Ok(()),
        Some(Found::Check(result)) => {
            let forecast = recorder.session.state.forecasts.contains_key(&one.pending.id);
            recorder.record(checks::act_in_full(&one.pending, result, forecast))?;
        }
        Some(Found::Look { result, .. }) => {
            let Some(old) = old else { return Ok(()) };
            recorder.record(Act::Check {
                check: old.check.clone(),
                data: old.data.clone(),
                predicted: false,
                title: old.title.clone(),
                params: old.params.clone(),
                result: result.clone(),
                outcome: old.outcome,
                took_seconds: None,
            })?;
        }
    }
    let other_answer = one.now.as_ref().is_some_and(|now| now.outcome != one.was.outcome);
    if one.verdict != Verdict::Flipped && !other_answer {
        return Ok(());
    }
    for clue in resting {
        let why = format!("On the new data the answer is another one: {}.", one.verdict.word());
        recorder.record(Act::Retract { clue: clue.id.clone(), why })?;
        let Some(Found::Check(result)) = &one.found else { continue };
        let Some(run) = recorder.session.state.latest_check(&one.pending.id) else { continue };
        let ratings: Ratings = suggest_ratings(&recorder.session, recorder.playbook, &one.pending.id, result);
        let (event, origin) = (run.reference.clone(), origin_of(run));
        recorder.record(Act::Clue {
            clue: String::new(),
            text: result.says.clone(),
            origin,
            grade: clue.grade,
            family: clue.family.clone(),
            source: ClueSource { event },
            proposal: None,
            repeat_of: None,
            ratings,
            reason: Some("Rated as predicted of this answer, by a rerun.".to_owned()),
        })?;
    }
    Ok(())
}

fn summary(looked: &Looked, tables: &Tables, became: &[Became]) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("of".into(), json!(looked.session.header.id));
    let data: Map<String, Value> =
        tables.iter().filter(|(_, t)| t.replaced).map(|(name, t)| (name.clone(), json!(t.path))).collect();
    if !data.is_empty() {
        fields.insert("data".into(), data.into());
    }
    let checks: Map<String, Value> = became.iter().map(|b| (b.pending.id.clone(), json!(b.verdict))).collect();
    fields.insert("checks".into(), checks.into());
    fields
}

fn write(
    to: &Path,
    looked: &Looked,
    parent: &Path,
    opened: &crate::journal::Opened,
    events: &[Event],
) -> Result<(), Failure> {
    let created = now();
    let mut header = opened.header.clone();
    if let Some(map) = header.as_object_mut() {
        let stem = to.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        map.insert("id".into(), json!(format!("{}-{stem}", created.get(..10).unwrap_or_default())));
        map.insert("title".into(), json!(format!("{}, run again", title(&looked.session, parent))));
        map.insert("created".into(), json!(created));
        map.insert("parent".into(), json!({"id": looked.session.header.id, "events": looked.all}));
    }
    let failed = |e: crate::journal::JournalError| Failure::input(visible(&e.to_string()));
    let mut journal = Journal::create(to, &header).map_err(failed)?;
    let mut values: Vec<Value> = opened.events.iter().map(|e| e.value.clone()).collect();
    values.extend(events.iter().map(Event::to_value));
    let written = journal.append(&values).map(drop).map_err(failed);
    if written.is_err() {
        // Nothing is left of a child that is not whole.
        let _ = std::fs::remove_file(to);
    }
    written
}
