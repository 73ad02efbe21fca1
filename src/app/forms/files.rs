//! New session, open, export.

use super::FormId;
use crate::app::form::{Choice, Form};
use crate::app::{App, Effect};

/// A new session.
pub fn open_new_session(app: &mut App) {
    let playbooks: Vec<Choice> =
        app.playbooks.iter().map(|(id, title, _)| (id.clone(), format!("{id}: {title}"))).collect();
    let first = playbooks.first().map(|(k, _)| k.clone());
    app.open_form(
        Form::new(FormId::NewSession, "A new session", "create")
            .line("path", "File", "One YAML file holds the whole session, for example churn.yaml", "")
            .choice("playbook", "Playbook", "", playbooks, first.as_deref()),
    );
}

pub(super) fn submit_new_session(form: &Form) -> Result<Vec<Effect>, String> {
    let (path, playbook) = (form.text("path"), form.text("playbook"));
    if path.is_empty() {
        return Err("The file's name is missing.".into());
    }
    let path = if path.ends_with(".yaml") || path.ends_with(".yml") { path } else { format!("{path}.yaml") };
    Ok(vec![Effect::Create { path, playbook }])
}

/// A session's path.
pub fn open_path(app: &mut App) {
    app.open_form(Form::new(FormId::OpenPath, "Open a session", "open").line(
        "path",
        "File",
        "A session's YAML file",
        "",
    ));
}

pub(super) fn submit_path(form: &Form) -> Result<Vec<Effect>, String> {
    let path = form.text("path");
    if path.is_empty() { Err("The path is missing.".into()) } else { Ok(vec![Effect::Open(path.into())]) }
}

/// Where the brief goes.
pub fn open_report(app: &mut App) {
    let stem = app.doc.as_ref().map(|d| d.path.with_extension("md").to_string_lossy().into_owned()).unwrap_or_default();
    app.open_form(Form::new(FormId::Report, "Export the brief", "write").line("path", "File", "Markdown", &stem));
}

pub(super) fn submit_report(form: &Form) -> Result<Vec<Effect>, String> {
    let path = form.text("path");
    if path.is_empty() { Err("The path is missing.".into()) } else { Ok(vec![Effect::Report(path)]) }
}
