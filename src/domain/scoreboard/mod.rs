//! The scoreboard `scoreboard/1`: how plausible each hypothesis is, what it is worth, what the verdict hangs on,
//! and what to do next. Pure arithmetic over [`Inputs`]; 2-model gives the steps, and golden numbers bind them.

mod gates;
mod next;
mod plausibility;
mod sensitivity;

pub use gates::{Gate, GateState, Gates, Thresholds};
pub use next::{CheckValue, NextItem, NextValue, check_value, p_yes_from_rating};
pub use plausibility::{Board, ClueInput, ImpactInput, Inputs, RowInput, Settings, score};
pub use sensitivity::{Without, without_each};

#[cfg(test)]
mod golden;
#[cfg(test)]
mod properties;
