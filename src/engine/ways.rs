//! Ways in which text can be read, as they are named on the command line and recorded in sessions.

use std::str::FromStr;

/// What stands between the thousands of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thousands {
    /// `1,234.5`.
    Comma,
    /// `1.234,5`.
    Point,
    /// `1 234,5` or `1 234.5`; also with a space that does not break, or an apostrophe.
    Space,
    /// Nothing: `1,234` is no number unless the comma is a decimal one.
    None,
}

/// The order of the parts of a date such as 03/04/2024.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// Year, month, day.
    Ymd,
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}

/// A type that a column is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SheetType {
    /// Text as it stands.
    Text,
    /// Whole numbers.
    Int,
    /// Numbers with decimals.
    Num,
    /// True or false.
    Bool,
    /// Days.
    Date,
    /// Moments.
    Time,
}

/// The words of a set of ways, in the order in which they are offered.
macro_rules! words {
    ($name:ident, $what:literal, $($word:literal => $value:ident),+) => {
        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$value),+];

            /// The word for it.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$value => $word),+ }
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                let text = text.trim().to_lowercase();
                Self::ALL.iter().copied().find(|x| x.word() == text).ok_or_else(|| {
                    let all: Vec<&str> = Self::ALL.iter().map(|x| x.word()).collect();
                    format!("{} is one of {}", $what, all.join(", "))
                })
            }
        }
    };
}

words!(Thousands, "what stands between thousands", "comma" => Comma, "point" => Point, "space" => Space, "none" => None);
words!(DateOrder, "the order of a date", "dmy" => Dmy, "mdy" => Mdy, "ymd" => Ymd);
words!(SheetType, "a type", "text" => Text, "int" => Int, "num" => Num, "bool" => Bool, "date" => Date, "time" => Time);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_and_others_are_refused_with_a_list() {
        for way in SheetType::ALL {
            assert_eq!(way.word().parse(), Ok(*way));
            assert_eq!(serde_json::to_value(way).ok(), Some(way.word().into()));
        }
        assert_eq!("DMY".parse(), Ok(DateOrder::Dmy));
        assert_eq!(
            "x".parse::<Thousands>(),
            Err("what stands between thousands is one of comma, point, space, none".into())
        );
    }
}
