//! The result of a rerun: as a table, and as the shape of the command line contract.

use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::verdict::{Became, Verdict};
use crate::analysis::format;
use crate::cli::data_args::OutputArgs;
use crate::cli::exit::Streams;
use crate::cli::output::{Column, Field, Sheet, json_number, write};
use crate::domain::board::{BoardView, in_ten};
use crate::domain::session::Session;

/// What is told.
pub struct Told<'a> {
    pub session: &'a Session,
    pub before: &'a BoardView,
    pub after: &'a BoardView,
    pub became: &'a [Became],
    /// Where the child session is.
    pub child: &'a Path,
    /// Tables that could not be opened, and why.
    pub not_open: Vec<String>,
}

impl Told<'_> {
    /// Whether another hypothesis leads than before.
    pub fn verdict_changed(&self) -> bool {
        self.before.board.leader() != self.after.board.leader()
    }

    fn title(&self, id: &str) -> String {
        self.session.state.row(id).map(|h| h.title.clone()).filter(|t| !t.is_empty()).unwrap_or_else(|| id.to_owned())
    }

    fn leader(&self, view: &BoardView) -> String {
        match view.board.leader() {
            Some(id) => {
                let plausible =
                    view.board.plausibility.get(id).map(|p| format!(", {}", in_ten(*p))).unwrap_or_default();
                format!("{}{plausible}", self.title(id))
            }
            None => "nobody".to_owned(),
        }
    }

    fn board(view: &BoardView) -> Value {
        let rows: Vec<Value> = view
            .listed()
            .iter()
            .map(|id| {
                json!({
                    "id": id,
                    "score_db": json_number(view.board.score.get(id).copied()),
                    "plausibility": json_number(view.board.plausibility.get(id).copied()),
                })
            })
            .collect();
        json!({
            "leader": view.board.leader(),
            "runner_up": view.board.runner_up(),
            "margin_db": json_number(view.board.margin_db),
            "hypotheses": rows,
        })
    }

    pub fn write(&self, output: &OutputArgs, streams: &mut Streams<'_>) -> io::Result<()> {
        let shape = json!({
            "checks": self.became.iter().map(Became::shape).collect::<Vec<_>>(),
            "board_before": Self::board(self.before),
            "board_after": Self::board(self.after),
            "verdict_changed": self.verdict_changed(),
            "child": self.child.display().to_string(),
        });
        write(&self.sheet(), &shape, output, streams)
    }

    fn sheet(&self) -> Sheet {
        let of = |v: Verdict| self.became.iter().filter(|b| b.verdict == v).count() as u64;
        let counted = [Verdict::Same, Verdict::Moved, Verdict::Flipped, Verdict::CannotRun]
            .map(|v| format!("{} {}", format::count(of(v)), v.word().replace('_', " ")));
        let (was, now) = (self.leader(self.before), self.leader(self.after));
        let leads = if self.verdict_changed() {
            format!("the verdict changed: {was} led, {now} leads now")
        } else {
            format!("the verdict stands: {now} leads ({was} before)")
        };
        let rows = self
            .became
            .iter()
            .map(|b| {
                let now = b.now.as_ref().map_or_else(|| format::UNKNOWN.to_owned(), |a| a.words(b.look));
                vec![
                    Field::text(&b.pending.id),
                    Field::text(&b.pending.title),
                    Field::text(b.was.words(b.look)),
                    Field::text(now),
                    Field::text(b.verdict.word().replace('_', " ")),
                ]
            })
            .collect();
        let mut notes: Vec<String> = self
            .became
            .iter()
            .filter(|b| !b.why.is_empty())
            .map(|b| format!("{} could not be run: {}", b.pending.id, b.why))
            .collect();
        notes.extend(self.not_open.iter().cloned());
        notes.push(format!("The child session is {}.", self.child.display()));
        let names = ["check", "question", "was", "now", "verdict"];
        let csv_columns: Vec<String> =
            ["check", "question", "outcome_was", "estimate_was", "outcome_now", "estimate_now", "verdict", "why"]
                .map(str::to_owned)
                .to_vec();
        let csv_rows = self
            .became
            .iter()
            .map(|b| {
                let now = b.now.as_ref();
                vec![
                    json!(b.pending.id),
                    json!(b.pending.title),
                    json!(b.was.outcome),
                    json_number(b.was.estimate.value),
                    json!(now.map(|n| n.outcome)),
                    json_number(now.and_then(|n| n.estimate.value)),
                    json!(b.verdict),
                    json!(b.why),
                ]
            })
            .collect();
        Sheet {
            head: vec![counted.join(", "), leads],
            columns: names.map(Column::left).to_vec(),
            rows,
            csv_columns,
            csv_rows,
            notes,
        }
    }
}
