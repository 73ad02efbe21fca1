//! Playbooks: where they are found, and what one becomes that builds on another.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::load::sha256_16;
use crate::domain::playbook::{Playbook, extended};
use crate::yaml;

/// The schema that this version reads.
pub const PLAYBOOK_SCHEMA: &str = "playbook/1";

/// Playbooks that build on playbooks that build on playbooks: more is a mistake.
const DEEPEST: usize = 8;

/// Playbooks that the program ships: id and text.
pub const BUILT_IN: [(&str, &str); 3] = [
    ("churn", include_str!("../../assets/playbooks/churn.yaml")),
    ("data_bug_leakage", include_str!("../../assets/playbooks/data_bug_leakage.yaml")),
    ("model_underperforms", include_str!("../../assets/playbooks/model_underperforms.yaml")),
];

/// Where built-in ones come from.
const INSIDE: &str = "built in";

/// A playbook with where it came from.
#[derive(Debug, Clone)]
pub struct FoundPlaybook {
    /// The playbook, with what it extends.
    pub playbook: Arc<Playbook>,
    /// Its own text.
    pub text: String,
    /// `built in`, or the path.
    pub origin: String,
    /// The texts of what it extends, the nearest first.
    pub bases: Vec<String>,
}

impl FoundPlaybook {
    /// Whether the program ships it.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        self.origin == INSIDE
    }

    /// Tells one text from another: changes when its own does, or that of a playbook on which it builds.
    #[must_use]
    pub fn digest(&self) -> String {
        let all: String = std::iter::once(&self.text).chain(&self.bases).map(String::as_str).collect();
        sha256_16(all.as_bytes())
    }
}

/// A text with where it stands.
#[derive(Debug, Clone)]
struct Source {
    /// Its path; none for a built-in one.
    path: Option<PathBuf>,
    /// The name for messages.
    name: String,
    text: String,
}

impl Source {
    fn read(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        // The path may come from a file that somebody sent: a pipe or a device would be read for ever.
        let meta = std::fs::metadata(path).map_err(|e| format!("The playbook {name} can't be read: {e}."))?;
        if !meta.is_file() {
            return Err(format!("The playbook {name} can't be read: it is no file."));
        }
        let bytes = std::fs::read(path).map_err(|e| format!("The playbook {name} can't be read: {e}."))?;
        let text = yaml::decode(&bytes, &name).map_err(|e| e.to_string())?.to_owned();
        Ok(Self { path: Some(path.to_owned()), name, text })
    }

    fn inside(id: &str) -> Option<Self> {
        let (id, text) = BUILT_IN.iter().find(|(i, _)| *i == id)?;
        Some(Self { path: None, name: (*id).to_owned(), text: (*text).to_owned() })
    }

    /// For messages about more than one file.
    fn shown(&self) -> String {
        if self.path.is_some() { self.name.clone() } else { format!("{} ({INSIDE})", self.name) }
    }

    fn is(&self, other: &Self) -> bool {
        match (&self.path, &other.path) {
            (None, None) => self.name == other.name,
            (Some(a), Some(b)) => {
                let real = |p: &Path| p.canonicalize().unwrap_or_else(|_| p.to_owned());
                real(a) == real(b)
            }
            _ => false,
        }
    }
}

/// The user's configuration: `$XDG_CONFIG_HOME/whyboard`, else `~/.config/whyboard`.
#[must_use]
pub fn config_folder() -> Option<PathBuf> {
    std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|p| p.is_absolute())
        .or_else(|| std::env::var_os("HOME").map(|h| PathBuf::from(h).join(".config")))
        .map(|config| config.join("whyboard"))
}

/// Folders with playbooks of one's own: `playbooks` beside the session, then the user's.
#[must_use]
pub fn playbook_folders(beside: Option<&Path>) -> Vec<PathBuf> {
    let mut out = Vec::new();
    if let Some(folder) = beside {
        out.push(folder.join("playbooks"));
    }
    if let Some(config) = config_folder() {
        out.push(config.join("playbooks"));
    }
    out
}

fn is_path(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml") || name.contains('/')
}

/// A playbook that the program ships, whatever the user has of that name.
///
/// # Errors
/// A sentence when there is none of that id.
pub fn built_in_playbook(id: &str) -> Result<FoundPlaybook, String> {
    parse(Source::inside(id).ok_or_else(|| format!("There is no built-in playbook \"{id}\"."))?)
}

/// Finds a playbook by a path, by its id among one's own, or by its id among the built-in ones.
///
/// # Errors
/// A sentence that names the playbooks at hand, or what is wrong with the file.
pub fn find_playbook(name: &str, beside: Option<&Path>) -> Result<FoundPlaybook, String> {
    if is_path(name) {
        return parse(Source::read(Path::new(name))?);
    }
    for folder in playbook_folders(beside) {
        let path = folder.join(format!("{name}.yaml"));
        if path.is_file() {
            return parse(Source::read(&path)?);
        }
    }
    match Source::inside(name) {
        Some(source) => parse(source),
        None => Err(format!(
            "There is no playbook \"{name}\". Built in are {}; give a path for one of your own.",
            BUILT_IN.map(|(id, _)| id).join(", ")
        )),
    }
}

/// Reads the playbook of a path.
///
/// # Errors
/// A sentence on what is wrong with the file.
pub fn read_playbook(path: &Path) -> Result<FoundPlaybook, String> {
    parse(Source::read(path)?)
}

/// Why a file of another schema can't be used.
#[must_use]
pub fn newer_playbook(document: &Value) -> Option<String> {
    let schema = document.get("schema").and_then(Value::as_str)?;
    (schema != PLAYBOOK_SCHEMA && schema.starts_with("playbook/")).then(|| {
        format!(
            "the schema is {schema}, this version reads {PLAYBOOK_SCHEMA}; update whyboard, or write it the older way"
        )
    })
}

fn parse(source: Source) -> Result<FoundPlaybook, String> {
    let document = yaml::value(&source.text, &source.name).map_err(|e| e.to_string())?;
    if let Some(why) = newer_playbook(&document) {
        return Err(format!("The playbook {} can't be used: {why}.", source.name));
    }
    let origin = source.path.as_ref().map_or_else(|| INSIDE.to_owned(), |p| p.display().to_string());
    let found = |playbook: Playbook, bases: Vec<String>| FoundPlaybook {
        playbook: Arc::new(playbook),
        text: source.text.clone(),
        origin,
        bases,
    };
    if document.get("extends").is_none() {
        // The door to YAML names the place of what does not fit.
        let playbook = match serde_json::from_value(document) {
            Ok(playbook) => playbook,
            Err(_) => yaml::parse(&source.text, &source.name).map_err(|e| e.to_string())?,
        };
        return Ok(found(playbook, Vec::new()));
    }
    let (whole, bases) = built_on(&source, &document)?;
    let names: Vec<String> = bases.iter().map(Source::shown).collect();
    let playbook = serde_json::from_value(whole).map_err(|e| {
        format!("The playbook {}, laid over {}, is no playbook: {e}.", source.shown(), names.join(" and "))
    })?;
    Ok(found(playbook, bases.into_iter().map(|b| b.text).collect()))
}

/// The file at `path`, read as `document`, with everything that it extends; and the texts of that.
///
/// # Errors
/// A sentence that names both files where one is not there, can't be read, or leads back.
pub fn with_bases(path: &Path, document: &Value) -> Result<(Value, Vec<String>), String> {
    let source = Source { path: Some(path.to_owned()), name: path.display().to_string(), text: String::new() };
    built_on(&source, document).map(|(whole, bases)| (whole, bases.into_iter().map(|b| b.text).collect()))
}

/// Lays a playbook over the one it extends, and that over what it extends.
fn built_on(source: &Source, document: &Value) -> Result<(Value, Vec<Source>), String> {
    let mut chain = vec![source.clone()];
    let mut layers = vec![document.clone()];
    while let (Some(top), Some(layer)) = (chain.last(), layers.last()) {
        let Some(extends) = layer.get("extends") else { break };
        let Some(name) = extends.as_str().filter(|n| !n.trim().is_empty()) else {
            return Err(format!("In {}, extends must be the id or the path of one playbook.", top.shown()));
        };
        let base = base_of(top, name)?;
        if let Some(at) = chain.iter().position(|c| c.is(&base)) {
            let round: Vec<String> = chain.iter().skip(at).map(Source::shown).collect();
            return Err(format!(
                "{} extends {}, which leads back to it: {} → {}. Take one extends out.",
                top.shown(),
                base.shown(),
                round.join(" → "),
                base.shown()
            ));
        }
        if chain.len() > DEEPEST {
            return Err(format!(
                "{} extends {}, the {DEEPEST}th playbook on top of another; build on one of them directly.",
                top.shown(),
                base.shown()
            ));
        }
        let below = |why: String| format!("{} extends {}, which can't be used: {why}", top.shown(), base.shown());
        let value = yaml::value(&base.text, &base.name).map_err(|e| below(e.to_string()))?;
        if let Some(why) = newer_playbook(&value) {
            return Err(below(format!("{why}.")));
        }
        chain.push(base);
        layers.push(value);
    }
    let mut whole = layers.pop().unwrap_or_default();
    while let Some(own) = layers.pop() {
        whole = extended(&whole, &own);
    }
    chain.remove(0);
    Ok((whole, chain))
}

/// The playbook that `top` names: beside it, among one's own, then among the built-in ones. A playbook that names its
/// own id means the next one of that name, so that one of yours can build on the built-in one.
fn base_of(top: &Source, name: &str) -> Result<Source, String> {
    let folder = top.path.as_deref().and_then(Path::parent);
    let wrap = |why: String| format!("{} extends {name}: {why}", top.shown());
    if is_path(name) {
        let path = folder.map_or_else(|| PathBuf::from(name), |f| f.join(name));
        return Source::read(&path).map_err(wrap);
    }
    let beside = folder.map(Path::to_path_buf);
    let places = beside.into_iter().chain(playbook_folders(folder)).map(|f| f.join(format!("{name}.yaml")));
    for path in places.filter(|p| p.is_file()) {
        let found = Source::read(&path).map_err(wrap)?;
        if !found.is(top) {
            return Ok(found);
        }
    }
    match Source::inside(name).filter(|s| !s.is(top)) {
        Some(source) => Ok(source),
        None => Err(wrap(format!(
            "there is no such playbook beside it; built in are {}.",
            BUILT_IN.map(|(id, _)| id).join(", ")
        ))),
    }
}

/// Every playbook at hand: one's own first.
#[must_use]
pub fn all_playbooks(beside: Option<&Path>) -> Vec<FoundPlaybook> {
    let mut out: Vec<FoundPlaybook> = Vec::new();
    for folder in playbook_folders(beside) {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
        paths.sort();
        let yaml = paths.iter().filter(|p| p.extension().is_some_and(|e| e == "yaml"));
        out.extend(yaml.filter_map(|p| parse(Source::read(p).ok()?).ok()));
    }
    for found in BUILT_IN.iter().filter_map(|(id, _)| parse(Source::inside(id)?).ok()) {
        if !out.iter().any(|f| f.playbook.id == found.playbook.id) {
            out.push(found);
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) -> String {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    const HEAD: &str = "schema: playbook/1\nid: mine\nversion: \"1\"\ntitle: Mine\n";

    #[test]
    fn a_playbook_builds_on_another() {
        let dir = tempfile::tempdir().unwrap();
        let text = format!(
            "{HEAD}extends: churn\nquestions:\n  - id: q01\n    why: Ours.\n  - id: q99\n    stage: goal\n    ask: [ops]\n    text: What else?\n    type: free_text\n    set: {{more: answer}}\n"
        );
        let found = find_playbook(&write(dir.path(), "mine.yaml", &text), None).unwrap();
        let base = find_playbook("churn", None).unwrap();
        assert_eq!((found.playbook.id.as_str(), found.playbook.title.as_str()), ("mine", "Mine"));
        assert_eq!(found.playbook.questions.len(), base.playbook.questions.len() + 1);
        let (own, before) = (found.playbook.question("q01").unwrap(), base.playbook.question("q01").unwrap());
        assert_eq!((own.why.as_str(), &own.text), ("Ours.", &before.text));
        assert_eq!(found.playbook.hypotheses, base.playbook.hypotheses);
        assert_ne!(found.digest(), sha256_16(found.text.as_bytes()), "a change of the base is noticed");
        assert_eq!(base.digest(), sha256_16(base.text.as_bytes()));
    }

    #[test]
    fn one_of_ones_own_may_build_on_the_built_in_one_of_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let text = HEAD.replace("id: mine", "id: churn") + "extends: churn\n";
        let found = find_playbook(&write(dir.path(), "churn.yaml", &text), None).unwrap();
        assert!(found.playbook.questions.len() > 10);
    }

    #[test]
    fn what_leads_nowhere_or_back_names_both_files() {
        let dir = tempfile::tempdir().unwrap();
        let lost = write(dir.path(), "lost.yaml", &format!("{HEAD}extends: nowhere\n"));
        let why = find_playbook(&lost, None).unwrap_err();
        assert!(why.contains("lost.yaml extends nowhere: there is no such playbook beside it"), "{why}");
        let a = write(dir.path(), "a.yaml", &format!("{HEAD}extends: b\n"));
        write(dir.path(), "b.yaml", &format!("{HEAD}extends: ./a.yaml\n"));
        let why = find_playbook(&a, None).unwrap_err();
        assert!(why.contains("b.yaml extends") && why.contains("a.yaml, which leads back to it"), "{why}");
        for k in 0..10 {
            write(dir.path(), &format!("d{k}.yaml"), &format!("{HEAD}extends: d{}\n", k + 1));
        }
        let why = find_playbook(&dir.path().join("d0.yaml").display().to_string(), None).unwrap_err();
        assert!(why.contains("build on one of them directly"), "{why}");
        let broken = write(dir.path(), "over.yaml", &format!("{HEAD}extends: under\n"));
        write(dir.path(), "under.yaml", "schema: playbook/1\nid: [\n");
        let why = find_playbook(&broken, None).unwrap_err();
        assert!(why.contains("over.yaml extends") && why.contains("under.yaml, which can't be used"), "{why}");
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = write(dir.path(), "new.yaml", "schema: playbook/2\nid: new\nshiny: true\n");
        let why = find_playbook(&path, None).unwrap_err();
        assert!(why.contains("the schema is playbook/2, this version reads playbook/1"), "{why}");
    }
}
