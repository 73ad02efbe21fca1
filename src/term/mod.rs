//! The wire: raw mode, input, signals, main loop.
