//! The panes as a reader sees them.
