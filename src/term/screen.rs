//! Frames on their way to the terminal: only what changed, one write a frame, inside a synchronized
//! update, and not a byte when nothing changed.

use std::cell::RefCell;
use std::io::{self, Write};
use std::ops::Range;
use std::rc::Rc;

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};
use unicode_width::UnicodeWidthStr;

use super::shift;

const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// Greatest size that is drawn; a terminal that claims more gets this part of it.
const LARGEST: Size = Size { width: 1000, height: 500 };

/// Bytes that were drawn and not yet sent.
#[derive(Debug, Clone, Default)]
struct Pending(Rc<RefCell<Vec<u8>>>);

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Sent by the frame, not by every cursor move.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A terminal's screen behind a writer.
pub struct Screen<W: Write> {
    terminal: Terminal<Quiet>,
    pending: Pending,
    output: W,
    size: Size,
    ascii: bool,
}

impl<W: Write> Screen<W> {
    /// A screen of the given size, taken to be empty with the cursor hidden. With `ascii` every frame
    /// is turned into ASCII last.
    ///
    /// # Errors
    /// None that a memory buffer could have; the type is ratatui's.
    pub fn new(output: W, width: u16, height: u16, ascii: bool) -> io::Result<Self> {
        let pending = Pending::default();
        let size = limited(width, height);
        let backend = Quiet::new(pending.clone(), size);
        let area = Rect::new(0, 0, size.width, size.height);
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport: Viewport::Fixed(area) })?;
        Ok(Self { terminal, pending, output, size, ascii })
    }

    /// Draws a frame and sends what changed. Draws nothing while a side is 0. Returns the bytes sent.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<usize> {
        if self.size.width == 0 || self.size.height == 0 {
            return Ok(0);
        }
        let ascii = self.ascii;
        self.terminal.draw(|frame| {
            draw(frame);
            if ascii {
                crate::ui::glyphs::to_ascii(frame.buffer_mut());
            }
        })?;
        let bytes = std::mem::take(&mut *self.pending.0.borrow_mut());
        if bytes.is_empty() {
            return Ok(0);
        }
        let whole = [BEGIN, &bytes, END].concat();
        self.output.write_all(&whole)?;
        self.output.flush()?;
        Ok(whole.len())
    }

    /// Takes a new size over; the next frame repaints everything.
    ///
    /// # Errors
    /// None that a memory buffer could have; the type is ratatui's.
    pub fn resize(&mut self, width: u16, height: u16) -> io::Result<()> {
        self.size = limited(width, height);
        self.terminal.backend_mut().size = self.size;
        self.repaint()
    }

    /// Forgets what the terminal shows; the next frame repaints everything.
    ///
    /// # Errors
    /// None that a memory buffer could have; the type is ratatui's.
    pub fn repaint(&mut self) -> io::Result<()> {
        if self.size.width == 0 || self.size.height == 0 {
            return Ok(());
        }
        self.terminal.backend_mut().forget();
        self.terminal.resize(Rect::new(0, 0, self.size.width, self.size.height))
    }

    /// Sends bytes that are no part of a frame.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.output.write_all(bytes)?;
        self.output.flush()
    }
}

fn limited(width: u16, height: u16) -> Size {
    Size { width: width.min(LARGEST.width), height: height.min(LARGEST.height) }
}

/// Crossterm's backend without what need not be said: no codes for an empty change, no cursor that
/// stands where it should, no question to the terminal.
struct Quiet {
    inner: CrosstermBackend<Pending>,
    size: Size,
    shown: Option<bool>,
    cursor: Option<Position>,
    /// What the terminal shows.
    mirror: Buffer,
}

impl Quiet {
    fn new(pending: Pending, size: Size) -> Self {
        Self { inner: CrosstermBackend::new(pending), size, shown: Some(false), cursor: None, mirror: blank(size) }
    }

    /// The terminal may be in any state.
    fn forget(&mut self) {
        self.shown = None;
        self.cursor = None;
        self.mirror = blank(self.size);
    }
}

fn blank(size: Size) -> Buffer {
    Buffer::empty(Rect::new(0, 0, size.width, size.height))
}

impl Backend for Quiet {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.cursor = None;
        let mut wanted = self.mirror.clone();
        for (x, y, cell) in content {
            // The cells behind a wide glyph are not told of; they hold nothing of their own.
            let wide = u16::try_from(cell.symbol().width()).unwrap_or(1).max(1);
            for behind in 1..wide {
                if let Some(slot) = wanted.cell_mut((x + behind, y)) {
                    slot.reset();
                }
            }
            if let Some(slot) = wanted.cell_mut((x, y)) {
                *slot = cell.clone();
            }
        }
        // Rows that only moved are moved by the terminal; what is left is sent.
        if let Some(shift) = shift::find(&self.mirror, &wanted) {
            let lines = u16::try_from(shift.up.unsigned_abs()).unwrap_or(0);
            if shift.up > 0 {
                self.inner.scroll_region_up(shift.region.clone(), lines)?;
            } else {
                self.inner.scroll_region_down(shift.region.clone(), lines)?;
            }
            shift::apply(&mut self.mirror, &shift);
        }
        let rest = self.mirror.diff(&wanted);
        self.inner.draw(rest.into_iter())?;
        self.mirror = wanted;
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.shown == Some(false) {
            return Ok(());
        }
        self.shown = Some(false);
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.shown == Some(true) {
            return Ok(());
        }
        self.shown = Some(true);
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor.unwrap_or(Position::ORIGIN))
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor == Some(position) {
            return Ok(());
        }
        self.cursor = Some(position);
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        // Only whole screens are cleared here.
        self.mirror = blank(self.size);
        self.inner.clear_region(clear_type)
    }

    fn append_lines(&mut self, n: u16) -> io::Result<()> {
        self.forget();
        self.inner.append_lines(n)
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn scroll_region_up(&mut self, region: Range<u16>, amount: u16) -> io::Result<()> {
        self.forget();
        self.inner.scroll_region_up(region, amount)
    }

    fn scroll_region_down(&mut self, region: Range<u16>, amount: u16) -> io::Result<()> {
        self.forget();
        self.inner.scroll_region_down(region, amount)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use ratatui::style::{Modifier, Style};

    /// Draws lines of text; the cursor shows when asked for.
    fn draw(screen: &mut Screen<Vec<u8>>, lines: &[&str], cursor: Option<(u16, u16)>) -> usize {
        screen
            .draw(|frame| {
                let area = frame.area();
                for (y, line) in (0..area.height).zip(lines) {
                    frame.buffer_mut().set_stringn(0, y, line, usize::from(area.width), Style::new());
                }
                if let Some(at) = cursor {
                    frame.set_cursor_position(at);
                }
            })
            .unwrap()
    }

    fn vt(height: u16, width: u16) -> vt100::Parser {
        vt100::Parser::new(height.try_into().unwrap(), width.try_into().unwrap(), 0)
    }

    /// What a terminal shows after all that was sent.
    fn shown(screen: &Screen<Vec<u8>>, width: u16, height: u16) -> String {
        let mut terminal = vt(height, width);
        terminal.process(&screen.output);
        terminal.screen().contents()
    }

    #[test]
    fn the_terminal_shows_what_was_drawn_and_an_unchanged_frame_costs_nothing() {
        let mut screen = Screen::new(Vec::new(), 20, 3, false).unwrap();
        assert!(draw(&mut screen, &["churn 8.0%", "North"], None) > 0);
        assert_eq!(shown(&screen, 20, 3), "churn 8.0%\nNorth");
        assert_eq!(draw(&mut screen, &["churn 8.0%", "North"], None), 0);
        let sent = draw(&mut screen, &["churn 8.1%", "North"], None);
        assert!((1..60).contains(&sent), "{sent} bytes for one digit");
        assert_eq!(shown(&screen, 20, 3), "churn 8.1%\nNorth");
    }

    #[test]
    fn frames_are_synchronized_updates() {
        let mut screen = Screen::new(Vec::new(), 20, 3, false).unwrap();
        draw(&mut screen, &["a"], None);
        assert!(screen.output.starts_with(BEGIN) && screen.output.ends_with(END));
    }

    #[test]
    fn a_cursor_that_stays_is_not_sent_again() {
        let mut screen = Screen::new(Vec::new(), 20, 3, false).unwrap();
        assert!(draw(&mut screen, &["a"], Some((1, 0))) > 0);
        assert_eq!(draw(&mut screen, &["a"], Some((1, 0))), 0);
        assert!(draw(&mut screen, &["a"], Some((2, 0))) > 0);
        assert!(draw(&mut screen, &["a"], None) > 0);
    }

    #[test]
    fn repainting_restores_a_spoilt_screen() {
        let mut screen = Screen::new(Vec::new(), 20, 3, false).unwrap();
        draw(&mut screen, &["one", "two"], None);
        screen.send(b"\x1b[2J\x1b[Hnoise").unwrap();
        screen.repaint().unwrap();
        draw(&mut screen, &["one", "two"], None);
        assert_eq!(shown(&screen, 20, 3), "one\ntwo");
    }

    #[test]
    fn any_sequence_of_sizes_is_drawn_right() {
        let mut screen = Screen::new(Vec::new(), 20, 3, false).unwrap();
        for (width, height) in [(80, 0), (0, 0), (0, 24), (1, 1), (20, 3), (5, 2), (65_535, 65_535), (20, 3)] {
            screen.resize(width, height).unwrap();
            draw(&mut screen, &["churn", "客户"], Some((0, 0)));
        }
        assert_eq!(shown(&screen, 20, 3), "churn\n客户");
    }

    #[test]
    fn rows_that_moved_are_moved_by_the_terminal() {
        let mut screen = Screen::new(Vec::new(), 60, 30, false).unwrap();
        let line =
            |i: usize| format!("{i:>4}  customer {}  {:>8.2}  Month-to-month", i * 7919 % 10_000, i as f64 * 1.37);
        let page = |from: usize| {
            let mut lines = vec!["  row  name             spend  contract".to_owned()];
            lines.extend((from..from + 28).map(line));
            lines.push(format!("row {from} of 9 000"));
            lines
        };
        let whole = draw(&mut screen, &page(0).iter().map(String::as_str).collect::<Vec<_>>(), None);
        for from in [1, 2, 3, 2, 1, 5, 4] {
            let lines = page(from);
            let sent = draw(&mut screen, &lines.iter().map(String::as_str).collect::<Vec<_>>(), None);
            assert!(sent * 4 < whole, "{sent} bytes against {whole} for all");
            let want: Vec<String> = lines.iter().map(|l| l.trim_end().to_owned()).collect();
            assert_eq!(shown(&screen, 60, 30).lines().map(|l| l.trim_end().to_owned()).collect::<Vec<_>>(), want);
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(150))]
        #[test]
        fn whatever_is_drawn_is_shown(
            frames in proptest::collection::vec(
                (proptest::collection::vec("[a-c客戶 ]{0,12}", 8), -3i32..4, 0usize..8), 1..6
            ),
            wide in proptest::prelude::any::<bool>(),
        ) {
            let mut screen = Screen::new(Vec::new(), 14, 9, false).unwrap();
            let mut now: Vec<String> = vec![String::new(); 9];
            for (fresh, by, at) in frames {
                // The same lines moved, a few of them new.
                let n = i32::try_from(now.len()).unwrap();
                now = (0..n)
                    .map(|y| usize::try_from(y + by).ok().and_then(|y| now.get(y).cloned()).unwrap_or_else(|| fresh[at].clone()))
                    .collect();
                now[at] = fresh[(at + 1) % 8].clone();
                let narrow = |l: &String| if wide { l.clone() } else { l.replace(['客', '戶'], "x") };
                let padded: Vec<String> = now.iter().map(|l| format!("{:<14}", narrow(l))).collect();
                screen
                    .draw(|frame| {
                        for (y, line) in (0u16..).zip(&padded) {
                            let style = if y % 3 == 0 { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() };
                            frame.buffer_mut().set_stringn(0, y, line, 14, style);
                        }
                    })
                    .unwrap();
                // A terminal that draws the last frame alone shows the same.
                let mut alone = Screen::new(Vec::new(), 14, 9, false).unwrap();
                alone
                    .draw(|frame| {
                        for (y, line) in (0u16..).zip(&padded) {
                            let style = if y % 3 == 0 { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() };
                            frame.buffer_mut().set_stringn(0, y, line, 14, style);
                        }
                    })
                    .unwrap();
                let (mut a, mut b) = (vt(9, 14), vt(9, 14));
                a.process(&screen.output);
                b.process(&alone.output);
                // A blank that was written looks like a cell that was not.
                let cells = |t: &vt100::Parser| {
                    let mut out = Vec::new();
                    for (y, x) in (0u16..9).flat_map(|y| (0u16..14).map(move |x| (y, x))) {
                        let cell = t.screen().cell(y, x).unwrap();
                        let text = cell.contents().to_string();
                        // Halves of wide glyphs keep styles of their own; their text is what counts.
                        out.push((if text.is_empty() { " ".to_owned() } else { text }, !wide && cell.inverse()));
                    }
                    out
                };
                proptest::prop_assert_eq!(cells(&a), cells(&b));
            }
        }
    }

    #[test]
    fn an_ascii_terminal_gets_ascii() {
        let mut screen = Screen::new(Vec::new(), 20, 3, true).unwrap();
        draw(&mut screen, &["▸ naïve → 8 ├●┤"], None);
        assert!(screen.output.is_ascii());
        assert_eq!(shown(&screen, 20, 3), "> naive > 8 |*|");
    }

    #[test]
    fn reverse_and_bold_reach_the_terminal_without_colours() {
        ratatui::crossterm::style::force_color_output(true);
        let mut screen = Screen::new(Vec::new(), 20, 1, false).unwrap();
        screen
            .draw(|frame| {
                let style = Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD);
                frame.buffer_mut().set_string(0, 0, "row", style);
            })
            .unwrap();
        let mut terminal = vt(1, 20);
        terminal.process(&screen.output);
        let cell = terminal.screen().cell(0, 0).unwrap();
        assert!(cell.inverse() && cell.bold());
    }
}
