//! Labelled cases, and small ones whose answer is plain.

use super::*;
use crate::analysis::localise;

#[path = "../../../benches/localise/cases.rs"]
mod cases;

fn dimension(name: &str, size: usize, codes: &[u32]) -> Dimension {
    Dimension { name: name.into(), size, codes: codes.to_vec() }
}

/// A grid of 6 × 5 × 4 leaves whose actual is the expected one times a factor, with a little noise.
fn grid(factor: impl Fn(u32, u32, u32) -> f64) -> (Leaves, Evidence) {
    let (mut a, mut b, mut c) = (Vec::new(), Vec::new(), Vec::new());
    let (mut actual, mut expected) = (Vec::new(), Vec::new());
    for leaf in 0u32..120 {
        let (x, y, z) = (leaf / 20, leaf / 4 % 5, leaf % 4);
        let noise = 1.0 + 0.02 * f64::from((leaf * 37 % 11) as i32 - 5) / 5.0;
        a.push(x);
        b.push(y);
        c.push(z);
        expected.push(100.0);
        actual.push(100.0 * noise * factor(x, y, z));
    }
    let leaves = Leaves::new(vec![dimension("a", 6, &a), dimension("b", 5, &b), dimension("c", 4, &c)]).unwrap();
    (leaves, Evidence::deviations(&actual, &expected))
}

fn places(leaves: &Leaves, evidence: &Evidence) -> Vec<Place> {
    localise::localise(leaves, evidence, Limits::default()).1.into_iter().map(|f| f.place).collect()
}

fn f1(mut case: impl FnMut(u64) -> (Leaves, Evidence, Vec<Place>)) -> f64 {
    let (mut hit, mut all) = (0, 0);
    for seed in 1000..1030 {
        let (leaves, evidence, causes) = case(seed);
        let got = places(&leaves, &evidence);
        hit += got.iter().filter(|p| causes.contains(p)).count();
        all += got.len() + causes.len();
    }
    2.0 * hit as f64 / all as f64
}

#[test]
fn labelled_cases_of_totals_against_a_forecast_are_found() {
    let f1 = f1(|seed| {
        let c = cases::totals(seed);
        (c.leaves, Evidence::deviations(&c.actual, &c.expected), c.causes)
    });
    assert!(f1 >= 0.97, "F1 {f1}");
}

#[test]
fn labelled_cases_of_rates_and_small_counts_are_found() {
    let of_rates = f1(|seed| {
        let c = cases::rates(seed);
        (c.leaves, Evidence::tests(c.tests), c.causes)
    });
    let of_counts = f1(|seed| {
        let c = cases::counts(seed);
        (c.leaves, Evidence::tests(c.tests), c.causes)
    });
    assert!(of_rates >= 0.95 && of_counts >= 0.95, "F1 {of_rates} {of_counts}");
}

#[test]
fn one_value_a_pair_and_both_at_once() {
    let (leaves, evidence) = grid(|a, _, _| if a == 2 { 0.5 } else { 1.0 });
    assert_eq!(places(&leaves, &evidence), [vec![(0, 2)]]);
    let (leaves, evidence) = grid(|a, b, _| if a == 2 && b == 3 { 0.2 } else { 1.0 });
    assert_eq!(places(&leaves, &evidence), [vec![(0, 2), (1, 3)]]);
    let (leaves, evidence) = grid(|a, b, c| {
        if b == 1 {
            1.6
        } else if a == 2 && c == 3 {
            0.2
        } else {
            1.0
        }
    });
    let mut got = places(&leaves, &evidence);
    got.sort();
    assert_eq!(got, [vec![(0, 2), (2, 3)], vec![(1, 1)]]);
}

#[test]
fn nothing_stands_out_of_noise_alone() {
    let (leaves, evidence) = grid(|_, _, _| 1.0);
    assert_eq!(places(&leaves, &evidence), Vec::<Place>::new());
}

#[test]
fn what_moves_everything_is_told_once_and_the_rest_is_counted_from_it() {
    let (leaves, evidence) = grid(|_, _, _| 0.7);
    assert_eq!(places(&leaves, &evidence), [Vec::new()]);
    let (leaves, evidence) = grid(|a, _, _| if a == 4 { 1.4 } else { 0.7 });
    assert_eq!(places(&leaves, &evidence), [vec![], vec![(0, 4)]]);
}

#[test]
fn a_cause_found_child_by_child_becomes_its_parent() {
    // The children of one value move by different amounts, all the same way.
    let (leaves, evidence) = grid(|a, b, _| if a == 1 { [0.45, 0.5, 0.55, 0.6, 0.65][b as usize] } else { 1.0 });
    assert_eq!(places(&leaves, &evidence), [vec![(0, 1)]]);
}

#[test]
fn leaves_that_tell_nothing_are_no_trouble() {
    let leaves = Leaves::new(vec![dimension("a", 2, &[0, 1, 0, 1])]).unwrap();
    for evidence in [
        Evidence::deviations(&[0.0; 4], &[0.0; 4]),
        Evidence::deviations(&[f64::NAN, f64::INFINITY, 1.0, 0.0], &[1.0, 1.0, f64::NAN, 0.0]),
        Evidence::tests(vec![TestLeaf::default(); 4]),
        Evidence::tests(vec![TestLeaf::level((1.0, 0.0), (2.0, 3.0), 5.0, f64::NAN); 4]),
    ] {
        assert_eq!(places(&leaves, &evidence), Vec::<Place>::new());
    }
    assert!(Leaves::new(vec![dimension("a", 2, &[0, 2])]).is_none(), "a value beyond the size");
    assert_eq!(places(&Leaves::default(), &Evidence::tests(Vec::new())), Vec::<Place>::new());
    assert_eq!(places(&leaves, &Evidence::tests(Vec::new())), Vec::<Place>::new(), "of another length");
}

#[test]
fn the_score_test_has_the_hypergeometric_variance() {
    // 3 of 10 before and 6 of 10 after: u = 6 − 4.5, v = 10·10·9·11/(20²·19).
    let leaf = TestLeaf::level((3.0, 10.0), (6.0, 10.0), 20.0, 9.0 * 11.0 / 20.0);
    assert!((leaf.u - 1.5).abs() < 1e-12 && (leaf.v - 9900.0 / 7600.0).abs() < 1e-12, "{leaf:?}");
    assert!((leaf.u / leaf.w - 0.3).abs() < 1e-12, "the effect is the difference of the levels");
    let total = TestLeaf::total((100.0, 100.0), (120.0, 120.0), 1.0);
    assert!((total.u - 10.0).abs() < 1e-12 && (total.v - 55.0).abs() < 1e-12);
    assert!((total.u / total.w - 1.2f64.ln()).abs() < 1e-3, "about the logarithm of the change");
}
