//! Parts that screens are made of. All draw into any [`Rect`](ratatui::layout::Rect) of a buffer,
//! however small, and never outside it; all clean the text they are given.
//!
//! | module | part |
//! |---|---|
//! | [`draw`] | text, lines and prose into an area; the selected row; clearing |
//! | [`shapes`] | bar, gauge, sparkline, histogram |
//! | [`interval`] | `├──●──┤` on a shared axis |
//! | [`chart`] | time series in braille with a band |
//! | [`pane`] | title line, empty state, rule |
//! | [`list`], [`table`] | rows that scroll; their state is [`Scroll`](crate::app::scroll::Scroll) |
//! | [`popup`] | the box for what floats |
//! | [`field`] | one line of typed text |
//! | [`titlebar`], [`hints`], [`tabs`] | first line, last line, names side by side |

pub mod chart;
pub mod draw;
pub mod field;
pub mod hints;
pub mod interval;
pub mod list;
pub mod pane;
pub mod popup;
pub mod shapes;
pub mod table;
pub mod tabs;
pub mod titlebar;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod fuzz;
