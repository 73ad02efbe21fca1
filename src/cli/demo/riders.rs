//! The riders of the demonstration: one row each, with the measures of their last four weeks joined on.
//!
//! What is planted, and what the case must find out:
//! * **Long waits** make riders leave, everywhere and always; they were bad at the airport in the evening and became
//!   very bad when the drivers' bonus there ended (week 13). That is the largest single cause.
//! * **Android 7.4** starts slowly and nothing more. It was piloted at the airport, so its riders leave more often
//!   until zones are held apart.
//! * **A rival** is cheaper, mostly in North: a real second cause, but a small one.

use super::dice::{Dice, tenth};

/// Zone, share of riders, usual wait in minutes, share that the rival reaches, our fare over the rival's in percent.
const ZONES: [(&str, f64, f64, f64, f64); 6] = [
    ("Center", 0.25, 4.6, 0.25, 5.0),
    ("North", 0.20, 4.3, 0.70, 16.0),
    ("Airport", 0.22, 5.4, 0.0, 0.0),
    ("West", 0.12, 4.4, 0.0, 0.0),
    ("South", 0.11, 4.8, 0.0, 0.0),
    ("East", 0.10, 5.0, 0.0, 0.0),
];

/// Mondays of the weeks in which riders were counted.
pub const WEEKS: [&str; 18] = [
    "2026-06-01",
    "2026-06-08",
    "2026-06-15",
    "2026-06-22",
    "2026-06-29",
    "2026-07-06",
    "2026-07-13",
    "2026-07-20",
    "2026-07-27",
    "2026-08-03",
    "2026-08-10",
    "2026-08-17",
    "2026-08-24",
    "2026-08-31",
    "2026-09-07",
    "2026-09-14",
    "2026-09-21",
    "2026-09-28",
];

/// Index of the first week after the drivers' bonus ended.
const BONUS_ENDED: u32 = 12;

/// Quantiles of a wait over its usual length: many short ones, a long tail.
const WAIT: [(f64, f64); 8] =
    [(0.0, 0.2), (0.1, 0.5), (0.25, 0.7), (0.5, 0.92), (0.75, 1.22), (0.9, 1.6), (0.97, 2.1), (1.0, 3.2)];
const TRIPS: [(f64, f64); 6] = [(0.0, 1.0), (0.25, 4.0), (0.5, 7.0), (0.75, 11.0), (0.95, 20.0), (1.0, 34.0)];
const TENURE: [(f64, f64); 5] = [(0.0, 1.0), (0.25, 3.5), (0.5, 9.0), (0.75, 20.0), (1.0, 61.0)];

/// One rider.
#[derive(Debug, Clone, PartialEq)]
pub struct Rider {
    /// From 1 on.
    pub number: u32,
    /// Monday of the week in which the rider was counted, ISO date.
    pub week: &'static str,
    /// Where the rider mostly sets out.
    pub zone: &'static str,
    /// The hour of most of the rider's trips, 0 to 23.
    pub hour: u32,
    /// `android` or `ios`.
    pub platform: &'static str,
    /// Unknown for a few.
    pub app_version: Option<&'static str>,
    /// Seconds until the app answers; unknown for a few.
    pub load_time_s: Option<f64>,
    /// Mean minutes until the car came; unknown for a few.
    pub wait_min: Option<f64>,
    /// Trips of the four weeks with a wait of ten minutes or more.
    pub long_waits: u32,
    /// Whether the rival takes orders where the rider lives.
    pub rival_serves: bool,
    /// Our fare over the rival's, in percent; only where the rival serves.
    pub rival_gap_pct: Option<f64>,
    /// `pass` or `pay_as_you_go`.
    pub plan: &'static str,
    /// Months since the first trip.
    pub tenure_months: u32,
    /// Trips in the four weeks.
    pub trips_4w: u32,
    /// Messages to support in the four weeks.
    pub support_contacts: u32,
    /// `card`, `wallet` or `cash`.
    pub payment: &'static str,
    /// No trip in the 28 days after the four weeks.
    pub churned: bool,
}

/// `n` riders from a seed: the same on every machine.
pub fn riders(seed: u64, n: u32) -> impl Iterator<Item = Rider> {
    let mut dice = Dice::new(seed);
    (1..=n).map(move |number| rider(&mut dice, number))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // small positive numbers
fn rider(dice: &mut Dice, number: u32) -> Rider {
    let zones = ZONES.map(|z| (z, z.1));
    let (zone, _, usual, reached, gap) = dice.pick(&zones).unwrap_or(ZONES[0]);
    let airport = zone == "Airport";
    let at = dice.below(18);
    let week = WEEKS.get(at as usize).copied().unwrap_or(WEEKS[0]);
    let evening = dice.chance(if airport { 0.56 } else { 0.36 });
    let hour = if evening { 17 + dice.below(6) } else { daytime(dice) };
    let usual = match (airport && evening, at) {
        (true, 0..BONUS_ENDED) => 8.0,
        (true, BONUS_ENDED) => 14.0,
        (true, _) => 21.0,
        (false, _) if evening => usual * 1.15,
        (false, _) => usual,
    };
    let wait = (usual * dice.quantile(&WAIT)).min(48.0);

    let android = dice.chance(0.62);
    // The pilot at the airport ran all summer; the other zones followed step by step.
    let pilot = if airport { 0.78 } else { 0.01 + 0.15 * f64::from(at) / 17.0 };
    let version = if android && dice.chance(pilot) {
        "7.4.0"
    } else if dice.chance(0.62) {
        "7.3.1"
    } else {
        "7.2.4"
    };
    let load = if version == "7.4.0" { 4.3 } else { 1.9 } + if android { 0.4 } else { 0.0 };
    let load = load * (1.0 + 0.5 * dice.bell());

    let rival_serves = dice.chance(reached);
    let rival_gap = rival_serves.then(|| tenth(gap + 9.0 * dice.bell()));
    let plan = if dice.chance(0.28) { "pass" } else { "pay_as_you_go" };
    let tenure_months = dice.quantile(&TENURE) as u32;
    let trips_4w = dice.quantile(&TRIPS) as u32;
    let payment = dice.pick(&[("card", 0.58), ("wallet", 0.27), ("cash", 0.15)]).unwrap_or("card");
    let long = ((wait - 3.0) / 20.0).clamp(0.0, 0.9);
    let long_waits = (0..trips_4w).filter(|_| dice.chance(long)).count() as u32;
    let contacts = (0.05 + 0.02 * f64::from(long_waits)).min(0.5);
    let support_contacts = (0..3).filter(|_| dice.chance(contacts)).count() as u32;

    let mut p = 0.040 + 0.013 * (wait - 3.0).max(0.0);
    p *= if tenure_months < 4 { 1.4 } else { 0.86 };
    p *= if plan == "pass" { 0.75 } else { 1.1 };
    p *= if trips_4w < 4 { 1.15 } else { 0.95 };
    if rival_gap.is_some_and(|g| g > 10.0) {
        p += 0.008;
    }
    let churned = dice.chance(p.min(0.6));
    Rider {
        number,
        week,
        zone,
        hour,
        platform: if android { "android" } else { "ios" },
        app_version: (!dice.chance(0.014)).then_some(version),
        load_time_s: (!dice.chance(0.021)).then_some(tenth(load)),
        wait_min: (!dice.chance(0.009)).then_some(tenth(wait)),
        long_waits,
        rival_serves,
        rival_gap_pct: rival_gap,
        plan,
        tenure_months,
        trips_4w,
        support_contacts,
        payment,
        churned,
    }
}

/// An hour outside 17 to 22: mostly morning and midday, few at night.
fn daytime(dice: &mut Dice) -> u32 {
    match dice.unit() {
        u if u < 0.06 => dice.below(6),
        u if u < 0.45 => 6 + dice.below(4),
        u if u < 0.95 => 10 + dice.below(7),
        _ => 23,
    }
}

/// The columns in order.
pub const HEADER: &str = "rider_id,week,zone,hour,platform,app_version,load_time_s,wait_min,long_waits,rival_serves,\
                          rival_gap_pct,plan,tenure_months,trips_4w,support_contacts,payment,churned\n";

/// The table as CSV: a header and one line for each rider; unknown is empty.
#[must_use]
pub fn csv(seed: u64, n: u32) -> Vec<u8> {
    use std::io::Write;
    let mut out = Vec::with_capacity(HEADER.len() + n as usize * 112);
    out.extend_from_slice(HEADER.as_bytes());
    let number = |x: Option<f64>| x.map(|x| format!("{x:.1}")).unwrap_or_default();
    let word = |yes: bool| if yes { "Yes" } else { "No" };
    for r in riders(seed, n) {
        // Writing to a vector can't fail.
        let _ = writeln!(
            out,
            "R{:06},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}",
            r.number,
            r.week,
            r.zone,
            r.hour,
            r.platform,
            r.app_version.unwrap_or_default(),
            number(r.load_time_s),
            number(r.wait_min),
            r.long_waits,
            word(r.rival_serves),
            number(r.rival_gap_pct),
            r.plan,
            r.tenure_months,
            r.trips_4w,
            r.support_contacts,
            r.payment,
            word(r.churned),
        );
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::cast_precision_loss)]
mod tests {
    use super::*;

    fn rate(all: &[Rider], which: impl Fn(&Rider) -> bool) -> f64 {
        let (mut left, mut n) = (0usize, 0usize);
        for r in all.iter().filter(|r| which(r)) {
            n += 1;
            left += usize::from(r.churned);
        }
        left as f64 / n as f64
    }

    #[test]
    fn a_seed_gives_the_same_riders_and_another_seed_others() {
        assert!(riders(3, 50).eq(riders(3, 50)));
        assert!(!riders(3, 50).eq(riders(4, 50)));
        // More riders begin with the same ones.
        assert!(riders(3, 50).eq(riders(3, 80).take(50)));
        assert_eq!(csv(3, 0), HEADER.as_bytes());
    }

    #[test]
    fn every_value_is_one_that_could_be() {
        let all: Vec<Rider> = riders(5, 20_000).collect();
        for r in &all {
            assert!(WEEKS.contains(&r.week) && r.hour < 24, "{r:?}");
            assert!(r.wait_min.is_none_or(|w| (0.5..=48.0).contains(&w)), "{r:?}");
            assert!(r.load_time_s.is_none_or(|s| (0.5..=12.0).contains(&s)), "{r:?}");
            assert!(r.long_waits <= r.trips_4w && (1..=34).contains(&r.trips_4w), "{r:?}");
            assert!(r.rival_gap_pct.is_some() == r.rival_serves, "{r:?}");
            assert!((1..=61).contains(&r.tenure_months), "{r:?}");
            assert!(r.platform == "android" || r.app_version != Some("7.4.0"), "{r:?}");
        }
        let unknown = all.iter().filter(|r| r.wait_min.is_none()).count();
        assert!((100..300).contains(&unknown), "{unknown}");
    }

    #[test]
    fn the_story_is_in_the_rates() {
        let all: Vec<Rider> = riders(super::super::SEED, super::super::RIDERS).collect();
        let late = |r: &Rider| r.week >= WEEKS[12];
        let level = rate(&all, |_| true);
        assert!((0.076..0.084).contains(&level), "{level}");
        assert!(rate(&all, late) - rate(&all, |r| !late(r)) > 0.01);
        // The rise is at the airport in the evening and nowhere else.
        let slot = |r: &Rider| r.zone == "Airport" && (17..=22).contains(&r.hour);
        assert!(rate(&all, |r| slot(r) && late(r)) > 1.8 * rate(&all, |r| slot(r) && !late(r)));
        let elsewhere = rate(&all, |r| !slot(r) && late(r)) / rate(&all, |r| !slot(r) && !late(r));
        assert!((0.93..1.08).contains(&elsewhere), "{elsewhere}");
    }
}
