//! Starts whyboard: installs the error report, parses the arguments, dispatches; nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    // The report is only for faults of the program itself; a failed install leaves the standard one.
    let _ = color_eyre::install();
    whyboard::cli::main()
}
