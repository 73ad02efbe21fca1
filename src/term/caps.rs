//! What the terminal can show and how far away it is, told from the environment alone.

use std::time::Duration;

use crate::ui::glyphs::Glyphs;
use crate::ui::theme::{Depth, Ground, Theme};

/// Abilities of the terminal. A plain value: tests make their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// How many colours to use.
    pub depth: Depth,
    /// Can more than ASCII be shown?
    pub unicode: bool,
    /// Which background the terminal says it has; dark when it does not say.
    pub ground: Ground,
    /// Is the terminal at the far end of an SSH line?
    pub ssh: bool,
    /// Does tmux stand between?
    pub tmux: bool,
}

impl Caps {
    /// Reads the environment of this process.
    pub fn from_env() -> Self {
        Self::detect(|name| std::env::var(name).ok())
    }

    /// Tells abilities from environment variables:
    /// `NO_COLOR` (not empty), `CLICOLOR=0` and `TERM=dumb` mean no colour; `COLORTERM` and `TERM` say
    /// how many; the locale (`LC_ALL`, then `LC_CTYPE`, then `LANG`) says whether Unicode; `COLORFGBG`
    /// names the background.
    pub fn detect(env: impl Fn(&str) -> Option<String>) -> Self {
        let var = |name: &str| env(name).unwrap_or_default();
        let set = |name: &str| !var(name).is_empty();
        let term = var("TERM");
        Self {
            depth: if colour_refused(&env) { Depth::Mono } else { depth(&term, &var("COLORTERM"), &env) },
            unicode: utf8_locale(&env) && term != "linux", // the console's font has few of our shapes
            ground: ground(&var("COLORFGBG")),
            ssh: set("SSH_CONNECTION") || set("SSH_TTY") || set("SSH_CLIENT"),
            tmux: set("TMUX"),
        }
    }

    /// The theme that suits the terminal.
    pub fn theme(&self) -> Theme {
        Theme::new(self.ground, self.depth, if self.unicode { Glyphs::unicode() } else { Glyphs::ascii() })
    }

    /// The least time between two frames: 16 ms, or 33 ms over SSH.
    pub fn frame_time(&self) -> Duration {
        Duration::from_millis(if self.ssh { 33 } else { 16 })
    }
}

/// Should text printed by a command be coloured? `NO_COLOR` and `CLICOLOR=0` say no,
/// `CLICOLOR_FORCE` (neither empty nor 0) says yes, else the output must be a terminal that is not dumb
/// (bixense.com/clicolors, no-color.org).
pub fn colour_output(env: impl Fn(&str) -> Option<String>, to_terminal: bool) -> bool {
    let var = |name: &str| env(name).unwrap_or_default();
    if !var("NO_COLOR").is_empty() {
        return false;
    }
    if !matches!(var("CLICOLOR_FORCE").as_str(), "" | "0") {
        return true;
    }
    to_terminal && !colour_refused(&env)
}

fn colour_refused(env: &impl Fn(&str) -> Option<String>) -> bool {
    let var = |name: &str| env(name).unwrap_or_default();
    !var("NO_COLOR").is_empty() || var("CLICOLOR") == "0" || matches!(var("TERM").as_str(), "" | "dumb")
}

fn depth(term: &str, colorterm: &str, env: &impl Fn(&str) -> Option<String>) -> Depth {
    const FULL: [&str; 7] = ["kitty", "alacritty", "foot", "wezterm", "ghostty", "iterm", "contour"];
    let few = ["vt1", "vt2", "vt3", "ansi-m"].iter().any(|old| term.starts_with(old));
    if few || term.ends_with("-m") || term.ends_with("-mono") {
        return Depth::Mono;
    }
    // GNU screen passes COLORTERM on and cannot show what it promises; tmux can.
    let screen = env("STY").is_some_and(|v| !v.is_empty()) && term.starts_with("screen");
    let full = matches!(colorterm.to_ascii_lowercase().as_str(), "truecolor" | "24bit")
        || term.ends_with("-direct")
        || FULL.iter().any(|name| term.contains(name))
        || env("WT_SESSION").is_some_and(|v| !v.is_empty());
    if full && !screen {
        Depth::True
    } else if full || term.contains("256") {
        Depth::Ansi256
    } else {
        Depth::Ansi16
    }
}

/// The first of the three variables that is set decides, as in the C library.
fn utf8_locale(env: &impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().filter_map(|name| env(name)).find(|value| !value.is_empty());
    let locale = locale.unwrap_or_default().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// `COLORFGBG` is `front;back` or `front;other;back`; 7 and 15 are the light backgrounds.
fn ground(colorfgbg: &str) -> Ground {
    match colorfgbg.rsplit(';').next() {
        Some("7" | "15") => Ground::Light,
        _ => Ground::Dark,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn env<'a>(vars: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
    }

    fn caps(vars: &[(&str, &str)]) -> Caps {
        Caps::detect(env(vars))
    }

    #[test]
    fn colours_follow_the_terminal() {
        for (vars, depth) in [
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")][..], Depth::True),
            (&[("TERM", "xterm-kitty")], Depth::True),
            (&[("TERM", "xterm-direct")], Depth::True),
            (&[("TERM", "screen-256color")], Depth::Ansi256),
            (&[("TERM", "screen.xterm"), ("STY", "1.pts"), ("COLORTERM", "truecolor")], Depth::Ansi256),
            (&[("TERM", "tmux-256color"), ("TMUX", "/tmp/x"), ("COLORTERM", "24bit")], Depth::True),
            (&[("TERM", "xterm")], Depth::Ansi16),
            (&[("TERM", "linux")], Depth::Ansi16),
            (&[("TERM", "vt100")], Depth::Mono),
            (&[("TERM", "xterm-mono")], Depth::Mono),
            (&[("TERM", "dumb"), ("COLORTERM", "truecolor")], Depth::Mono),
            (&[], Depth::Mono),
        ] {
            assert_eq!(caps(vars).depth, depth, "{vars:?}");
        }
    }

    #[test]
    fn who_refuses_colour_gets_none() {
        let full = ("COLORTERM", "truecolor");
        assert_eq!(caps(&[("TERM", "xterm"), full, ("NO_COLOR", "1")]).depth, Depth::Mono);
        assert_eq!(caps(&[("TERM", "xterm"), full, ("NO_COLOR", "")]).depth, Depth::True);
        assert_eq!(caps(&[("TERM", "xterm"), full, ("CLICOLOR", "0")]).depth, Depth::Mono);
    }

    #[test]
    fn printed_text_is_coloured_only_where_it_is_read() {
        assert!(colour_output(env(&[("TERM", "xterm")]), true));
        assert!(!colour_output(env(&[("TERM", "xterm")]), false));
        assert!(!colour_output(env(&[("TERM", "dumb")]), true));
        assert!(colour_output(env(&[("CLICOLOR_FORCE", "1")]), false));
        assert!(!colour_output(env(&[("CLICOLOR_FORCE", "0"), ("TERM", "xterm")]), false));
        assert!(!colour_output(env(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]), true));
        assert!(!colour_output(env(&[("CLICOLOR", "0"), ("TERM", "xterm")]), true));
    }

    #[test]
    fn the_first_locale_variable_decides() {
        assert!(caps(&[("LANG", "de_DE.UTF-8")]).unicode);
        assert!(caps(&[("LC_CTYPE", "C.utf8"), ("LANG", "C")]).unicode);
        assert!(!caps(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]).unicode);
        assert!(caps(&[("LC_ALL", ""), ("LANG", "de_DE.UTF-8")]).unicode);
        assert!(!caps(&[]).unicode);
        assert!(!caps(&[("TERM", "linux"), ("LANG", "C.UTF-8")]).unicode);
    }

    #[test]
    fn far_terminals_get_fewer_frames() {
        assert!(caps(&[("SSH_CONNECTION", "1.2.3.4 5 6.7.8.9 22")]).ssh);
        assert_eq!(caps(&[("SSH_TTY", "/dev/pts/1")]).frame_time(), Duration::from_millis(33));
        assert_eq!(caps(&[]).frame_time(), Duration::from_millis(16));
    }

    #[test]
    fn the_background_is_taken_at_its_word() {
        assert_eq!(caps(&[("COLORFGBG", "0;15")]).ground, Ground::Light);
        assert_eq!(caps(&[("COLORFGBG", "0;default;7")]).ground, Ground::Light);
        assert_eq!(caps(&[("COLORFGBG", "15;0")]).ground, Ground::Dark);
        assert_eq!(caps(&[]).ground, Ground::Dark);
    }
}
