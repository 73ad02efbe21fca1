//! The closed vocabularies of the scoreboard and their numbers (`scoreboard/1`).

use serde::{Deserialize, Serialize};

/// "If this hypothesis were the main cause, this clue would be …"
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    /// −10 decibans; needs a written reason.
    Absurd,
    /// −6 decibans.
    Surprising,
    /// −3 decibans.
    ABitSurprising,
    /// 0: says nothing about it.
    NoDifference,
    /// +3 decibans.
    SomewhatExpected,
    /// +6 decibans.
    Expected,
    /// +10 decibans; needs a written reason.
    HardlyOtherwise,
}

impl Rating {
    /// All words, from the most surprising to the most expected.
    pub const ALL: [Self; 7] = [
        Self::Absurd,
        Self::Surprising,
        Self::ABitSurprising,
        Self::NoDifference,
        Self::SomewhatExpected,
        Self::Expected,
        Self::HardlyOtherwise,
    ];

    /// Weight of evidence in decibans (10·log₁₀ of a likelihood ratio).
    #[must_use]
    pub fn decibans(self) -> f64 {
        match self {
            Self::Absurd => -10.0,
            Self::Surprising => -6.0,
            Self::ABitSurprising => -3.0,
            Self::NoDifference => 0.0,
            Self::SomewhatExpected => 3.0,
            Self::Expected => 6.0,
            Self::HardlyOtherwise => 10.0,
        }
    }

    /// The word for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Absurd => "absurd",
            Self::Surprising => "surprising",
            Self::ABitSurprising => "a bit surprising",
            Self::NoDifference => "no difference",
            Self::SomewhatExpected => "somewhat expected",
            Self::Expected => "expected",
            Self::HardlyOtherwise => "hardly otherwise",
        }
    }

    /// The word in files.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Absurd => "absurd",
            Self::Surprising => "surprising",
            Self::ABitSurprising => "a_bit_surprising",
            Self::NoDifference => "no_difference",
            Self::SomewhatExpected => "somewhat_expected",
            Self::Expected => "expected",
            Self::HardlyOtherwise => "hardly_otherwise",
        }
    }

    /// The sign on the board: `−−− −− − · + ++ +++`.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Absurd => "−−−",
            Self::Surprising => "−−",
            Self::ABitSurprising => "−",
            Self::NoDifference => "·",
            Self::SomewhatExpected => "+",
            Self::Expected => "++",
            Self::HardlyOtherwise => "+++",
        }
    }

    /// Whether a written reason is required.
    #[must_use]
    pub fn needs_reason(self) -> bool {
        matches!(self, Self::Absurd | Self::HardlyOtherwise)
    }

    /// The next more (`up`) or less expected word, stopping at the ends.
    #[must_use]
    pub fn step(self, up: bool) -> Self {
        let at = Self::ALL.iter().position(|r| *r == self).unwrap_or(3);
        let next = if up { (at + 1).min(6) } else { at.saturating_sub(1) };
        Self::ALL.get(next).copied().unwrap_or(self)
    }

    /// The word for a level of evidence between −6 and +6, as a result suggests it; never the two that need a reason.
    #[must_use]
    pub fn from_decibans(db: f64) -> Self {
        match db {
            x if x <= -4.5 => Self::Surprising,
            x if x <= -1.5 => Self::ABitSurprising,
            x if x < 1.5 => Self::NoDifference,
            x if x < 4.5 => Self::SomewhatExpected,
            _ => Self::Expected,
        }
    }
}

/// Where a clue comes from; a forecast before looking weighs most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A forecast was written before the check was run.
    Predicted,
    /// A person said it.
    Told,
    /// Found while looking around.
    Browsed,
}

impl Origin {
    /// Cells are clipped to plus or minus this many decibans.
    #[must_use]
    pub fn cap(self) -> f64 {
        match self {
            Self::Predicted => 10.0,
            Self::Told => 6.0,
            Self::Browsed => 3.0,
        }
    }

    /// The word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Predicted => "predicted",
            Self::Told => "told",
            Self::Browsed => "browsed",
        }
    }
}

/// How far a source can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Grade {
    /// Measured on the full data by us.
    A,
    /// Measured by others or on a sample.
    B,
    /// A person who sees it daily.
    C,
    /// A person who heard of it.
    D,
    /// Rumour.
    E,
    /// Cannot judge.
    U,
}

impl Grade {
    /// All grades.
    pub const ALL: [Self; 6] = [Self::A, Self::B, Self::C, Self::D, Self::E, Self::U];

    /// The weight r.
    #[must_use]
    pub fn weight(self) -> f64 {
        match self {
            Self::A => 1.0,
            Self::B => 0.8,
            Self::C => 0.6,
            Self::D => 0.4,
            Self::E => 0.2,
            Self::U => 0.5,
        }
    }

    /// What the letter stands for.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::A => "A measured on the full data by us",
            Self::B => "B measured by others or on a sample",
            Self::C => "C a person who sees it daily",
            Self::D => "D a person who heard of it",
            Self::E => "E rumour",
            Self::U => "U cannot judge",
        }
    }
}

/// How likely a hypothesis is before any clue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prior {
    /// Weight 1.
    LongShot,
    /// Weight 2.
    #[default]
    Possible,
    /// Weight 4.
    Likely,
}

impl Prior {
    /// The weight before normalising.
    #[must_use]
    pub fn weight(self) -> f64 {
        match self {
            Self::LongShot => 1.0,
            Self::Possible => 2.0,
            Self::Likely => 4.0,
        }
    }
}

/// How the impact of a hypothesis is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// Measured on data.
    Measured,
    /// Modelled from data with assumptions.
    Modelled,
    /// A guess.
    #[default]
    Guess,
}

impl Quality {
    /// The weight K.
    #[must_use]
    pub fn weight(self) -> f64 {
        match self {
            Self::Measured => 1.0,
            Self::Modelled => 0.8,
            Self::Guess => 0.5,
        }
    }

    /// The word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Modelled => "modelled",
            Self::Guess => "guess",
        }
    }
}

/// A forecast in words, "if this hypothesis is the main cause, the check says yes …"
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForecastWord {
    /// 0.9
    AlmostSure,
    /// 0.7
    Likely,
    /// 0.5
    NoIdea,
    /// 0.3
    Unlikely,
    /// 0.1
    AlmostNever,
}

impl ForecastWord {
    /// The probability.
    #[must_use]
    pub fn probability(self) -> f64 {
        match self {
            Self::AlmostSure => 0.9,
            Self::Likely => 0.7,
            Self::NoIdea => 0.5,
            Self::Unlikely => 0.3,
            Self::AlmostNever => 0.1,
        }
    }
}
