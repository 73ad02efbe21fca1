//! A text in the user's own editor.

use std::io::{Read, Write};
use std::process::Command;

/// Longest text that is read back.
const LIMIT: u64 = 4 << 20;

/// Which editor the environment names: `VISUAL`, then `EDITOR`, else `vi`. The value may hold
/// arguments (`code --wait`).
pub fn command(env: impl Fn(&str) -> Option<String>) -> String {
    ["VISUAL", "EDITOR"]
        .iter()
        .filter_map(|name| env(name))
        .find(|v| !v.trim().is_empty())
        .unwrap_or_else(|| "vi".into())
}

/// Lets `editor` change a text in a private temporary file and returns it as saved, without the
/// newline that editors add. The terminal must be given back before.
///
/// # Errors
/// In plain words, when the editor cannot be started, says that it failed, or leaves no readable text.
pub fn edit(editor: &str, text: &str, suffix: &str) -> Result<String, String> {
    let trouble = |what: &str, e: std::io::Error| format!("{what}: {e}; the text is unchanged");
    let mut file = tempfile::Builder::new()
        .prefix("whyboard-")
        .suffix(suffix)
        .tempfile()
        .map_err(|e| trouble("no temporary file for the editor", e))?;
    file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(|e| trouble("the temporary file", e))?;
    // The shell splits the editor's arguments as the user's shell would; the path is no part of it.
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("{editor} \"$1\""))
        .arg("sh")
        .arg(file.path())
        .status()
        .map_err(|e| trouble("the editor could not be started", e))?;
    if !status.success() {
        return Err(format!("the editor “{editor}” ended with an error ({status}); the text is unchanged"));
    }
    // Editors may replace the file: read what now has its name.
    let mut bytes = Vec::new();
    std::fs::File::open(file.path())
        .and_then(|saved| saved.take(LIMIT + 1).read_to_end(&mut bytes))
        .map_err(|e| trouble("the edited text could not be read", e))?;
    if bytes.len() as u64 > LIMIT {
        return Err("the edited text is longer than 4 MB; the text is unchanged".into());
    }
    let mut text = String::from_utf8(bytes).map_err(|_| "the edited text is not UTF-8; the text is unchanged")?;
    if text.ends_with('\n') {
        text.pop();
    }
    Ok(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_the_editor() {
        let env = |vars: &'static [(&str, &str)]| {
            move |name: &str| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
        };
        assert_eq!(command(env(&[("EDITOR", "nano"), ("VISUAL", "hx")])), "hx");
        assert_eq!(command(env(&[("EDITOR", "nano"), ("VISUAL", " ")])), "nano");
        assert_eq!(command(env(&[])), "vi");
    }

    #[test]
    fn what_the_editor_saves_comes_back() {
        assert_eq!(edit("sed -i s/old/new/", "old text", ".md").unwrap(), "new text");
        assert_eq!(edit("true", "as it was", "").unwrap(), "as it was");
    }

    #[test]
    fn a_failing_editor_changes_nothing_and_is_named() {
        let error = edit("false", "text", ".md").unwrap_err();
        assert!(error.contains("“false”") && error.contains("unchanged"), "{error}");
        assert!(edit("no-such-editor-here 2>/dev/null", "text", ".md").is_err());
        assert!(edit("printf '\\377' >", "text", ".md").unwrap_err().contains("UTF-8"));
    }
}
