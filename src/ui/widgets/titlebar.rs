//! The first line: what is investigated, and how far each stage is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::draw::{put, row_of};
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
    /// The KPI, where it is and where it should be, the longest wording first: with interval and date, without the
    /// interval, without the date. None where it must not be told.
    pub kpi: &'a [String],
    /// The stages in order; none where they must not be told.
    pub stages: &'a [Stage<'a>],
    /// Which stage is open; none on the home screen.
    pub current: Option<usize>,
}

/// How much is said about the stages, from all to nearly nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Say {
    /// Names and progress.
    Names,
    /// Numbers and progress, and the name of the open stage.
    Progress,
    /// Numbers, and the name of the open stage.
    Current,
    /// Numbers.
    Numbers,
}

/// From this width on progress is always told (80 columns less the margins).
const TELLS_PROGRESS: usize = 76;
/// A title is not cut below this for the sake of the stages' names.
const TITLE: usize = 14;

impl TitleBar<'_> {
    /// Draws into the first row of the area. The KPI's interval gives way first, then its date, then the end of the
    /// title, and only then the names of the stages. Returns where each stage stands.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Vec<(Rect, usize)> {
        let area = row_of(area.intersection(buf.area), 0);
        let room = usize::from(area.width);
        let title = text::width(self.title);
        let kpi = self.kpi.last().map_or(0, |k| text::width(k) + 3);
        let pieces = [Say::Names, Say::Progress, Say::Current, Say::Numbers]
            .into_iter()
            .map(|say| (say, self.pieces(say, theme)))
            .find(|(say, pieces)| {
                // What must stay of the left part beside this much about the stages.
                let least = match say {
                    Say::Names => title.min(TITLE) + kpi,
                    Say::Progress if room >= TELLS_PROGRESS => title.min(TITLE),
                    _ => (title + kpi).min(24).min(room / 2),
                };
                cells(pieces, say.gap()) + 4 + least <= room
            })
            .unwrap_or((Say::Numbers, Vec::new()));
        let (gap, pieces) = (pieces.0.gap(), pieces.1);
        let wide = cells(&pieces, gap);
        let start = room.saturating_sub(wide + usize::from(wide > 0));
        let narrow = |v: usize| u16::try_from(v).unwrap_or(u16::MAX);
        let left = if wide > 0 { start.saturating_sub(2) } else { room };
        self.left(Rect { width: narrow(left), ..area }, buf, theme);
        let mut at = start;
        let mut places = Vec::with_capacity(pieces.len());
        for (i, (words, style)) in pieces.iter().enumerate() {
            let used = put(buf, area, narrow(at), 0, words, *style);
            places.push((Rect { x: area.x.saturating_add(narrow(at)), width: used, ..area }, i));
            at += text::width(words) + gap;
        }
        places
    }

    /// Title and KPI: the fullest wording of the KPI beside the whole title, else the shortest beside what is left of it.
    fn left(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let room = usize::from(area.width).saturating_sub(1);
        let whole = text::width(self.title);
        let fits = self.kpi.iter().find(|k| whole + text::width(k) + 3 <= room);
        // Where a title of some length and the shortest wording do not go together, the title has the line.
        let kpi = fits.or(self.kpi.last()).filter(|k| {
            let cells = text::width(k);
            cells > 0 && (fits.is_some() || whole.min(TITLE) + cells + 3 <= room)
        });
        let title = kpi.map_or(room, |k| room.saturating_sub(text::width(k) + 3)).min(whole);
        let narrow = u16::try_from(title + 1).unwrap_or(u16::MAX).min(area.width);
        let used = 1 + put(buf, Rect { width: narrow, ..area }, 1, 0, self.title, theme.title);
        if let Some(kpi) = kpi {
            let dot = put(buf, area, used + 1, 0, theme.glyphs.dot, theme.dim);
            put(buf, area, used + 1 + dot + 1, 0, kpi, theme.text);
        }
    }

    fn pieces(&self, say: Say, theme: &Theme) -> Vec<(String, Style)> {
        let mut out = Vec::with_capacity(self.stages.len());
        for (i, stage) in self.stages.iter().enumerate() {
            let open = self.current == Some(i);
            let mut said = (i + 1).to_string();
            if say == Say::Names || (open && matches!(say, Say::Progress | Say::Current)) {
                said.push(' ');
                said.push_str(stage.name);
            }
            // Without its name the open stage needs a sign besides its ink.
            if open && say == Say::Numbers {
                said = format!("[{said}]");
            }
            if matches!(say, Say::Names | Say::Progress) && !stage.progress.is_empty() {
                // A sign clings to its number, a count stands beside it.
                if say == Say::Names || open || text::width(&stage.progress) > 1 {
                    said.push(' ');
                }
                said.push_str(&stage.progress);
            }
            if open && say == Say::Names {
                said = format!("{}{said}", theme.glyphs.cursor);
            }
            out.push((said, if open { theme.focus } else { theme.dim }));
        }
        out
    }
}

impl Say {
    /// Blanks between two stages.
    fn gap(self) -> usize {
        if self == Self::Numbers { 1 } else { 2 }
    }
}

fn cells(pieces: &[(String, Style)], gap: usize) -> usize {
    let words: usize = pieces.iter().map(|(w, _)| text::width(w)).sum();
    words + gap * pieces.len().saturating_sub(1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::ui::widgets::fuzz::lines;

    fn stages() -> [Stage<'static>; 5] {
        let stage = |name, progress: &str| Stage { name, progress: progress.to_owned() };
        [stage("Problem", "✓"), stage("Ask", "8/18"), stage("Explore", "●"), stage("Score", ""), stage("Brief", "")]
    }

    fn drawn(title: &str, width: u16) -> String {
        let kpi = [
            "churned_28d 8.0% [7.8, 8.2] → 7.6% by 31 Dec",
            "churned_28d 8.0% → 7.6% by 31 Dec",
            "churned_28d 8.0% → 7.6%",
        ]
        .map(str::to_owned);
        let bar = TitleBar { title, kpi: &kpi, stages: &stages(), current: Some(3) };
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
        let area = buf.area;
        bar.draw(area, &mut buf, &Theme::dark());
        lines(&buf).concat().trim_end().to_owned()
    }

    #[test]
    fn interval_date_and_title_give_way_before_the_names() {
        const NAMES: &str = "1 Problem ✓  2 Ask 8/18  3 Explore ●  ▸4 Score  5 Brief";
        assert!(drawn("Rider churn", 120).starts_with(" Rider churn · churned_28d 8.0% [7.8, 8.2] → 7.6% by 31 Dec "));
        assert!(drawn("Rider churn", 110).starts_with(" Rider churn · churned_28d 8.0% → 7.6% by 31 Dec "));
        assert!(drawn("Rider churn", 104).starts_with(" Rider churn · churned_28d 8.0% → 7.6%   "));
        assert!(
            drawn("Fewer riders leaving this quarter", 110)
                .starts_with(" Fewer riders leaving thi… · churned_28d 8.0% → 7.6% ")
        );
        for (title, width) in [("Rider churn", 98), ("Rider churn", 120), ("Fewer riders leaving this quarter", 110)] {
            assert!(drawn(title, width).ends_with(NAMES), "{}", drawn(title, width));
        }
    }

    #[test]
    fn progress_is_told_from_80_columns_on_whatever_the_title() {
        for title in ["Rider churn", "Fewer riders leaving this quarter, in every zone and on every platform"] {
            for width in [78, 80, 92] {
                let line = drawn(title, width);
                assert!(line.ends_with("1✓  2 8/18  3●  4 Score  5"), "{line}");
            }
        }
        assert!(
            drawn("Rider churn", 78).starts_with(" Rider churn · churned_28d 8.0% → 7.6% "),
            "{}",
            drawn("Rider churn", 78)
        );
    }

    #[test]
    fn below_that_numbers_remain() {
        assert!(drawn("Rider churn", 40).starts_with(" Rider churn"), "{}", drawn("Rider churn", 40));
        assert!(drawn("Rider churn", 46).contains("4 Score"), "{}", drawn("Rider churn", 46));
        assert!(drawn("Rider churn", 36).ends_with("1 2 3 [4] 5"), "{}", drawn("Rider churn", 36));
        assert!(drawn("Rider churn", 12).starts_with(" Rider"), "{}", drawn("Rider churn", 12));
    }

    #[test]
    fn where_nothing_may_be_told_the_title_stands_alone_and_stages_know_their_place() {
        let theme = Theme::dark();
        let mut buf = Buffer::empty(Rect::new(0, 0, 40, 1));
        let area = buf.area;
        let alone = TitleBar { title: "Rider churn", kpi: &[], stages: &[], current: None };
        assert!(alone.draw(area, &mut buf, &theme).is_empty());
        assert_eq!(lines(&buf).concat().trim_end(), " Rider churn");
        let mut buf = Buffer::empty(Rect::new(0, 0, 100, 1));
        let area = buf.area;
        let bar = TitleBar { title: "Rider churn", kpi: &[], stages: &stages(), current: Some(3) };
        let places = bar.draw(area, &mut buf, &theme);
        let line = lines(&buf).concat();
        for (place, i) in places {
            let words: String = line.chars().skip(usize::from(place.x)).take(usize::from(place.width)).collect();
            assert!(words.contains(stages()[i].name), "{words}");
        }
    }
}
