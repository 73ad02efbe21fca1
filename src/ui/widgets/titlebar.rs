//! The first line: what is investigated, and how far each stage is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::draw::{put, put_line, row_of};
use crate::ui::text;
use crate::ui::theme::Theme;

/// One stage in the title bar; its key is its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage<'a> {
    /// Its name: `Ask`.
    pub name: &'a str,
    /// How far it is: `8/18`, `✓`, or nothing.
    pub progress: String,
}

/// The first line of the screen.
pub struct TitleBar<'a> {
    /// The session's title.
    pub title: &'a str,
    /// The KPI, where it is and where it should be: `churned_28d 8.0% → 7.6% by 31 Dec`.
    pub kpi: &'a str,
    /// The stages in order.
    pub stages: &'a [Stage<'a>],
    /// Which stage is open; none on the home screen.
    pub current: Option<usize>,
}

/// How much is said about the stages, from all to nearly nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Say {
    /// Names and progress.
    All,
    /// Names.
    Names,
    /// Numbers, and the name of the open stage.
    Current,
    /// Numbers.
    Numbers,
}

impl TitleBar<'_> {
    /// Draws into the first row of the area; stages give way to the title step by step.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let area = row_of(area.intersection(buf.area), 0);
        let room = usize::from(area.width);
        let kpi = if self.kpi.is_empty() { 0 } else { text::width(self.kpi) + 3 };
        let wanted = text::width(self.title) + kpi + 1;
        // The left part may be cut, but not below what tells sessions apart.
        let least = wanted.min(24).min(room / 2);
        let line = [Say::All, Say::Names, Say::Current, Say::Numbers]
            .into_iter()
            .enumerate()
            .map(|(step, say)| (step, self.stages_line(say, theme)))
            .find(|(step, line)| {
                // The fuller forms are worth it only while title and KPI stay whole.
                let left = if *step < 2 { wanted } else { least };
                cells(line) + 3 + left <= room
            })
            .map(|(_, line)| line);
        let (line, wide) = match line {
            Some(line) => {
                let wide = cells(&line);
                (line, wide)
            }
            None => (Line::default(), 0),
        };
        let start = room.saturating_sub(wide + usize::from(wide > 0));
        let left = if wide > 0 { start.saturating_sub(2) } else { room };
        let narrow = |v: usize| u16::try_from(v).unwrap_or(u16::MAX);
        self.left(Rect { width: narrow(left), ..area }, buf, theme);
        put_line(buf, area, narrow(start), 0, &line);
    }

    /// Title and KPI; the KPI keeps its cells before a long title does.
    fn left(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let room = usize::from(area.width).saturating_sub(1);
        let kpi = if self.kpi.is_empty() { 0 } else { text::width(self.kpi) + 3 };
        let whole = text::width(self.title);
        let title = if whole + kpi <= room {
            whole
        } else {
            // Two thirds for a long title at most, unless the KPI leaves more.
            whole.min(room.saturating_sub(kpi).max(room * 2 / 3))
        };
        let narrow = u16::try_from(title + 1).unwrap_or(u16::MAX).min(area.width);
        let used = 1 + put(buf, Rect { width: narrow, ..area }, 1, 0, self.title, theme.title);
        if kpi > 0 && usize::from(used) + 3 < usize::from(area.width) {
            let dot = put(buf, area, used + 1, 0, theme.glyphs.dot, theme.dim);
            put(buf, area, used + 1 + dot + 1, 0, self.kpi, theme.text);
        }
    }

    fn stages_line(&self, say: Say, theme: &Theme) -> Line<'_> {
        let mut spans = Vec::new();
        for (i, stage) in self.stages.iter().enumerate() {
            let open = self.current == Some(i);
            let style = if open { theme.focus } else { theme.dim };
            let mut said = (i + 1).to_string();
            if matches!(say, Say::All | Say::Names) || (say == Say::Current && open) {
                said.push(' ');
                said.push_str(stage.name);
            }
            if i > 0 {
                spans.push(Span::raw(if say == Say::Numbers { " " } else { "  " }));
            }
            if open && say == Say::Numbers {
                // Without its name the open stage needs a sign besides its ink.
                said = format!("[{said}]");
            }
            if say == Say::All && !stage.progress.is_empty() {
                said.push(' ');
                said.push_str(&stage.progress);
            }
            if open && matches!(say, Say::All | Say::Names) {
                said.push(' ');
                said.push_str(theme.glyphs.here);
            }
            spans.push(Span::styled(said, style));
        }
        Line::from(spans)
    }
}

fn cells(line: &Line<'_>) -> usize {
    line.spans.iter().map(|span| text::width(&span.content)).sum()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::ui::widgets::fuzz::lines;

    fn drawn(width: u16) -> String {
        let stage = |name, progress: &str| Stage { name, progress: progress.to_owned() };
        let stages =
            [stage("Problem", "✓"), stage("Ask", "8/18"), stage("Explore", ""), stage("Score", ""), stage("Brief", "")];
        let bar = TitleBar {
            title: "Rider churn",
            kpi: "churned_28d 8.0% → 7.6% by 31 Dec",
            stages: &stages,
            current: Some(3),
        };
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
        let area = buf.area;
        bar.draw(area, &mut buf, &Theme::dark());
        lines(&buf).concat()
    }

    #[test]
    fn stages_give_way_to_the_title_step_by_step() {
        assert_eq!(
            drawn(120).trim_end(),
            format!(
                " Rider churn · churned_28d 8.0% → 7.6% by 31 Dec{}1 Problem ✓  2 Ask 8/18  3 Explore  4 Score ●  5 Brief",
                " ".repeat(17)
            )
        );
        assert!(drawn(100).ends_with("1 Problem  2 Ask  3 Explore  4 Score ●  5 Brief "), "{}", drawn(100));
        assert!(drawn(80).starts_with(" Rider churn · churned_28d 8.0% → 7.6% by 31 Dec "), "{}", drawn(80));
        assert!(drawn(80).ends_with(" 1  2  3  4 Score  5 "), "{}", drawn(80));
        assert!(drawn(44).starts_with(" Rider churn"), "{}", drawn(44));
        assert!(drawn(44).contains("4 Score"), "{}", drawn(44));
        assert!(drawn(30).ends_with(" 1 2 3 [4] 5 "), "{}", drawn(30));
        assert!(drawn(12).starts_with(" Rider"), "{}", drawn(12));
    }
}
