//! How a session survives: append, torn tails, locks.
