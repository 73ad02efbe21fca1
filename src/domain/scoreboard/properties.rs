//! Properties that every change of the arithmetic must keep.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::words::{Grade, Origin, Rating};

fn any_inputs() -> impl Strategy<Value = Inputs> {
    (2usize..8, 0usize..14).prop_flat_map(|(rows, clues)| {
        let row = (0usize..3, any::<bool>());
        let clue = (0usize..4, 0usize..3, 0usize..6, prop::collection::vec(0usize..7, rows));
        (prop::collection::vec(row, rows), prop::collection::vec(clue, clues)).prop_map(|(rows, clues)| {
            let id = |i: usize| if i == 0 { "other".to_owned() } else { format!("h{i}") };
            Inputs {
                rows: rows
                    .iter()
                    .enumerate()
                    .map(|(i, (p, late))| RowInput { id: id(i), prior: [1.0, 2.0, 4.0][*p], late: *late && i > 0 })
                    .collect(),
                clues: clues
                    .iter()
                    .enumerate()
                    .map(|(i, (family, origin, grade, cells))| ClueInput {
                        id: format!("c{i}"),
                        family: format!("f{family}"),
                        origin: [Origin::Predicted, Origin::Told, Origin::Browsed][*origin],
                        grade: Grade::ALL[*grade],
                        cells: cells.iter().enumerate().map(|(h, r)| (id(h), Rating::ALL[*r].decibans())).collect(),
                        repeat_of: None,
                    })
                    .collect(),
                ..super::golden::inputs(Some(&[]))
            }
        })
    })
}

fn close(a: &BTreeMap<String, f64>, b: &BTreeMap<String, f64>) -> bool {
    a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| (v - w).abs() < 1e-9))
}

proptest! {
    #[test]
    fn plausibility_sums_to_one_and_nobody_dies(i in any_inputs()) {
        let board = score(&i);
        let sum: f64 = board.plausibility.values().sum();
        prop_assert!((sum - 1.0).abs() < 1e-9);
        #[allow(clippy::cast_precision_loss)]
        let floor = i.settings.humility / i.rows.len() as f64;
        prop_assert!(board.plausibility.values().all(|p| *p >= floor - 1e-12));
    }

    #[test]
    fn order_of_clues_does_not_matter(i in any_inputs(), seed in any::<u64>()) {
        let mut shuffled = i.clone();
        let n = shuffled.clues.len();
        for k in 1..n {
            shuffled.clues.swap(k, (seed as usize).wrapping_mul(k * 7 + 3) % (k + 1));
        }
        prop_assert_eq!(score(&i).plausibility, score(&shuffled).plausibility);
    }

    #[test]
    fn a_flat_clue_and_a_repeat_move_nothing(i in any_inputs(), r in 0usize..7) {
        let before = score(&i).plausibility;
        let flat = ClueInput {
            id: "zz".into(), family: "new".into(), origin: Origin::Predicted, grade: Grade::A,
            cells: i.rows.iter().map(|h| (h.id.clone(), Rating::ALL[r].decibans())).collect(), repeat_of: None,
        };
        let mut with = i.clone();
        with.clues.push(flat);
        prop_assert!(close(&before, &score(&with).plausibility));
        if let Some(first) = i.clues.first() {
            let mut with = i.clone();
            with.clues.push(ClueInput { id: "zz".into(), repeat_of: Some(first.id.clone()), ..first.clone() });
            prop_assert!(close(&before, &score(&with).plausibility));
        }
    }

    #[test]
    fn information_is_never_negative(i in any_inputs(), p in prop::collection::vec(0.0f64..1.0, 8), w in 0.0f64..1.0) {
        let item = NextItem {
            id: "k".into(), weight: w, minutes: 10.0,
            p_yes: i.rows.iter().zip(p).map(|(r, p)| (r.id.clone(), p)).collect(),
        };
        let v = check_value(&i, &item);
        prop_assert!(v.bits >= 0.0 && v.voi_points >= 0.0 && v.bits.is_finite());
        prop_assert!((0.0..=1.0).contains(&v.p_yes));
    }
}
