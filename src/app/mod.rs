//! How it behaves: a pure machine of messages and effects.
