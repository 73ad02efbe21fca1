//! Tables: opening, rows, analyses, fingerprints, all as jobs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Map, Value};

use super::Workbench;
use crate::analysis;
use crate::app::read_options;
use crate::app::screens::explore::cells::Told;
use crate::app::screens::explore::pages::reading::Seen;
use crate::app::screens::explore::sql::{Answered, RESULT};
use crate::app::screens::explore::table::sees;
use crate::app::{CANCELLED, Msg, Screen, Tone};
use crate::cli::load::resolve;
use crate::domain::event::TableFacts;
use crate::engine::{
    self, Answer, ByName, Engine, EngineError, FileAt, Fingerprint, Preview, QueryError, ReadOptions, Source, Ticket,
};
use crate::query::{Analysis, Findings, Page, Schema, View, sql_tables, sql_words};

/// Slot of the job that makes the demonstration.
pub(super) const DEMO: &str = "demo";

/// Slot of the query of the SQL pane.
const QUERY: &str = "query";
/// What a query may call the table of the KPI, whatever its name is.
const DATA: &str = "data";
/// Of a larger result the first rows are shown, so that memory stays bounded: two million rows of ten columns.
const MOST_CELLS: usize = 20_000_000;

/// Slot of the first rows of a file under other options.
const PREVIEW: &str = "preview";

/// Rows that are shown while the rest of a large table is read.
const HEAD_ROWS: usize = 2000;

/// What a job gives.
pub(super) enum Done {
    /// A table.
    Opened { data: String, result: Result<Arc<dyn Engine>, EngineError> },
    /// The first rows of a file as they would be read.
    Previewed {
        data: String,
        file: usize,
        found: Option<Box<FileAt>>,
        options: Box<ReadOptions>,
        result: Result<Option<Preview>, EngineError>,
    },
    /// The first rows of a table that takes long to open.
    Head { data: String, found: Option<Arc<dyn Engine>> },
    /// A table seen through a view.
    Viewed { data: String, view: Box<View>, result: Result<Arc<dyn Engine>, EngineError> },
    /// Rows.
    Rows { data: String, result: Result<Page, EngineError> },
    /// An analysis.
    Found { slot: String, result: Box<Result<Findings, EngineError>>, seconds: f64 },
    /// A query's result.
    Queried { query: String, result: Result<Answer, QueryError>, seconds: f64 },
    /// A fingerprint.
    Fingerprint { data: String, result: Result<(Fingerprint, Schema), EngineError> },
    /// About cells of a table.
    Cells(Told),
    /// Text for the clipboard, and words about it.
    Copy { text: String, words: String },
    /// The demonstration's session, ready to be opened.
    Demo(Result<PathBuf, String>),
}

impl Workbench {
    pub(super) fn job(&mut self, slot: String, label: String, work: impl FnOnce(&Ticket) -> Done + Send + 'static) {
        if let Some(jobs) = &self.jobs {
            self.started.insert(slot.clone(), Instant::now());
            jobs.spawn(slot, label, work);
        }
    }

    pub(super) fn open_data(&mut self, data: String, path: &str, options: ReadOptions) {
        let base = self.app.doc.as_ref().map(|d| d.path.clone()).unwrap_or_default();
        let source = Source { path: resolve(&base, path), options };
        let (name, first) = (data.clone(), source.clone());
        self.job(format!("head:{data}"), format!("first rows of {data}"), move |ticket| {
            // Whatever is wrong with the file is said by the job that opens it.
            Done::Head { data: name, found: engine::head(&first, ticket).ok().flatten() }
        });
        // A table of that name stays open until the new one is there.
        self.job(format!("open:{data}"), format!("opening {data}"), move |ticket| {
            let result = engine::open(&source, ticket);
            Done::Opened { data, result }
        });
    }

    /// Makes a table by a query over files of the session.
    pub(super) fn make_data(&mut self, data: String, sql: String, options: ReadOptions) {
        let Some(doc) = &self.app.doc else { return };
        let read = sql_tables(&sql_words(&sql));
        let tables = &doc.replay.as_ref().map_or(&doc.session, |r| &r.full).state.tables;
        let sources: Vec<(String, Source)> = tables
            .iter()
            .filter(|t| t.sql.is_none() && read.iter().any(|(name, _)| *name == t.data))
            .map(|t| {
                let source = Source { path: resolve(&doc.path, &t.path), options: read_options(&t.options) };
                (t.data.clone(), source)
            })
            .collect();
        self.job(format!("open:{data}"), format!("making {data}"), move |ticket| {
            let result = engine::open_joined(&sources, &ByName::default(), &sql, &options, ticket);
            Done::Opened { data, result }
        });
    }

    /// Reads the first rows of one of the files behind a path; those asked for last are told.
    pub(super) fn preview(&mut self, data: String, path: &str, file: usize, options: ReadOptions) {
        let base = self.app.doc.as_ref().map(|d| d.path.clone()).unwrap_or_default();
        let path = resolve(&base, path);
        self.job(PREVIEW.into(), format!("first rows of {data}"), move |ticket| {
            let (found, result) = match engine::file_at(&path, file) {
                Ok(found) => {
                    let source = Source { path: found.path.clone(), options: options.clone() };
                    (Some(Box::new(found)), engine::preview(&source, ticket))
                }
                Err(e) => (None, Err(e)),
            };
            Done::Previewed { data, file, found, options: Box::new(options), result }
        });
    }

    /// The table as it is looked at: through its view where there is one.
    pub(super) fn shown(&self, data: &str) -> Option<Arc<dyn Engine>> {
        self.views.get(data).or_else(|| self.tables.get(data)).cloned()
    }

    /// Looks at a table through another view. The one before stays until it is there.
    pub(super) fn view(&mut self, data: String, view: View) {
        let Some(engine) = self.tables.get(&data).cloned() else { return };
        let label = match (view.sort.first(), view.filter.is_empty()) {
            (Some(key), _) => format!("sorting by {}", key.column),
            (None, false) => "filtering".to_owned(),
            (None, true) => format!("view of {data}"),
        };
        self.job(format!("view:{data}"), label, move |ticket| {
            let result = engine.view(&view, ticket);
            Done::Viewed { data, view: Box::new(view), result }
        });
    }

    pub(super) fn rows(&mut self, data: String, start: u64, len: usize, columns: Option<Vec<usize>>) {
        let Some(engine) = self.shown(&data) else { return };
        self.job(format!("rows:{data}"), format!("rows of {data}"), move |_| {
            let result = match columns {
                None => engine.page(start, len),
                Some(columns) => engine.page_of(start, len, &columns),
            };
            Done::Rows { data, result }
        });
    }

    pub(super) fn analyse(&mut self, slot: String, label: String, data: &str, analysis: Analysis) {
        // What is recorded is measured on the table as it is; a view is nobody's but the one who looks.
        let engine = if sees(&slot) { self.shown(data) } else { self.tables.get(data).cloned() };
        let Some(engine) = engine else {
            let why = format!("The table {data} is not open.");
            self.tell(Msg::Found { slot, result: Box::new(Err(why)), seconds: 0.0 });
            return;
        };
        // A check may hold other tables against the one that it is run on.
        let tables: Vec<_> = match &analysis {
            Analysis::Check { request, .. } if request.op.reads_further_tables() => {
                self.tables.iter().filter(|(name, _)| *name != RESULT).map(|(n, t)| (n.clone(), t.clone())).collect()
            }
            _ => Vec::new(),
        };
        self.job(slot.clone(), label, move |ticket| {
            let begun = Instant::now();
            let result = Box::new(analysis::run_among(engine.as_ref(), &tables, &analysis, ticket));
            Done::Found { slot, result, seconds: begun.elapsed().as_secs_f64() }
        });
    }

    /// Runs a query over tables as they are.
    pub(super) fn query(&mut self, query: String, tables: &[String], main: Option<&str>) {
        let mut known: Vec<(String, Arc<dyn Engine>)> =
            tables.iter().filter_map(|name| Some((name.clone(), self.tables.get(name)?.clone()))).collect();
        let main = main.and_then(|name| self.tables.get(name).cloned());
        if let Some(main) = main.filter(|_| known.iter().all(|(name, _)| name != DATA)) {
            known.push((DATA.to_owned(), main));
        }
        self.job(QUERY.into(), "query".into(), move |ticket| {
            let begun = Instant::now();
            let result = engine::ask(&known, &query, Some(MOST_CELLS), ticket);
            Done::Queried { query, result, seconds: begun.elapsed().as_secs_f64() }
        });
    }

    fn queried(&mut self, query: String, result: Result<Answer, QueryError>, seconds: f64) {
        let result = result
            .map(|answer| {
                let engine = answer.engine;
                let told = Answered {
                    schema: engine.schema().clone(),
                    rows: engine.row_count(),
                    reading: engine.reading().clone(),
                    more: answer.more,
                };
                self.tables.insert(RESULT.to_owned(), engine);
                self.views.remove(RESULT);
                told
            })
            .map_err(|e| match e.why {
                EngineError::Cancelled => (CANCELLED.to_owned(), None),
                why => (why.to_string(), e.place),
            });
        self.tell(Msg::Queried { query, result: Box::new(result), seconds });
    }

    pub(super) fn fingerprint(&mut self, data: String) {
        let Some(engine) = self.tables.get(&data).cloned() else { return };
        self.job(format!("fingerprint:{data}"), format!("fingerprint of {data}"), move |ticket| {
            let result = engine.fingerprint(ticket).map(|f| (f, engine.schema().clone()));
            Done::Fingerprint { data, result }
        });
    }

    pub(super) fn done(&mut self, done: Done) {
        match done {
            Done::Opened { data, result } => {
                let result = match result {
                    Ok(engine) => {
                        let facts = (engine.schema().clone(), engine.row_count(), engine.reading().clone());
                        self.tables.insert(data.clone(), engine);
                        self.views.remove(&data);
                        Ok(facts)
                    }
                    Err(EngineError::Cancelled) => Err(CANCELLED.to_owned()),
                    Err(e) => Err(e.to_string()),
                };
                self.tell(Msg::DataOpened { data, result });
            }
            Done::Head { data, found } => {
                if let Some(engine) = found {
                    let page = engine.page(0, HEAD_ROWS).unwrap_or_default();
                    let reading = engine.reading().clone();
                    self.tell(Msg::DataHead { data, schema: engine.schema().clone(), page, reading });
                }
            }
            Done::Previewed { data, file, found, options, result } => {
                let result = match result {
                    Ok(found) => found.map(Seen::of).transpose().map_err(|e| e.to_string()),
                    Err(EngineError::Cancelled) => Err(CANCELLED.to_owned()),
                    Err(e) => Err(e.to_string()),
                };
                self.tell(Msg::Previewed { data, file, found, options, result: Box::new(result) });
            }
            Done::Viewed { data, view, result } => {
                let result = match result {
                    Ok(engine) => {
                        let seen = (engine.schema().clone(), engine.row_count());
                        self.views.insert(data.clone(), engine);
                        Ok(seen)
                    }
                    Err(EngineError::Cancelled) => Err(CANCELLED.to_owned()),
                    Err(e) => Err(e.to_string()),
                };
                self.tell(Msg::Viewed { data, view, result });
            }
            Done::Rows { data, result } => {
                self.tell(Msg::Rows { data, page: result.map_err(|e| e.to_string()) });
            }
            Done::Found { slot, result, seconds } => {
                let result = Box::new(result.map_err(|e| e.to_string()));
                self.tell(Msg::Found { slot, result, seconds });
            }
            Done::Queried { query, result, seconds } => self.queried(query, result, seconds),
            Done::Fingerprint { data, result } => {
                if let Ok((print, schema)) = result {
                    self.tell(Msg::Fingerprint { data, facts: Box::new(facts(&print, &schema)) });
                }
            }
            Done::Cells(told) => self.tell(Msg::Cells(Box::new(told))),
            Done::Copy { text, words } => {
                self.copied = words;
                self.requests.push_back(crate::term::Request::Copy(text));
            }
            // Whoever went on to something else is not torn away from it.
            Done::Demo(Ok(_)) if self.app.screen != Screen::Home || !self.app.popups.is_empty() => {
                self.say(Tone::Good, "The demonstration is ready: d on Home opens it.");
            }
            Done::Demo(Ok(path)) => self.open(&path, None),
            Done::Demo(Err(why)) => self.tell(Msg::NotOpened(why)),
        }
    }

    /// A job gave nothing: whatever waits for it is told.
    pub(super) fn failed(&mut self, slot: &str, why: String) {
        if let Some(data) = slot.strip_prefix("open:") {
            self.tell(Msg::DataOpened { data: data.to_owned(), result: Err(why) });
        } else if let Some(data) = slot.strip_prefix("view:") {
            self.tell(Msg::Viewed { data: data.to_owned(), view: Box::default(), result: Err(why) });
        } else if let Some(data) = slot.strip_prefix("rows:") {
            self.tell(Msg::Rows { data: data.to_owned(), page: Err(why) });
        } else if slot == QUERY {
            let query = self.app.views.explore.sql.running.clone().unwrap_or_default();
            self.tell(Msg::Queried { query, result: Box::new(Err((why, None))), seconds: 0.0 });
        } else if slot.starts_with("fingerprint:") || slot.starts_with("head:") || slot == PREVIEW {
            // Nobody waits for it; it is asked for again when the session is opened.
        } else if super::cells::is_slot(slot) {
            self.cells_failed(slot, why);
        } else if slot == DEMO {
            self.tell(Msg::NotOpened(format!("The demonstration was not opened. {why}")));
        } else {
            self.tell(Msg::Found { slot: slot.to_owned(), result: Box::new(Err(why)), seconds: 0.0 });
        }
    }
}

/// A fingerprint as it is recorded.
pub(in crate::cli) fn facts(print: &Fingerprint, schema: &Schema) -> TableFacts {
    let columns: Map<String, Value> =
        schema.columns.iter().map(|c| (c.name.clone(), Value::String(c.dtype.word().to_owned()))).collect();
    let nulls: Map<String, Value> = print.nulls.iter().map(|(c, n)| (c.clone(), Value::from(*n))).collect();
    TableFacts {
        bytes: Some(print.bytes),
        modified: None,
        sha256_16: Some(print.sha256_16.clone()),
        rows: Some(print.rows),
        order_free_hash: Some(print.order_free_hash.clone()),
        columns: Some(columns),
        nulls: (!nulls.is_empty()).then_some(nulls),
        time_range: print.time_range.clone().map(|(a, b)| vec![a, b]),
    }
}
