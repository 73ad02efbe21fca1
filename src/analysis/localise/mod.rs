//! Which smallest set of cells a change stands in (3-analysis.md iii b).
//!
//! The leaves of a table (one for each combination of values that occurs) either deviate from what was expected or do
//! not. A *cell* fixes the values of one to three columns. The search takes, again and again, the cell whose leaves
//! gain most likelihood by having one deviation of their own, takes its leaves out, and stops when no cell gains
//! enough. Cells are judged by their leaves and not by their totals, so that one large leaf makes no cell.
//!
//! | file | holds |
//! |---|---|
//! | `leaves` | the table of leaves and the index of its cells |
//! | `evidence` | how much a cell gains: by relative deviations, or by the score test for small counts and levels |
//! | `search` | the greedy search |
//! | `refine` | children for parents, parents for children |

mod evidence;
mod leaves;
mod refine;
mod search;

pub use evidence::{Evidence, TestLeaf};
pub use leaves::{Dimension, Leaves};
pub use search::{Found, Limits, Place, localise};

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::cast_precision_loss)]
#[cfg(test)]
mod tests;
