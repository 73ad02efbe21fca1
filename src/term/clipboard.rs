//! Copying out of the program. Three ways at once, because none works everywhere: the terminal's
//! own clipboard (OSC 52, also over SSH), tmux's buffer (tmux blocks OSC 52 by default), and always a
//! private file.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Greatest text for OSC 52, in bytes: xterm takes 100 000 bytes of base64 at most, and a terminal
/// that chokes on more may show it as text.
pub const LIMIT: usize = 74_994;

/// How long tmux may take before it is left to itself.
const TMUX_PATIENCE: Duration = Duration::from_millis(500);

/// Where a copied text went.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Copied {
    /// Asked the terminal to take it (terminals do not answer).
    pub terminal: bool,
    /// It is longer than the terminal takes ([`LIMIT`]).
    pub too_long: bool,
    /// tmux took it.
    pub tmux: bool,
    /// The file that holds it.
    pub file: Option<PathBuf>,
    /// Why there is no file.
    pub trouble: Option<String>,
}

impl Copied {
    /// One line for the screen.
    pub fn message(&self) -> String {
        let mut parts = Vec::new();
        if self.terminal {
            parts.push("sent to the terminal's clipboard".to_owned());
        }
        if self.too_long {
            parts.push(format!("too long for the terminal's clipboard ({} KB at most)", LIMIT / 1000));
        }
        if self.tmux {
            parts.push("in tmux's buffer".to_owned());
        }
        if let Some(file) = &self.file {
            parts.push(format!("written to {}", file.display()));
        }
        match (&self.trouble, parts.is_empty()) {
            (None, _) => format!("Copied: {}", parts.join(", ")),
            (Some(trouble), true) => format!("Not copied: {trouble}"),
            (Some(trouble), false) => format!("Copied: {}; no file: {trouble}", parts.join(", ")),
        }
    }
}

/// The OSC 52 sequence that asks the terminal to put text on its clipboard; `None` above [`LIMIT`].
pub fn osc52(text: &str) -> Option<String> {
    (text.len() <= LIMIT).then(|| format!("\x1b]52;c;{}\x07", base64(text.as_bytes())))
}

/// Gives text to tmux by `tmux load-buffer -w -`, which also hands it to the outer terminal.
pub fn to_tmux(text: &str) -> bool {
    let (done, result) = mpsc::channel();
    let text = text.to_owned();
    thread::spawn(move || done.send(load_buffer(&text).unwrap_or(false)));
    result.recv_timeout(TMUX_PATIENCE).unwrap_or(false)
}

fn load_buffer(text: &str) -> io::Result<bool> {
    let mut tmux = Command::new("tmux")
        .args(["load-buffer", "-w", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut input) = tmux.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    Ok(tmux.wait()?.success())
}

/// Writes text to a file that only the user can read, whole or not at all.
///
/// # Errors
/// When the folder cannot be made or the file cannot be written.
pub fn to_file(text: &str, path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    // tempfile opens with O_EXCL and mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// Base64 with padding, RFC 4648 section 4.
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for part in bytes.chunks(3) {
        let byte = |i: usize| u32::from(part.get(i).copied().unwrap_or(0));
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let sign = SIGNS.get((word >> (18 - 6 * i)) as usize & 63).copied().unwrap_or(b'=');
            out.push(if i <= part.len() { char::from(sign) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(base64(&[0xfb, 0xff]), "+/8=");
    }

    #[test]
    fn the_terminal_gets_no_more_than_it_takes() {
        assert_eq!(osc52("hi").unwrap(), "\x1b]52;c;aGk=\x07");
        assert!(osc52(&"x".repeat(LIMIT)).unwrap().len() < 100_010);
        assert_eq!(osc52(&"x".repeat(LIMIT + 1)), None);
    }

    #[test]
    fn the_file_is_private_and_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/copied.txt");
        to_file("one", &path).unwrap();
        to_file("two", &path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn the_message_says_where_it_went() {
        let mut copied = Copied { terminal: true, file: Some("a.txt".into()), ..Copied::default() };
        assert_eq!(copied.message(), "Copied: sent to the terminal's clipboard, written to a.txt");
        copied = Copied { trouble: Some("disk full".into()), ..Copied::default() };
        assert_eq!(copied.message(), "Not copied: disk full");
        let long = Copied { too_long: true, file: Some("a.txt".into()), ..Copied::default() };
        assert_eq!(long.message(), "Copied: too long for the terminal's clipboard (74 KB at most), written to a.txt");
        copied.tmux = true;
        assert_eq!(copied.message(), "Copied: in tmux's buffer; no file: disk full");
    }
}
