//! `W`: rows into a file.

use super::{Ask, Effect, Tone, ask, cursor, shown_names};
use crate::analysis::format;
use crate::app::form::{Choice, Form};
use crate::app::forms::FormId;
use crate::app::{App, Confirmed, Popup};
use crate::query::{Export, ExportFormat, Exported};

/// Opens the form.
pub fn open_export(app: &mut App) -> Vec<Effect> {
    let Some((row, _)) = cursor(app) else { return Vec::new() };
    let marked = app.views.explore.cells.marks.count(row);
    let all = app.main_info().map_or(0, |i| i.rows);
    let mut rows: Vec<Choice> = vec![("all".into(), format!("all {} rows", format::count(all)))];
    if marked > 0 {
        rows.push(("marked".into(), format!("the {} marked rows", format::count(marked))));
    }
    let first = rows.last().map(|(key, _)| key.clone());
    let guard: Vec<Choice> = vec![
        ("yes".into(), "put ' before text that a spreadsheet would run".into()),
        ("no".into(), "leave all text as it is".into()),
    ];
    let name = app.main_table().unwrap_or("data");
    let folder = app.doc.as_ref().and_then(|d| d.path.parent().map(std::path::Path::to_path_buf)).unwrap_or_default();
    let path = folder.join(format!("{name}-rows.csv"));
    app.open_form(
        Form::new(FormId::ExportRows, "Write rows to a file", "write")
            .line(
                "path",
                "File",
                &format!("Its ending tells the format: {}", ExportFormat::ENDINGS),
                &path.to_string_lossy(),
            )
            .choice("rows", "Rows", "", rows, first.as_deref())
            .choice(
                "guard",
                "Formulas",
                "In CSV and TSV: text that begins with = + - @ runs in a spreadsheet",
                guard,
                Some("yes"),
            ),
    );
    Vec::new()
}

/// Writes what the form says.
///
/// # Errors
/// A missing name, or one that tells no format.
pub fn submit(app: &mut App, form: &Form) -> Result<Vec<Effect>, String> {
    let path = form.text("path").trim().to_owned();
    if path.is_empty() {
        return Err("The file's name is missing.".into());
    }
    let format = ExportFormat::of_path(&path).map_err(|e| e.to_string())?;
    let rows = (form.text("rows") == "marked")
        .then(|| cursor(app).map(|(row, _)| app.views.explore.cells.marks.rows(row)))
        .flatten();
    let guard = form.text("guard") != "no";
    let export = Export { path, format, query: None, rows, columns: shown_names(app), guard, replace: false };
    Ok(ask(app, Ask::Export(Box::new(export))))
}

/// A file of that name exists: it is replaced on a yes only.
pub fn exists(app: &mut App, export: Export) {
    let question = format!("{} exists already. Replace it?", export.path);
    app.popups.push(Popup::Confirm { question, yes: Confirmed::Replace(Box::new(export)) });
}

/// It is to be replaced.
pub fn replace(app: &mut App, export: Export) -> Vec<Effect> {
    ask(app, Ask::Export(Box::new(Export { replace: true, ..export })))
}

/// It was written, or why not.
pub(super) fn done(app: &mut App, result: Result<Exported, String>) {
    match result {
        Err(why) => app
            .say(Tone::Bad, if why == crate::app::CANCELLED { "Cancelled: nothing was written.".into() } else { why }),
        Ok(e) => {
            let guarded = match e.guarded {
                0 => String::new(),
                1 => " 1 text got a ' in front.".into(),
                n => format!(" {} texts got a ' in front.", format::count(n)),
            };
            let words = format!(
                "{} rows × {} columns written to {} ({}).{guarded}",
                format::count(e.rows),
                format::count(e.columns as u64),
                e.path,
                size(e.bytes)
            );
            app.say(Tone::Good, words);
        }
    }
}

/// Bytes for people.
#[allow(clippy::cast_precision_loss)]
fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{} bytes", format::count(bytes)),
        10_000..10_000_000 => format!("{:.0} KB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
