//! `whyboard report S.yaml -o brief.md`.

use std::path::PathBuf;

use clap::Args;

use super::board::{derived_path, derived_text, session_at};
use super::exit::{Exit, Failure, Outcome, Streams, written};
use super::save::{Kind, save};
use super::visible::visible;
use crate::report::markdown;

/// Names of standard output: what goes there is printed.
const STDOUT: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// Arguments of `report`.
#[derive(Debug, Clone, Args)]
pub struct ReportArgs {
    /// The session
    #[arg(value_name = "S.yaml")]
    pub path: PathBuf,
    /// Where the brief goes: a Markdown file, or - for standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,
    /// The brief as it would have been after this many events
    #[arg(long, value_name = "N")]
    pub at: Option<usize>,
    /// Replace a file that whyboard did not write
    #[arg(long)]
    pub force: bool,
    /// Also write S.derived.yaml beside the session: board, belief, gates, forecasts
    #[arg(long, conflicts_with = "at")]
    pub derived: bool,
    /// No colours; the brief has none, so that this changes nothing
    #[arg(long)]
    pub no_color: bool,
}

/// Runs the command.
///
/// # Errors
/// Exit 2 for a file that is not ours or not Markdown, 3 when the session can't be read or the brief not be written.
pub fn run(args: &ReportArgs, streams: &mut Streams<'_>) -> Outcome {
    let to_stdout = STDOUT.iter().any(|name| args.output.as_os_str() == *name);
    let end = args.output.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    if !to_stdout && matches!(end.as_str(), "html" | "htm" | "pdf" | "docx") {
        return Err(Failure::usage(format!(
            "The brief is written as Markdown, not as {end}. Name a file that ends with .md; pandoc turns it into others."
        )));
    }
    if !to_stdout && same_file(&args.output, &args.path) {
        return Err(Failure::usage("The brief can't replace its own session. Name another file."));
    }
    let looked = session_at(&args.path, args.at, streams)?;
    let text = markdown::brief(&looked.session, looked.playbook.as_deref());
    if to_stdout {
        written(streams.out.write_all(text.as_bytes()).and_then(|()| streams.out.flush()))?;
    } else {
        save(&args.output, &text, Kind::Report, args.force)?;
        let _ = writeln!(streams.err, "written: {}", visible(&args.output.display().to_string()));
    }
    if args.derived {
        let to = derived_path(&args.path);
        save(&to, &derived_text(&looked.session, &args.path), Kind::Derived, args.force)?;
        let _ = writeln!(streams.err, "written: {}", visible(&to.display().to_string()));
    }
    Ok(Exit::Done)
}

fn same_file(a: &std::path::Path, b: &std::path::Path) -> bool {
    match (std::fs::canonicalize(a), std::fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}
