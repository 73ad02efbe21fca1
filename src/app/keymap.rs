//! The user's own keys over the built-in ones: a patch, checked before it is taken.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::commands::{self, CommandSpec, Scope};
use super::key::{Key, KeyCode};

/// Chains of scopes that have the keys together; in one of them a key means one thing.
pub const CHAINS: [&[Scope]; 23] = [
    &[Scope::Home, Scope::List, Scope::Global],
    &[Scope::Problem, Scope::List, Scope::Global],
    &[Scope::Ask, Scope::List, Scope::Global],
    &[Scope::Triage, Scope::List, Scope::Global],
    &[Scope::Table, Scope::Arrange, Scope::Explore, Scope::List, Scope::Global],
    &[Scope::Columns, Scope::Explore, Scope::List, Scope::Global],
    &[Scope::Kpi, Scope::Explore, Scope::List, Scope::Global],
    &[Scope::Checks, Scope::Explore, Scope::List, Scope::Global],
    &[Scope::Drivers, Scope::Explore, Scope::List, Scope::Global],
    &[Scope::Segments, Scope::Explore, Scope::List, Scope::Global],
    &[Scope::Change, Scope::Explore, Scope::List, Scope::Global],
    &[Scope::Leaks, Scope::Explore, Scope::List, Scope::Global],
    &[Scope::Confounders, Scope::Explore, Scope::List, Scope::Global],
    &[Scope::Reach, Scope::Explore, Scope::List, Scope::Global],
    &[Scope::Experiment, Scope::Explore, Scope::List, Scope::Global],
    &[Scope::Reading, Scope::Explore, Scope::List, Scope::Global],
    &[Scope::Sql, Scope::Table, Scope::Arrange, Scope::Explore, Scope::List, Scope::Global],
    &[Scope::SqlEdit],
    &[Scope::Score, Scope::List, Scope::Global],
    &[Scope::Next, Scope::List, Scope::Global],
    &[Scope::Brief, Scope::List, Scope::Global],
    &[Scope::Replay, Scope::List, Scope::Global],
    &[Scope::Interview],
];

/// Which keys give which command: the built-in ones, save for those that the user changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keymap {
    own: BTreeMap<&'static str, Vec<Key>>,
}

impl Keymap {
    /// Reads a patch such as `{explore.pin: [p], undo: [u, Ctrl-Y]}`. What can't be taken is told in a sentence each;
    /// the built-in keys of that command stay.
    #[must_use]
    pub fn from_patch(patch: &Value) -> (Self, Vec<String>) {
        let mut told = Vec::new();
        let mut keymap = Self::default();
        match patch {
            Value::Null => {}
            Value::Object(map) => {
                for (id, keys) in map {
                    match entry(id, keys) {
                        Ok((command, keys)) => {
                            keymap.own.insert(command.id, keys);
                        }
                        Err(why) => told.push(why),
                    }
                }
            }
            _ => told.push("Write one command a line with its keys, such as explore.pin: [p].".to_owned()),
        }
        keymap.drop_conflicts(&mut told);
        (keymap, told)
    }

    /// The keys of a command.
    #[must_use]
    pub fn keys(&self, command: &CommandSpec) -> Vec<Key> {
        match self.own.get(command.id) {
            Some(keys) => keys.clone(),
            None => command.keys.iter().filter_map(|k| k.parse().ok()).collect(),
        }
    }

    /// The first key of a command as hints show it; empty when it has none.
    #[must_use]
    pub fn first(&self, command: &CommandSpec) -> String {
        self.keys(command).first().map(Key::to_string).unwrap_or_default()
    }

    /// All keys of a command, one blank between.
    #[must_use]
    pub fn all(&self, command: &CommandSpec) -> String {
        self.keys(command).iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
    }

    /// Takes back what makes a key mean two things in one place, and says so.
    fn drop_conflicts(&mut self, told: &mut Vec<String>) {
        // Taking one back frees or takes other keys, so look again until nothing is in the way.
        while let Some((mine, key, other)) = self.conflict() {
            self.own.remove(mine);
            told.push(format!("{mine}: {key} is the key of {other} already, where both act; the built-in key stays."));
        }
    }

    /// A changed command, a key, and the command that has it too in one of the chains.
    fn conflict(&self) -> Option<(&'static str, Key, &'static str)> {
        for chain in CHAINS {
            let mut by_key: BTreeMap<Key, BTreeSet<&'static str>> = BTreeMap::new();
            for command in commands::all().filter(|c| chain.contains(&c.scope)) {
                for key in self.keys(command) {
                    by_key.entry(key).or_default().insert(command.id);
                }
            }
            // Esc goes one step back wherever there is one.
            let doubled = by_key.iter().filter(|(k, ids)| **k != Key::plain(KeyCode::Esc) && ids.len() > 1);
            for (key, ids) in doubled {
                // Among two changed ones the later in the alphabet yields, so that the outcome is always the same.
                if let Some(mine) = ids.iter().rev().find(|id| self.own.contains_key(**id)) {
                    let other = ids.iter().find(|id| *id != mine)?;
                    return Some((mine, *key, other));
                }
            }
        }
        None
    }
}

fn entry(id: &str, keys: &Value) -> Result<(&'static CommandSpec, Vec<Key>), String> {
    let Some(command) = commands::all().find(|c| c.id == id) else {
        return Err(match nearest(id) {
            Some(like) => format!("{id}: there is no such command; {like} is spelt like it."),
            None => format!("{id}: there is no such command. Ctrl-P lists them all."),
        });
    };
    if command.scope == Scope::Form {
        return Err(format!("{id}: the keys of forms are fixed."));
    }
    let list: Vec<&Value> = match keys {
        Value::Array(list) => list.iter().collect(),
        one => vec![one],
    };
    let mut out = Vec::new();
    for key in list {
        // A digit alone is a number in YAML.
        let text = match key {
            Value::String(s) => s.clone(),
            Value::Number(n) => n.to_string(),
            other => return Err(format!("{id}: {other} is no key; write it as text, such as \"Ctrl-N\".")),
        };
        let key: Key = text.parse().map_err(|why| format!("{id}: {why}; the built-in key stays."))?;
        if matches!(command.scope, Scope::Interview | Scope::SqlEdit) && !acts_while_typing(key) {
            return Err(format!("{id}: {key} is text there; take one with Ctrl- or Alt-."));
        }
        out.push(key);
    }
    Ok((command, out))
}

/// While text is typed only these act.
fn acts_while_typing(key: Key) -> bool {
    key.ctrl || key.alt || matches!(key.code, KeyCode::Tab | KeyCode::Esc | KeyCode::F(_))
}

/// A command whose id has the same last part, or begins alike.
fn nearest(id: &str) -> Option<&'static str> {
    let tail = |id: &str| id.rsplit('.').next().unwrap_or_default().to_owned();
    let wanted = tail(id);
    commands::all()
        .map(|c| c.id)
        .find(|c| tail(c) == wanted)
        .or_else(|| commands::all().map(|c| c.id).find(|c| c.starts_with(id) && !id.is_empty()))
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(patch: Value) -> (Keymap, Vec<String>) {
        Keymap::from_patch(&patch)
    }

    fn shown(keymap: &Keymap, id: &str) -> String {
        keymap.all(commands::all().find(|c| c.id == id).unwrap())
    }

    #[test]
    fn a_patch_changes_what_it_names_and_nothing_else() {
        let (keymap, told) = of(json!({"explore.pin": ["p", "Ctrl-Y"], "score.row": "z", "stage.ask": 7}));
        assert_eq!(told, Vec::<String>::new());
        assert_eq!(shown(&keymap, "explore.pin"), "p Ctrl-Y");
        assert_eq!(shown(&keymap, "score.row"), "z");
        assert_eq!(shown(&keymap, "stage.ask"), "7");
        assert_eq!(shown(&keymap, "undo"), "u");
        assert_eq!(of(Value::Null), (Keymap::default(), Vec::new()));
    }

    #[test]
    fn keys_can_be_exchanged() {
        let (keymap, told) = of(json!({"score.next": ["r"], "score.rate": ["t"]}));
        assert_eq!(told, Vec::<String>::new());
        assert_eq!((shown(&keymap, "score.next").as_str(), shown(&keymap, "score.rate").as_str()), ("r", "t"));
    }

    #[test]
    fn what_can_not_be_taken_is_told_and_the_built_in_key_stays() {
        for (patch, id, built_in, words) in [
            (json!({"score.rate": ["u"]}), "score.rate", "r", "score.rate: u is the key of undo already"),
            (json!({"undo": ["j"]}), "undo", "u", "undo: j is the key of list.down already"),
            (json!({"undo": ["t"]}), "undo", "u", "undo: t is the key of "),
            (json!({"undo": ["Ctlr-U"]}), "undo", "u", "“Ctlr-U” is no key"),
            (json!({"undo": [["u"]]}), "undo", "u", "is no key; write it as text"),
            (json!({"interview.next": ["n"]}), "interview.next", "Ctrl-N", "n is text there"),
            (json!({"form.submit": ["Ctrl-X"]}), "form.submit", "Ctrl-S", "the keys of forms are fixed"),
            (json!({"explore.undo": ["z"]}), "undo", "u", "there is no such command; undo is spelt like it"),
            (json!({"whatever": ["z"]}), "undo", "u", "there is no such command. Ctrl-P lists them all."),
            (json!(["z"]), "undo", "u", "Write one command a line"),
        ] {
            let (keymap, told) = of(patch.clone());
            assert!(told.iter().any(|t| t.contains(words)), "{patch}: {told:?}");
            assert_eq!(shown(&keymap, id), built_in, "{patch}");
        }
    }

    #[test]
    fn two_changes_to_one_key_leave_one_of_them() {
        let (keymap, told) = of(json!({"score.rate": ["z"], "score.why": ["z"]}));
        assert_eq!(told.len(), 1);
        assert_eq!((shown(&keymap, "score.rate").as_str(), shown(&keymap, "score.why").as_str()), ("z", "w"));
    }
}
