//! The scoreboard `scoreboard/1`: how plausible each hypothesis is, what it is worth, what the verdict hangs on,
//! and what to do next. Pure arithmetic over [`Inputs`]; 2-model gives the steps, and golden numbers bind them.

mod gates;
mod next;
mod plausibility;
mod sensitivity;
mod sums;

pub use gates::{Gate, GateState, Gates, Left, Thresholds};
pub use next::{CheckValue, NextItem, NextValue, check_value, p_yes_from_rating, value_of};
pub(crate) use plausibility::board;
pub use plausibility::{Board, ClueInput, ImpactInput, Inputs, RowInput, Settings, score};
pub(crate) use sensitivity::left_out;
pub use sensitivity::{Without, without_each};
pub(crate) use sums::Core;
#[cfg(test)]
pub(crate) use sums::WORK;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod properties;
