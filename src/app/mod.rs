//! How it behaves: a pure machine of messages and effects.

pub mod key;
pub mod scroll;
