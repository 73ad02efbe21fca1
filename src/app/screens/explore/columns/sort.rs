//! The order of the Columns pane.

use crate::query::ValueType;

/// Order of the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// As in the file.
    #[default]
    File,
    /// By name.
    Name,
    /// By type: numbers, text, times.
    Type,
    /// Most nulls first.
    Nulls,
    /// Those with most alerts first.
    Alerts,
    /// Of two groups of rows: the largest shift first.
    Shift,
}

impl Sort {
    /// All orders, in the order in which the key goes through them.
    pub const ALL: [Self; 6] = [Self::File, Self::Name, Self::Type, Self::Nulls, Self::Alerts, Self::Shift];

    /// The word shown in the pane's title.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::File => "file order",
            Self::Name => "name",
            Self::Type => "type",
            Self::Nulls => "nulls",
            Self::Alerts => "alerts",
            Self::Shift => "shift",
        }
    }

    /// The next one, round the end; by shift only where two groups are compared.
    #[must_use]
    pub fn next(self, compared: bool) -> Self {
        match self {
            Self::File => Self::Name,
            Self::Name => Self::Type,
            Self::Type => Self::Nulls,
            Self::Nulls => Self::Alerts,
            Self::Alerts if compared => Self::Shift,
            Self::Alerts | Self::Shift => Self::File,
        }
    }
}

/// Where a type stands among the others: what is counted, what is named, what happens when, and what is only shown.
pub(super) fn rank(dtype: ValueType) -> u8 {
    match dtype {
        ValueType::Float => 0,
        ValueType::Int => 1,
        ValueType::Bool => 2,
        ValueType::Text => 3,
        ValueType::Date => 4,
        ValueType::Datetime => 5,
        ValueType::Time => 6,
        ValueType::Duration => 7,
        ValueType::Other => 8,
    }
}
