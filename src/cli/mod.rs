//! One file per command; the only place that prints.
//!
//! Each command is a `run(args, streams)` that gives an [`exit::Exit`] or a [`exit::Failure`], so that tests need no
//! process.

pub mod board;
mod books;
pub mod cache;
pub mod change;
pub mod clues;
pub mod data_args;
pub mod demo;
pub mod exit;
pub mod experiment;
pub mod faults;
mod figures;
pub mod kpi;
pub mod lint;
pub mod load;
pub mod open;
pub mod output;
pub mod playbooks;
pub mod profile;
mod profile_sides;
mod progress;
pub mod replay;
pub mod report;
pub mod rerun;
pub mod save;
pub mod sql;
mod visible;
pub mod workbench;

#[cfg(test)]
mod tests;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use exit::{Exit, Failure, Outcome, Streams};

/// From a sentence to the one data-science problem worth solving: ask, list every explanation, explore the data for
/// clues, score the explanations until one stands out, and write the brief. Without a command: home.
#[derive(Debug, Parser)]
#[command(name = "whyboard", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// What to do; without it the home screen opens.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Show the way through the program when something goes wrong
    #[arg(long, global = true)]
    pub verbose: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a session
    New(open::NewArgs),
    /// Continue a session exactly where it stopped
    Open(open::OpenArgs),
    /// Open the ride-hailing demonstration; without a terminal the whole case is told as text
    Demo(demo::DemoArgs),
    /// Profile every column of a table
    Profile(profile::ProfileCommand),
    /// The KPI's level with its interval, by columns or over time
    Kpi(kpi::KpiCommand),
    /// Run a SQL query over a table
    Sql(sql::SqlCommand),
    /// List or clear the copies of large tables on disk
    Cache(cache::CacheCommand),
    /// Which columns the KPI goes with, the strongest first
    Drivers(clues::ClueArgs),
    /// In which combinations of values the KPI is another
    Segments(clues::SegmentCommand),
    /// Columns that know the outcome, or may
    Leakage(clues::ClueArgs),
    /// What explains a segment's difference away
    Confounders(clues::ConfounderCommand),
    /// What moved between two periods, or against a forecast, and where
    Change(change::ChangeCommand),
    /// How large the follow-up experiment must be
    Experiment(experiment::ExperimentCommand),
    /// The scoreboard of a session as text
    Board(board::BoardArgs),
    /// Step through a session, read-only
    Replay(replay::ReplayArgs),
    /// Run every check of a session again, on other data, and write a child session; exit 1 if the verdict changed
    Rerun(rerun::RerunArgs),
    /// The brief for stakeholders as Markdown
    Report(report::ReportArgs),
    /// Check playbooks and sessions; faults come with line and column
    Lint(lint::LintArgs),
    /// List, show or start playbooks
    Playbooks(playbooks::PlaybooksArgs),
    /// Print the key table of the README
    #[command(hide = true)]
    Keys,
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// Parses the arguments and runs the command.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            // Help and version go to standard output with status 0, wrong use to standard error with 2.
            let _ = e.print();
            return ExitCode::from(if e.use_stderr() { Exit::Usage.code() } else { 0 });
        }
    };
    faults::install(cli.verbose);
    let outcome = match cli.command {
        None => workbench_begin(&workbench::Begin::default(), "whyboard --help lists the commands that need none"),
        Some(Command::New(args)) => open::new(&args),
        Some(Command::Open(args)) => open::open(&args),
        Some(Command::Demo(args)) if !args.text && out_is_terminal() => demo_on_screen(&args),
        Some(Command::Replay(args)) if !args.headless => replay::on_screen(&args),
        Some(command) => as_text(&command),
    };
    finish(outcome)
}

/// Runs a command on the standard streams. None of them is locked: a fault on another thread must be able to say so.
fn as_text(command: &Command) -> Outcome {
    let (mut out, mut err, mut input) = (io::stdout(), io::stderr(), io::stdin());
    let dumb = std::env::var_os("TERM").is_none_or(|t| t == "dumb" || t.is_empty());
    let mut streams = Streams {
        input_is_terminal: input.is_terminal(),
        out_is_terminal: out.is_terminal(),
        err_is_terminal: err.is_terminal() && !dumb,
        input: &mut input,
        out: &mut out,
        err: &mut err,
    };
    let outcome = text_command(command, &mut streams);
    let _ = out.flush();
    outcome
}

fn demo_on_screen(args: &demo::DemoArgs) -> Outcome {
    let open = Some(args.session()?);
    let begin = workbench::Begin { open, no_color: args.no_color, ..workbench::Begin::default() };
    workbench_begin(&begin, "`whyboard demo --text` tells the same as text")
}

fn finish(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => {
            if !failure.message.is_empty() {
                let _ = writeln!(io::stderr(), "whyboard: {}", failure.message);
            }
            failure.exit.into()
        }
    }
}

fn text_command(command: &Command, streams: &mut Streams<'_>) -> Outcome {
    match command {
        Command::Profile(args) => profile::run(args, streams),
        Command::Kpi(args) => kpi::run(args, streams),
        Command::Sql(args) => sql::run(args, streams),
        Command::Cache(args) => cache::run(args, streams),
        Command::Drivers(args) => clues::drivers(args, streams),
        Command::Segments(args) => clues::segments(args, streams),
        Command::Leakage(args) => clues::leakage(args, streams),
        Command::Confounders(args) => clues::confounders(args, streams),
        Command::Change(args) => change::run(args, streams),
        Command::Experiment(args) => experiment::run(args, streams),
        Command::Board(args) => board::run(args, streams),
        Command::Replay(args) => replay::run(args, streams),
        Command::Rerun(args) => rerun::run(args, streams),
        Command::Report(args) => report::run(args, streams),
        Command::Lint(args) => lint::run(args, streams),
        Command::Playbooks(args) => playbooks::run(args, streams),
        Command::Keys => print(streams, crate::app::commands::key_table().as_bytes()),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "whyboard", &mut text);
            print(streams, &text)
        }
        Command::Man => {
            let mut text = Vec::new();
            clap_mangen::Man::new(Cli::command())
                .render(&mut text)
                .map_err(|e| Failure::input(format!("The manual page can't be made: {e}.")))?;
            print(streams, &text)
        }
        Command::Demo(args) => {
            let env = |name: &str| std::env::var(name).ok();
            let colour = !args.no_color && crate::term::caps::colour_output(env, out_is_terminal());
            demo::play_as_text(args, streams.out, colour)
        }
        Command::New(_) | Command::Open(_) => Ok(Exit::Usage),
    }
}

fn out_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Prints text; a reader that went away is no failure.
fn print(streams: &mut Streams<'_>, text: &[u8]) -> Outcome {
    match streams.out.write_all(text) {
        Ok(()) => Ok(Exit::Done),
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(e) => Err(Failure::input(format!("The output can't be written: {e}."))),
    }
}

/// Runs the interactive program, or says what gives the same as text.
pub(crate) fn workbench_begin(begin: &workbench::Begin, as_text: &str) -> Outcome {
    if !io::stdout().is_terminal() {
        return Err(Failure::usage(format!("This needs a terminal; {as_text}.")));
    }
    let (status, may_print, words) =
        workbench::run(begin).map_err(|e| Failure::usage(format!("{e} Without one, {as_text}.")))?;
    if may_print {
        for line in words {
            let _ = writeln!(io::stderr(), "whyboard: {line}");
        }
    }
    match status {
        0 => Ok(Exit::Done),
        // A signal's status must reach the shell as it is.
        other => std::process::exit(other),
    }
}
