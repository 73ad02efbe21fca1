//! What is said when the program itself is at fault.

use std::backtrace::Backtrace;
use std::env;
use std::io::{self, Write};
use std::panic;

use color_eyre::config::HookBuilder;

/// Says a fault of the program in plain words on standard error; the way through the program only with `verbose`.
///
/// Nothing is locked while it is said, and a fault that the engine turns into an error of its own is passed over.
pub fn install(verbose: bool) {
    let (report, _) = HookBuilder::default().into_hooks();
    panic::set_hook(Box::new(move |info| {
        if !verbose && crate::engine::panics_are_caught() {
            return;
        }
        let place = info.location().map(|at| format!("{}:{}", at.file(), at.line()));
        // The report has a readable way where RUST_BACKTRACE is set; asked for by --verbose, it is there always.
        let way = verbose.then(|| match env::var_os("RUST_BACKTRACE") {
            Some(_) => report.panic_report(info).to_string(),
            None => format!("{}\n{}", report.panic_report(info), Backtrace::force_capture()),
        });
        let text = words(info.payload_as_str(), place.as_deref(), way.as_deref());
        // Where even this can't be written, nothing is left to do.
        let _ = io::stderr().write_all(text.as_bytes());
    }));
}

fn words(what: Option<&str>, place: Option<&str>, way: Option<&str>) -> String {
    let what = super::visible::visible(what.unwrap_or("no reason is known").trim_end_matches('.'));
    let place = place.map(|p| format!(" ({p})")).unwrap_or_default();
    match way {
        Some(way) => format!("whyboard: a fault of the program, not yours: {what}{place}.\n{way}\n"),
        None => format!(
            "whyboard: a fault of the program, not yours: {what}{place}. What was saved is safe; run it again with \
             --verbose to see the way through the program, and report it.\n"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_is_shown_on_request_only() {
        let plain = words(Some("index 3 out of range"), Some("src/x.rs:7"), None);
        assert!(
            plain.lines().count() == 1
                && plain.contains("index 3 out of range (src/x.rs:7).")
                && plain.contains("--verbose")
        );
        let long = words(Some("a\u{1b}[2J"), None, Some("0: main"));
        assert!(long.contains("0: main") && !long.contains('\u{1b}') && !long.contains("--verbose"));
    }
}
