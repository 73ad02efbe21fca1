//! What can be asked of data: plain values with no behaviour beyond parsing and printing.
//!
//! Everything here is serialisable, so that the same value runs from a pane, the command line, a check of a
//! playbook, a saved clue and a re-run.

mod analysis;
mod cell;
mod change;
mod check;
mod clues;
mod coded;
mod days;
mod experiment;
mod export;
mod find;
mod fix;
mod group;
mod kpi;
mod shift;
mod sql;
mod view;

pub use analysis::{
    Analysis, ColumnProfile, Comparison, ComparisonResult, Estimate, Findings, HistogramBar, KpiGroup, KpiResult,
    OddLine, OddLines, ProfileAlert, ProfileResult, ReachResult, ReadingReport, Sample, TopValue,
};
pub use cell::{Cell, ColumnInfo, Page, Schema, ValueType};
pub use change::{ChangeCause, ChangePart, ChangeRequest, ChangeResult, ChangeSide, Sides, Usual};
pub use check::{CheckOp, CheckRequest, CheckResult, Outcome, YesIf};
pub use clues::{
    ClueRequest, ConfounderRequest, ConfounderResult, ConfounderStratum, Driver, DriverGroup, DriverResult, Explained,
    Leak, LeakResult, LeakTier, Segment, SegmentRequest, SegmentResult, Skipped,
};
pub use coded::{CodedColumn, CodedTable, CodingRequest, UNIT_BUCKETS};
pub use days::{Gap, TimeCover};
pub use experiment::{ExperimentRequest, ExperimentResult};
pub use export::{Export, ExportFormat, Exported, UnknownFormat, begins_as_formula};
pub use find::{BLOCK, BadPattern, Direction, Find, FindMode, FoundCount, Hit, Pattern, Place};
pub use fix::{Family, Fix, ProposedFix, families, folded};
pub use group::{Every, GroupQuery, GroupRow, Key, KeyBin, Sums};
pub use kpi::{Better, Kpi, KpiParseError, Measure, split_top_level};
pub use shift::{ColumnShift, MovedShare, ShiftBin, ShiftRequest, ShiftResult};
pub use sql::{SqlKind, SqlWord, TextPlace, sql_tables, sql_words};
pub use view::{Derived, SortKey, View};
