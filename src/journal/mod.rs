//! How a session survives: append, torn tails, atomic rewrite, lock, recovery.
//!
//! A session is one YAML file: a header that never changes, then `events:` as the last key, so that
//! saving is a pure append. Each event is one list item, followed by a marker line:
//!
//! ```yaml
//! schema: session/1
//! id: 2026-10-05-rider-churn
//!
//! events: # every item ends with "# end", its number and a CRC-32 of its bytes
//!   - n: 1
//!     do: open
//!     text: "Why do riders leave?"
//!     # end 1 edcc531b
//! ```
//!
//! # The marker
//! `# end N CRC` stands two blanks deeper than the item's dash. `N` is the event's `n`; `CRC` is the
//! CRC-32 (IEEE, as in zip and PNG) as 8 hex digits over all bytes from the start of the item's dash
//! line up to the start of the marker line, with CR LF counted as LF. A cut tail is often valid YAML
//! with shortened words; only a missing marker tells. `# end N recovered CRC` ends an item that was
//! found without its marker and kept: it stays provisional for ever.
//!
//! | file | holds |
//! |---|---|
//! | `split` | finds header, items and markers in the text, without a YAML parser |
//! | `opened` | [`Opened`]: a file as it was found |
//! | `read` | [`inspect`]: what a file holds, how far it can be trusted |
//! | `write` | [`Journal`]: create, open, append, rewrite |
//! | `guard` | lock, links, changes by others |
//! | `atomic` | whole files replaced in one step |
//! | [`home`] | the list of recent sessions |
//! | [`kept`] | where each session was left, and what was typed and not recorded |
//! | `disk` | the few calls that can fail, in one place |

mod atomic;
mod disk;
mod error;
mod guard;
pub mod home;
pub mod kept;
mod opened;
mod read;
mod split;
mod write;

pub use atomic::{atomic_write, atomic_write_private};
pub use error::JournalError;
pub use guard::read_file;
pub use opened::{Marker, Mode, Opened, RawEvent, Tail, Warning};
pub use read::{SCHEMA, inspect};
pub use write::{Edit, Journal};

#[cfg(test)]
mod tests;
