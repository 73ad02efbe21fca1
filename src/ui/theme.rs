//! Inks by meaning. A screen asks for `good` or `dim`, never for a colour.
//!
//! Every meaning has a second sign besides its colour (a modifier here, a glyph where it is drawn),
//! so monochrome loses nothing. No theme paints a background, save for the selected row: the inks
//! of both themes keep a contrast of at least 3 : 1 on black and on white alike (WCAG 2.1, 1.4.11),
//! so a wrong guess of the background stays readable.

use ratatui::style::{Color, Modifier, Style};

use super::glyphs::Glyphs;

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// None: bold, reverse, underline and dim alone.
    Mono,
    /// The terminal's own 16 colours.
    Ansi16,
    /// The 6 × 6 × 6 cube and greys.
    Ansi256,
    /// 24 bits.
    True,
}

/// Which background the inks are chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Ground {
    /// Light text on dark.
    #[default]
    Dark,
    /// Dark text on light.
    Light,
}

/// The inks of a screen and the glyphs it draws with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// How many colours there are.
    pub depth: Depth,
    /// The background the inks are for.
    pub ground: Ground,
    /// Ordinary text.
    pub text: Style,
    /// Secondary text.
    pub dim: Style,
    /// The one thing to look at.
    pub accent: Style,
    /// Better, passed, kept. Second sign: `▲` or `✓`.
    pub good: Style,
    /// Worse, failed. Second sign: `▼` or `✗`.
    pub bad: Style,
    /// Look at this. Second sign: `⚠`.
    pub warn: Style,
    /// The selected row, over its full width; drawn by [`select`](super::widgets::draw::select).
    pub select: Style,
    /// The title of the pane that has the keys.
    pub focus: Style,
    /// Titles and headers.
    pub title: Style,
    /// Thin lines, unfilled parts of bars, axes.
    pub rule: Style,
    /// Bars, signs and marks, in Unicode or ASCII.
    pub glyphs: Glyphs,
}

/// The colours of one ground at one depth.
struct Inks {
    dim: Style,
    accent: Style,
    good: Style,
    bad: Style,
    warn: Style,
    select: Style,
    rule: Style,
}

impl Theme {
    /// The theme for a ground, a number of colours and a set of glyphs.
    pub fn new(ground: Ground, depth: Depth, glyphs: Glyphs) -> Self {
        let inks = match depth {
            Depth::Mono => mono(),
            Depth::Ansi16 => ansi16(),
            Depth::Ansi256 => indexed(ground),
            Depth::True => full(ground),
        };
        Self {
            depth,
            ground,
            text: Style::new(),
            dim: inks.dim,
            accent: inks.accent,
            good: inks.good,
            bad: inks.bad,
            warn: inks.warn,
            select: inks.select,
            focus: inks.accent.add_modifier(Modifier::BOLD),
            title: Style::new().add_modifier(Modifier::BOLD),
            rule: inks.rule,
            glyphs,
        }
    }

    /// The dark theme in full colour with Unicode glyphs: what tests and snapshots draw with.
    pub fn dark() -> Self {
        Self::new(Ground::Dark, Depth::True, Glyphs::unicode())
    }

    /// The light theme in full colour with Unicode glyphs.
    pub fn light() -> Self {
        Self::new(Ground::Light, Depth::True, Glyphs::unicode())
    }

    /// No colours, Unicode glyphs.
    pub fn mono() -> Self {
        Self::new(Ground::Dark, Depth::Mono, Glyphs::unicode())
    }

    /// Does the selected row keep the inks of its text (a tint), or is the row reversed?
    pub fn select_is_tint(&self) -> bool {
        self.select.bg.is_some()
    }
}

fn ink(color: Color) -> Style {
    Style::new().fg(color)
}

fn with(modifier: Modifier) -> Style {
    Style::new().add_modifier(modifier)
}

/// Bold, reverse, underline and dim alone.
fn mono() -> Inks {
    Inks {
        dim: with(Modifier::DIM),
        accent: with(Modifier::BOLD),
        good: Style::new(),
        bad: with(Modifier::BOLD),
        warn: with(Modifier::UNDERLINED),
        select: with(Modifier::REVERSED),
        rule: with(Modifier::DIM),
    }
}

/// The user's palette decides what these look like; taken are those that common palettes show on
/// dark and light alike. Yellow vanishes on white and blue on black in several, bright black on
/// dark in Solarized: so secondary text is dim, and a warning is underlined.
fn ansi16() -> Inks {
    Inks {
        dim: with(Modifier::DIM),
        accent: ink(Color::Magenta),
        good: ink(Color::Green),
        bad: ink(Color::Red).add_modifier(Modifier::BOLD),
        warn: with(Modifier::BOLD.union(Modifier::UNDERLINED)),
        select: with(Modifier::REVERSED),
        rule: with(Modifier::DIM),
    }
}

/// Indices of xterm's 256 colours nearest to the full-colour inks.
fn indexed(ground: Ground) -> Inks {
    let (dim, accent, good, bad, warn, (front, back), rule) = match ground {
        Ground::Dark => (245, 33, 65, 167, 136, (255, 236), 243),
        Ground::Light => (241, 25, 28, 160, 130, (16, 253), 244),
    };
    let c = Color::Indexed;
    Inks {
        dim: ink(c(dim)),
        accent: ink(c(accent)),
        good: ink(c(good)),
        bad: ink(c(bad)),
        warn: ink(c(warn)),
        select: Style::new().fg(c(front)).bg(c(back)),
        rule: ink(c(rule)),
    }
}

fn full(ground: Ground) -> Inks {
    let hex = Color::from_u32;
    let (dim, accent, good, bad, warn, (front, back), rule) = match ground {
        Ground::Dark => {
            (0x8b_90_96, 0x3a_95_e8, 0x4b_a3_5a, 0xea_62_5b, 0xcc_85_1f, (0xf2_f4_f7, 0x26_33_45), 0x76_7b_82)
        }
        Ground::Light => {
            (0x62_67_6e, 0x1f_66_b8, 0x2f_7d_3c, 0xc4_35_2f, 0xa0_5a_00, (0x11_14_18, 0xd9_e4_f2), 0x7d_82_88)
        }
    };
    Inks {
        dim: ink(hex(dim)),
        accent: ink(hex(accent)),
        good: ink(hex(good)),
        bad: ink(hex(bad)),
        warn: ink(hex(warn)),
        select: Style::new().fg(hex(front)).bg(hex(back)),
        rule: ink(hex(rule)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    /// sRGB of a full or indexed colour (xterm's cube and greys).
    fn rgb(color: Color) -> [u8; 3] {
        match color {
            Color::Rgb(r, g, b) => [r, g, b],
            Color::Indexed(i @ 16..=231) => {
                let level = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
                let i = i - 16;
                [level(i / 36), level(i / 6 % 6), level(i % 6)]
            }
            Color::Indexed(i @ 232..) => [8 + 10 * (i - 232); 3],
            other => panic!("{other:?} has no fixed value"),
        }
    }

    /// Relative luminance, WCAG 2.1.
    fn luminance(rgb: [u8; 3]) -> f64 {
        let [r, g, b] = rgb.map(|v| {
            let v = f64::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn inks(theme: &Theme) -> [(&'static str, Style); 6] {
        [
            ("dim", theme.dim),
            ("accent", theme.accent),
            ("good", theme.good),
            ("bad", theme.bad),
            ("warn", theme.warn),
            ("rule", theme.rule),
        ]
    }

    #[test]
    fn every_ink_is_legible_on_dark_and_on_light() {
        for depth in [Depth::True, Depth::Ansi256] {
            for ground in [Ground::Dark, Ground::Light] {
                let theme = Theme::new(ground, depth, Glyphs::unicode());
                for (name, style) in inks(&theme) {
                    let front = rgb(style.fg.unwrap());
                    let (black, white) = (contrast(front, [0; 3]), contrast(front, [255; 3]));
                    assert!(black >= 3.0 && white >= 3.0, "{name} {depth:?} {ground:?}: {black:.1} {white:.1}");
                    let own = if ground == Ground::Dark { black } else { white };
                    let least = if name == "rule" { 3.5 } else { 4.5 };
                    assert!(own >= least, "{name} {depth:?} {ground:?} on its own ground: {own:.1}");
                }
            }
        }
    }

    #[test]
    fn the_selected_row_is_legible_whatever_ink_it_holds() {
        for depth in [Depth::True, Depth::Ansi256] {
            for ground in [Ground::Dark, Ground::Light] {
                let theme = Theme::new(ground, depth, Glyphs::unicode());
                assert!(theme.select_is_tint());
                let back = rgb(theme.select.bg.unwrap());
                assert!(contrast(rgb(theme.select.fg.unwrap()), back) >= 7.0);
                for (name, style) in inks(&theme).into_iter().filter(|(name, _)| *name != "rule") {
                    let seen = contrast(rgb(style.fg.unwrap()), back);
                    assert!(seen >= 3.0, "{name} {depth:?} {ground:?} on the selected row: {seen:.1}");
                }
            }
        }
    }

    #[test]
    fn sixteen_colours_hold_on_the_common_palettes() {
        // Red, green, magenta of xterm, VGA, Tango (GNOME), VS Code, Solarized and Windows Terminal.
        let palettes: [[u32; 3]; 6] = [
            [0xcd0000, 0x00cd00, 0xcd00cd],
            [0xaa0000, 0x00aa00, 0xaa00aa],
            [0xcc0000, 0x4e9a06, 0x75507b],
            [0xcd3131, 0x0dbc79, 0xbc3fbc],
            [0xdc322f, 0x859900, 0xd33682],
            [0xc50f1f, 0x13a10e, 0x881798],
        ];
        let theme = Theme::new(Ground::Dark, Depth::Ansi16, Glyphs::unicode());
        let used: Vec<Color> = inks(&theme).iter().filter_map(|(_, style)| style.fg).collect();
        assert_eq!(used, [Color::Magenta, Color::Green, Color::Red]);
        for palette in palettes {
            for color in palette {
                let Color::Rgb(r, g, b) = Color::from_u32(color) else { unreachable!() };
                let seen = contrast([r, g, b], [0; 3]).min(contrast([r, g, b], [255; 3]));
                assert!(seen >= 2.0, "{color:06x}: {seen:.1}");
            }
        }
    }

    #[test]
    fn mono_uses_no_colour_and_still_tells_meanings_apart() {
        let theme = Theme::mono();
        for (name, style) in inks(&theme) {
            assert!(style.fg.is_none() && style.bg.is_none(), "{name}");
        }
        assert_eq!(theme.select.add_modifier, Modifier::REVERSED);
        assert_ne!(theme.dim, theme.text);
        assert_ne!(theme.accent, theme.text);
        assert_ne!(theme.warn, theme.accent);
        assert_ne!(theme.focus, theme.dim);
    }
}
