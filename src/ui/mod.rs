//! How it looks: draws an application with a theme.

pub mod glyphs;
pub mod screens;
pub mod text;
pub mod theme;
pub mod widgets;
