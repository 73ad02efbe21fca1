//! What a session says to people outside it.
//!
//! | file | holds |
//! |---|---|
//! | [`markdown`] | the brief for stakeholders |
//! | [`escape`] | text from sessions and data stays text |
//! | [`tell`] | an event in one line of words |

pub mod escape;
pub mod markdown;
pub mod tell;
