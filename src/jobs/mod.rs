//! Work off the screen's thread: progress, cancel, latest wins.
