//! Tables of rides with a known cause of leaving. Users ride several times and days have good and bad weather: rows of
//! one user, and rows of one day, are alike for reasons of their own.

use std::fmt::Write as _;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// What a planted cell adds to the share who leave.
pub const UPLIFT: f64 = 0.12;
const BASE: f64 = 0.2;
/// The share who leave differs by up to this between users, and between days.
const OF_USER: f64 = 0.1;
const OF_DAY: f64 = 0.05;
const RIDES: u32 = 4;
const DAYS: u32 = 180;

/// What is planted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A rival is cheaper, in one zone.
    Price,
    /// Cars are late, in one zone in the evening.
    Supply,
    /// One version of the app on one platform.
    App,
    /// Price and app together.
    Mix,
    /// Nothing, but users differ.
    None,
    /// Nothing, but days differ, and so does their weather.
    NoneByDay,
    /// A zone, with districts that mostly lie in the zone of their number.
    Decoy,
}

impl Kind {
    pub const ALL: [Self; 7] =
        [Self::Price, Self::Supply, Self::App, Self::Mix, Self::None, Self::NoneByDay, Self::Decoy];

    pub fn name(self) -> &'static str {
        match self {
            Self::Price => "a rival's price in one zone",
            Self::Supply => "late cars in one zone in the evening",
            Self::App => "one version on one platform",
            Self::Mix => "price and app together",
            Self::None => "nothing; users differ",
            Self::NoneByDay => "nothing; days differ",
            Self::Decoy => "a zone and its shadow",
        }
    }

    /// The independent unit.
    pub fn unit(self) -> &'static str {
        if self == Self::NoneByDay { "day" } else { "user" }
    }

    /// Columns that are no explanation: each other's unit.
    pub fn exclude(self) -> &'static [&'static str] {
        if self == Self::NoneByDay { &["user"] } else { &["day", "weather"] }
    }

    /// The cells that leave more often.
    pub fn planted(self) -> Vec<&'static [(&'static str, &'static str)]> {
        const PRICE: &[(&str, &str)] = &[("zone", "z2"), ("rival", "cheaper")];
        const SUPPLY: &[(&str, &str)] = &[("zone", "z4"), ("time", "evening")];
        const APP: &[(&str, &str)] = &[("version", "v7.4"), ("platform", "android")];
        match self {
            Self::Price => vec![PRICE],
            Self::Supply => vec![SUPPLY],
            Self::App => vec![APP],
            Self::Mix => vec![PRICE, APP],
            Self::None | Self::NoneByDay | Self::Decoy => Vec::new(),
        }
    }
}

/// A user: what stays the same from ride to ride.
struct User {
    zone: u32,
    district: u32,
    platform: &'static str,
    version: &'static str,
    plan: u32,
    age: u32,
    effect: f64,
}

fn user(rng: &mut Pcg64Mcg) -> User {
    let zone = rng.random_range(0..6u32);
    User {
        zone,
        district: if rng.random::<f64>() < 0.9 { zone } else { rng.random_range(0..6u32) },
        platform: if rng.random::<f64>() < 0.6 { "android" } else { "ios" },
        version: ["v7.2", "v7.3", "v7.4", "v7.5"][rng.random_range(0..4usize)],
        plan: rng.random_range(0..4u32),
        age: rng.random_range(18..80u32),
        effect: rng.random_range(-OF_USER..OF_USER),
    }
}

/// The table of a kind and a seed, as CSV.
pub fn csv(kind: Kind, seed: u64, rows: u32) -> String {
    let mut rng = Pcg64Mcg::seed_from_u64(seed.wrapping_mul(31).wrapping_add(kind as u64));
    let days: Vec<(f64, u32)> =
        (0..DAYS).map(|_| (rng.random_range(-OF_DAY..OF_DAY), rng.random_range(0..4u32))).collect();
    let mut out = String::from("user,day,weather,zone,district,platform,version,plan,age,rival,time,left\n");
    let mut one = user(&mut rng);
    for row in 0..rows {
        if row % RIDES == 0 {
            one = user(&mut rng);
        }
        let day = rng.random_range(0..DAYS);
        let (of_day, weather) = days.get(day as usize).copied().unwrap_or_default();
        let rival = if rng.random::<f64>() < 0.4 { "cheaper" } else { "dearer" };
        let time = ["morning", "noon", "evening", "night"][rng.random_range(0..4usize)];
        let cell = match kind {
            Kind::Price => one.zone == 2 && rival == "cheaper",
            Kind::Supply => one.zone == 4 && time == "evening",
            Kind::App => one.version == "v7.4" && one.platform == "android",
            Kind::Mix => (one.zone == 2 && rival == "cheaper") || (one.version == "v7.4" && one.platform == "android"),
            Kind::Decoy => one.zone == 4,
            Kind::None | Kind::NoneByDay => false,
        };
        let p = BASE + one.effect + of_day + if cell { UPLIFT } else { 0.0 };
        let left = u8::from(rng.random::<f64>() < p);
        let (user, User { zone, district, platform, version, plan, age, .. }) = (row / RIDES, &one);
        let _ = writeln!(
            out,
            "u{user},{day},w{weather},z{zone},d{district},{platform},{version},p{plan},{age},{rival},{time},{left}"
        );
    }
    out
}
