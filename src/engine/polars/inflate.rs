//! Unpacking gzip and zstd with a limit: a small file may not grow without end.

use std::io::Read;

use ::polars::io::utils::compression::{CompressedReader, SupportedCompression};

use crate::engine::{EngineError, Ticket, Unit};

/// Up to this many bytes any ratio is fine.
const ALWAYS_FINE: u64 = 64 << 20;
/// Above that, a file may unpack to this many times its size. Real tables stay under 50.
const MOST_TIMES: u64 = 250;
/// Never more than this.
const MOST_BYTES: u64 = 8 << 30;
const STEP: usize = 1 << 20;

/// True where the first bytes are those of gzip or zstd. (zlib has no telling magic.)
pub fn is_packed(head: &[u8]) -> bool {
    matches!(SupportedCompression::check(head), Some(SupportedCompression::GZIP | SupportedCompression::ZSTD))
}

/// The beginning of what is packed, of which the first bytes are given, and whether that is all: `whole` says whether
/// those bytes are the whole file.
pub fn beginning(packed: Vec<u8>, whole: bool, most: u64) -> Result<(Vec<u8>, bool), EngineError> {
    let mut reader = CompressedReader::try_new(packed.into()).map_err(|e| broken(&e))?;
    let (mut out, mut used) = (Vec::new(), 0usize);
    loop {
        out.resize(used + STEP, 0);
        match reader.read(out.get_mut(used..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(got) => used += got,
            // The bytes end in the middle of a block.
            Err(_) if !whole && used > 0 => break,
            Err(e) => return Err(broken(&e)),
        }
        if used as u64 >= most {
            out.truncate(used);
            return Ok((out, false));
        }
    }
    out.truncate(used);
    Ok((out, whole))
}

fn broken(error: &dyn std::fmt::Display) -> EngineError {
    EngineError::input(
        format!("The packed file is broken: {error}."),
        "Unpack it by hand to see how far it goes, or fetch it again.",
    )
}

/// Unpacks all members.
pub fn inflate(packed: Vec<u8>, ticket: &Ticket) -> Result<Vec<u8>, EngineError> {
    let size = packed.len() as u64;
    let limit = (size * MOST_TIMES).clamp(ALWAYS_FINE, MOST_BYTES);
    let work = ticket.begin(Unit::Bytes, length_told(&packed));
    let mut reader = CompressedReader::try_new(packed.into()).map_err(|e| broken(&e))?;
    let (mut out, mut used) = (Vec::new(), 0usize);
    loop {
        work.check()?;
        out.resize(used + STEP, 0);
        let got = reader.read(out.get_mut(used..).unwrap_or_default()).map_err(|e| broken(&e))?;
        if got == 0 {
            break;
        }
        used += got;
        work.advance(got as u64);
        if used as u64 > limit {
            return Err(EngineError::input(
                format!(
                    "The file ({size} bytes) unpacks to more than {} MB, over {} times its size: reading stopped.",
                    limit >> 20,
                    limit / size.max(1)
                ),
                "If you trust it, unpack it by hand and open the result.",
            ));
        }
    }
    out.truncate(used);
    Ok(out)
}

/// The length of the content that a gzip file tells in its last four bytes (RFC 1952, modulo 2³² and of the last member
/// only); 0 where it is not told or can't be right. For the progress only.
fn length_told(packed: &[u8]) -> u64 {
    match packed.last_chunk::<4>() {
        Some(last) if packed.starts_with(b"\x1f\x8b") => {
            let told = u64::from(u32::from_le_bytes(*last));
            let size = packed.len() as u64;
            if told >= size / 2 && told <= size.saturating_mul(MOST_TIMES) { told } else { 0 }
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_gzip_file_is_believed_where_it_can_be_right() {
        let with = |told: u32| [&b"\x1f\x8b\x08\0............"[..], &told.to_le_bytes()].concat();
        assert_eq!(length_told(&with(100)), 100);
        assert_eq!(length_told(&with(1)), 0);
        assert_eq!(length_told(&with(u32::MAX)), 0);
        assert_eq!(length_told(b"\x28\xb5\x2f\xfd...."), 0);
    }
}
