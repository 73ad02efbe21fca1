//! Unpacking gzip and zstd with a limit: a small file may not grow without end.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};

use flate2::bufread::MultiGzDecoder;

use crate::engine::{EngineError, Ticket, Unit};

/// Up to this many bytes any ratio is fine.
const ALWAYS_FINE: u64 = 64 << 20;
/// Above that, a file may unpack to this many times its size. Real tables stay under 50.
const MOST_TIMES: u64 = 250;
/// Never more than this.
const MOST_BYTES: u64 = 8 << 30;
const STEP: usize = 1 << 20;
const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// True where the first bytes are those of gzip or zstd. (zlib has no telling magic.)
pub fn is_packed(head: &[u8]) -> bool {
    head.starts_with(GZIP) || head.starts_with(ZSTD)
}

/// The beginning of what is packed, of which the first bytes are given, and whether that is all: `whole` says whether
/// those bytes are the whole file.
pub fn beginning(packed: &[u8], whole: bool, most: u64) -> Result<(Vec<u8>, bool), EngineError> {
    let mut reader: Box<dyn Read + '_> = if packed.starts_with(GZIP) {
        Box::new(MultiGzDecoder::new(packed))
    } else {
        Box::new(zstd::stream::read::Decoder::with_buffer(packed).map_err(|e| broken(&e))?)
    };
    let (mut out, mut used) = (Vec::new(), 0usize);
    loop {
        out.resize(used + STEP, 0);
        match reader.read(out.get_mut(used..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(got) => used += got,
            // The bytes end in the middle of a block.
            Err(_) if !whole => break,
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

/// What is packed, unpacked.
pub enum Unpacked {
    /// Bytes in memory.
    Memory(Vec<u8>),
    /// A file without a name, at its beginning, and its length.
    File(File, u64),
}

/// Unpacks all members of a file of `size` bytes. What grows beyond `large` bytes goes to a file of `spool`, where that
/// can be had; memory stays small then.
pub fn inflate(
    packed: &mut File,
    size: u64,
    large: u64,
    spool: impl Fn() -> Option<File>,
    ticket: &Ticket,
) -> Result<Unpacked, EngineError> {
    let limit = (size * MOST_TIMES).clamp(ALWAYS_FINE, MOST_BYTES);
    let told = length_told(packed).map_err(|e| broken(&e))?;
    let work = ticket.begin(Unit::Bytes, told);
    let mut reader = unpacking(packed)?;
    let (mut out, mut file, mut used) = (Vec::new(), None::<File>, 0u64);
    let mut tried = false;
    let mut block = vec![0; STEP];
    loop {
        work.check()?;
        let got = reader.read(&mut block).map_err(|e| broken(&e))?;
        if got == 0 {
            break;
        }
        used += got as u64;
        work.advance(got as u64);
        if used > limit {
            return Err(EngineError::input(
                format!(
                    "The file ({size} bytes) unpacks to more than {} MB, over {} times its size: reading stopped.",
                    limit >> 20,
                    limit / size.max(1)
                ),
                "If you trust it, unpack it by hand and open the result.",
            ));
        }
        let bytes = block.get(..got).unwrap_or_default();
        match &mut file {
            Some(file) => file.write_all(bytes).map_err(|e| full(&e))?,
            None => out.extend_from_slice(bytes),
        }
        if file.is_none() && !tried && used > large {
            tried = true;
            if let Some(mut spooled) = spool() {
                spooled.write_all(&out).map_err(|e| full(&e))?;
                out = Vec::new();
                file = Some(spooled);
            }
        }
    }
    match file {
        Some(mut file) => {
            file.rewind().map_err(|e| full(&e))?;
            Ok(Unpacked::File(file, used))
        }
        None => Ok(Unpacked::Memory(out)),
    }
}

/// Reads what is packed from the beginning of a file.
fn unpacking(packed: &mut File) -> Result<Box<dyn Read + '_>, EngineError> {
    let mut head = [0; 4];
    packed.rewind().and_then(|()| packed.read_exact(&mut head)).map_err(|e| broken(&e))?;
    packed.rewind().map_err(|e| broken(&e))?;
    let buffered = BufReader::with_capacity(1 << 18, packed);
    Ok(if head.starts_with(GZIP) {
        Box::new(MultiGzDecoder::new(buffered))
    } else {
        Box::new(zstd::stream::read::Decoder::with_buffer(buffered).map_err(|e| broken(&e))?)
    })
}

fn full(error: &std::io::Error) -> EngineError {
    EngineError::input(
        format!("The file can't be unpacked to the disk: {error}."),
        "Free some disk space in the cache folder, or set WHYBOARD_CACHE_MB=0 to unpack it in memory.",
    )
}

/// The length of the content that a gzip file tells in its last four bytes (RFC 1952, modulo 2³² and of the last member
/// only); 0 where it is not told or can't be right. For the progress only.
fn length_told(packed: &mut File) -> std::io::Result<u64> {
    let size = packed.seek(SeekFrom::End(0))?;
    let mut head = [0; 2];
    packed.rewind()?;
    if size < 18 || packed.read_exact(&mut head).is_err() || head != *GZIP {
        return Ok(0);
    }
    let mut last = [0; 4];
    packed.seek(SeekFrom::End(-4))?;
    packed.read_exact(&mut last)?;
    let told = u64::from(u32::from_le_bytes(last));
    Ok(if told >= size / 2 && told <= size.saturating_mul(MOST_TIMES) { told } else { 0 })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_gzip_file_is_believed_where_it_can_be_right() {
        let told = |bytes: &[u8]| {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(bytes).unwrap();
            length_told(&mut file).unwrap()
        };
        let with = |told: u32| [&b"\x1f\x8b\x08\0.............."[..], &told.to_le_bytes()].concat();
        assert_eq!([with(100), with(1), with(u32::MAX)].map(|b| told(&b)), [100, 0, 0]);
        assert_eq!(told(b"\x28\xb5\x2f\xfd................"), 0);
        assert_eq!(told(b"\x1f\x8b"), 0);
    }

    #[test]
    fn what_grows_large_goes_to_the_disk_and_comes_back_the_same() {
        let text: Vec<u8> = (0..40_000u32).flat_map(|i| format!("{i}\n").into_bytes()).collect();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        // Two members, as programs that append to a file make them.
        gzip.write_all(&text[..1000]).unwrap();
        let mut packed = gzip.finish().unwrap();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&text[1000..]).unwrap();
        packed.extend(gzip.finish().unwrap());
        let zstd = zstd::stream::encode_all(&text[..], 1).unwrap();
        for packed in [packed, zstd] {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&packed).unwrap();
            let size = packed.len() as u64;
            let spool = || tempfile::tempfile().ok();
            let ticket = Ticket::default();
            let Unpacked::File(mut on_disk, length) = inflate(&mut file, size, 1000, spool, &ticket).unwrap() else {
                panic!("it stayed in memory")
            };
            let mut back = Vec::new();
            on_disk.read_to_end(&mut back).unwrap();
            assert!(back == text && length == text.len() as u64);
            for spool in [None, Some(())] {
                let large = if spool.is_some() { u64::MAX } else { 1000 };
                let unpacked =
                    inflate(&mut file, size, large, || spool.and_then(|()| tempfile::tempfile().ok()), &ticket);
                assert!(matches!(unpacked.unwrap(), Unpacked::Memory(bytes) if bytes == text));
            }
            let (head, whole) = beginning(&packed[..packed.len() * 3 / 4], false, 500).unwrap();
            assert!(!whole && !head.is_empty() && text.starts_with(&head));
        }
    }
}
