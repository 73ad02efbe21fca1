//! The one table of commands: keys, hints, help, palette and the README's key table all come from it.

use super::key::Key;
use super::screens;
use super::{App, Effect, Popup, Screen};

/// Where a command can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Everywhere that no text is typed.
    Global,
    /// Wherever a list or table has the keys.
    List,
    /// Home.
    Home,
    /// 1 Problem.
    Problem,
    /// 2 Ask, the list of questions.
    Ask,
    /// 2 Ask, an interview runs.
    Interview,
    /// 2 Ask, what the answers propose.
    Triage,
    /// 3 Explore, every pane.
    Explore,
    /// 3 Explore, the rows.
    Table,
    /// 3 Explore, how the rows are looked at; not in a replay.
    Arrange,
    /// 3 Explore, the profile of each column.
    Columns,
    /// 3 Explore, the KPI by column.
    Kpi,
    /// 3 Explore, the checks.
    Checks,
    /// 3 Explore, the columns that the KPI goes with.
    Drivers,
    /// 3 Explore, the combinations where the KPI is another.
    Segments,
    /// 3 Explore, what moved between two periods.
    Change,
    /// 3 Explore, the columns that know the outcome.
    Leaks,
    /// 3 Explore, what explains a group away.
    Confounders,
    /// 3 Explore, what a group could give back.
    Reach,
    /// 3 Explore, the follow-up experiment.
    Experiment,
    /// 3 Explore, how the file is read.
    Reading,
    /// 3 Explore, the result of a query.
    Sql,
    /// 3 Explore, a query is typed.
    SqlEdit,
    /// 4 Score.
    Score,
    /// 4 Score, the list of what is best done next has the keys.
    Next,
    /// 5 Brief.
    Brief,
    /// Replay, over any screen.
    Replay,
    /// A form has the keys.
    Form,
}

impl Scope {
    /// The title in help and in the key table.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::List => "Lists and tables",
            Self::Home => "Home",
            Self::Problem => "1 Problem",
            Self::Ask => "2 Ask",
            Self::Interview => "Interview",
            Self::Triage => "Triage",
            Self::Explore => "3 Explore",
            Self::Table => "3 Explore, Table",
            Self::Arrange => "3 Explore, Table: sort, filter, columns",
            Self::Columns => "3 Explore, Columns",
            Self::Kpi => "3 Explore, KPI",
            Self::Checks => "3 Explore, Checks",
            Self::Drivers => "3 Explore, Drivers",
            Self::Segments => "3 Explore, Segments",
            Self::Change => "3 Explore, Change",
            Self::Leaks => "3 Explore, Leaks",
            Self::Confounders => "3 Explore, what explains a group away",
            Self::Reach => "3 Explore, reach of a group",
            Self::Experiment => "3 Explore, experiment",
            Self::Reading => "3 Explore, how the file is read",
            Self::Sql => "3 Explore, SQL",
            Self::SqlEdit => "3 Explore, SQL: the query is typed",
            Self::Score => "4 Score",
            Self::Next => "4 Score, next best",
            Self::Brief => "5 Brief",
            Self::Replay => "Replay",
            Self::Form => "Forms and text",
        }
    }

    /// The screen on which it has the keys; none for those that are at hand everywhere or floating.
    #[must_use]
    pub fn screen(self) -> Option<Screen> {
        match self {
            Self::Home => Some(Screen::Home),
            Self::Problem => Some(Screen::Problem),
            Self::Ask | Self::Interview | Self::Triage => Some(Screen::Ask),
            Self::Explore
            | Self::Table
            | Self::Arrange
            | Self::Columns
            | Self::Kpi
            | Self::Checks
            | Self::Drivers
            | Self::Segments
            | Self::Change
            | Self::Leaks
            | Self::Confounders
            | Self::Reach
            | Self::Experiment
            | Self::Reading
            | Self::Sql
            | Self::SqlEdit => Some(Screen::Explore),
            Self::Score | Self::Next => Some(Screen::Score),
            Self::Brief => Some(Screen::Brief),
            Self::Global | Self::List | Self::Replay | Self::Form => None,
        }
    }
}

/// One command.
pub struct CommandSpec {
    /// Fixed name, as in user overrides.
    pub id: &'static str,
    /// Where it can be given.
    pub scope: Scope,
    /// Two or three words for hints.
    pub name: &'static str,
    /// One sentence for help and palette.
    pub help: &'static str,
    /// Its keys, the first one is shown.
    pub keys: &'static [&'static str],
    /// It takes something away.
    pub danger: bool,
    /// Place among the hints of the last line: 1 first, 0 never.
    pub hint: u8,
    /// Why it is not available now.
    pub when: fn(&App) -> Result<(), &'static str>,
    /// What it does.
    pub run: fn(&mut App) -> Vec<Effect>,
}

impl std::fmt::Debug for CommandSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.id)
    }
}

/// Always available.
///
/// # Errors
/// Never.
pub fn always(_: &App) -> Result<(), &'static str> {
    Ok(())
}

/// Needs an open session.
///
/// # Errors
/// When none is open.
pub fn with_session(app: &App) -> Result<(), &'static str> {
    if app.doc.is_some() { Ok(()) } else { Err("no session is open") }
}

/// Needs a session that can be changed.
///
/// # Errors
/// When none is open, or it is read-only.
pub fn writable(app: &App) -> Result<(), &'static str> {
    match &app.doc {
        None => Err("no session is open"),
        Some(d) if d.replay.is_some() => Err("this is a replay"),
        Some(d) if d.read_only.is_some() => Err("the session is read-only"),
        Some(_) => Ok(()),
    }
}

/// Needs a session in sight: on Home none is, so nothing there may act on the one that is open behind.
///
/// # Errors
/// When none is open, or Home is shown.
pub fn in_sight(app: &App) -> Result<(), &'static str> {
    with_session(app)?;
    if app.screen == Screen::Home { Err("no session is in sight; 1 goes back to the open one") } else { Ok(()) }
}

/// Needs a session in sight that can be changed.
///
/// # Errors
/// When none is open or in sight, or it is read-only.
pub fn writable_in_sight(app: &App) -> Result<(), &'static str> {
    in_sight(app)?;
    writable(app)
}

/// All commands, by screen.
pub static TABLE: &[&[CommandSpec]] = &[
    screens::GLOBAL,
    screens::LIST,
    screens::home::COMMANDS,
    screens::problem::COMMANDS,
    screens::ask::COMMANDS,
    screens::explore::TABLE,
    screens::explore::ARRANGE,
    screens::explore::cells::commands::CELLS,
    screens::explore::COLUMNS,
    screens::explore::kpi::KPI,
    screens::explore::clues::DRIVERS,
    screens::explore::clues::SEGMENTS,
    screens::explore::change::CHANGE,
    screens::explore::leaks::LEAKS,
    screens::explore::pages::confounders::CONFOUNDERS,
    screens::explore::pages::reach::REACH,
    screens::explore::pages::experiment::EXPERIMENT,
    screens::explore::pages::reading::READING,
    screens::explore::sql::commands::RESULTS,
    screens::explore::sql::commands::EDIT,
    screens::explore::COMMANDS,
    screens::explore::sql::commands::OPEN,
    screens::score::COMMANDS,
    screens::score::NEXT,
    screens::brief::COMMANDS,
    screens::replay::COMMANDS,
    screens::FORM,
];

/// Every command.
pub fn all() -> impl Iterator<Item = &'static CommandSpec> {
    TABLE.iter().flat_map(|t| t.iter())
}

/// The scopes that have the keys now, the nearest first.
#[must_use]
pub fn scopes(app: &App) -> Vec<Scope> {
    match app.popups.last() {
        Some(Popup::Form(_)) => vec![Scope::Form],
        Some(_) => Vec::new(),
        None => screen_scopes(app),
    }
}

/// The scopes of the screen itself, whatever floats above it.
#[must_use]
pub fn screen_scopes(app: &App) -> Vec<Scope> {
    let mut out = Vec::new();
    if app.doc.as_ref().is_some_and(|d| d.replay.is_some()) {
        out.push(Scope::Replay);
    }
    match app.screen {
        Screen::Home => out.push(Scope::Home),
        Screen::Problem => out.push(Scope::Problem),
        Screen::Ask if app.views.ask.interview.is_some() => return vec![Scope::Interview],
        Screen::Ask if app.views.ask.triage => out.push(Scope::Triage),
        Screen::Ask => out.push(Scope::Ask),
        Screen::Explore if screens::explore::is_typing(app) => return vec![Scope::SqlEdit],
        Screen::Explore => {
            out.push(app.views.explore.pane.scope());
            let result = screens::explore::sql::shows_result(app);
            if result {
                out.push(Scope::Table);
            }
            // A replay shows the table as it is, and has some of these keys itself.
            let rows = result || app.views.explore.pane == screens::explore::Pane::Table;
            if rows && !out.contains(&Scope::Replay) {
                out.push(Scope::Arrange);
            }
            out.push(Scope::Explore);
        }
        Screen::Score if app.views.score.on_next => out.push(Scope::Next),
        Screen::Score => out.push(Scope::Score),
        Screen::Brief => out.push(Scope::Brief),
    }
    out.extend([Scope::List, Scope::Global]);
    out
}

/// The command that a key gives now. In edit mode only keys with Ctrl or Alt, Tab and Esc give one.
#[must_use]
pub fn find(app: &App, key: Key) -> Option<&'static CommandSpec> {
    scopes(app)
        .into_iter()
        .find_map(|scope| all().filter(|c| c.scope == scope).find(|c| app.keymap.keys(c).contains(&key)))
}

/// The first key of a command, by its id; empty when it has none.
#[must_use]
pub fn key_of(app: &App, id: &str) -> String {
    all().find(|c| c.id == id).map(|c| app.keymap.first(c)).unwrap_or_default()
}

/// The hints for the last line: key and name, the most useful first, at most six.
#[must_use]
pub fn hints(app: &App) -> Vec<(String, &'static str)> {
    let mut list: Vec<(usize, u8, &CommandSpec)> = Vec::new();
    for (near, scope) in scopes(app).into_iter().enumerate() {
        for command in all().filter(|c| c.scope == scope && c.hint > 0) {
            if (command.when)(app).is_ok() {
                list.push((near, command.hint, command));
            }
        }
    }
    list.sort_by_key(|(near, hint, _)| (*near, *hint));
    list.into_iter().map(|(_, _, c)| (app.keymap.first(c), c.name)).filter(|(key, _)| !key.is_empty()).take(6).collect()
}

/// The README's key table.
#[must_use]
pub fn key_table() -> String {
    let mut out = String::new();
    let mut scope = None;
    for command in all().filter(|c| !c.keys.is_empty()) {
        if scope != Some(command.scope) {
            scope = Some(command.scope);
            out.push_str(&format!("\n**{}**\n\n| key | does |\n|---|---|\n", command.scope.title()));
        }
        let keys: Vec<String> = command.keys.iter().map(|k| format!("`{}`", k.replace('|', "\\|"))).collect();
        out.push_str(&format!("| {} | {} |\n", keys.join(" "), command.help));
    }
    out
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests;
