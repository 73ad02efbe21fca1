//! What keys do in Explore, over a real small table: state, keys, recorded events.

mod checks;
mod clues;

use super::cells::Float;
use super::fixture::{Bench, ROWS, With};
use super::{Pane, Sort, selected_column, selected_group, shown};
use crate::app::form::FieldKind;
use crate::app::forms::FormId;
use crate::app::{Msg, Popup, Screen, update};
use crate::domain::event::{Act, EventRef};
use crate::domain::words::{Grade, Origin, Rating};
use crate::query::Outcome;

/// One batch of a look and its clue.
fn pinned(acts: &[Act]) -> (&Act, &Act) {
    match acts {
        [check @ Act::Check { .. }, clue @ Act::Clue { .. }] => (check, clue),
        other => panic!("a look and its clue were expected: {other:?}"),
    }
}

fn family(clue: &Act) -> &str {
    match clue {
        Act::Clue { family, .. } => family,
        other => panic!("no clue: {other:?}"),
    }
}

#[test]
fn the_profile_comes_by_itself_and_a_column_asks_for_the_kpi_by_it() {
    let mut b = Bench::new();
    assert_eq!(b.app.views.explore.pane, Pane::Columns);
    assert!(b.ran.contains(&"profile:users".to_owned()) && b.ran.contains(&"level".to_owned()), "{:?}", b.ran);
    assert_eq!(b.app.views.explore.level.as_ref().unwrap().level.value, Some(0.4));
    b.ran.clear();
    b.press("j");
    assert_eq!(selected_column(&b.app).unwrap().name, "Contract");
    assert_eq!(b.ran, ["by", "reach"]);
    let result = shown(&b.app).unwrap();
    let levels: Vec<_> = result.groups.iter().map(|g| (g.n, g.level.value)).collect();
    assert_eq!(levels, [(200, Some(0.6)), (100, Some(0.25)), (100, Some(0.15))]);
    // The worst group is the one whose reach is asked for.
    let group = selected_group(&b.app).unwrap();
    let reach = &b.app.views.explore.reach[group.condition.as_ref().unwrap()];
    assert_eq!((reach.inside.value, reach.rest.value, reach.share), (Some(0.6), Some(0.2), 0.5));
    // What is known is not asked for again.
    b.ran.clear();
    b.press("j k");
    assert_eq!(b.ran, ["by", "reach"], "only term is new");
}

#[test]
fn a_column_that_names_every_row_is_not_split() {
    let mut b = Bench::new();
    b.ran.clear();
    b.select("customer_id");
    assert!(!b.ran.contains(&"by".to_owned()), "{:?}", b.ran);
    assert!(shown(&b.app).is_none());
    b.press("c");
    assert!(b.app.popups.is_empty());
    assert_eq!(b.said(), "pin clue: not now, there is no figure in sight: bind the KPI and select a column.");
}

#[test]
fn tab_goes_round_the_panes_and_back() {
    let mut b = Bench::new();
    let mut seen = Vec::new();
    for _ in 0..9 {
        b.press("Tab");
        seen.push(b.app.views.explore.pane);
    }
    assert_eq!(
        seen,
        [
            Pane::Kpi,
            Pane::Checks,
            Pane::Drivers,
            Pane::Segments,
            Pane::Change,
            Pane::Leaks,
            Pane::Sql,
            Pane::Table,
            Pane::Columns
        ]
    );
    b.press("S-Tab");
    assert_eq!(b.app.views.explore.pane, Pane::Table);
    b.press("S-Tab");
    assert_eq!(b.app.views.explore.pane, Pane::Sql);
}

#[test]
fn rows_are_read_around_the_cursor_and_enter_shows_the_whole_cell() {
    let mut b = Bench::new();
    b.press("S-Tab G");
    let page = &b.app.main_info().unwrap().page;
    let end = page.start + page.rows.len() as u64;
    assert_eq!(end, ROWS as u64, "the last rows are there");
    b.press("g l Enter");
    match b.app.popups.last() {
        Some(Popup::Cells(float)) => match &**float {
            Float::Cell(cell) => {
                assert_eq!((cell.name.as_str(), cell.text().as_str()), ("Contract", "Month-to-month"));
            }
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
    b.press("Esc =");
    match b.app.popups.last() {
        Some(Popup::Cells(float)) => match &**float {
            Float::Record(record) => assert_eq!(record.fits.len(), 9, "one line a column"),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
    b.press("Esc R");
    assert_eq!(b.app.views.explore.pane, Pane::Reading);
}

#[test]
fn s_sorts_the_columns_and_keeps_to_the_columns_pane() {
    let mut b = Bench::new();
    b.press("s");
    assert_eq!(b.app.views.explore.sort, Sort::Name);
    b.press("s s");
    let first = super::ordered_columns(&b.app)[0].clone();
    assert_eq!((b.app.views.explore.sort, first.name.as_str()), (Sort::Nulls, "note"));
    b.press("Tab s");
    assert_eq!(b.app.views.explore.sort, Sort::Nulls, "on the KPI pane the key is not that of the columns");
}

#[test]
fn pinning_a_group_records_the_look_and_the_clue_together() {
    let mut b = Bench::new();
    b.select("Contract");
    assert!(b.press("c").is_empty(), "nothing is recorded before the form is saved");
    let before = b.app.doc.as_ref().unwrap().session.events.len();
    let acts = b.press("Ctrl-S");
    let (check, clue) = pinned(&acts);
    let Act::Check { check: id, data, predicted, outcome, result, params, .. } = check else { unreachable!() };
    assert_eq!((id.as_str(), data.as_slice(), *predicted), ("look-1", ["users".to_owned()].as_slice(), false));
    assert_eq!((*outcome, result["n"].as_u64(), result["estimate"].as_f64()), (Outcome::Unclear, Some(200), Some(0.6)));
    assert_eq!(params["by"], serde_json::json!(["Contract"]));
    let Act::Clue { origin, grade, family, source, text, .. } = clue else { unreachable!() };
    assert_eq!((*origin, *grade, family.as_str()), (Origin::Browsed, Grade::A, "data:users/Contract"));
    let session = &b.app.doc.as_ref().unwrap().session;
    assert_eq!(session.find(&source.event, session.events.len()), Some(before), "the clue rests on its look");
    assert!(matches!(source.event, EventRef::Id(_)), "by its name, which survives a merge");
    assert!(text.contains("60") && text.contains("20") && text.contains("200"), "{text}");
    // One step for the user: u takes both back.
    b.press("u");
    let state = &b.app.doc.as_ref().unwrap().session.state;
    assert!(state.clues.is_empty() && state.checks.is_empty());
}

#[test]
fn columns_that_say_the_same_share_a_family() {
    let mut b = Bench::new();
    b.select("Contract");
    b.press("c Ctrl-S");
    b.select("term");
    let v = b.app.views.explore.associations.values().copied().next().unwrap();
    assert!(v > 0.9, "term is Contract in two words: {v}");
    b.press("c");
    let acts = b.press("Ctrl-S");
    assert_eq!(family(pinned(&acts).1), "data:users/Contract");
    // A column that has nothing to do with it keeps its own.
    b.select("coin");
    b.press("c");
    let acts = b.press("Ctrl-S");
    assert_eq!(family(pinned(&acts).1), "data:users/coin");
    assert!(b.app.views.explore.associations.iter().any(|((a, _), v)| a == "coin" && *v < 0.3));
}

#[test]
fn a_group_on_the_kpi_pane_is_pinned_as_it_is() {
    let mut b = Bench::new();
    b.select("Contract");
    b.press("Enter");
    assert_eq!(b.app.views.explore.pane, Pane::Kpi);
    b.press("j");
    assert_eq!(selected_group(&b.app).unwrap().n, 100);
    b.press("c");
    let acts = b.press("Ctrl-S");
    let Act::Check { result, .. } = pinned(&acts).0 else { unreachable!() };
    assert_eq!(result["estimate"].as_f64(), Some(0.25));
}

#[test]
fn the_reach_of_a_group_sizes_a_hypothesis() {
    let mut b = Bench::new();
    b.select("Contract");
    b.press("e");
    assert!(matches!(b.form().id, FormId::Choose("impact")));
    b.press("Ctrl-S");
    let form = b.form();
    assert!(matches!(&form.id, FormId::Impact(h) if h == "h_contract" || h == "h_onboarding"));
    // Half of the rows; 60 % against 20 % is a distance of 40 percent points on them.
    assert_eq!((form.text("exposed").as_str(), form.text("likely").as_str()), ("50.0", "40.00"));
    let (low, high) = (form.number("low").unwrap().unwrap(), form.number("high").unwrap().unwrap());
    assert!(25.0 < low && low < 40.0 && 40.0 < high && high < 55.0, "{low} {high}");
    assert_eq!(form.text("quality"), "measured");
    assert!(b.press("Ctrl-S").is_empty());
    assert_eq!(b.form().error.as_deref(), Some("Fixable is missing."));
    b.press("Tab");
    b.typed("25");
    b.press("Tab Tab Tab Tab Tab");
    b.typed("10");
    let acts = b.press("Ctrl-S");
    let [Act::Impact { exposed, fixable, effect_points, cost_days, .. }] = acts.as_slice() else { panic!("{acts:?}") };
    assert_eq!((*exposed, *fixable, effect_points[1], *cost_days), (0.5, 0.25, 40.0, 10.0));
}

#[test]
fn a_trend_needs_a_time_column_and_says_so() {
    let mut b = Bench::new();
    b.press("T");
    assert_eq!(b.said(), "over time: not now, it needs a time column.");
    let mut b = Bench::with(With { day: true, ..With::default() });
    b.press("T");
    assert_eq!(b.app.views.explore.pane, Pane::Kpi);
    let result = shown(&b.app).unwrap();
    assert_eq!((result.groups.len(), result.groups.iter().map(|g| g.n).sum::<u64>()), (5, 400), "five months");
    b.press("T");
    assert!(!b.app.views.explore.trend);
}

#[test]
fn enter_on_a_column_stands_on_the_group_that_was_told_of() {
    let mut b = Bench::new();
    b.select("charges");
    let told = super::worst_group(&b.app).unwrap().label.clone();
    assert_ne!(told, shown(&b.app).unwrap().groups[0].label, "the worst group must not come first for this to tell");
    b.press("Enter");
    assert_eq!(selected_group(&b.app).unwrap().label, told);
}

#[test]
fn a_second_column_splits_and_is_taken_away_again() {
    let mut b = Bench::new();
    b.select("Contract");
    b.press("d");
    assert!(matches!(b.form().id, FormId::Choose("second column")));
    while b.form().text("choice") != "coin" {
        b.press("Right");
    }
    b.press("Enter");
    assert_eq!(shown(&b.app).unwrap().groups.len(), 6);
    b.press("d");
    assert_eq!(b.app.views.explore.second, None);
    assert_eq!(shown(&b.app).unwrap().groups.len(), 3);
}

#[test]
fn without_a_kpi_enter_leads_to_it_and_binding_measures_first() {
    let mut b = Bench::unbound(With::default());
    b.select("Churn");
    b.press("c");
    assert_eq!(b.said(), "pin clue: not now, there is no figure in sight: bind the KPI and select a column.");
    b.press("K");
    assert_eq!(b.form().text("kpi"), "rate(\"Churn\" = 'Yes')", "the rarer value is more often what is counted");
    b.press("Ctrl-U Ctrl-K");
    let acts = b.press("Esc");
    assert!(acts.is_empty());
    b.app.drafts.clear();
    b.press("K");
    let acts = b.press("Ctrl-S");
    let level = acts.iter().find_map(|a| match a {
        Act::Kpi { level, .. } => level.clone(),
        _ => None,
    });
    let level = level.unwrap();
    assert_eq!((level.n, level.value), (400, 0.4));
    assert!(b.app.views.explore.level.is_some());
}

#[test]
fn a_paste_is_never_taken_for_keys() {
    let mut b = Bench::new();
    b.select("Contract");
    let acts = b.paste("c\u{13}q\n1");
    assert!(acts.is_empty() && b.app.popups.is_empty() && b.app.screen == Screen::Explore);
    assert_eq!(b.said(), "Nothing takes text here; the paste was ignored.");
}

#[test]
fn what_was_cancelled_can_be_asked_for_again() {
    let cancelled = |b: &mut Bench, slot: &str| {
        let result = Box::new(Err(crate::app::CANCELLED.to_owned()));
        update(&mut b.app, Msg::Found { slot: slot.into(), result, seconds: 0.0 })
    };
    let mut b = Bench::new();
    b.select("Contract");
    let info = b.app.tables.get_mut("users").unwrap();
    (info.profile, info.profiling) = (None, true);
    b.app.views.explore.asked_by = Some("Contract".into());
    b.app.views.explore.asked_reach = Some("x = 1".into());
    b.app.views.explore.by.clear();
    for slot in ["profile:users", "by", "reach", "level"] {
        assert!(cancelled(&mut b, slot).is_empty());
    }
    let info = b.app.main_info().unwrap();
    assert_eq!((info.profiling, info.profile_failed.as_deref()), (false, Some("Cancelled.")));
    let view = &b.app.views.explore;
    assert_eq!((&view.asked_by, &view.asked_reach), (&None, &None));
    assert_eq!(view.failed.as_deref(), Some("Cancelled. 3 tries again."));
    b.ran.clear();
    b.press("3");
    assert!(b.ran.iter().any(|s| s == "profile:users") && b.ran.iter().any(|s| s == "by"), "{:?}", b.ran);
    assert!(b.app.main_info().unwrap().profile.is_some());
    // While it runs it is not begun again.
    let info = b.app.tables.get_mut("users").unwrap();
    (info.profile, info.profiling) = (None, true);
    b.ran.clear();
    b.press("Tab");
    assert!(!b.ran.iter().any(|s| s == "profile:users"), "{:?}", b.ran);
}

#[test]
fn opening_that_was_cancelled_begins_again_with_3() {
    let mut b = Bench::new();
    let result = Err(crate::app::CANCELLED.to_owned());
    let _ = update(&mut b.app, Msg::DataOpened { data: "users".into(), result });
    assert_eq!(b.app.main_info().unwrap().failed.as_deref(), Some("Opening users was cancelled."));
    b.press("3");
    let info = b.app.main_info().unwrap();
    assert!(info.failed.is_none() && !info.opening && info.rows == 400);
}

fn of_target(b: &Bench) -> Option<f64> {
    let group = selected_group(&b.app).unwrap();
    b.app.views.explore.reach[group.condition.as_ref().unwrap()].of_target?.value
}

#[test]
fn a_new_goal_measures_the_reach_anew() {
    let mut b = Bench::new();
    b.select("Contract");
    assert_eq!(of_target(&b), None);
    // Through the form, as a user sets it: the goal of 4 points.
    b.press("1 j j j Enter Tab");
    b.typed("40");
    b.press("Tab");
    b.typed("36");
    b.press("Ctrl-S");
    assert!(b.app.popups.is_empty(), "{:?}", b.form().error);
    b.press("3");
    assert!((of_target(&b).unwrap() - 5.0).abs() < 1e-9, "20 points are five times the goal");
    b.press("u");
    assert_eq!(of_target(&b), None, "undo takes the goal back, and what was measured under it");
    b.press("Ctrl-R");
    assert!((of_target(&b).unwrap() - 5.0).abs() < 1e-9);
}

#[test]
fn a_kpi_taken_back_takes_its_figures_along() {
    let mut b = Bench::new();
    b.select("Contract");
    b.press("K Home Ctrl-K");
    b.typed("mean(tenure)");
    b.press("Ctrl-S");
    assert_eq!(shown(&b.app).unwrap().kpi.to_string(), "mean(tenure)", "what is in sight is measured anew at once");
    let level = |b: &Bench| b.app.views.explore.level.as_ref().map(|l| l.kpi.to_string());
    assert_eq!(level(&b).as_deref(), Some("mean(tenure)"));
    b.press("u");
    assert_eq!(level(&b).as_deref(), Some("rate(Churn = 'Yes')"));
    assert_eq!(shown(&b.app).unwrap().kpi.to_string(), "rate(Churn = 'Yes')");
}

#[test]
fn a_late_result_of_another_kpi_is_ignored() {
    let mut b = Bench::new();
    b.hold = true;
    b.press("j");
    let late = std::mem::take(&mut b.held);
    assert_eq!(late.len(), 1, "the KPI by Contract is awaited: {late:?}");
    b.hold = false;
    b.press("K Home Ctrl-K");
    b.typed("mean(tenure)");
    b.press("Ctrl-S");
    b.held = late;
    b.release();
    assert_eq!(shown(&b.app).unwrap().kpi.to_string(), "mean(tenure)");
    assert!(b.app.views.explore.by.values().all(|r| r.kpi.to_string() == "mean(tenure)"));
}

#[test]
fn why_there_are_no_groups_is_said_as_it_is() {
    let mut b = Bench::new();
    b.select("customer_id");
    assert!(super::why_no_groups(&b.app).starts_with("Nearly every row has a value of its own"));
    b.hold = true;
    b.select("Contract");
    assert_eq!(super::why_no_groups(&b.app), "measuring …");
}

/// In the table the keys act on the selected cell, not on what some other pane shows.
#[test]
fn in_the_table_keys_act_on_the_cell() {
    let mut b = Bench::new();
    b.press("S-Tab l j j");
    b.ran.clear();
    assert!(b.press("t").is_empty());
    assert_eq!(b.form().text("a"), "\"Contract\" = 'One year'");
    b.press("Esc");
    b.app.drafts.clear();
    // c measures the value first, then opens the clue of exactly this value.
    b.press("c");
    assert_eq!(b.ran, ["reach"]);
    let acts = b.press("Ctrl-S");
    let (Act::Check { result, params, title, .. }, clue) = pinned(&acts) else { unreachable!() };
    assert_eq!((result["n"].as_u64(), result["estimate"].as_f64()), (Some(100), Some(0.25)));
    assert_eq!(params["where"], "\"Contract\" = 'One year'");
    assert_eq!(title.as_deref(), Some("rate(Churn = 'Yes') by Contract"));
    assert_eq!(family(clue), "data:users/Contract");
    // e sizes a hypothesis by it.
    b.press("e Ctrl-S");
    assert_eq!(b.form().text("exposed"), "25.0");
    b.press("Esc");
    // A value that names a row, and a number of many values, make no group; it is said why.
    b.press("h c");
    assert!(b.said().starts_with("customer_id: Nearly every row"), "{}", b.said());
    b.press("l l l l l t");
    assert!(
        b.said().starts_with("charges has 390 different numbers") || b.said().starts_with("charges has"),
        "{}",
        b.said()
    );
    assert!(b.app.popups.is_empty());
}

#[test]
fn over_time_every_step_can_be_reached() {
    let mut b = Bench::with(With { day: true, ..With::default() });
    b.press("T l l");
    let (at, group) = super::trend_point(&b.app).unwrap();
    assert_eq!((at, group.n > 0), (2, true));
    b.press("h k");
    assert_eq!(super::trend_point(&b.app).unwrap().0, 0);
    b.press("e");
    assert_eq!(b.said(), "A point in time sizes nothing. T shows the KPI by column again.");
}

#[test]
fn a_kpi_that_can_not_be_measured_comes_back_with_its_text() {
    let mut b = Bench::new();
    b.press("K Home Ctrl-K");
    b.typed("mean(tenur)");
    assert!(b.press("Ctrl-S").is_empty());
    assert!(b.form().error.as_deref().unwrap().contains("tenur"), "{:?}", b.form().error);
    assert_eq!(b.form().text("kpi"), "mean(tenur)");
    b.typed("x");
    b.press("Backspace Left");
    b.typed("e");
    let acts = b.press("Ctrl-S");
    assert!(acts.iter().any(|a| matches!(a, Act::Kpi { kpi, .. } if kpi.to_string() == "mean(tenure)")), "{acts:?}");
}

#[test]
fn a_condition_that_can_not_be_read_comes_back_before_anything_is_recorded() {
    let mut b = Bench::new();
    b.select("Contract");
    b.press("t Home Ctrl-K");
    b.typed("Contrakt = 'x'");
    b.press("Tab Tab Tab Tab Right Tab");
    b.typed("80");
    assert!(b.press("Ctrl-S").is_empty(), "no forecast for a check that can't be run");
    let form = b.form();
    assert!(form.error.as_deref().unwrap().contains("Contrakt"), "{:?}", form.error);
    assert_eq!((form.text("a").as_str(), form.text("mine").as_str()), ("Contrakt = 'x'", "80"));
    assert!(!form.text("who").is_empty(), "what was chosen stays chosen");
}

#[test]
fn slash_filters_columns_and_checks_and_esc_shows_all() {
    let mut b = Bench::new();
    b.press("/");
    b.typed("CH");
    b.press("Enter");
    let names = |b: &Bench| super::ordered_columns(&b.app).iter().map(|c| c.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&b), ["charges", "Churn"]);
    b.press("n");
    assert_eq!(selected_column(&b.app).unwrap().name, "Churn");
    b.press("n");
    assert_eq!(selected_column(&b.app).unwrap().name, "charges", "round the end");
    b.press("N Esc");
    assert_eq!((names(&b).len(), selected_column(&b.app).unwrap().name.as_str()), (9, "Churn"), "the selection stays");
    b.press("n");
    assert_eq!(b.said(), "Nothing is searched for. / searches.");
    b.select_check("d_contract_level");
    let all = super::current_checks(&b.app).len();
    b.press("/");
    b.typed("equally long");
    b.press("Enter");
    let rows = super::current_checks(&b.app);
    assert!(rows.len() > 1 && rows.iter().all(|r| r.title.contains("equally long")), "{}", rows.len());
    b.press("Esc");
    assert_eq!(super::current_checks(&b.app).len(), all);
}

#[test]
fn in_the_table_a_bar_goes_to_a_column_and_hash_to_a_row() {
    let mut b = Bench::new();
    b.press("S-Tab |");
    b.typed("chr");
    b.press("Enter");
    let column = |b: &Bench| {
        let info = b.app.main_info().unwrap();
        info.schema.columns[b.app.views.explore.column.selected(info.schema.columns.len()).unwrap()].name.clone()
    };
    assert!(["charges", "Churn"].contains(&column(&b).as_str()), "{}", column(&b));
    let first = column(&b);
    b.press("|");
    b.typed("chr");
    b.press("Down Enter");
    assert_ne!(column(&b), first);
    b.press("#");
    b.typed("1 000");
    b.press("Enter");
    assert_eq!(b.form().error.as_deref(), Some("\"1 000\" is no row: 1 to 400."));
    b.press("Home Ctrl-K");
    b.typed("321");
    b.press("Enter");
    let at = b.app.views.explore.table.selected(ROWS).unwrap();
    let page = &b.app.main_info().unwrap().page;
    assert_eq!(at, 320);
    assert!(page.start <= 320 && 320 < page.start + page.rows.len() as u64, "its rows are read");
    b.press("Ctrl-G");
    b.typed("50%");
    b.press("Enter");
    assert_eq!(b.app.views.explore.table.selected(ROWS), Some(200));
}

#[test]
fn the_kpi_form_offers_columns_and_measures_while_one_chooses() {
    let mut b = Bench::unbound(With::default());
    b.press("K");
    let info = |b: &Bench| {
        let field = b.form().fields.iter().find(|f| f.key == "level").unwrap().clone();
        match field.kind {
            FieldKind::Info(words) => words,
            other => panic!("{other:?}"),
        }
    };
    b.press("Home Ctrl-K");
    b.typed("churn");
    assert_eq!(info(&b), "The level shows here as soon as the KPI can be read.");
    b.press("Down");
    assert_eq!(b.form().pointed_at("kpi"), "rate(\"Churn\" = 'Yes')", "the rarer value first");
    assert_eq!(info(&b), "40.0% [35.3, 44.9] of 400 rows");
    b.press("Down");
    assert!(info(&b).starts_with("60.0%"), "{}", info(&b));
    b.press("Up Enter");
    assert_eq!(b.form().text("kpi"), "rate(\"Churn\" = 'Yes')");
    // A column that is not there says so before anything is recorded.
    b.press("Home Ctrl-K");
    b.typed("mean(nothing)");
    assert!(info(&b).contains("nothing"), "{}", info(&b));
    b.press("Home Ctrl-K");
    b.typed("churn yes");
    b.press("Down");
    let acts = b.press("Ctrl-S");
    assert!(
        acts.iter().any(|a| matches!(a, Act::Kpi { kpi, .. } if kpi.to_string() == "rate(\"Churn\" = 'Yes')")),
        "{acts:?}"
    );
}
