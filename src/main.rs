//! Starts whyboard; everything else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    whyboard::cli::main()
}
