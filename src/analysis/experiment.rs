//! The follow-up experiment: how many units per arm, how many weeks, and what can be seen at all.

use super::dist::normal_quantile;
use crate::engine::EngineError;
use crate::query::{ExperimentRequest, ExperimentResult};

/// How an experiment is planned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Design {
    /// Two-sided error of the first kind, shared among the comparisons with the control (Bonferroni).
    pub alpha: f64,
    /// Probability of seeing the change where it is there.
    pub power: f64,
    /// Arms, the control included.
    pub arms: u32,
    /// Design effect of randomising clusters, `1 + (mean cluster size − 1)·ρ`; 1 without clusters.
    pub design_effect: f64,
}

impl Default for Design {
    fn default() -> Self {
        Self { alpha: 0.05, power: 0.8, arms: 2, design_effect: 1.0 }
    }
}

impl Design {
    /// (z_{1−α/2} + z_{1−β})², the factor that all sizes share; absent for a design that makes no sense.
    fn factor(&self) -> Option<f64> {
        if self.arms < 2 || !(self.design_effect >= 1.0 && self.design_effect.is_finite()) || self.power <= self.alpha {
            return None;
        }
        let alpha = self.alpha / f64::from(self.arms - 1);
        let sum = normal_quantile(1.0 - alpha / 2.0)? + normal_quantile(self.power)?;
        Some(sum * sum * self.design_effect)
    }
}

/// Plans an experiment.
///
/// # Errors
/// [`EngineError::Request`] for numbers that make no sense, or a size beyond counting.
pub fn run(asked: &ExperimentRequest) -> Result<ExperimentResult, EngineError> {
    refuse(asked)?;
    let design =
        Design { alpha: asked.alpha, power: asked.power, arms: asked.arms, design_effect: asked.design_effect() };
    let size = match asked.sd {
        Some(sd) => per_arm_for_means(sd, asked.target - asked.base, &design),
        None => per_arm_for_rates(asked.base, asked.target, &design),
    };
    let n_per_arm = size.ok_or_else(|| {
        EngineError::request("This needs more units than can be counted.", "Plan for a larger change.")
    })?;
    let visible = |n: f64| {
        let per_arm = n * asked.weeks / f64::from(asked.arms);
        match asked.sd {
            Some(sd) => detectable_mean_change(sd, per_arm, &design),
            None => detectable_rate_change(asked.base, asked.target, per_arm, &design),
        }
    };
    Ok(ExperimentResult {
        n_per_arm,
        weeks: asked.per_week.and_then(|n| weeks(n_per_arm, n, &design)),
        mde: asked.per_week.and_then(visible),
    })
}

fn refuse(asked: &ExperimentRequest) -> Result<(), EngineError> {
    let share = |x: f64| x > 0.0 && x < 1.0;
    let level = |x: f64| (0.0..=1.0).contains(&x);
    let more_than_0 = |x: f64| x > 0.0 && x.is_finite();
    let (why, next) = if asked.base == asked.target {
        (
            "The level now and the level that it should come to are the same: there is nothing to see.",
            "Change one of them.",
        )
    } else if asked.sd.is_none() && !(level(asked.base) && level(asked.target)) {
        ("A rate is from 0 to 1 (or 0% to 100%).", "For a mean give the spread of single units.")
    } else if asked.sd.is_some_and(|s| !more_than_0(s)) {
        ("The spread of single units should be more than 0.", "Give their standard deviation.")
    } else if asked.arms < 2 {
        ("An experiment has at least 2 arms.", "The control is one of them.")
    } else if !share(asked.alpha) || !share(asked.power) || asked.power <= asked.alpha {
        ("Error and power are from 0 to 1, and the power is the larger one.", "Usual are 0.05 and 0.8.")
    } else if asked.per_week.is_some_and(|n| !more_than_0(n)) || !more_than_0(asked.weeks) {
        ("Units per week and weeks should be more than 0.", "Leave units per week empty where they are not known.")
    } else if asked.cluster.is_some_and(|m| !(m >= 1.0 && m.is_finite())) || asked.icc.is_some_and(|r| !level(r)) {
        (
            "A cluster holds at least one unit, and units of one cluster are alike from 0 to 1.",
            "Leave both empty without clusters.",
        )
    } else {
        return Ok(());
    };
    Err(EngineError::request(why, next))
}

/// Units per arm to see a rate move from `p1` to `p2`: `f·[p1(1−p1) + p2(1−p2)]/(p1 − p2)²`, rounded up (Fleiss,
/// Levin and Paik 2003, *Statistical Methods for Rates and Proportions*, 4.2, without continuity correction).
/// Absent where the rates are equal or not between 0 and 1.
#[must_use]
pub fn per_arm_for_rates(p1: f64, p2: f64, design: &Design) -> Option<u64> {
    if !((0.0..=1.0).contains(&p1) && (0.0..=1.0).contains(&p2)) || p1 == p2 {
        return None;
    }
    whole(design.factor()? * (p1 * (1.0 - p1) + p2 * (1.0 - p2)) / (p1 - p2).powi(2))
}

/// Units per arm to see a mean move by `delta` where single units spread by `sd`: `f·2σ²/δ²`, rounded up. For a
/// ratio KPI give the spread of the linearised value per unit.
#[must_use]
pub fn per_arm_for_means(sd: f64, delta: f64, design: &Design) -> Option<u64> {
    if !(sd > 0.0 && sd.is_finite() && delta.is_finite()) || delta == 0.0 {
        return None;
    }
    whole(design.factor()? * 2.0 * sd * sd / (delta * delta))
}

/// Weeks until all arms are full, where `per_week` units become eligible in all.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn weeks(per_arm: u64, per_week: f64, design: &Design) -> Option<f64> {
    let weeks = per_arm as f64 * f64::from(design.arms) / per_week;
    (per_week > 0.0 && weeks.is_finite()).then_some(weeks)
}

/// The smallest change of a rate, as an absolute difference, that `per_arm` units per arm would show, in the
/// direction of `towards`. Found by bisection, since the variance depends on the changed rate. Absent where even the
/// largest change in that direction would not show.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn detectable_rate_change(base: f64, towards: f64, per_arm: f64, design: &Design) -> Option<f64> {
    if !((0.0..=1.0).contains(&base) && per_arm > 0.0 && per_arm.is_finite()) {
        return None;
    }
    let factor = design.factor()?;
    let up = towards >= base;
    let room = if up { 1.0 - base } else { base };
    let enough = |delta: f64| {
        let p2 = (if up { base + delta } else { base - delta }).clamp(0.0, 1.0);
        factor * (base * (1.0 - base) + p2 * (1.0 - p2)) / (delta * delta) <= per_arm
    };
    if room <= 0.0 || !enough(room) {
        return None;
    }
    let (mut low, mut high) = (0.0, room);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if middle > 0.0 && enough(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

/// The smallest change of a mean that `per_arm` units per arm would show: σ·√(2f/n).
#[must_use]
pub fn detectable_mean_change(sd: f64, per_arm: f64, design: &Design) -> Option<f64> {
    if !(sd > 0.0 && per_arm > 0.0) {
        return None;
    }
    let delta = sd * (2.0 * design.factor()? / per_arm).sqrt();
    delta.is_finite().then_some(delta)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(n: f64) -> Option<u64> {
    // A hair above a whole number is rounding, not one more unit.
    let up = (n - 1e-6).ceil().max(2.0);
    (up.is_finite() && up < 9e15).then_some(up as u64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_match_the_published_ones_at_80_percent_power() {
        let d = Design::default();
        assert_eq!(per_arm_for_rates(0.05, 0.0475, &d), Some(116_470));
        assert_eq!(per_arm_for_rates(0.05, 0.045, &d), Some(28_406));
        assert_eq!(per_arm_for_rates(0.20, 0.19, &d), Some(24_638));
        // The textbook 16 σ²/δ²: (1.96 + 0.8416)² · 2 = 15.698.
        assert_eq!(per_arm_for_means(10.0, 1.0, &d), Some(1570));
        assert_eq!(per_arm_for_rates(0.05, 0.0475, &Design { design_effect: 2.0, ..d }), Some(232_940));
    }

    #[test]
    fn a_request_is_planned_or_refused_in_plain_words() {
        let asked = ExperimentRequest { per_week: Some(10_000.0), ..ExperimentRequest::new(0.05, 0.0475) };
        let r = run(&asked).unwrap();
        assert_eq!((r.n_per_arm, r.weeks), (116_470, Some(2.0 * 116_470.0 / 10_000.0)));
        // In four weeks 20 000 per arm show 0.0059 or so.
        assert!((r.mde.unwrap() - 0.0059).abs() < 2e-4, "{r:?}");
        let clusters = ExperimentRequest { cluster: Some(11.0), icc: Some(0.1), ..asked };
        assert_eq!(run(&clusters).unwrap().n_per_arm, 232_940);
        let three = run(&ExperimentRequest { arms: 3, ..asked }).unwrap();
        assert!(three.n_per_arm > r.n_per_arm);
        let why = |asked: ExperimentRequest| run(&asked).unwrap_err().to_string();
        assert!(why(ExperimentRequest { target: 0.05, ..asked }).contains("nothing to see"));
        assert!(why(ExperimentRequest { target: 1.2, ..asked }).contains("A rate is from 0 to 1"));
        assert!(why(ExperimentRequest { arms: 1, ..asked }).contains("at least 2 arms"));
        assert!(why(ExperimentRequest { icc: Some(1.5), ..asked }).contains("alike"));
    }

    #[test]
    fn more_arms_or_more_power_need_more() {
        let d = Design::default();
        let n = per_arm_for_rates(0.1, 0.09, &d).unwrap();
        assert!(per_arm_for_rates(0.1, 0.09, &Design { arms: 3, ..d }).unwrap() > n);
        assert!(per_arm_for_rates(0.1, 0.09, &Design { power: 0.9, ..d }).unwrap() > n);
    }

    #[test]
    fn nonsense_is_unknown() {
        let d = Design::default();
        assert_eq!(per_arm_for_rates(0.1, 0.1, &d), None);
        assert_eq!(per_arm_for_rates(0.1, 1.1, &d), None);
        assert_eq!(per_arm_for_rates(f64::NAN, 0.1, &d), None);
        assert_eq!(per_arm_for_rates(0.1, 0.2, &Design { arms: 1, ..d }), None);
        assert_eq!(per_arm_for_rates(0.1, 0.2, &Design { power: 1.0, ..d }), None);
        assert_eq!(per_arm_for_rates(0.1, 0.1 + 1e-12, &d), None, "more units than there are people");
        assert_eq!(per_arm_for_means(0.0, 1.0, &d), None);
        assert_eq!(weeks(100, 0.0, &d), None);
        assert_eq!(detectable_rate_change(0.5, 0.6, 3.0, &d), None);
        assert_eq!(weeks(1000, 500.0, &d), Some(4.0));
    }

    proptest! {
        #[test]
        fn the_detectable_change_is_the_one_the_size_was_for(base in 0.02..0.5f64, part in 0.05..0.5f64) {
            let target = base * (1.0 - part);
            let d = Design::default();
            let n = per_arm_for_rates(base, target, &d).unwrap();
            #[allow(clippy::cast_precision_loss)]
            let found = detectable_rate_change(base, target, n as f64, &d).unwrap();
            prop_assert!((found - (base - target)).abs() <= 0.02 * (base - target) + 1e-9);
        }
    }
}
