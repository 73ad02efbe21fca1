//! What numbers mean: pure functions over small aggregates.
