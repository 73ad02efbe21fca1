//! Any event that a session may hold, from small pools of names, so that references often meet.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::domain::event::{
    Act, ClueSource, Event, EventRef, MeasuredLevel, ProposalKind, Ratings, Shape, TableFacts, VERBS,
};
use crate::domain::words::{ForecastWord, Grade, Origin, Prior, Quality, Rating};
use crate::query::{Better, CheckOp, CheckRequest, Kpi, Measure, Outcome, YesIf};

/// Words that YAML could take for something else, among ordinary ones.
pub fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "",
            " ",
            "yes",
            "No",
            "null",
            "~",
            "1.0",
            "007",
            "1_000",
            "0x1F",
            "- a",
            "a: b",
            "# no comment",
            "a # b",
            "'",
            "\"",
            "line\nline\n",
            "  lead\n\ntail  ",
            "\ttab",
            "{a: 1}",
            "[1]",
            "*a",
            "&a",
            "!!str",
            "%",
            "@",
            "`",
            "2026-10-05",
            "12:30",
            "ü 東京 👍",
            "end\n",
            "\n",
            "a\n# end 3 12345678\nb",
            ".inf",
            "=",
            "|",
            ">",
            "---",
            "...",
            "trailing ",
            "a\r\nb",
        ])
        .prop_map(str::to_owned),
        "[a-z ]{1,40}",
        "\\PC{0,30}",
    ]
}

fn pick(from: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(from).prop_map(str::to_owned)
}

fn hypothesis() -> impl Strategy<Value = String> {
    pick(&["price", "wait", "android", "data", "other", "missing"])
}

fn clue() -> impl Strategy<Value = String> {
    pick(&["c1", "c2", "c3"])
}

fn check() -> impl Strategy<Value = String> {
    pick(&["d_a", "d_b"])
}

fn person() -> impl Strategy<Value = String> {
    pick(&["p1", "p2"])
}

fn proposal() -> impl Strategy<Value = String> {
    pick(&["r1", "r2"])
}

pub fn reference() -> impl Strategy<Value = EventRef> {
    prop_oneof![(0u64..14).prop_map(EventRef::N), pick(&["e1", "e3", "e5", "12", "nowhere"]).prop_map(EventRef::Id)]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        prop::sample::select(vec![0.0, 1.0, -1.0, 0.1, 1e-9, 8.0, 26.5, 1e15, 1e300, -2.5e-7, 0.3]),
        -1e6..1e6f64,
        prop::num::f64::NORMAL,
    ]
}

fn maybe<T: std::fmt::Debug + Clone + 'static>(s: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Option<T>> {
    prop::option::of(s).boxed()
}

fn ratings() -> impl Strategy<Value = Ratings> {
    prop::collection::btree_map(hypothesis(), prop::sample::select(Rating::ALL.to_vec()), 0..4)
}

pub fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        number().prop_map(Value::from),
        words().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((words(), inner), 0..4)
                .prop_map(|l| Value::Object(l.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Fields of verbs with free fields: none that the event itself uses.
fn fields() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((pick(&["kind", "predict", "owner", "a b", "yes", "1"]), value()), 0..4)
        .prop_map(|l| l.into_iter().collect())
}

fn facts() -> impl Strategy<Value = TableFacts> {
    (
        maybe(any::<u64>()),
        maybe(words()),
        maybe(any::<u64>()),
        maybe(fields()),
        maybe(prop::collection::vec(words(), 2)),
    )
        .prop_map(|(bytes, modified, rows, columns, time_range)| TableFacts {
            bytes,
            modified,
            rows,
            columns,
            time_range,
            ..TableFacts::default()
        })
}

fn kpi() -> impl Strategy<Value = Kpi> {
    prop::sample::select(vec![
        Kpi { measure: Measure::Rate("Churn = 'Yes'".into()), filter: None },
        Kpi { measure: Measure::Mean("a # b".into()), filter: Some("x > 1: 2".into()) },
        Kpi { measure: Measure::Count, filter: None },
        Kpi { measure: Measure::Ratio("a".into(), "b".into()), filter: None },
    ])
}

fn request() -> impl Strategy<Value = CheckRequest> {
    (fields(), maybe(number())).prop_map(|(params, gte)| CheckRequest {
        op: CheckOp::CompareRate,
        columns: BTreeMap::from([("plan".to_owned(), "Contract: x".to_owned())]),
        params,
        yes_if: Some(YesIf { metric: "rate_ratio".into(), gte, ..YesIf::default() }),
    })
}

fn source() -> impl Strategy<Value = ClueSource> {
    reference().prop_map(|event| ClueSource { event })
}

fn goal() -> impl Strategy<Value = Act> {
    (
        maybe(words()),
        maybe(prop::sample::select(vec![Shape::Rise, Shape::Level])),
        (maybe(number()), maybe(number()), maybe(number()), maybe(number())),
        maybe(words()),
        maybe(words()),
    )
        .prop_map(|(kpi, shape, (from, to, points, budget_days), by_date, scope)| Act::Goal {
            kpi,
            shape,
            from,
            to,
            points,
            by_date,
            budget_days,
            scope,
        })
}

fn board() -> BoxedStrategy<Act> {
    let origin = || prop::sample::select(vec![Origin::Predicted, Origin::Told, Origin::Browsed]);
    let grade = || prop::sample::select(Grade::ALL.to_vec());
    let quality = prop::sample::select(vec![Quality::Measured, Quality::Modelled, Quality::Guess]);
    let prior = prop::sample::select(vec![Prior::LongShot, Prior::Possible, Prior::Likely]);
    prop_oneof![
        3 => (hypothesis(), maybe(words()), maybe(proposal()), maybe(pick(&["data", "x"])), words(), words(), prior)
            .prop_map(|(hypothesis, from, proposal, row, title, claim, prior)| Act::Hypothesis {
                hypothesis, from, from_question: None, proposal, row, category: String::new(), title, claim,
                wrong_if: String::new(), prior, lever: String::new(),
            }),
        4 => ((clue(), words(), origin(), grade(), words()), (source(), maybe(proposal()), maybe(clue()), ratings(), maybe(words())))
            .prop_map(|((clue, text, origin, grade, family), (source, proposal, repeat_of, ratings, reason))| Act::Clue {
                clue, text, origin, grade, family, source, proposal, repeat_of, ratings, reason,
            }),
        1 => (hypothesis(), words(), any::<bool>()).prop_map(|(hypothesis, why, back)| Act::Park { hypothesis, why, back }),
        2 => (clue(), ratings(), maybe(words())).prop_map(|(clue, ratings, reason)| Act::Rate { clue, ratings, reason }),
        1 => (clue(), words(), words()).prop_map(|(clue, family, note)| Act::SplitFamily { clue, family, note }),
        1 => (hypothesis(), number(), number(), [number(), number(), number()], quality, number()).prop_map(
            |(hypothesis, exposed, fixable, effect_points, quality, cost_days)| Act::Impact {
                hypothesis, exposed, fixable, effect_points, quality, cost_days,
            }
        ),
        1 => (clue(), words()).prop_map(|(clue, why)| Act::Retract { clue, why }),
        1 => (hypothesis(), maybe(hypothesis()), prop::collection::vec(person(), 0..3), words(), words(), maybe(words()), prop::collection::vec(words(), 0..2))
            .prop_map(|(chosen, runner_up, agreed_by, because, would_change_our_mind, review_on, red_gates)| Act::Decide {
                chosen, runner_up, agreed_by, because, would_change_our_mind, review_on, red_gates,
            }),
        1 => (hypothesis(), fields()).prop_map(|(hypothesis, fields)| Act::Problem { hypothesis, fields }),
    ]
    .boxed()
}

fn asking() -> BoxedStrategy<Act> {
    let kind = prop::sample::select(vec![
        ProposalKind::Hypothesis,
        ProposalKind::Clue,
        ProposalKind::ClueForm,
        ProposalKind::Note,
        ProposalKind::Block,
        ProposalKind::Contradiction,
    ]);
    prop_oneof![
        (words(), person(), value(), maybe(words()), words(), any::<bool>()).prop_map(
            |(question, said_by, value, unit, text, verbatim)| Act::Answer {
                question,
                said_by,
                value,
                unit,
                text,
                verbatim
            }
        ),
        (words(), maybe(words())).prop_map(|(question, to)| Act::Defer { question, to }),
        (proposal(), kind, words(), maybe(words()), ratings(), maybe(words()), source()).prop_map(
            |(proposal, kind, text, hypothesis, ratings, family, source)| Act::Propose {
                proposal,
                kind,
                text,
                hypothesis,
                ratings,
                family,
                grade: Some(Grade::C),
                question: None,
                source,
            }
        ),
        (proposal(), words()).prop_map(|(proposal, why)| Act::Dismiss { proposal, why }),
        words().prop_map(|text| Act::Note { text }),
        (person(), words(), words()).prop_map(|(alias, role, shown_as)| Act::Person { alias, role, shown_as }),
    ]
    .boxed()
}

fn data() -> BoxedStrategy<Act> {
    let table = || pick(&["users", "trips"]);
    let outcome = prop::sample::select(vec![Outcome::Yes, Outcome::No, Outcome::Unclear, Outcome::Failed]);
    let forecast_word = prop::sample::select(vec![ForecastWord::AlmostSure, ForecastWord::NoIdea]);
    prop_oneof![
        (table(), words(), maybe(words()), facts()).prop_map(|(data, path, sql, facts)| Act::AttachData {
            data,
            path,
            sql,
            facts
        }),
        (table(), facts()).prop_map(|(data, facts)| Act::Fingerprint { data, facts }),
        (table(), fields()).prop_map(|(data, options)| Act::ReadOptions { data, options }),
        (maybe(table()), prop::collection::btree_map(words(), words(), 0..3))
            .prop_map(|(data, columns)| Act::MapColumns { data, columns }),
        (words(), any::<bool>(), prop::collection::vec(words(), 0..3), maybe(person()), words())
            .prop_map(|(column, known, before, said_by, why)| Act::KnownBefore { column, known, before, said_by, why }),
        (pick(&["family_discount", "humility", "x"]), value()).prop_map(|(key, value)| Act::Setting { key, value }),
        (table(), kpi(), maybe(words()), maybe((any::<u64>(), number(), maybe((number(), number()))))).prop_map(
            |(data, kpi, independent_unit, level)| Act::Kpi {
                data,
                kpi,
                better: Better::Higher,
                independent_unit,
                level: level.map(|(n, value, interval)| MeasuredLevel { n, value, interval }),
            }
        ),
        (
            check(),
            words(),
            prop::collection::btree_map(person(), number(), 0..3),
            maybe(request()),
            ratings(),
            forecast_word
        )
            .prop_map(|(check, text, forecasts, request, if_yes, word)| Act::Predict {
                check,
                text,
                forecasts,
                words: BTreeMap::from([("wait".to_owned(), word)]),
                title: None,
                request,
                if_yes,
                if_no: Ratings::new(),
            }),
        (check(), any::<bool>(), maybe(words()), fields(), fields(), outcome, maybe(number())).prop_map(
            |(check, predicted, title, params, result, outcome, took_seconds)| Act::Check {
                check,
                data: vec!["users".into()],
                predicted,
                title,
                params,
                result,
                outcome,
                took_seconds,
            }
        ),
    ]
    .boxed()
}

fn back() -> BoxedStrategy<Act> {
    prop_oneof![
        prop::collection::vec(reference(), 0..4).prop_map(|events| Act::Undo { events }),
        (reference(), pick(&["text", "title", "prior", "n", "grade"]), value(), words())
            .prop_map(|(event, field, value, why)| Act::Amend { event, field, value, why }),
        (reference(), pick(&["text", "because"]), words(), maybe(words()))
            .prop_map(|(event, field, why, keep_instead)| Act::Redact { event, field, why, keep_instead }),
    ]
    .boxed()
}

/// Any act, every verb of this version among them, and some of a newer one.
pub fn act() -> BoxedStrategy<Act> {
    let unknown = pick(&["zap", "open_", "hypothesis2"]);
    prop_oneof![
        1 => words().prop_map(|text| Act::Open { text }),
        1 => goal(),
        6 => board(),
        3 => asking(),
        4 => data(),
        2 => back(),
        1 => prop_oneof![
            fields().prop_map(|fields| Act::Rerun { fields }),
            fields().prop_map(|fields| Act::Outcome { fields }),
            fields().prop_map(|fields| Act::Review { fields }),
        ],
        1 => (unknown, fields()).prop_map(|(verb, fields)| Act::Unknown { verb, fields }),
    ]
    .boxed()
}

/// A list of events, numbered from 1; `e1`, `e2` … are their ids where they have one. Now and then a number or a time
/// is out of order, as in files that were merged by hand.
pub fn events() -> impl Strategy<Value = Vec<Event>> {
    let one = (act(), any::<bool>(), 0u8..20, 0u8..60, person());
    prop::collection::vec(one, 0..14).prop_map(|list| {
        list.into_iter()
            .enumerate()
            .map(|(i, (act, named, slip, minute, by))| {
                let n = i as u64 + 1;
                let minute = if slip == 1 { minute } else { 30 };
                Event {
                    n: if slip == 0 { n.saturating_sub(1).max(1) } else { n },
                    id: named.then(|| format!("e{n}")),
                    at: format!("2026-10-05T08:{minute:02}:00Z"),
                    by,
                    act,
                }
            })
            .collect()
    })
}

#[test]
fn every_verb_is_generated() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..4000 {
        seen.insert(act().new_tree(&mut runner).unwrap().current().verb());
    }
    for verb in VERBS {
        assert!(seen.contains(verb), "{verb} is never generated");
    }
    assert!(seen.contains("zap"));
}
