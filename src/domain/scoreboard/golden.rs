//! The golden numbers that bind the arithmetic.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::domain::words::{ForecastWord, Grade, Origin, Prior, Quality, Rating};

const GOLDEN: &str = include_str!("../../../tests/golden/scoreboard_golden.json");

fn golden() -> Value {
    serde_json::from_str(GOLDEN).unwrap()
}

fn read<T: serde::de::DeserializeOwned>(v: &Value) -> T {
    serde_json::from_value(v.clone()).unwrap()
}

fn clue(v: &Value) -> ClueInput {
    let ratings: BTreeMap<String, Rating> = read(&v["ratings"]);
    ClueInput {
        id: read(&v["id"]),
        family: read(&v["family"]),
        origin: read::<Origin>(&v["origin"]),
        grade: read::<Grade>(&v["grade"]),
        cells: ratings.into_iter().map(|(h, r)| (h, r.decibans())).collect(),
        repeat_of: None,
    }
}

pub(super) fn inputs(only: Option<&[String]>) -> Inputs {
    let g = golden();
    let impacts = g["inputs"]["impact"].as_object().unwrap();
    Inputs {
        rows: g["inputs"]["hypotheses"]
            .as_array()
            .unwrap()
            .iter()
            .map(|h| RowInput { id: read(&h["id"]), prior: read::<Prior>(&h["prior"]).weight(), late: false })
            .collect(),
        clues: g["inputs"]["clues"]
            .as_array()
            .unwrap()
            .iter()
            .map(clue)
            .filter(|c| only.is_none_or(|ids| ids.contains(&c.id)))
            .collect(),
        impacts: impacts
            .iter()
            .map(|(id, v)| {
                let impact = ImpactInput {
                    exposed: read(&v["exposed"]),
                    fixable: read(&v["fixable"]),
                    effect: read(&v["effect"]),
                    quality: read::<Quality>(&v["quality"]),
                    cost_days: read(&v["cost_days"]),
                };
                (id.clone(), impact)
            })
            .collect(),
        target: g["settings"]["target"].as_f64(),
        budget: g["settings"]["budget"].as_f64(),
        settings: Settings::default(),
    }
}

fn near(what: &str, got: f64, want: &Value) {
    let want = want.as_f64().unwrap();
    assert!((got - want).abs() < 1e-4, "{what}: {got} instead of {want}");
}

fn same_map(what: &str, got: &BTreeMap<String, f64>, want: &Value) {
    let want = want.as_object().unwrap();
    assert_eq!(got.len(), want.len(), "{what}: {got:?}");
    for (k, v) in want {
        near(&format!("{what} {k}"), got[k], v);
    }
}

#[test]
fn snapshots_are_reproduced() {
    let g = golden();
    for snap in g["snapshots"].as_array().unwrap() {
        let mut i = inputs(Some(&read::<Vec<String>>(&snap["clues"])));
        if snap["name"] == "final_without_discounts" {
            i.settings.family_discount = 1.0;
            for c in &mut i.clues {
                // The reference counts every source whole here.
                c.grade = Grade::A;
            }
        }
        let board = score(&i);
        same_map("discount", &board.discount, &snap["discount"]);
        same_map("score", &board.score, &snap["score_db"]);
        same_map("plausibility", &board.plausibility, &snap["plausibility"]);
        same_map("worth", &board.worth, &snap["worth"]);
        assert_eq!(board.leader(), snap["leader"].as_str());
        assert_eq!(board.runner_up(), snap["runner_up"].as_str());
        near("margin", board.margin_db.unwrap(), &snap["margin_db"]);
        if snap["name"] == "final_without_discounts" {
            continue; // its leave-one-out is that of the final snapshot
        }
        let without = without_each(&i, |c| Some(c.id.clone()));
        for (id, want) in snap["leave_one_out"].as_object().unwrap() {
            assert_eq!(without[id].leader, want["leader"].as_str().unwrap(), "{id}");
            assert_eq!(without[id].flips, want["flips"].as_bool().unwrap(), "{id}");
            near(id, without[id].margin_db, &want["margin_db"]);
        }
    }
}

#[test]
fn sources_left_out_are_reproduced() {
    let g = golden();
    let without = without_each(&inputs(None), |c| Some(c.family.clone()));
    for (family, want) in g["leave_one_source_out_final"].as_object().unwrap() {
        assert_eq!(without[family].leader, want["leader"].as_str().unwrap());
        near(family, without[family].margin_db, &want["margin_db"]);
    }
}

#[test]
fn value_of_the_next_check_is_reproduced() {
    let g = golden();
    let first: Vec<String> = read(&g["snapshots"][0]["clues"]);
    for (key, inputs) in [("next_check_after_interviews", inputs(Some(&first))), ("next_check_final", inputs(None))] {
        for check in g["inputs"]["checks"].as_array().unwrap() {
            let words: BTreeMap<String, ForecastWord> = read(&check["predict"]);
            let item = NextItem {
                id: read(&check["id"]),
                weight: read::<Grade>(&check["grade"]).weight(),
                minutes: read(&check["minutes"]),
                p_yes: words.into_iter().map(|(h, w)| (h, w.probability())).collect(),
            };
            let value = check_value(&inputs, &item);
            let want = &g[key][&item.id];
            near("p_yes", value.p_yes, &want["p_yes"]);
            near("bits", value.bits, &want["bits"]);
            near("bits per hour", value.bits_per_hour, &want["bits_per_hour"]);
            near("voi", value.voi_points, &want["voi_points"]);
            near("voi per hour", value.voi_per_hour, &want["voi_per_hour"]);
        }
    }
}

#[test]
fn one_person_repeating_counts_less_and_less() {
    let g = golden();
    let want = &g["same_person_repeats_four_times"];
    let mut i = inputs(Some(&["c1".into(), "c2".into(), "c5".into()]));
    let said = i.clues.iter().find(|c| c.id == "c2").unwrap().clone();
    for s in ["b", "c", "d"] {
        i.clues.push(ClueInput { id: format!("c2{s}"), ..said.clone() });
    }
    let board = score(&i);
    near("wait", board.p("wait"), &want["wait_with_discount"]);
    same_map("discounts", &board.discount, &want["discounts"]);
    i.settings.family_discount = 1.0;
    near("wait", score(&i).p("wait"), &want["wait_without"]);
}

#[test]
fn a_late_hypothesis_takes_half_of_other() {
    let g = golden();
    let mut i = inputs(Some(&[]));
    i.settings.humility = 0.0;
    same_map("before", &score(&i).plausibility, &g["late_hypothesis_prior"]["before"]);
    i.rows.push(RowInput { id: "new".into(), prior: 2.0, late: true });
    same_map("after", &score(&i).plausibility, &g["late_hypothesis_prior"]["after"]);
}

#[test]
fn reach_is_reproduced() {
    let g = golden();
    for (id, impact) in inputs(None).impacts {
        near(&id, impact.reach(), &g["reach_points"][&id]);
    }
}
