//! Each layer imports only those below it, and polars, ratatui, crossterm, files and printing stay where they belong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

/// From the top to the bottom; a layer may use itself and what stands after it.
const LAYERS: [&str; 12] =
    ["cli", "term", "ui", "app", "jobs", "report", "analysis", "engine", "journal", "yaml", "domain", "query"];

/// What only some layers may touch. A name counts where it begins a path: `polars::`, `use polars`.
const OUTSIDE: [(&str, &[&str]); 9] = [
    ("polars", &["src/engine/"]),
    // The loop hands a frame from term to ui.
    ("ratatui", &["src/ui/", "src/term/", "src/cli/workbench/"]),
    ("crossterm", &["src/term/"]),
    ("ratatui::crossterm", &["src/term/"]),
    ("tui_textarea", &["src/app/editor.rs", "src/ui/"]),
    ("std::fs", &["src/cli/", "src/term/", "src/engine/", "src/journal/"]),
    ("std::process::Command", &["src/cli/", "src/term/"]),
    ("std::process::exit", &["src/cli/", "src/term/"]),
    ("std::net", &[]),
];

/// Printing is for the commands.
const PRINTING: [&str; 7] = ["println!", "print!", "eprintln!", "eprint!", "dbg!", "stdout()", "stderr()"];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                out.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    walk(&root.join("src"), &mut paths);
    paths.sort();
    let texts: Vec<String> = paths.iter().map(|p| std::fs::read_to_string(p).unwrap()).collect();
    let relative = paths.iter().map(|p| p.strip_prefix(root).unwrap().to_path_buf()).collect::<Vec<_>>();
    let tests = test_only(&relative, &texts);
    relative.into_iter().zip(texts).filter(|(p, _)| !tests.iter().any(|t| p.starts_with(t) || p == t)).collect()
}

/// Files and folders that are modules under `#[cfg(test)]`.
fn test_only(paths: &[PathBuf], texts: &[String]) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for (path, text) in paths.iter().zip(texts) {
        let stem = path.file_stem().unwrap();
        let inside = if stem == "mod" || stem == "lib" || stem == "main" {
            path.parent().unwrap().to_path_buf()
        } else {
            path.with_extension("")
        };
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2) {
            let [attribute, item] = pair else { continue };
            if !attribute.starts_with("#[cfg(") || !attribute.contains("test") {
                continue;
            }
            let name = item.strip_suffix(';').and_then(|i| i.rsplit_once("mod ")).map(|(_, n)| n);
            if let Some(name) = name {
                out.push(inside.join(name));
                out.push(inside.join(format!("{name}.rs")));
            }
        }
    }
    out
}

/// The code without comments, strings and characters, and without what stands under `#[cfg(test)]`.
fn code(text: &str) -> String {
    let blanked = blank(text);
    let mut out = String::new();
    let mut rest = blanked.as_str();
    while let Some(at) = rest.find("#[cfg(test)]") {
        out.push_str(&rest[..at]);
        rest = after_item(&rest[at + "#[cfg(test)]".len()..]);
    }
    out.push_str(rest);
    out
}

/// What follows an item: after its closing brace, or after its semicolon when it has no body.
fn after_item(text: &str) -> &str {
    let mut depth = 0usize;
    for (i, c) in text.char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && c == '}' {
                    return &text[i + 1..];
                }
            }
            ';' if depth == 0 => return &text[i + 1..],
            _ => {}
        }
    }
    ""
}

fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    while i < chars.len() {
        let c = at(i);
        if c == '/' && at(i + 1) == '/' {
            while i < chars.len() && at(i) != '\n' {
                i += 1;
            }
        } else if c == '/' && at(i + 1) == '*' {
            while i < chars.len() && !(at(i) == '*' && at(i + 1) == '/') {
                i += 1;
            }
            i += 2;
        } else if c == 'r' && (at(i + 1) == '"' || (at(i + 1) == '#' && matches!(at(i + 2), '"' | '#'))) {
            let mut hashes = 0;
            while at(i + 1 + hashes) == '#' {
                hashes += 1;
            }
            i += 2 + hashes;
            while i < chars.len() && !(at(i) == '"' && (1..=hashes).all(|k| at(i + k) == '#')) {
                i += 1;
            }
            i += 1 + hashes;
        } else if c == '"' {
            i += 1;
            while i < chars.len() && at(i) != '"' {
                i += if at(i) == '\\' { 2 } else { 1 };
            }
            i += 1;
        } else if c == '\'' && (at(i + 1) == '\\' || at(i + 2) == '\'') {
            i += if at(i + 1) == '\\' { 3 } else { 2 };
            while i < chars.len() && at(i) != '\'' {
                i += 1;
            }
            i += 1;
        } else {
            out.push(c);
            i += 1;
        }
    }
    out
}

/// Names after `crate::`, those in braces among them.
fn crate_names(code: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            // Only the first name of each part counts: `{app::{self, App}, ui}` names app and ui.
            let (mut depth, mut begins) = (0, true);
            let mut word = String::new();
            for c in list.chars() {
                let of_name = c.is_alphanumeric() || c == '_';
                if depth == 0 && begins && of_name {
                    word.push(c);
                    continue;
                }
                if !word.is_empty() {
                    out.push(std::mem::take(&mut word));
                    begins = false;
                }
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => begins = true,
                    _ => {}
                }
            }
        } else {
            out.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    out
}

/// Whether a path such as `std::fs` is used: written out, or as part of a list in braces.
fn uses(code: &str, path: &str) -> bool {
    let starts_path = |at: usize| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
    let ends_word = |tail: &str| !tail.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let plain = code.match_indices(path).any(|(at, _)| {
        let tail = &code[at + path.len()..];
        let is_path = tail.starts_with("::") || path.contains("::") || code[..at].trim_end().ends_with("use");
        starts_path(at) && ends_word(tail) && is_path
    });
    let Some((head, last)) = path.rsplit_once("::") else { return plain };
    let in_list = code.match_indices(&format!("{head}::{{")).any(|(at, found)| {
        let list = &code[at + found.len()..];
        let list = &list[..list.find(';').unwrap_or(list.len())];
        starts_path(at)
            && list.split(['{', '}', ',']).any(|part| {
                let part = part.trim();
                part == last || part.strip_prefix(last).is_some_and(|t| t.starts_with("::") || t.starts_with(" as "))
            })
    });
    plain || in_list
}

fn layer_of(path: &Path) -> Option<String> {
    let mut parts = path.components().map(|c| c.as_os_str().to_string_lossy().into_owned());
    (parts.next()? == "src").then_some(())?;
    let first = parts.next()?;
    let name = first.strip_suffix(".rs").unwrap_or(&first).to_owned();
    LAYERS.contains(&name.as_str()).then_some(name)
}

#[test]
fn no_layer_imports_one_above_it() {
    let place = |layer: &str| LAYERS.iter().position(|l| *l == layer).unwrap();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (path, text) in sources() {
        let Some(layer) = layer_of(&path) else { continue };
        for name in crate_names(&code(&text)) {
            if !LAYERS.contains(&name.as_str()) {
                continue;
            }
            seen += 1;
            let allowed = place(&name) >= place(&layer);
            if !allowed {
                wrong.push(format!("{}: {layer} imports {name}, which stands above it", path.display()));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(seen > 100, "only {seen} imports were found: the search is broken");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn libraries_files_and_printing_stay_in_their_layers() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let code = code(&text);
        let name = path.display().to_string();
        for (what, allowed) in OUTSIDE {
            if uses(&code, what) && !allowed.iter().any(|a| name.starts_with(a)) {
                wrong.push(format!("{name}: {what} is used outside {}", allowed.join(", ")));
            }
        }
        if !name.starts_with("src/cli/") && !name.starts_with("src/term/") {
            for what in PRINTING {
                let hit = code
                    .match_indices(what)
                    .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.'));
                if hit {
                    wrong.push(format!("{name}: {what} is used outside the commands"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_folder_of_src_is_a_layer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let stem = name.strip_suffix(".rs").unwrap_or(&name);
        assert!(["lib", "main"].contains(&stem) || LAYERS.contains(&stem), "src/{name} is in no layer");
    }
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let text = r##"
        // use polars::prelude;
        use std::{fs, io::Write};
        use crate::{app::{self, App}, ui, domain::x};
        let a = crate::term::run("crate::cli", 'x', '\'', r#"crate::jobs "quoted" "#);
        #[cfg(test)]
        mod tests { use crate::report::x; fn f() { std::fs::read("a"); } }
        use crate::yaml;
        fn g() { polars::frame(); mypolars::x(); }
    "##;
    let code = code(text);
    assert_eq!(crate_names(&code), ["app", "ui", "domain", "term", "yaml"]);
    assert!(uses(&code, "std::fs") && uses(&code, "polars"));
    assert!(!uses(&code, "ratatui") && !uses(&code, "std::net") && !uses(&code, "std::process"));
    assert!(uses("use std::fs::File;", "std::fs") && uses("use ratatui::Frame;", "ratatui"));
    assert!(!uses("use std::fsx;", "std::fs") && !uses("crate::polars::x", "polars"));
}
