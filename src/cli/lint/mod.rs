//! `whyboard lint FILE…`: checks playbooks, sessions and what was derived from them.

mod derived;
mod place;
mod playbook;
mod session;
mod words;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::data_args::OutputArgs;
use super::exit::{Exit, Outcome, Streams, written};
use super::output::{Column, Field, Format, Sheet, write};
use super::visible::visible;
use crate::yaml::{self, YamlError};

/// Arguments of `lint`.
#[derive(Debug, Clone, Args)]
pub struct LintArgs {
    /// Playbooks, sessions, and S.derived.yaml files
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: OutputArgs,
}

/// Something that was found in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Line, from 1; 0 when it concerns the whole file.
    pub line: usize,
    /// Column in characters, from 1; 0 when it is unknown.
    pub column: usize,
    /// What it is, without a stop at the end.
    pub message: String,
    /// Doubtful only: the file can be used.
    pub warning: bool,
}

impl Finding {
    /// A fault at a place.
    fn fault(place: (usize, usize), message: impl Into<String>) -> Self {
        Self { line: place.0, column: place.1, message: message.into(), warning: false }
    }

    /// A warning at a place.
    fn warning(place: (usize, usize), message: impl Into<String>) -> Self {
        Self { warning: true, ..Self::fault(place, message) }
    }

    /// What the YAML door found.
    fn yaml(e: &YamlError) -> Self {
        Self::fault((e.line, e.column), e.message.clone())
    }
}

/// What was found in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// The file.
    pub path: PathBuf,
    /// `playbook`, `session`, `derived`, or nothing where the file does not say.
    pub kind: &'static str,
    /// Faults and warnings by line.
    pub findings: Vec<Finding>,
    /// It could not be read at all.
    pub unreadable: bool,
    /// Its text, for snippets.
    text: String,
}

impl Looked {
    /// Nothing is wrong.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.findings.iter().all(|f| f.warning)
    }
}

/// Checks one file.
#[must_use]
pub fn look(path: &Path) -> Looked {
    let mut out =
        Looked { path: path.to_owned(), kind: "", findings: Vec::new(), unreadable: false, text: String::new() };
    let bytes = match crate::journal::read_file(path) {
        Ok(bytes) => bytes,
        Err(e) => {
            out.unreadable = true;
            out.findings.push(Finding::fault((0, 0), e.to_string().trim_end_matches('.')));
            return out;
        }
    };
    let origin = path.display().to_string();
    match yaml::decode(&bytes, &origin) {
        Ok(text) => text.clone_into(&mut out.text),
        Err(e) => {
            // A session with some bytes that are no text can still be read in part.
            out.findings.push(Finding::yaml(&e));
            return out;
        }
    }
    (out.kind, out.findings) = match schema(path, &out.text) {
        Schema::Playbook => ("playbook", playbook::look(path, &out.text, &origin)),
        Schema::Session => ("session", session::look(path, &bytes, &out.text)),
        Schema::Derived => ("derived", derived::look(path, &out.text)),
        Schema::Unknown => {
            let finding = match yaml::value(&out.text, &origin) {
                Err(e) => Finding::yaml(&e),
                Ok(_) => Finding::fault(
                    (1, 1),
                    "it does not say what it is; a playbook starts with `schema: playbook/1`, a session with `schema: session/1`",
                ),
            };
            ("", vec![finding])
        }
    };
    out.findings.sort_by(|a, b| (a.line, a.column, &a.message).cmp(&(b.line, b.column, &b.message)));
    out.findings.dedup();
    out
}

enum Schema {
    Playbook,
    Session,
    Derived,
    Unknown,
}

/// What a file says it is, found without reading all of it, so that a broken one is still judged as what it is.
fn schema(path: &Path, text: &str) -> Schema {
    let line = text.lines().find_map(|l| l.strip_prefix("schema:"));
    let word = line.map(|l| l.trim().trim_matches(['"', '\'']));
    match word {
        Some(w) if w.starts_with("playbook/") => Schema::Playbook,
        Some(w) if w.starts_with("session/") => Schema::Session,
        Some(w) if w.starts_with("derived/") => Schema::Derived,
        _ if path.to_string_lossy().ends_with(".derived.yaml") => Schema::Derived,
        _ if text.lines().any(|l| l.starts_with("events:")) => Schema::Session,
        _ if text.lines().any(|l| l.starts_with("questions:")) => Schema::Playbook,
        _ => Schema::Unknown,
    }
}

/// Runs the command: 0 when all is well, 1 with faults, 3 when a file can't be read.
///
/// # Errors
/// When the output can't be written.
pub fn run(args: &LintArgs, streams: &mut Streams<'_>) -> Outcome {
    let all: Vec<Looked> = args.files.iter().map(|p| look(p)).collect();
    let result = match args.output.format {
        Format::Table => text(&all, streams.out),
        _ => write(&sheet(&all), &shape(&all), &args.output, streams),
    };
    written(result)?;
    Ok(if all.iter().any(|l| l.unreadable) {
        Exit::Input
    } else if all.iter().all(Looked::ok) {
        Exit::Done
    } else {
        Exit::No
    })
}

/// The shape of 6-cli.md, with the warnings beside the faults.
fn shape(all: &[Looked]) -> Value {
    let list = |l: &Looked, warning: bool| -> Value {
        l.findings
            .iter()
            .filter(|f| f.warning == warning)
            .map(|f| json!({"line": f.line, "column": f.column, "message": f.message}))
            .collect()
    };
    let files: Vec<Value> = all
        .iter()
        .map(|l| {
            json!({
                "path": l.path.display().to_string(),
                "ok": l.ok(),
                "faults": list(l, false),
                "warnings": list(l, true),
            })
        })
        .collect();
    json!({ "files": files })
}

fn sheet(all: &[Looked]) -> Sheet {
    let names = ["path", "line", "column", "kind", "message"];
    let rows = || all.iter().flat_map(|l| l.findings.iter().map(move |f| (l, f)));
    let kind = |f: &Finding| if f.warning { "warning" } else { "fault" };
    Sheet {
        head: Vec::new(),
        columns: names.iter().map(|n| Column::left(*n)).collect(),
        rows: rows()
            .map(|(l, f)| {
                vec![
                    Field::text(l.path.display().to_string()),
                    Field::new(f.line.to_string(), f.line),
                    Field::new(f.column.to_string(), f.column),
                    Field::text(kind(f)),
                    Field::text(f.message.clone()),
                ]
            })
            .collect(),
        csv_columns: names.map(str::to_owned).to_vec(),
        csv_rows: rows()
            .map(|(l, f)| {
                vec![
                    json!(l.path.display().to_string()),
                    json!(f.line),
                    json!(f.column),
                    json!(kind(f)),
                    json!(f.message),
                ]
            })
            .collect(),
        notes: Vec::new(),
    }
}

/// For people and editors: `path:line:column: fault: message`, with the line below.
fn text(all: &[Looked], out: &mut dyn Write) -> io::Result<()> {
    for looked in all {
        let path = visible(&looked.path.display().to_string());
        let faults = looked.findings.iter().filter(|f| !f.warning).count();
        let warnings = looked.findings.len() - faults;
        let of = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        let verdict = match (faults, warnings) {
            (0, 0) => "ok".to_owned(),
            (0, w) => format!("ok, {}", of(w, "warning")),
            (f, 0) => of(f, "fault"),
            (f, w) => format!("{}, {}", of(f, "fault"), of(w, "warning")),
        };
        let kind = if looked.kind.is_empty() { String::new() } else { format!(" ({})", looked.kind) };
        writeln!(out, "{path}{kind}: {verdict}")?;
        for f in &looked.findings {
            let at = match (f.line, f.column) {
                (0, _) => path.clone(),
                (line, 0) => format!("{path}:{line}"),
                (line, column) => format!("{path}:{line}:{column}"),
            };
            writeln!(out, "{at}: {}: {}", if f.warning { "warning" } else { "fault" }, visible(&f.message))?;
            for line in place::snippet(&looked.text, f.line, f.column) {
                writeln!(out, "{}", visible(&line))?;
            }
        }
    }
    out.flush()
}
