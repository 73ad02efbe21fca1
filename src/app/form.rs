//! Forms: what is typed or chosen before something is recorded.

use std::collections::{BTreeMap, BTreeSet};

mod keys;

use keys::{choice_key, many_key, ratings_key, step_cursor, suggest_key};
pub use keys::{fitting, is_list};

use super::editor::Editor;
use super::forms::FormId;
use super::key::{Key, KeyCode};
use crate::domain::event::Ratings;
use crate::domain::words::Rating;

/// One of several answers: key in the file and words for people.
pub type Choice = (String, String);

/// What a field holds.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // a form has a handful of fields
pub enum FieldKind {
    /// Text of one or several lines.
    Text(Editor),
    /// Text of one line with suggestions below it: typing narrows them, the arrows choose, Enter takes the chosen one.
    Suggest {
        /// The text.
        editor: Editor,
        /// What can be taken: the text, and words for people.
        options: Vec<Choice>,
        /// The chosen one among those that fit what was typed.
        at: Option<usize>,
    },
    /// One of the options; `None` while nothing is chosen.
    Choice {
        /// The options.
        options: Vec<Choice>,
        /// The chosen one.
        selected: Option<usize>,
    },
    /// Any of the options.
    Many {
        /// The options.
        options: Vec<Choice>,
        /// The chosen ones.
        chosen: BTreeSet<usize>,
        /// Where the keys are.
        cursor: usize,
    },
    /// How expected a clue is under each hypothesis.
    Ratings {
        /// Hypothesis id, title, rating; `None` is not rated.
        rows: Vec<(String, String, Option<Rating>)>,
        /// Where the keys are.
        cursor: usize,
    },
    /// Words to read.
    Info(String),
}

/// One field.
#[derive(Debug, Clone)]
pub struct Field {
    /// Name for the code that submits.
    pub key: &'static str,
    /// Label.
    pub label: String,
    /// What to write.
    pub help: String,
    /// What it holds.
    pub kind: FieldKind,
}

/// The fields of a form that was left: by field, as text. Options and rows go by their keys, so that a draft still fits
/// when others have come or gone meanwhile.
pub type Draft = BTreeMap<String, String>;

impl FieldKind {
    /// What a draft keeps of it; nothing for words to read. A choice is its key, several are a line each, ratings are
    /// `hypothesis rating`, a line each.
    fn kept(&self) -> Option<String> {
        let key = |options: &[Choice], i: usize| options.get(i).map(|(k, _)| k.clone());
        match self {
            Self::Text(editor) | Self::Suggest { editor, .. } => Some(editor.text()),
            Self::Choice { options, selected } => Some(selected.and_then(|i| key(options, i)).unwrap_or_default()),
            Self::Many { options, chosen, .. } => {
                Some(chosen.iter().filter_map(|i| key(options, *i)).collect::<Vec<_>>().join("\n"))
            }
            Self::Ratings { rows, .. } => {
                let line = |(id, _, r): &(String, String, Option<Rating>)| r.map(|r| format!("{id} {}", r.key()));
                Some(rows.iter().filter_map(line).collect::<Vec<_>>().join("\n"))
            }
            Self::Info(_) => None,
        }
    }

    /// Puts back what was kept, as far as it still fits.
    fn put_back(&mut self, kept: &str) {
        let place = |options: &[Choice], key: &str| options.iter().position(|(k, _)| k == key);
        match self {
            Self::Text(editor) | Self::Suggest { editor, .. } => editor.set(kept),
            Self::Choice { selected, .. } if kept.is_empty() => *selected = None,
            // An option that is gone leaves the choice as the form has it now.
            Self::Choice { options, selected } => *selected = place(options, kept).or(*selected),
            Self::Many { options, chosen, .. } => *chosen = kept.lines().filter_map(|k| place(options, k)).collect(),
            Self::Ratings { rows, .. } => {
                let given: BTreeMap<&str, &str> = kept.lines().filter_map(|l| l.rsplit_once(' ')).collect();
                for (id, _, rating) in rows {
                    let key = given.get(id.as_str());
                    *rating = key.and_then(|k| Rating::ALL.into_iter().find(|r| r.key() == *k));
                }
            }
            Self::Info(_) => {}
        }
    }
}

/// A form with the focus on one field.
#[derive(Debug, Clone)]
pub struct Form {
    /// Which form.
    pub id: FormId,
    /// Title.
    pub title: String,
    /// The fields.
    pub fields: Vec<Field>,
    /// Which field has the keys.
    pub focus: usize,
    /// Why it was not accepted.
    pub error: Option<String>,
    /// What Ctrl-S does, in one or two words.
    pub submit: &'static str,
    /// What the fields held when the form was opened.
    start: Draft,
}

/// What a key did to a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormAction {
    /// It was used, or ignored.
    Stay,
    /// The form should be submitted.
    Submit,
    /// The form should be put away, its content kept as a draft.
    Leave,
    /// The text of the field should be changed in the user's own editor.
    Edit,
}

impl Form {
    /// An empty form.
    #[must_use]
    pub fn new(id: FormId, title: impl Into<String>, submit: &'static str) -> Self {
        Self { id, title: title.into(), fields: Vec::new(), focus: 0, error: None, submit, start: Draft::new() }
    }

    fn field(mut self, key: &'static str, label: &str, help: &str, kind: FieldKind) -> Self {
        self.fields.push(Field { key, label: label.into(), help: help.into(), kind });
        self
    }

    /// Adds a line of text.
    #[must_use]
    pub fn line(self, key: &'static str, label: &str, help: &str, text: &str) -> Self {
        self.field(key, label, help, FieldKind::Text(Editor::line(text)))
    }

    /// Adds text of several lines.
    #[must_use]
    pub fn area(self, key: &'static str, label: &str, help: &str, text: &str) -> Self {
        self.field(key, label, help, FieldKind::Text(Editor::many_lines(text)))
    }

    /// Adds a line of text with suggestions.
    #[must_use]
    pub fn suggest(self, key: &'static str, label: &str, help: &str, text: &str, options: Vec<Choice>) -> Self {
        self.field(key, label, help, FieldKind::Suggest { editor: Editor::line(text), options, at: None })
    }

    /// Adds a choice.
    #[must_use]
    pub fn choice(
        self,
        key: &'static str,
        label: &str,
        help: &str,
        options: Vec<Choice>,
        selected: Option<&str>,
    ) -> Self {
        let selected = selected.and_then(|s| options.iter().position(|(k, _)| k == s));
        self.field(key, label, help, FieldKind::Choice { options, selected })
    }

    /// Adds a choice of several.
    #[must_use]
    pub fn many(self, key: &'static str, label: &str, help: &str, options: Vec<Choice>, chosen: &[String]) -> Self {
        let chosen = options.iter().enumerate().filter(|(_, (k, _))| chosen.contains(k)).map(|(i, _)| i).collect();
        self.field(key, label, help, FieldKind::Many { options, chosen, cursor: 0 })
    }

    /// Adds ratings.
    #[must_use]
    pub fn ratings(
        self,
        key: &'static str,
        label: &str,
        help: &str,
        rows: Vec<(String, String, Option<Rating>)>,
    ) -> Self {
        self.field(key, label, help, FieldKind::Ratings { rows, cursor: 0 })
    }

    /// Adds words to read.
    #[must_use]
    pub fn info(self, text: impl Into<String>) -> Self {
        self.field("", "", "", FieldKind::Info(text.into()))
    }

    /// Adds words to read that [`Self::set_info`] replaces.
    #[must_use]
    pub fn info_as(self, key: &'static str, text: impl Into<String>) -> Self {
        self.field(key, "", "", FieldKind::Info(text.into()))
    }

    /// Replaces words to read.
    pub fn set_info(&mut self, key: &str, words: impl Into<String>) {
        for field in self.fields.iter_mut().filter(|f| f.key == key) {
            if let FieldKind::Info(text) = &mut field.kind {
                *text = words.into();
                return;
            }
        }
    }

    /// Replaces the suggestions of a field.
    pub fn set_suggestions(&mut self, key: &str, list: Vec<Choice>) {
        for field in self.fields.iter_mut().filter(|f| f.key == key) {
            if let FieldKind::Suggest { options, at, .. } = &mut field.kind {
                *options = list;
                *at = None;
                return;
            }
        }
    }

    /// The suggestion that is chosen and not taken yet, else the text of the field.
    #[must_use]
    pub fn pointed_at(&self, key: &str) -> String {
        match self.fields.iter().find(|f| f.key == key).map(|f| &f.kind) {
            Some(FieldKind::Suggest { editor, options, at: Some(at) }) => {
                fitting(options, &editor.text()).get(*at).map_or_else(|| self.text(key), |(text, _)| text.clone())
            }
            _ => self.text(key),
        }
    }

    /// Puts the focus on the first field that can be changed.
    #[must_use]
    pub fn ready(mut self) -> Self {
        self.focus = self.fields.iter().position(|f| !matches!(f.kind, FieldKind::Info(_))).unwrap_or(0);
        self.start = self.kept();
        self
    }

    /// The text of a field, trimmed; the key of a choice.
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        match self.fields.iter().find(|f| f.key == key).map(|f| &f.kind) {
            Some(FieldKind::Text(editor) | FieldKind::Suggest { editor, .. }) => editor.text().trim().to_owned(),
            Some(FieldKind::Choice { options, selected }) => {
                selected.and_then(|i| options.get(i)).map(|(k, _)| k.clone()).unwrap_or_default()
            }
            _ => String::new(),
        }
    }

    /// The keys of the chosen options.
    #[must_use]
    pub fn chosen(&self, key: &str) -> Vec<String> {
        match self.fields.iter().find(|f| f.key == key).map(|f| &f.kind) {
            Some(FieldKind::Many { options, chosen, .. }) => {
                chosen.iter().filter_map(|i| options.get(*i)).map(|(k, _)| k.clone()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The ratings that were given.
    #[must_use]
    pub fn rated(&self, key: &str) -> Ratings {
        match self.fields.iter().find(|f| f.key == key).map(|f| &f.kind) {
            Some(FieldKind::Ratings { rows, .. }) => {
                rows.iter().filter_map(|(id, _, r)| r.map(|r| (id.clone(), r))).collect()
            }
            _ => Ratings::new(),
        }
    }

    /// A number in a field; an empty field gives `None`.
    ///
    /// # Errors
    /// A sentence when the field holds something else.
    pub fn number(&self, key: &str) -> Result<Option<f64>, String> {
        let text = self.text(key);
        if text.is_empty() {
            return Ok(None);
        }
        crate::domain::decide::read_number(&text).map(Some).map_err(|why| {
            let label = self.fields.iter().find(|f| f.key == key).map_or(key, |f| f.label.as_str());
            format!("{label}: {why}")
        })
    }

    /// What was changed since the form was opened: texts, choices and ratings alike.
    #[must_use]
    pub fn draft(&self) -> Draft {
        self.kept().into_iter().filter(|(key, kept)| self.start.get(key) != Some(kept)).collect()
    }

    fn kept(&self) -> Draft {
        self.fields.iter().filter_map(|f| Some((f.key.to_owned(), f.kind.kept()?))).collect()
    }

    /// Puts a draft back.
    pub fn restore(&mut self, draft: &Draft) {
        for field in &mut self.fields {
            if let Some(kept) = draft.get(field.key) {
                field.kind.put_back(kept);
            }
        }
    }

    /// The text field that has the keys.
    pub fn focused_text(&mut self) -> Option<&mut Editor> {
        match self.fields.get_mut(self.focus) {
            Some(Field { kind: FieldKind::Text(editor) | FieldKind::Suggest { editor, .. }, .. }) => Some(editor),
            _ => None,
        }
    }

    /// What was typed narrows the suggestions anew: none is pointed at.
    fn let_go(&mut self) {
        if let Some(Field { kind: FieldKind::Suggest { at, .. }, .. }) = self.fields.get_mut(self.focus) {
            *at = None;
        }
    }

    fn step(&mut self, forward: bool) {
        let n = self.fields.len();
        for k in 1..=n {
            let i = if forward { (self.focus + k) % n } else { (self.focus + n - k % n) % n };
            if self.fields.get(i).is_some_and(|f| !matches!(f.kind, FieldKind::Info(_))) {
                self.focus = i;
                return;
            }
        }
    }

    fn is_last(&self) -> bool {
        self.fields.iter().skip(self.focus + 1).all(|f| matches!(f.kind, FieldKind::Info(_)))
    }

    /// Moves the focus to a field that can be changed.
    pub fn focus_on(&mut self, field: usize) {
        if self.fields.get(field).is_some_and(|f| !matches!(f.kind, FieldKind::Info(_))) {
            self.focus = field;
        }
    }

    /// A suggestion that the arrows point at is meant when the field is left.
    fn take_pointed(&mut self) {
        if let Some(Field { kind: FieldKind::Suggest { editor, options, at }, .. }) = self.fields.get_mut(self.focus)
            && at.is_some()
        {
            suggest_key(editor, options, at, Key::plain(KeyCode::Enter));
        }
    }

    /// Moves the focus to the next field.
    pub fn next_field(&mut self) {
        self.step(true);
    }

    /// A key while the form has the keys.
    pub fn key(&mut self, key: Key) -> FormAction {
        self.error = None;
        match (key.code, key.ctrl) {
            (KeyCode::Esc, _) => return FormAction::Leave,
            (KeyCode::Char('s'), true) => {
                self.take_pointed();
                return FormAction::Submit;
            }
            (KeyCode::Char('g'), true) if self.focused_text().is_some() => return FormAction::Edit,
            (KeyCode::Tab, _) => {
                self.take_pointed();
                self.step(!key.shift);
                return FormAction::Stay;
            }
            _ => {}
        }
        let last = self.is_last();
        let Some(field) = self.fields.get_mut(self.focus) else { return FormAction::Stay };
        let plain = !key.ctrl && !key.alt;
        let used = match &mut field.kind {
            FieldKind::Text(editor) => editor.key(key),
            FieldKind::Suggest { editor, options, at } => suggest_key(editor, options, at, key),
            FieldKind::Choice { options, selected } => choice_key(options, selected, key),
            FieldKind::Many { options, chosen, cursor } => many_key(options, chosen, cursor, key),
            FieldKind::Ratings { rows, cursor } => ratings_key(rows, cursor, key),
            FieldKind::Info(_) => false,
        };
        if used || !plain {
            return FormAction::Stay;
        }
        match key.code {
            KeyCode::Enter if last => return FormAction::Submit,
            KeyCode::Enter | KeyCode::Down => self.step(true),
            KeyCode::Up => self.step(false),
            _ => {}
        }
        FormAction::Stay
    }

    /// Pasted text goes into the text field that has the keys, whatever it holds.
    pub fn paste(&mut self, text: &str) {
        if let Some(editor) = self.focused_text() {
            editor.paste(text);
            self.let_go();
        }
    }

    /// The wheel: through the rows of a list, else to the field before or after.
    pub fn wheel(&mut self, down: bool) {
        let at_end = match self.fields.get_mut(self.focus).map(|f| &mut f.kind) {
            Some(FieldKind::Many { options, cursor, .. }) => step_cursor(cursor, options.len(), down),
            Some(FieldKind::Ratings { rows, cursor }) => step_cursor(cursor, rows.len(), down),
            _ => true,
        };
        if at_end {
            self.step(down);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
