//! Planted combinations, and none.

use super::*;
use crate::analysis::drivers::tests::{asked, riders};
use crate::query::ClueRequest;

fn request(unit: bool) -> SegmentRequest {
    SegmentRequest {
        clues: ClueRequest {
            exclude: ["event_4", "amount"].map(str::to_owned).to_vec(),
            unit: unit.then(|| "user".to_owned()),
            ..asked("rate(left = 1)")
        },
        depth: 2,
        top: 20,
    }
}

fn search(seed: u64, rows: u32, p: impl Fn(u32, u32, u32) -> f64, asked: &SegmentRequest) -> SegmentResult {
    run(riders(seed, rows, p).as_ref(), asked, &Ticket::default()).unwrap()
}

#[test]
fn a_planted_pair_comes_first_with_honest_figures() {
    let mut first = 0;
    let mut held = 0;
    for seed in 0..20 {
        let r = search(seed, 20_000, |zone, app, _| if zone == 2 && app == 1 { 0.35 } else { 0.15 }, &request(true));
        let Some(top) = r.segments.first() else { continue };
        first += u32::from(top.label == "zone = z2 and app = a1");
        // The planted difference is 0.20.
        held += u32::from(top.delta.interval.is_some_and(|(low, high)| low <= 0.2 && 0.2 <= high));
        assert!(top.reach.value.unwrap() > 0.0 && top.q <= 0.05);
    }
    assert!(first >= 19, "first in {first} of 20");
    assert!(held >= 17, "the interval holds the truth in {held} of 20");
}

#[test]
fn nothing_is_told_of_a_random_kpi() {
    let told =
        (200..230).filter(|seed| !search(*seed, 8000, |_, _, _| 0.2, &request(true)).segments.is_empty()).count();
    assert!(told <= 2, "{told} of 30");
}

#[test]
fn a_decoy_is_explained_or_folded_into_what_it_shadows() {
    let r = search(7, 30_000, |zone, _, _| if zone == 4 { 0.4 } else { 0.15 }, &request(false));
    assert_eq!(r.segments[0].label, "zone = z4");
    for segment in r.segments.iter().filter(|s| s.label.starts_with("district = d4")) {
        assert!(segment.explained_by.iter().any(|e| e.columns == ["zone"]), "{segment:?}");
    }
}

#[test]
fn three_columns_together_can_be_found() {
    let asked = SegmentRequest { depth: 3, ..request(false) };
    let r = search(11, 60_000, |z, a, p| if z == 1 && a == 2 && p == 3 { 0.6 } else { 0.15 }, &asked);
    assert_eq!(
        r.segments[0].label,
        "zone = z1 and app = a2 and plan = p3",
        "{:?}",
        r.segments.iter().map(|s| &s.label).collect::<Vec<_>>()
    );
    let engine = riders(11, 1000, |_, _, _| 0.2);
    let wrong = SegmentRequest { depth: 4, ..request(false) };
    assert!(run(engine.as_ref(), &wrong, &Ticket::default()).unwrap_err().to_string().contains("one to three columns"));
}

#[test]
fn what_is_to_be_protected_comes_after_what_can_be_won() {
    let r = search(13, 30_000, |zone, _, _| [0.2, 0.2, 0.35, 0.05, 0.2, 0.2][zone as usize], &request(false));
    assert_eq!(r.segments[0].label, "zone = z2");
    let low = r.segments.iter().find(|s| s.label == "zone = z3").unwrap();
    assert!(low.reach.value.unwrap() < 0.0);
    let condition = low.condition.as_deref().unwrap();
    assert_eq!(condition, "\"zone\" = 'z3'");
}
