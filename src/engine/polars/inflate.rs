//! Unpacking gzip and zstd with a limit: a small file may not grow without end.

use std::io::Read;

use ::polars::io::utils::compression::{CompressedReader, SupportedCompression};

use crate::engine::{EngineError, Ticket};

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

/// Unpacks all members.
pub fn inflate(packed: Vec<u8>, ticket: &Ticket) -> Result<Vec<u8>, EngineError> {
    let size = packed.len() as u64;
    let limit = (size * MOST_TIMES).clamp(ALWAYS_FINE, MOST_BYTES);
    let broken = |error: &dyn std::fmt::Display| {
        EngineError::input(
            format!("The packed file is broken: {error}."),
            "Unpack it by hand to see how far it goes, or fetch it again.",
        )
    };
    let mut reader = CompressedReader::try_new(packed.into()).map_err(|e| broken(&e))?;
    let (mut out, mut used) = (Vec::new(), 0usize);
    loop {
        ticket.check()?;
        out.resize(used + STEP, 0);
        let got = reader.read(out.get_mut(used..).unwrap_or_default()).map_err(|e| broken(&e))?;
        if got == 0 {
            break;
        }
        used += got;
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
