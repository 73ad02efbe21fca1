//! A small table on disk and an application over it, whose effects are carried out by the real engine.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use tempfile::NamedTempFile;

use crate::app::form::Form;
use crate::app::key::{Input, Key};
use crate::app::screens::ask::fixture;
use crate::app::screens::explore::cells::{Ask, Told};
use crate::app::screens::explore::pages::reading::Seen;
use crate::app::screens::explore::sql::{Answered, RESULT};
use crate::app::screens::explore::table::sees as explore_slot;
use crate::app::{App, Effect, Msg, Popup, Screen, update};
use crate::domain::event::{Act, TableFacts};
use crate::engine::{ByName, Engine, Source, Ticket, open, open_joined};
use crate::query::{Better, Findings};

/// Rows of the table.
pub(crate) const ROWS: usize = 400;

/// What the table holds besides the columns that every test needs.
#[derive(Clone, Copy, Default)]
pub(crate) struct With {
    /// A column of days, for a trend.
    pub day: bool,
    /// One cell of a megabyte.
    pub huge: bool,
}

/// The table as text. Known answers: 200 of 400 are month-to-month and 120 of them leave; of the other 200, 40 do.
/// `term` says the same as `Contract` in two words; `coin` and `tenure` have nothing to do with it.
pub(crate) fn csv(with: With) -> String {
    let mut out = String::from("customer_id,Contract,term,coin,tenure,charges,地區,note,Churn");
    out.push_str(if with.day { ",day\n" } else { "\n" });
    let mut seen = [0_usize; 3];
    for i in 0..ROWS {
        let (kind, contract, term) = match i % 4 {
            0 | 1 => (0, "Month-to-month", "free"),
            2 => (1, "One year", "bound"),
            _ => (2, "Two year", "bound"),
        };
        let k = seen[kind];
        seen[kind] += 1;
        // Of 20 in a row exactly 12, 5 and 3 leave.
        let leaves = if k * 7 % 20 < [12, 5, 3][kind] { "Yes" } else { "No" };
        let coin = if (i / 4) % 2 == 0 { "heads" } else { "tails" };
        let tenure = (i / 4 * 7) % 60 + 1;
        let charges = if i % 40 == 7 { String::new() } else { format!("{:.2}", 20.0 + (i * 37 % 900) as f64 / 10.0) };
        let place = ["北京", "上海", "廣州"][i / 4 % 3];
        let note = match i {
            0 => "\u{1b}[31mred\u{1b}[0m \u{202e}back".to_owned(),
            1 if with.huge => "長x".repeat(262_144),
            2 => "\"two\nlines\tand a tab\"".to_owned(),
            _ if i % 3 == 0 => "👩‍👩‍👧 家族".to_owned(),
            _ => String::new(),
        };
        write!(out, "C{i:04},{contract},{term},{coin},{tenure},{charges},{place},{note},{leaves}").unwrap();
        if with.day {
            // Of those who leave, some do a month later than the rest: the level grows over the months.
            let month = (i / 80 + usize::from(leaves == "Yes" && i % 3 == 0)).min(4) + 1;
            write!(out, ",2026-{month:02}-{:02}", i % 28 + 1).unwrap();
        }
        out.push('\n');
    }
    out
}

/// An application with the table, and what carries out its effects.
pub(crate) struct Bench {
    /// The application.
    pub app: App,
    /// Slots of the analyses that were run, in their order.
    pub ran: Vec<String>,
    /// What is not for the data: quit, cancel, copy …
    pub other: Vec<Effect>,
    /// Analyses wait in `held` until they are released.
    pub hold: bool,
    /// Analyses that were asked for meanwhile.
    pub held: Vec<Effect>,
    /// The table as it is.
    base: Option<Arc<dyn Engine>>,
    /// The table as it is seen.
    engine: Option<Arc<dyn Engine>>,
    /// Further tables of the session, as they are.
    others: std::collections::BTreeMap<String, Arc<dyn Engine>>,
    /// The result of the last query, as it is and as it is seen.
    result: Option<(Arc<dyn Engine>, Arc<dyn Engine>)>,
    /// Cells of a result that are kept.
    pub most_cells: usize,
    file: NamedTempFile,
}

impl Bench {
    /// The churn playbook over the table on stage 3, with the KPI bound and two hypotheses on the board.
    pub fn new() -> Self {
        Self::with(With::default())
    }

    /// The same with more in the table.
    pub fn with(with: With) -> Self {
        let mut bench = Self::unbound(with);
        bench.record(Act::Kpi {
            data: "users".into(),
            kpi: "rate(Churn = 'Yes')".parse().unwrap(),
            better: Better::Lower,
            independent_unit: None,
            level: None,
        });
        for (from, title) in [
            ("h_contract", "Those who are free to leave each month do"),
            ("h_onboarding", "New customers never get going"),
        ] {
            bench.record(hypothesis(from, title));
        }
        bench.press("3");
        bench
    }

    /// The table is attached; no KPI is bound.
    pub fn unbound(with: With) -> Self {
        Self::over(&csv(with))
    }

    /// The same over a text of one's own.
    pub fn over(text: &str) -> Self {
        let mut file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.flush().unwrap();
        let mut bench = Self {
            app: fixture::app(),
            ran: Vec::new(),
            other: Vec::new(),
            hold: false,
            held: Vec::new(),
            base: None,
            engine: None,
            others: Default::default(),
            result: None,
            most_cells: 1_000_000,
            file,
        };
        bench.app.screen = Screen::Problem;
        bench.press("a");
        bench.paste(&bench.file.path().display().to_string());
        bench.press("Tab");
        bench.typed("users");
        bench.press("Ctrl-S");
        assert!(bench.app.main_info().is_some_and(|i| !i.opening && i.failed.is_none()), "{:?}", bench.app.messages);
        bench.press("3");
        bench
    }

    /// Records a fact as if it had been entered elsewhere.
    pub fn record(&mut self, act: Act) {
        fixture::record(&mut self.app, act);
    }

    /// Presses keys, written as help writes them; gives what they recorded.
    pub fn press(&mut self, keys: &str) -> Vec<Act> {
        keys.split_whitespace().flat_map(|k| self.input(Input::Key(k.parse().unwrap()))).collect()
    }

    /// Types text.
    pub fn typed(&mut self, text: &str) -> Vec<Act> {
        text.chars().flat_map(|c| self.input(Input::Key(Key::char(c)))).collect()
    }

    /// Pastes text.
    pub fn paste(&mut self, text: &str) -> Vec<Act> {
        self.input(Input::Paste(text.to_owned()))
    }

    /// Answers what was held, in its order; gives what was recorded.
    pub fn release(&mut self) -> Vec<Act> {
        self.hold = false;
        let held = std::mem::take(&mut self.held);
        self.carry(held)
    }

    /// The form that has the keys.
    pub fn form(&self) -> &Form {
        match self.app.popups.last() {
            Some(Popup::Form(form)) => form,
            other => panic!("no form has the keys: {other:?}, {:?}", self.app.message),
        }
    }

    /// The last line for the user.
    pub fn said(&self) -> &str {
        self.app.message.as_ref().map_or("", |m| m.text.as_str())
    }

    /// Goes to a column of the columns pane by its name.
    pub fn select(&mut self, column: &str) {
        while self.app.views.explore.pane != super::Pane::Columns {
            self.press("Tab");
        }
        let at = super::ordered_columns(&self.app).iter().position(|c| c.name == column).unwrap();
        self.press("g");
        for _ in 0..at {
            self.press("j");
        }
        assert_eq!(super::selected_column(&self.app).unwrap().name, column);
    }

    /// Goes to a check by its id, on the checks pane.
    pub fn select_check(&mut self, id: &str) {
        while self.app.views.explore.pane != super::Pane::Checks {
            self.press("Tab");
        }
        let at = super::current_checks(&self.app).iter().position(|c| c.id == id).unwrap();
        self.press("g");
        for _ in 0..at {
            self.press("j");
        }
    }

    /// Takes a message as if it came from outside.
    pub fn tell(&mut self, msg: Msg) -> Vec<Act> {
        let effects = update(&mut self.app, msg);
        self.carry(effects)
    }

    /// Carries out effects of the application; gives what was recorded.
    pub fn follow(&mut self, effects: Vec<Effect>) -> Vec<Act> {
        self.carry(effects)
    }

    fn input(&mut self, input: Input) -> Vec<Act> {
        fixture::stamp(&mut self.app);
        let effects = update(&mut self.app, Msg::Input(input));
        self.carry(effects)
    }

    /// Carries out effects and what follows from them, one after another; gives what was recorded.
    fn carry(&mut self, effects: Vec<Effect>) -> Vec<Act> {
        let mut acts = Vec::new();
        let mut queue = VecDeque::from(effects);
        while let Some(effect) = queue.pop_front() {
            let Some(msg) = self.answer(effect, &mut acts) else { continue };
            fixture::stamp(&mut self.app);
            queue.extend(update(&mut self.app, msg));
        }
        acts
    }

    fn answer(&mut self, effect: Effect, acts: &mut Vec<Act>) -> Option<Msg> {
        match effect {
            Effect::Append(events) => {
                acts.extend(events.into_iter().map(|e| e.act));
                None
            }
            Effect::OpenData { data, path, sql, options } => {
                let ticket = Ticket::default();
                let opened = match sql {
                    None => open(&Source { path: path.into(), options }, &ticket),
                    Some(sql) => {
                        let path = self.file.path().to_owned();
                        let source = Source { path, options: options.clone() };
                        open_joined(&[("users".to_owned(), source)], &ByName::default(), &sql, &options, &ticket)
                    }
                };
                let result = opened.map_err(|e| e.to_string()).map(|engine| {
                    let out = (engine.schema().clone(), engine.row_count(), engine.reading().clone());
                    if self.base.is_some() && data != "users" {
                        self.others.insert(data.clone(), engine);
                    } else {
                        self.base = Some(Arc::clone(&engine));
                        self.engine = Some(engine);
                    }
                    out
                });
                Some(Msg::DataOpened { data, result })
            }
            Effect::Preview { data, path, file, options } => {
                let found = crate::engine::file_at(path.as_ref(), file);
                let seen = found.clone().and_then(|found| {
                    let source = Source { path: found.path, options: options.clone() };
                    crate::engine::preview(&source, &Ticket::default())?.map(Seen::of).transpose()
                });
                let result = Box::new(seen.map_err(|e| e.to_string()));
                Some(Msg::Previewed { data, file, found: found.ok().map(Box::new), options: Box::new(options), result })
            }
            Effect::Fingerprint(data) => {
                let print = self.others.get(&data).or(self.engine.as_ref())?.fingerprint(&Ticket::default()).unwrap();
                let facts = TableFacts { sha256_16: Some(print.sha256_16), ..TableFacts::default() };
                Some(Msg::Fingerprint { data, facts: Box::new(facts) })
            }
            Effect::Rows { data, start, len, columns } => {
                let other = self.others.get(&data).or(self.engine.as_ref());
                let engine = if data == RESULT { &self.result.as_ref()?.1 } else { other? };
                let page = match columns {
                    None => engine.page(start, len),
                    Some(columns) => engine.page_of(start, len, &columns),
                };
                let page = page.map_err(|e| e.to_string());
                Some(Msg::Rows { data, page })
            }
            Effect::Query { query, tables, .. } => {
                let base = self.base.clone()?;
                let of = |name: &String| Arc::clone(self.others.get(name).unwrap_or(&base));
                let known: Vec<_> = tables.into_iter().map(|name| (name.clone(), of(&name))).collect();
                let result = crate::engine::ask(&known, &query, Some(self.most_cells), &Ticket::default());
                let result = result
                    .map(|answer| {
                        let engine = answer.engine;
                        let told = Answered {
                            schema: engine.schema().clone(),
                            rows: engine.row_count(),
                            reading: engine.reading().clone(),
                            more: answer.more,
                        };
                        self.result = Some((Arc::clone(&engine), engine));
                        told
                    })
                    .map_err(|e| (e.why.to_string(), e.place));
                Some(Msg::Queried { query, result: Box::new(result), seconds: 0.25 })
            }
            Effect::Cells { data, ask } => {
                let engine = if data == RESULT { self.result.clone()?.1 } else { self.engine.clone()? };
                let (ticket, long) = (Ticket::default(), std::time::Duration::from_secs(600));
                let words = |e: crate::engine::EngineError| e.to_string();
                let told = match *ask {
                    Ask::Find { find, from, direction } => {
                        let found = engine.find(&find, &from, direction, &ticket).map_err(words);
                        Told::Found(Box::new(find), found)
                    }
                    Ask::Count { find, from } => {
                        let counted = engine.count_found(&find, from, long, &ticket).map_err(words);
                        Told::Counted(Box::new(find), counted)
                    }
                    Ask::Row(row) => Told::Row(row, engine.row(row).map_err(words)),
                    ask @ (Ask::Copy(_) | Ask::Export(_)) => {
                        self.other.push(Effect::Cells { data, ask: Box::new(ask) });
                        return None;
                    }
                };
                Some(Msg::Cells(Box::new(told)))
            }
            held @ (Effect::Run { .. } | Effect::View { .. }) if self.hold => {
                self.held.push(held);
                None
            }
            Effect::View { data, view } => {
                let base = if data == RESULT { &self.result.as_ref()?.0 } else { self.base.as_ref()? };
                let seen = Arc::clone(base).view(&view, &Ticket::default());
                let result = seen.map_err(|e| e.to_string()).map(|engine| {
                    let out = (engine.schema().clone(), engine.row_count());
                    match &mut self.result {
                        Some((_, seen)) if data == RESULT => *seen = engine,
                        _ => self.engine = Some(engine),
                    }
                    out
                });
                Some(Msg::Viewed { data, view, result })
            }
            Effect::Run { slot, analysis, data, .. } => {
                let engine = if explore_slot(&slot) { &self.engine } else { &self.base };
                let engine = self.others.get(&data).or(engine.as_ref())?;
                let found = crate::analysis::run(engine.as_ref(), &analysis, &Ticket::default());
                let result: Result<Findings, String> = found.map_err(|e| e.to_string());
                self.ran.push(slot.clone());
                Some(Msg::Found { slot, result: Box::new(result), seconds: 0.25 })
            }
            other => {
                self.other.push(other);
                None
            }
        }
    }
}

/// A hypothesis of the playbook, taken onto the board.
pub(crate) fn hypothesis(from: &str, title: &str) -> Act {
    Act::Hypothesis {
        hypothesis: from.to_owned(),
        from: Some(from.to_owned()),
        from_question: None,
        proposal: None,
        row: None,
        category: String::new(),
        title: title.to_owned(),
        claim: String::new(),
        wrong_if: String::new(),
        prior: crate::domain::words::Prior::Possible,
        lever: String::new(),
    }
}
