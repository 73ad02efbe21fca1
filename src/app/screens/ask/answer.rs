//! One question while it is answered: the typed part, their words, what keeps it from being recorded.

use std::collections::BTreeSet;

use serde_json::Value;

use super::choosing::{option_key, rating_key};
use super::words::{is_weak, plain};
use crate::app::editor::Editor;
use crate::app::form::Choice;
use crate::app::key::{Key, KeyCode};
use crate::app::typed::TypedAnswer;
use crate::domain::event::EventRef;
use crate::domain::playbook::{ASKED, Question, QuestionType, said};
use crate::domain::session::AnswerRecord;

/// The typed part of an answer.
#[derive(Debug, Clone)]
pub enum Part {
    /// The words are the answer.
    None,
    /// One or any of the options; the row after the last one is "does not know".
    Options {
        /// Key and words.
        options: Vec<Choice>,
        /// Any number of them.
        many: bool,
        /// The chosen ones.
        chosen: BTreeSet<usize>,
        /// Where the keys are.
        cursor: usize,
    },
    /// A number, a day, a short word: one line each; a pair has two.
    Lines(Vec<Editor>),
}

/// An answer that is being given.
#[derive(Debug, Clone)]
pub struct Answering {
    /// The question.
    pub question: Question,
    /// The typed part.
    pub part: Part,
    /// "Does not know" is chosen.
    pub unknown: bool,
    /// Their words.
    pub words: Editor,
    /// The words are exactly theirs.
    pub verbatim: bool,
    /// Which part has the keys: the typed fields from 0 on, then the words.
    pub focus: usize,
    /// The probe that was asked last.
    pub probe: Option<usize>,
    /// All probes that were asked.
    pub probed: BTreeSet<usize>,
    /// Why it was not recorded, shown at the typed part.
    pub error: Option<String>,
    /// What makes it weak, shown once before it is accepted.
    pub nudge: Option<String>,
    /// The words that the user wants as they are, whatever was suggested.
    pub as_typed: Option<Vec<String>>,
    /// What stands recorded already.
    saved: Option<(Value, String, bool)>,
}

impl Answering {
    /// An answer not given yet.
    #[must_use]
    pub fn new(question: &Question) -> Self {
        let words = |list: &[(&str, &str)]| list.iter().map(|(k, w)| ((*k).to_owned(), (*w).to_owned())).collect();
        let options = |options, many| Part::Options { options, many, chosen: BTreeSet::new(), cursor: 0 };
        let lines = |n: usize| Part::Lines((0..n).map(|_| Editor::line("")).collect());
        let part = match question.kind {
            QuestionType::FreeText => Part::None,
            QuestionType::Choice => options(question.options.clone(), false),
            QuestionType::Multi => options(question.options.clone(), true),
            QuestionType::YesNo => options(words(&[("yes", "yes"), ("no", "no")]), false),
            QuestionType::NumberPair => lines(2),
            QuestionType::Number
            | QuestionType::Date
            | QuestionType::Rating
            | QuestionType::MultiFree
            | QuestionType::Person => lines(1),
        };
        Self {
            question: question.clone(),
            part,
            unknown: false,
            words: Editor::many_lines(""),
            verbatim: false,
            focus: 0,
            probe: None,
            probed: BTreeSet::new(),
            error: None,
            nudge: None,
            as_typed: None,
            saved: None,
        }
    }

    /// The answer that this person gave in this interview, to be looked at again.
    #[must_use]
    pub fn of(question: &Question, record: &AnswerRecord) -> Self {
        let mut out = Self::new(question);
        out.words = Editor::many_lines(&record.text);
        out.verbatim = record.verbatim;
        out.unknown = record.value.is_null() && question.kind != QuestionType::FreeText;
        let items: Vec<&Value> = match &record.value {
            Value::Array(list) => list.iter().collect(),
            Value::Null => Vec::new(),
            one => vec![one],
        };
        match &mut out.part {
            Part::None => {}
            Part::Options { options, chosen, cursor, .. } => {
                *chosen = items
                    .iter()
                    .filter_map(|v| options.iter().position(|(k, _)| v.as_str() == Some(k.as_str())))
                    .collect();
                *cursor = chosen.first().copied().unwrap_or(if out.unknown { options.len() } else { 0 });
            }
            Part::Lines(lines) if question.kind == QuestionType::MultiFree => {
                let text = items.iter().map(|v| plain(v)).collect::<Vec<_>>().join(", ");
                lines.iter_mut().for_each(|line| line.set(&text));
            }
            Part::Lines(lines) => {
                for (line, value) in lines.iter_mut().zip(items) {
                    line.set(&plain(value));
                }
            }
        }
        for (i, probe) in question.probes.iter().enumerate() {
            if record.text.lines().any(|l| l.strip_prefix(ASKED) == Some(probe.as_str())) {
                out.probed.insert(i);
            }
        }
        out.mark_saved();
        out
    }

    /// An answer that was begun before the program was ended.
    #[must_use]
    pub fn begun(question: &Question, typed: &TypedAnswer) -> Self {
        let record = AnswerRecord {
            event: 0,
            at: String::new(),
            reference: EventRef::N(0),
            question: question.id.clone(),
            said_by: typed.said_by.clone(),
            value: typed.value.clone(),
            unit: None,
            text: typed.text.clone(),
            verbatim: typed.verbatim,
        };
        let mut out = Self::of(question, &record);
        out.unknown = typed.unknown;
        out.saved = None;
        out
    }

    /// What stands here is recorded now.
    pub fn mark_saved(&mut self) {
        self.saved = Some((self.value(), self.text(), self.is_verbatim()));
    }

    /// How many typed fields come before the words.
    #[must_use]
    pub fn fields(&self) -> usize {
        match &self.part {
            Part::None => 0,
            Part::Options { .. } => 1,
            Part::Lines(lines) => lines.len(),
        }
    }

    /// Whether the words have the keys.
    #[must_use]
    pub fn on_words(&self) -> bool {
        self.focus >= self.fields()
    }

    /// The typed value as it stands; the rules judge it when it is recorded.
    #[must_use]
    pub fn value(&self) -> Value {
        let word = |e: &Editor| Some(e.text().trim().to_owned()).filter(|t| !t.is_empty());
        if self.unknown {
            return Value::Null;
        }
        match &self.part {
            Part::None => Value::Null,
            Part::Options { options, many, chosen, .. } => {
                let mut keys =
                    chosen.iter().filter_map(|i| options.get(*i)).map(|(k, _)| Value::String(k.clone())).peekable();
                match (many, keys.peek()) {
                    (_, None) => Value::Null,
                    (true, _) => keys.collect(),
                    (false, _) => keys.next().unwrap_or_default(),
                }
            }
            Part::Lines(lines) => match self.question.kind {
                QuestionType::NumberPair => {
                    let parts: Vec<Value> = lines.iter().map(|e| word(e).map_or(Value::Null, Value::String)).collect();
                    if parts.iter().all(Value::is_null) { Value::Null } else { Value::Array(parts) }
                }
                QuestionType::MultiFree => {
                    let all = lines.first().map(Editor::text).unwrap_or_default();
                    let list: Vec<Value> = all
                        .split([',', ';'])
                        .map(str::trim)
                        .filter(|w| !w.is_empty())
                        .map(|w| Value::String(w.to_owned()))
                        .collect();
                    if list.is_empty() { Value::Null } else { Value::Array(list) }
                }
                _ => lines.first().and_then(word).map_or(Value::Null, Value::String),
            },
        }
    }

    /// Their words as they are recorded: without blank ends and without probes at the end that got no reply.
    #[must_use]
    pub fn text(&self) -> String {
        let text = self.words.text();
        let mut lines: Vec<&str> = text.trim().lines().collect();
        while lines.last().is_some_and(|l| l.trim().is_empty() || l.starts_with(ASKED)) {
            lines.pop();
        }
        lines.join("\n").trim_end().to_owned()
    }

    /// Changes what was typed in words: their words, and lines that hold names or free text.
    pub fn reword(&mut self, change: impl Fn(&str) -> String) {
        let free = matches!(self.question.kind, QuestionType::MultiFree | QuestionType::Person);
        let lines = match &mut self.part {
            Part::Lines(lines) if free => lines.as_mut_slice(),
            _ => &mut [],
        };
        for editor in lines.iter_mut().chain([&mut self.words]) {
            let (old, new) = (editor.text(), change(&editor.text()));
            if new != old {
                editor.set(&new);
            }
        }
    }

    /// What was typed in words, one text for each field.
    #[must_use]
    pub fn typed(&self) -> Vec<String> {
        let free = matches!(self.question.kind, QuestionType::MultiFree | QuestionType::Person);
        let mut out = match &self.part {
            Part::Lines(lines) if free => lines.iter().map(Editor::text).collect(),
            _ => Vec::new(),
        };
        out.push(self.text());
        out
    }

    /// Whether there are words and they are exactly theirs.
    #[must_use]
    pub fn is_verbatim(&self) -> bool {
        self.verbatim && !self.text().is_empty()
    }

    /// Whether nothing was answered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.unknown && self.value().is_null() && said(&self.text()).trim().is_empty()
    }

    /// Whether it says what stands recorded already.
    #[must_use]
    pub fn is_saved(&self) -> bool {
        self.saved
            .as_ref()
            .is_some_and(|(v, t, verbatim)| *v == self.value() && *t == self.text() && *verbatim == self.is_verbatim())
    }

    /// What makes the answer weak, in the playbook's words where it has some.
    #[must_use]
    pub fn weakness(&self) -> Option<String> {
        if self.unknown {
            return None;
        }
        let (value, text) = (self.value(), self.text());
        if value.is_null() && self.fields() > 0 {
            let part =
                if matches!(self.part, Part::Options { .. }) { "Nothing is chosen" } else { "The field is empty" };
            return Some(format!("{part}: the words alone would be kept."));
        }
        if is_weak(&self.question, &value, &text) {
            let nudge = self.question.nudge.clone();
            return Some(nudge.unwrap_or_else(|| "That is little to go on. Ask once more.".into()));
        }
        None
    }

    /// Moves the keys to the next part.
    pub fn step(&mut self, forward: bool) {
        let n = self.fields() + 1;
        self.focus = (self.focus.min(n - 1) + if forward { 1 } else { n - 1 }) % n;
    }

    /// Marks a probe as asked and makes room for the reply among the words.
    pub fn ask_probe(&mut self, i: usize) -> bool {
        let Some(probe) = self.question.probes.get(i).cloned() else { return false };
        self.probe = Some(i);
        if self.probed.insert(i) {
            let before = self.words.text();
            let before = before.trim_end();
            let gap = if before.is_empty() { "" } else { "\n" };
            self.words.set(&format!("{before}{gap}{ASKED}{probe}\n"));
        }
        self.focus = self.fields();
        true
    }

    /// A key for the part that has the keys.
    pub fn key(&mut self, key: Key) {
        self.error = None;
        if self.on_words() {
            self.words.key(key);
            return;
        }
        let focus = self.focus;
        let kind = self.question.kind;
        let plain = !key.ctrl && !key.alt;
        match &mut self.part {
            Part::None => {}
            Part::Options { options, many, chosen, cursor } if plain => {
                if option_key(options, *many, chosen, cursor, &mut self.unknown, key) {
                    self.focus += 1;
                }
            }
            Part::Options { .. } => {}
            Part::Lines(lines) => {
                let Some(line) = lines.get_mut(focus) else { return };
                if kind == QuestionType::Rating && plain && rating_key(&self.question, line, key) {
                    self.unknown = false;
                    return;
                }
                if line.key(key) {
                    self.unknown = self.unknown && line.text().trim().is_empty();
                    return;
                }
                match key.code {
                    KeyCode::Enter | KeyCode::Down if plain => self.step(true),
                    KeyCode::Up if plain && focus > 0 => self.step(false),
                    _ => {}
                }
            }
        }
    }

    /// Pasted text: into the line that has the keys, else into the words.
    pub fn paste(&mut self, text: &str) {
        self.error = None;
        let focus = self.focus;
        match &mut self.part {
            Part::Lines(lines) if focus < lines.len() => {
                if let Some(line) = lines.get_mut(focus) {
                    line.paste(text);
                    self.unknown = false;
                }
            }
            _ => {
                self.words.paste(text);
                self.focus = self.fields();
            }
        }
    }

    /// Puts the keys where a refused value stands: in a pair on the part that is no number.
    pub fn focus_wrong(&mut self) {
        self.focus = match &self.part {
            Part::Lines(lines) => lines
                .iter()
                .position(|l| {
                    let text = l.text();
                    !text.trim().is_empty() && crate::domain::decide::number_in(&text).is_none()
                })
                .unwrap_or(0),
            _ => 0,
        };
    }
}
