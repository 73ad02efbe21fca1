//! The order in which hypotheses stand, and who shares a rank.

use std::collections::BTreeSet;

use crate::domain::scoreboard::{Board, Inputs};

/// Below this many decibans nobody leads.
const EVEN_DB: f64 = 1.0;
/// Below this many points of worth it makes no difference which one is done.
const EVEN_WORTH: f64 = 2.0;

/// Where a hypothesis stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rank {
    /// The row.
    pub id: String,
    /// 1 for the first; those who tie share the number of the first of them.
    pub rank: usize,
    /// Somebody shares this rank.
    pub tied: bool,
}

/// By plausibility, then less that speaks against it, then lower cost, then id. A rank is shared by those whom less
/// than one deciban or less than two points of worth separate from its first.
pub(super) fn of(inputs: &Inputs, board: &Board) -> Vec<Rank> {
    let against =
        |id: &str| -> f64 { board.contribution.values().filter_map(|by| by.get(id)).filter(|db| **db < 0.0).sum() };
    let cost = |id: &str| inputs.impacts.get(id).map_or(f64::INFINITY, |i| i.cost_days);
    let steps = |x: f64| (x * 1e9).round();
    let mut rows: Vec<(&String, f64, f64, f64)> = board
        .score
        .iter()
        .filter(|(id, _)| !matches!(id.as_str(), "other" | "data"))
        .map(|(id, s)| (id, steps(*s), steps(against(id)), cost(id)))
        .collect();
    rows.sort_by(|a, b| {
        b.1.total_cmp(&a.1).then(b.2.total_cmp(&a.2)).then(a.3.total_cmp(&b.3)).then_with(|| a.0.cmp(b.0))
    });
    let even = |a: &str, b: &str| {
        let worth = |id: &str| board.worth.get(id);
        let db = |id: &str| board.score.get(id).copied().unwrap_or(0.0);
        (db(a) - db(b)).abs() < EVEN_DB
            || matches!((worth(a), worth(b)), (Some(a), Some(b)) if (a - b).abs() < EVEN_WORTH)
    };
    let mut out: Vec<Rank> = Vec::new();
    let mut first = 0;
    for (at, (id, ..)) in rows.iter().enumerate() {
        let ties = out.get(first).is_some_and(|f| even(&f.id, id));
        if ties {
            if let Some(f) = out.get_mut(first) {
                f.tied = true;
            }
        } else {
            first = at;
        }
        out.push(Rank { id: (*id).clone(), rank: first + 1, tied: ties });
    }
    out
}

/// Clues that add the same to every row.
pub(super) fn flat(board: &Board) -> BTreeSet<String> {
    let spread = |by: &std::collections::BTreeMap<String, f64>| {
        let (low, high) = by.values().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(*x), h.max(*x)));
        high - low
    };
    board.contribution.iter().filter(|(_, by)| spread(by) < 1e-9).map(|(id, _)| id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scoreboard::{ClueInput, ImpactInput, RowInput, score};
    use crate::domain::words::{Grade, Origin, Quality};

    fn inputs(cells: &[(&str, f64)], costs: &[(&str, f64)]) -> Inputs {
        let row = |id: &str| RowInput { id: id.into(), prior: 2.0, late: false };
        Inputs {
            rows: ["a", "b", "c", "other", "data"].map(row).to_vec(),
            clues: cells
                .iter()
                .enumerate()
                .map(|(i, (row, db))| ClueInput {
                    id: format!("c{i}"),
                    family: format!("f{i}"),
                    origin: Origin::Predicted,
                    grade: Grade::A,
                    cells: [((*row).to_owned(), *db)].into(),
                    repeat_of: None,
                })
                .collect(),
            impacts: costs
                .iter()
                .map(|(id, cost)| {
                    let effect = [1.0; 3];
                    let quality = Quality::Measured;
                    ((*id).to_owned(), ImpactInput { exposed: 1.0, fixable: 1.0, effect, quality, cost_days: *cost })
                })
                .collect(),
            target: Some(1.0),
            budget: Some(30.0),
            ..Inputs::default()
        }
    }

    fn ranks(i: &Inputs) -> Vec<(String, usize, bool)> {
        of(i, &score(i)).into_iter().map(|r| (r.id, r.rank, r.tied)).collect()
    }

    fn named(list: &[(&str, usize, bool)]) -> Vec<(String, usize, bool)> {
        list.iter().map(|(id, rank, tied)| ((*id).to_owned(), *rank, *tied)).collect()
    }

    #[test]
    fn less_than_a_deciban_is_a_tie_and_the_next_rank_counts_it() {
        let i = inputs(&[("b", 6.0), ("c", 5.5)], &[]);
        assert_eq!(ranks(&i), named(&[("b", 1, true), ("c", 1, true), ("a", 3, false)]));
    }

    #[test]
    fn a_tie_is_ordered_by_what_speaks_against_it_then_by_cost() {
        // The same score for a and b, but half of a's was taken back again.
        let i = inputs(&[("a", 6.0), ("a", -3.0), ("b", 3.0), ("c", -10.0)], &[]);
        assert_eq!(ranks(&i), named(&[("b", 1, true), ("a", 1, true), ("c", 3, false)]));
        let i = inputs(&[("c", -10.0)], &[("a", 40.0), ("b", 10.0)]);
        assert_eq!(ranks(&i), named(&[("b", 1, true), ("a", 1, true), ("c", 3, false)]));
    }

    #[test]
    fn less_than_two_points_of_worth_is_a_tie() {
        let mut i = inputs(&[("a", 10.0)], &[("a", 10.0), ("b", 10.0)]);
        assert_eq!(ranks(&i).first().map(|r| r.2), Some(false));
        for impact in i.impacts.values_mut() {
            impact.exposed = 0.01;
        }
        assert_eq!(ranks(&i), named(&[("a", 1, true), ("b", 1, true), ("c", 3, false)]));
    }

    #[test]
    fn a_clue_that_fits_all_rows_alike_is_flat() {
        let mut i = inputs(&[("a", 6.0), ("b", 3.0)], &[]);
        for row in ["a", "c", "other", "data"] {
            if let Some(c) = i.clues.get_mut(1) {
                c.cells.insert(row.to_owned(), 3.0);
            }
        }
        assert_eq!(flat(&score(&i)), ["c1".to_owned()].into());
    }
}
