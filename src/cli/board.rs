//! `whyboard board S.yaml [--at N] [--format table|json] [--derived]`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::{Map, Value, json};

use super::data_args::OutputArgs;
use super::exit::{Failure, Outcome, Streams, written};
use super::load::read_session;
use super::output::{Column, Field, Format, Sheet, json_number, write};
use super::save::{Kind, save};
use super::visible::visible;
use crate::analysis::format;
use crate::domain::board::{BoardView, NextKind, derived, discount_words, in_ten, in_ten_short, odds};
use crate::domain::playbook::Playbook;
use crate::domain::scoreboard::{GateState, Without};
use crate::domain::session::Session;
use crate::yaml::emit;

/// Arguments of `board`.
#[derive(Debug, Clone, Args)]
pub struct BoardArgs {
    /// The session
    #[arg(value_name = "S.yaml")]
    pub path: PathBuf,
    /// The board as it stood after this many events
    #[arg(long, value_name = "N")]
    pub at: Option<usize>,
    /// Also write S.derived.yaml beside the session: board, belief, gates, forecasts
    #[arg(long, conflicts_with = "at")]
    pub derived: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: OutputArgs,
}

/// A session for looking at, cut after `at` events.
pub(super) struct Looked {
    /// The fold up to there.
    pub session: Session,
    /// Its playbook.
    pub playbook: Option<Arc<Playbook>>,
    /// Events in the file.
    pub all: usize,
}

/// Reads a session without its lock; what was noticed goes to `streams.err`.
///
/// # Errors
/// Exit 3 when it can't be read, 2 when it has fewer than `at` events.
pub(super) fn session_at(path: &Path, at: Option<usize>, streams: &mut Streams<'_>) -> Result<Looked, Failure> {
    let (read, _) = read_session(path).map_err(|e| Failure::input(visible(&e.to_string())))?;
    for (line, _, message) in &read.warnings {
        let place = if *line > 0 { format!("line {line}: ") } else { String::new() };
        // Whether a remark can be shown does not decide whether the work is done.
        let _ = writeln!(streams.err, "note: {place}{}", visible(message));
    }
    let all = read.session.events.len();
    let session = match at {
        Some(n) if n > all => {
            return Err(Failure::usage(format!("--at {n}: the session has only {all} events.")));
        }
        Some(n) => read.session.at(n),
        None => read.session,
    };
    Ok(Looked { session, playbook: read.playbook, all })
}

/// A session's name for a headline.
pub(super) fn title(session: &Session, path: &Path) -> String {
    if session.header.title.is_empty() {
        path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
    } else {
        session.header.title.clone()
    }
}

/// `S.derived.yaml` beside `S.yaml`.
#[must_use]
pub fn derived_path(session: &Path) -> PathBuf {
    session.with_extension("derived.yaml")
}

/// The text of `S.derived.yaml`.
#[must_use]
pub fn derived_text(session: &Session, path: &Path) -> String {
    let name = path.file_name().map(|n| n.to_string_lossy().replace(['\n', '\r'], " ")).unwrap_or_default();
    format!(
        "{} {name} by replay. Safe to delete. Never edit.\n{}",
        Kind::Derived.mark(),
        emit::document(&derived(session))
    )
}

/// Runs the command.
///
/// # Errors
/// Exit 3 when the session can't be read or a file not be written, 2 for an event that is not there.
pub fn run(args: &BoardArgs, streams: &mut Streams<'_>) -> Outcome {
    let looked = session_at(&args.path, args.at, streams)?;
    let view = BoardView::of(&looked.session, looked.playbook.as_deref());
    let board = Show { session: &looked.session, view: &view };
    let result = match args.output.format {
        Format::Table => {
            let head = format!(
                "{} · after event {} of {}",
                title(&looked.session, &args.path),
                looked.session.events.len(),
                looked.all
            );
            board.text(&head, streams)
        }
        _ => write(&board.rows(Vec::new()), &board.shape(), &args.output, streams),
    };
    written(result)?;
    if args.derived {
        let to = derived_path(&args.path);
        save(&to, &derived_text(&looked.session, &args.path), Kind::Derived, false)?;
        let _ = writeln!(streams.err, "written: {}", visible(&to.display().to_string()));
    }
    Ok(super::exit::Exit::Done)
}

/// A board to show.
struct Show<'a> {
    session: &'a Session,
    view: &'a BoardView,
}

impl Show<'_> {
    /// The shape of 6-cli.md.
    fn shape(&self) -> Value {
        let (board, view) = (&self.view.board, self.view);
        let number = |x: Option<&f64>| json_number(x.copied());
        let hypotheses: Vec<Value> = view
            .listed()
            .iter()
            .map(|id| {
                json!({
                    "id": id,
                    "title": self.title(id),
                    "rank": view.rank(id).map(|r| r.rank),
                    "tied": view.rank(id).is_some_and(|r| r.tied),
                    "score_db": number(board.score.get(id)),
                    "plausibility": number(board.plausibility.get(id)),
                    "worth": number(board.worth.get(id)),
                    "reach": json_number(view.inputs.impacts.get(id).map(|i| i.reach())),
                })
            })
            .collect();
        let clues: Vec<Value> = self
            .session
            .state
            .clues
            .iter()
            .map(|c| {
                json!({
                    "id": c.id,
                    "discount": number(board.discount.get(&c.id)),
                    "text": c.text,
                    "origin": c.origin.word(),
                    "grade": format!("{:?}", c.grade),
                    "family": c.family,
                    "flat": view.flat.contains(&c.id),
                })
            })
            .collect();
        let gates: Map<String, Value> = view.gates.0.iter().map(|g| (g.key.to_owned(), json!(g.state))).collect();
        let todo: Map<String, Value> =
            view.gates.0.iter().filter(|g| !g.todo.is_empty()).map(|g| (g.key.to_owned(), json!(g.todo))).collect();
        let without = |map: &std::collections::BTreeMap<String, Without>| -> Value {
            map.iter()
                .map(|(k, w)| (k.clone(), json!({"leader": w.leader, "margin_db": w.margin_db, "flips": w.flips})))
                .collect::<Map<_, _>>()
                .into()
        };
        let next: Vec<Value> = view
            .next
            .iter()
            .map(|n| {
                json!({
                    "id": n.id,
                    "kind": match n.kind { NextKind::Check => "check", NextKind::Question => "question" },
                    "title": n.title,
                    "minutes": n.minutes,
                    "grade": format!("{:?}", n.grade),
                    "missing_roles": n.missing,
                    "bits": json_number(Some(n.value.bits)),
                    "voi_points": json_number(Some(n.value.voi_points)),
                    "voi_per_hour": json_number(Some(n.value.voi_per_hour)),
                })
            })
            .collect();
        json!({
            "leader": board.leader(),
            "runner_up": board.runner_up(),
            "margin_db": json_number(board.margin_db),
            "hypotheses": hypotheses,
            "clues": clues,
            "no_rival": view.no_rival,
            "gates": gates,
            "gates_todo": todo,
            "without_clue": without(&view.without_clue),
            "without_source": without(&view.without_source),
            "without_person": without(&view.without_person),
            "next": next,
        })
    }

    fn title(&self, id: &str) -> String {
        self.session.state.row(id).map_or_else(|| id.to_owned(), |r| r.title.clone())
    }

    /// The hypotheses as a table.
    fn rows(&self, head: Vec<String>) -> Sheet {
        let (board, view) = (&self.view.board, self.view);
        let ids = view.listed();
        let row = |id: &String| {
            let p = board.p(id);
            let (low, high) = view.range(id);
            let number = |x: Option<f64>, shown: fn(f64) -> String| {
                x.map_or_else(Field::unknown, |x| Field::new(shown(x), json_number(Some(x))))
            };
            let rank = view.rank(id);
            let place = rank.map_or_else(String::new, |r| format!("{}{}", r.rank, if r.tied { "=" } else { "" }));
            vec![
                Field::new(place, json!(rank.map(|r| r.rank))),
                Field::text(self.title(id)),
                Field::new(in_ten(p), json_number(Some(p))),
                Field::new(range_words(low, high), json!([low, high])),
                number(board.worth.get(id).copied(), |w| format::signed(w, 0)),
                number(view.inputs.impacts.get(id).map(|i| i.reach()), |r| format::fixed(r, 2)),
            ]
        };
        Sheet {
            head,
            columns: vec![
                Column::left("rank"),
                Column::left("hypothesis"),
                Column::left("plausible"),
                Column::left("without any one clue"),
                Column::right("worth"),
                Column::right("points back"),
            ],
            rows: ids.iter().map(row).collect(),
            csv_columns: ["id", "title", "score_db", "plausibility", "worth", "reach"].map(str::to_owned).to_vec(),
            csv_rows: ids
                .iter()
                .map(|id| {
                    vec![
                        json!(id),
                        json!(self.title(id)),
                        json_number(board.score.get(id).copied()),
                        json_number(board.plausibility.get(id).copied()),
                        json_number(board.worth.get(id).copied()),
                        json_number(view.inputs.impacts.get(id).map(|i| i.reach())),
                    ]
                })
                .collect(),
            notes: Vec::new(),
        }
    }

    /// All of it for people.
    fn text(&self, head: &str, streams: &mut Streams<'_>) -> std::io::Result<()> {
        let mut parts = vec![self.rows(vec![head.to_owned(), self.verdict()])];
        parts.push(self.clues());
        parts.push(self.hangs_on());
        parts.push(self.gates());
        parts.push(self.next());
        let parts: Vec<Sheet> = parts.into_iter().filter(|p| !p.rows.is_empty()).collect();
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                writeln!(streams.out)?;
            }
            write(part, &Value::Null, &OutputArgs::default(), streams)?;
        }
        Ok(())
    }

    /// Who leads, in one sentence.
    fn verdict(&self) -> String {
        let board = &self.view.board;
        let real = |id: &str| id != "other" && id != "data";
        if !self.view.inputs.rows.iter().any(|r| real(&r.id)) {
            return "No hypothesis stands on the board yet.".into();
        }
        let (Some(first), Some(second)) = (board.leader(), board.runner_up()) else { return String::new() };
        let margin = board.margin_db.unwrap_or(0.0);
        if self.view.no_rival {
            let only = self.view.ranks.first().map(|r| self.title(&r.id)).unwrap_or_default();
            return format!("\"{only}\" has no rival: add what else it could be before you trust the odds.");
        }
        if margin < 1.0 {
            return format!("Nobody leads: \"{}\" and \"{}\" are even.", self.title(first), self.title(second));
        }
        format!("\"{}\" leads, {} over \"{}\".", self.title(first), odds(margin), self.title(second))
    }

    fn clues(&self) -> Sheet {
        let board = &self.view.board;
        let rows = self
            .session
            .state
            .clues
            .iter()
            .map(|c| {
                let d = board.discount.get(&c.id).copied().unwrap_or(0.0);
                vec![
                    Field::text(c.id.clone()),
                    Field::text(c.text.clone()),
                    Field::text(c.origin.word()),
                    Field::text(format!("{:?}", c.grade)),
                    Field::text(c.family.clone()),
                    Field::text(if self.view.flat.contains(&c.id) && d > 0.0 {
                        "fits every row alike, moves nothing"
                    } else {
                        discount_words(d, c.origin)
                    }),
                ]
            })
            .collect();
        let names = ["clue", "what was seen or said", "origin", "grade", "source", "weight"];
        Sheet { columns: names.map(Column::left).to_vec(), rows, ..Sheet::default() }
    }

    /// What the verdict hangs on, the weakest point first.
    fn hangs_on(&self) -> Sheet {
        fn entries(map: &std::collections::BTreeMap<String, Without>) -> Vec<(&String, &Without)> {
            map.iter().collect()
        }
        let part = |what: &str, list: Vec<(&String, &Without)>| -> Vec<(f64, Vec<Field>)> {
            list.into_iter()
                .map(|(id, w)| {
                    let who = format!("\"{}\"", self.title(&w.leader));
                    let verdict = if w.flips { format!("{who} would lead") } else { "the same leads".to_owned() };
                    let weight = if w.flips { -w.margin_db - 1e6 } else { w.margin_db };
                    let cells = vec![
                        Field::text(format!("{what} {id}")),
                        Field::text(verdict),
                        Field::new(odds(w.margin_db), json_number(Some(w.margin_db))),
                    ];
                    (weight, cells)
                })
                .collect()
        };
        let mut all = part("clue", entries(&self.view.without_clue));
        all.extend(part("source", entries(&self.view.without_source)));
        all.extend(part("person", self.view.beyond_sources(self.session).collect()));
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let more = all.len().saturating_sub(6);
        let notes = if more > 0 { vec![format!("{more} more change less; --format json has all")] } else { Vec::new() };
        Sheet {
            columns: vec![Column::left("without"), Column::left("then"), Column::right("odds over the next")],
            rows: all.into_iter().take(6).map(|(_, cells)| cells).collect(),
            notes,
            ..Sheet::default()
        }
    }

    fn gates(&self) -> Sheet {
        let word = |s: GateState| match s {
            GateState::Green => "holds",
            GateState::Amber => "half",
            GateState::Red => "open",
        };
        Sheet {
            columns: vec![Column::left("gate"), Column::left("may we stop?")],
            rows: self
                .view
                .gates
                .0
                .iter()
                .map(|g| vec![Field::text(word(g.state)), Field::text(asks(g.asks))])
                .collect(),
            notes: self
                .view
                .gates
                .not_green()
                .filter(|g| !g.todo.is_empty())
                .map(|g| format!("{}: {}", g.short, asks(&g.todo)))
                .collect(),
            ..Sheet::default()
        }
    }

    fn next(&self) -> Sheet {
        let rows: Vec<Vec<Field>> = self
            .view
            .next
            .iter()
            .take(5)
            .map(|n| {
                let who = match &n.ask {
                    Some(role) => format!("ask {role}"),
                    None if !n.missing.is_empty() => format!("name {}", n.missing.join(", ")),
                    None if n.failed => "failed".to_owned(),
                    None => "check".to_owned(),
                };
                vec![
                    Field::text(n.id.clone()),
                    Field::text(who),
                    Field::text(n.title.clone()),
                    Field::new(format::fixed(n.minutes, 0), n.minutes),
                    Field::new(format::fixed(n.value.bits, 2), n.value.bits),
                    Field::new(format::fixed(n.value.voi_per_hour, 1), n.value.voi_per_hour),
                ]
            })
            .collect();
        Sheet {
            columns: vec![
                Column::left("next"),
                Column::left("how"),
                Column::left("what"),
                Column::right("minutes"),
                Column::right("bits"),
                Column::right("points per hour"),
            ],
            rows,
            ..Sheet::default()
        }
    }
}

/// A gate's question without its stop, for a table.
fn asks(text: &str) -> String {
    text.trim_end_matches('.').to_owned()
}

/// `8/10 to 9/10`, or one word when both ends are the same.
fn range_words(low: f64, high: f64) -> String {
    let (low, high) = (in_ten_short(low), in_ten_short(high));
    if low == high { low } else { format!("{low} to {high}") }
}
