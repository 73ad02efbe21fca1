//! Starts whyboard: installs the error report, parses the arguments, dispatches; nothing else.

fn main() {}
