//! Parquet and Arrow IPC files, and bringing their types to the few that the engine works with.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use ::polars::prelude::{
    Column, DataFrame, DataType, Float64Chunked, IntoColumn, IpcReader, ParquetReader, PolarsError, SerReader, TimeUnit,
};

use super::{broken, guarded};
use crate::engine::{EngineError, Ticket, Unit};
use crate::query::ReadingReport;

/// Reads a Parquet file of this many bytes, one group of rows after the other. The footer is looked at first: a broken
/// length must not lead to a huge allocation.
pub fn parquet(mut file: File, size: u64, ticket: &Ticket) -> Result<(DataFrame, ReadingReport), EngineError> {
    check_parquet(&mut file, size)?;
    let again = |file: &File| {
        let mut file = file.try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        Ok::<File, PolarsError>(file)
    };
    let broken_file = "The Parquet file is broken";
    ticket.check()?;
    let metadata = guarded(broken_file, || ParquetReader::new(again(&file)?).get_metadata().cloned())?;
    let groups: Vec<usize> = metadata.row_groups.iter().map(|g| g.num_rows()).collect();
    let work = ticket.begin(Unit::Rows, groups.iter().sum::<usize>() as u64);
    let (mut all, mut start): (Option<DataFrame>, usize) = (None, 0);
    // A file without groups still has its columns.
    for rows in if groups.is_empty() { vec![0] } else { groups } {
        work.check()?;
        let part = guarded(broken_file, || {
            let mut reader = ParquetReader::new(again(&file)?).with_slice(Some((start, rows)));
            reader.set_metadata(metadata.clone());
            reader.finish()
        })?;
        match &mut all {
            None => all = Some(part),
            Some(all) => guarded(broken_file, || all.vstack_mut(&part).map(|_| ()))?,
        }
        start += rows;
        work.advance(rows as u64);
    }
    work.check()?;
    finish(all.unwrap_or_default(), "parquet")
}

/// Looks at the footer of a Parquet file of this many bytes.
pub fn check_parquet(file: &mut File, size: u64) -> Result<(), EngineError> {
    let bad =
        |what: &str| EngineError::input(format!("The Parquet file is broken: {what}."), "Fetch or export it again.");
    let mut tail = [0u8; 8];
    if size < 12 {
        return Err(bad("it is too short"));
    }
    file.seek(SeekFrom::End(-8)).and_then(|_| file.read_exact(&mut tail)).map_err(|e| bad(&e.to_string()))?;
    let [a, b, c, d, magic @ ..] = tail;
    if magic == *b"PARE" {
        return Err(EngineError::input("The Parquet file is encrypted.", "Export it without encryption."));
    }
    if magic != *b"PAR1" {
        return Err(bad("its end is missing (cut short while copying?)"));
    }
    let footer = u64::from(u32::from_le_bytes([a, b, c, d]));
    if footer + 12 > size {
        return Err(bad(&format!("its footer claims {footer} bytes, but the file has {size}")));
    }
    file.seek(SeekFrom::Start(0)).map_err(|e| bad(&e.to_string()))?;
    Ok(())
}

/// Reads an Arrow IPC (Feather) file, one column after the other.
pub fn ipc(file: &File, ticket: &Ticket) -> Result<(DataFrame, ReadingReport), EngineError> {
    let broken_file = "The Arrow file is broken";
    let reader = || {
        let mut file = file.try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        Ok::<_, PolarsError>(IpcReader::new(file))
    };
    ticket.check()?;
    let width = guarded(broken_file, || Ok(reader()?.schema()?.len()))?;
    let work = ticket.begin(Unit::Columns, width as u64);
    let (mut columns, mut rows): (Vec<Column>, usize) = (Vec::with_capacity(width), 0);
    for column in 0..width {
        work.check()?;
        let part = guarded(broken_file, || reader()?.with_projection(Some(vec![column])).finish())?;
        rows = part.height();
        columns.extend(part.into_columns());
        work.advance(1);
    }
    let frame = DataFrame::new(rows, columns).map_err(|e| broken(&e))?;
    finish(frame, "arrow")
}

/// The table with the few types that the engine works with.
pub fn finish(frame: DataFrame, format: &str) -> Result<(DataFrame, ReadingReport), EngineError> {
    let rows = frame.height();
    let mut notes = Vec::new();
    let columns = guarded("The file's values can't be read", || {
        frame.columns().iter().map(|c| plain(c, &mut notes)).collect::<Result<Vec<Column>, PolarsError>>()
    })?;
    let mut frame = DataFrame::new(rows, columns).map_err(|e| broken(&e))?;
    frame.rechunk_mut();
    Ok((frame, ReadingReport { format: format.into(), notes, ..Default::default() }))
}

/// Whole numbers become 64 bits and decimals doubles, so that no sum overflows; categories become text; times with a
/// zone become the clock time there.
pub fn plain(column: &Column, notes: &mut Vec<String>) -> Result<Column, PolarsError> {
    let name = column.name().to_string();
    let to = |t: &DataType| column.cast(t);
    match column.dtype() {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => {
            to(&DataType::Int64)
        }
        DataType::UInt64 => column.strict_cast(&DataType::Int64).or_else(|_| {
            notes.push(format!("{name} has whole numbers beyond 64 bits; read with decimals, about 15 digits exact."));
            to(&DataType::Float64)
        }),
        DataType::Float16 | DataType::Float32 | DataType::Float64 | DataType::Decimal(..) => {
            let wide = to(&DataType::Float64)?;
            let values = wide.f64()?;
            let strange = values.iter().flatten().filter(|x| x.is_nan()).count();
            if strange == 0 {
                return Ok(wide);
            }
            notes.push(format!("{strange} × NaN read as null in {name}."));
            let known: Float64Chunked = values.iter().map(|x| x.filter(|x| !x.is_nan())).collect();
            Ok(known.with_name(column.name().clone()).into_column())
        }
        DataType::Categorical(..) | DataType::Enum(..) => to(&DataType::String),
        DataType::Datetime(_, None) => to(&DataType::Datetime(TimeUnit::Microseconds, None)),
        DataType::Datetime(_, Some(zone)) => {
            notes.push(format!("{name} has times in the zone {}; shown in UTC.", zone.as_str()));
            to(&DataType::Datetime(TimeUnit::Microseconds, None))
        }
        DataType::Duration(_) => to(&DataType::Duration(TimeUnit::Microseconds)),
        _ => Ok(column.clone()),
    }
}
