//! Lines of text, 80 columns wide, with ink only where it was asked for.

use std::io::{self, Write};

use crate::ui::text::{clean, width, wrap};

/// Columns of a line.
pub(super) const WIDE: usize = 80;

/// What a run of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Text,
    Strong,
    Dim,
    Good,
    Bad,
    Warn,
}

impl Ink {
    /// Select Graphic Rendition parameters (ECMA-48, 8.3.117).
    fn code(self) -> &'static str {
        match self {
            Self::Text => "",
            Self::Strong => "1",
            Self::Dim => "2",
            Self::Good => "32",
            Self::Bad => "31",
            Self::Warn => "33",
        }
    }
}

/// Where the text goes.
pub(super) struct Page<'a> {
    out: &'a mut dyn Write,
    colour: bool,
}

impl<'a> Page<'a> {
    pub fn new(out: &'a mut dyn Write, colour: bool) -> Self {
        Self { out, colour }
    }

    /// Text in an ink; escape codes only where colour is on.
    pub fn ink(&self, ink: Ink, text: &str) -> String {
        if self.colour && ink != Ink::Text && !text.is_empty() {
            format!("\u{1b}[{}m{text}\u{1b}[0m", ink.code())
        } else {
            text.to_owned()
        }
    }

    /// A line as it is.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", text.trim_end())
    }

    pub fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// A paragraph: the first line begins with `lead`, the others stand under its text.
    pub fn para(&mut self, lead: &str, text: &str, ink: Ink) -> io::Result<()> {
        self.para_after(lead, width(lead), text, ink)
    }

    /// The same where the lead holds ink: `indent` is its width on the screen.
    pub fn para_after(&mut self, lead: &str, indent: usize, text: &str, ink: Ink) -> io::Result<()> {
        for (i, line) in wrap(&clean(text), WIDE.saturating_sub(indent)).iter().enumerate() {
            let before = if i == 0 { lead.to_owned() } else { " ".repeat(indent) };
            let line = self.ink(ink, line.trim_end());
            self.line(&format!("{before}{line}"))?;
        }
        Ok(())
    }

    /// A heading with a rule and a word at its end.
    pub fn heading(&mut self, title: &str, end: &str) -> io::Result<()> {
        let rule = WIDE.saturating_sub(width(title) + width(end) + 2);
        let (title, rest) = (self.ink(Ink::Strong, title), self.ink(Ink::Dim, &format!("{} {end}", "─".repeat(rule))));
        self.blank()?;
        self.line(&format!("{title} {rest}"))
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
