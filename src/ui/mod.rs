//! How it looks: draws an application with a theme.

mod board;
mod form;
mod frame;
pub mod glyphs;
mod popups;
pub mod screens;
pub mod text;
pub mod theme;
pub mod widgets;

pub use frame::draw;

#[cfg(test)]
mod tests;
