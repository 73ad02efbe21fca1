//! `whyboard playbooks [list|show ID|new NAME]`.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::data_args::OutputArgs;
use super::exit::{Failure, Outcome, Streams, written};
use super::load::{FoundPlaybook, all_playbooks, find_playbook, playbook_folders};
use super::output::{Column, Field, Sheet, write};
use super::visible::visible;

/// The text of a new playbook; `NAME` and `TITLE` stand for what is asked for.
const TEMPLATE: &str = include_str!("playbooks/template.yaml");

/// Arguments of `playbooks`.
#[derive(Debug, Clone, Args)]
pub struct PlaybooksArgs {
    /// What to do; list when nothing is said.
    #[command(subcommand)]
    pub action: Option<Action>,
}

/// What to do with playbooks.
#[derive(Debug, Clone, Subcommand)]
pub enum Action {
    /// List the playbooks at hand, your own first
    List(OutputArgs),
    /// Print a playbook's text
    Show {
        /// Its id, or the path of its file
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Start a playbook of your own from a small commented template
    New {
        /// Its id; it goes to playbooks/NAME.yaml, or to a path of your choice that ends with .yaml
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// Runs the command.
///
/// # Errors
/// Exit 2 for a playbook that is not there or a name that is taken, 3 when a file can't be written.
pub fn run(args: &PlaybooksArgs, streams: &mut Streams<'_>) -> Outcome {
    match &args.action {
        None => list(None, streams),
        Some(Action::List(output)) => list(Some(output), streams),
        Some(Action::Show { id }) => {
            let found = find_playbook(id, Some(Path::new("."))).map_err(|e| Failure::usage(lines(&e)))?;
            written(writeln!(streams.out, "{}", lines(found.text.trim_end())))
        }
        Some(Action::New { name }) => {
            let path = create(name, Path::new("."))?;
            let shown = visible(&path.display().to_string());
            written(writeln!(
                streams.out,
                "written: {shown}\nEdit it, check it with `whyboard lint {shown}`, start with `whyboard new --playbook {shown}`."
            ))
        }
    }
}

/// Text of several lines with nothing in it that a terminal obeys.
fn lines(text: &str) -> String {
    text.lines().map(|l| visible(l.trim_end_matches('\r'))).collect::<Vec<_>>().join("\n")
}

fn list(output: Option<&OutputArgs>, streams: &mut Streams<'_>) -> Outcome {
    let here = Path::new(".");
    let all = all_playbooks(Some(here));
    let count = |n: usize| Field::new(n.to_string(), n);
    let row = |f: &FoundPlaybook| {
        vec![
            Field::text(f.playbook.id.clone()),
            Field::text(f.playbook.title.clone()),
            count(f.playbook.questions.len()),
            count(f.playbook.hypotheses.len()),
            count(f.playbook.checks.len()),
            Field::text(f.origin.clone()),
        ]
    };
    let shape: Value = all
        .iter()
        .map(|f| {
            json!({
                "id": f.playbook.id,
                "version": f.playbook.version,
                "title": f.playbook.title,
                "one_line": f.playbook.one_line,
                "questions": f.playbook.questions.len(),
                "hypotheses": f.playbook.hypotheses.len(),
                "checks": f.playbook.checks.len(),
                "origin": f.origin,
            })
        })
        .collect();
    let rows: Vec<Vec<Field>> = all.iter().map(row).collect();
    let names = ["id", "title", "questions", "hypotheses", "checks", "from"];
    let mut notes: Vec<String> = broken(here);
    notes.push("Your own playbooks are found in ./playbooks and in your configuration folder.".to_owned());
    let sheet = Sheet {
        head: Vec::new(),
        columns: names
            .iter()
            .enumerate()
            .map(|(i, n)| if (2..5).contains(&i) { Column::right(*n) } else { Column::left(*n) })
            .collect(),
        csv_columns: names.map(str::to_owned).to_vec(),
        csv_rows: rows.iter().map(|r| r.iter().map(|f| f.raw.clone()).collect()).collect(),
        rows,
        notes,
    };
    let how = output.copied().unwrap_or_default();
    written(write(&sheet, &json!({ "playbooks": shape }), &how, streams))
}

/// Own playbooks that can't be read are not passed over in silence.
fn broken(here: &Path) -> Vec<String> {
    let mut out = Vec::new();
    for folder in playbook_folders(Some(here)) {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
        paths.sort();
        for path in paths.iter().filter(|p| p.extension().is_some_and(|e| e == "yaml")) {
            if find_playbook(&path.display().to_string(), None).is_err() {
                out.push(format!("{} can't be read; whyboard lint says why", path.display()));
            }
        }
    }
    out
}

/// Writes the template; gives its path.
///
/// # Errors
/// Exit 2 for a name that can't be an id or is taken, 3 when the file can't be written.
pub fn create(name: &str, here: &Path) -> Result<PathBuf, Failure> {
    let as_path = name.ends_with(".yaml") || name.ends_with(".yml");
    let path = if as_path { here.join(name) } else { here.join("playbooks").join(format!("{name}.yaml")) };
    let path = path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path);
    let id = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let simple = id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-');
    if !simple || (!as_path && name.contains('/')) {
        return Err(Failure::usage(format!(
            "\"{}\" can't be a playbook's id. Use small letters, digits and _, such as late_orders.",
            visible(name)
        )));
    }
    let title = {
        let words = id.replace(['_', '-'], " ");
        let mut chars = words.chars();
        chars.next().map(|c| c.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
    };
    let text = TEMPLATE.replace("NAME", &id).replace("TITLE", &title);
    let shown = visible(&path.display().to_string());
    let fail = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Failure::usage(format!("{shown} exists already and was left alone. Choose another name."))
        }
        _ => Failure::input(format!("{shown} can't be written: {e}.")),
    };
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(fail)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o644).open(&path).map_err(fail)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(fail)?;
    Ok(path)
}
