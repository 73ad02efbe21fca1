//! How well a score ranks the rows with the outcome above those without.

use super::cells::{Scale, Spread, estimate};
use super::level::UNKNOWN;
use crate::query::Estimate;

/// The area under the ROC curve of (rows with, rows without) by ascending value, at least one half, with DeLong's
/// interval (1988, Biometrics 44). Unknown where one of the two is missing.
#[must_use]
pub fn area(values: &[(f64, f64)]) -> Estimate {
    let (yes, no) = values.iter().fold((0.0, 0.0), |sum, v| (sum.0 + v.0, sum.1 + v.1));
    if yes < 1.0 || no < 1.0 {
        return UNKNOWN;
    }
    let (mut yes_below, mut no_below) = (0.0, 0.0);
    // For each value: the share of rows without that lie below it, and of rows with that lie above it.
    let mut places: Vec<(f64, f64, f64, f64)> = Vec::with_capacity(values.len());
    for (y, n) in values {
        places.push((*y, *n, (no_below + n / 2.0) / no, (yes - yes_below - y / 2.0) / yes));
        yes_below += y;
        no_below += n;
    }
    let area = places.iter().map(|(y, _, below, _)| y * below).sum::<f64>() / yes;
    let part = |spread: f64, n: f64| if n > 1.0 { spread / (n - 1.0) / n } else { 0.0 };
    let variance = part(places.iter().map(|(y, _, below, _)| y * (below - area).powi(2)).sum(), yes)
        + part(places.iter().map(|(_, n, _, above)| n * (above - area).powi(2)).sum(), no);
    let df = yes + no - 2.0;
    let spread = (variance > 1e-26 && df >= 1.0).then_some(Spread { variance, df });
    estimate(area.max(1.0 - area), spread, Scale::Share)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_ratings_of_hanley_and_mcneil() {
        // Hanley and McNeil 1982, Radiology 143, table I: 58 normal, 51 abnormal in five ratings; area 0.893.
        let e = area(&[(3.0, 33.0), (2.0, 6.0), (2.0, 6.0), (11.0, 11.0), (33.0, 2.0)]);
        assert!((e.value.unwrap() - 0.8932).abs() < 1e-3, "{e:?}");
        let (l, h) = e.interval.unwrap();
        assert!((h - l) / 2.0 / 1.98 > 0.028 && (h - l) / 2.0 / 1.98 < 0.036, "{l} {h}");
    }

    #[test]
    fn ends_of_the_scale() {
        assert_eq!(area(&[(0.0, 10.0), (10.0, 0.0)]).value, Some(1.0));
        assert_eq!(area(&[(10.0, 0.0), (0.0, 10.0)]).value, Some(1.0), "turned round");
        assert_eq!(area(&[(5.0, 5.0)]).value, Some(0.5));
        assert_eq!(area(&[(5.0, 0.0)]), UNKNOWN);
    }
}
