//! Ratings of clues: by the user, or by somebody else who sees neither the board nor what others gave.

use super::board::{RATING_HELP, leader, rating_rows, say_moved};
use super::{FormId, words};
use crate::app::form::{Choice, Form};
use crate::app::screens::score::Blind;
use crate::app::{App, Effect, Tone};
use crate::domain::decide::Intent;
use crate::domain::event::{Act, Ratings};
use crate::domain::session::ClueRecord;

/// What one person gave a clue.
fn given(clue: &ClueRecord, by: &str) -> Ratings {
    clue.ratings.iter().filter_map(|(h, m)| m.get(by).map(|r| (h.clone(), *r))).collect()
}

/// Ratings of a clue that stands already; by another person where one is named.
pub fn open_rate(app: &mut App, clue: &str, by: Option<&str>) {
    let Some(doc) = &app.doc else { return };
    let Some(c) = doc.session.state.clue(clue).cloned() else { return };
    let me = app.stamp.as_ref().map_or("p1", |s| s.by.as_str());
    // Others' ratings stay hidden, so that raters judge alone.
    let rows = rating_rows(app, &given(&c, by.unwrap_or(me)));
    let title = match (by, &app.views.score.blind) {
        (Some(by), Some(blind)) => {
            let (at, all) = (blind.all - blind.left.len() + 1, blind.all);
            format!("{} rates, clue {at} of {all}", doc.session.state.shown_as(by))
        }
        _ => format!("Rate {clue}"),
    };
    let id = FormId::Rate(clue.to_owned(), by.map(str::to_owned));
    app.open_form(
        Form::new(id, title, "rate").info(c.text).ratings("ratings", "How expected", RATING_HELP, rows).line(
            "reason",
            "Reason",
            "A rating that was given is frozen: say why it changes",
            "",
        ),
    );
}

pub(super) fn submit_rate(app: &mut App, form: &Form, clue: &str, by: Option<&str>) -> Result<Vec<Effect>, String> {
    let me = app.stamp.as_ref().map_or("p1".to_owned(), |s| s.by.clone());
    let rater = by.map_or_else(|| me.clone(), str::to_owned);
    let Some(c) = app.doc.as_ref().and_then(|d| d.session.state.clue(clue)) else {
        return Err("The clue is gone.".into());
    };
    let before = given(c, &rater);
    let ratings: Ratings = form.rated("ratings").into_iter().filter(|(h, r)| before.get(h) != Some(r)).collect();
    if ratings.is_empty() {
        return Err("Nothing was changed. ← and → change a rating, Esc leaves.".into());
    }
    let reason = Some(form.text("reason")).filter(|r| !r.is_empty());
    let board = leader(app);
    // The event is theirs, whoever has the keyboard.
    if let Some(stamp) = &mut app.stamp {
        stamp.by = rater;
    }
    let recorded = app.record(Intent::record(Act::Rate { clue: clue.to_owned(), ratings, reason }));
    if let Some(stamp) = &mut app.stamp {
        stamp.by = me;
    }
    let effects = recorded.map_err(|r| words(&r))?;
    match by {
        Some(by) => next(app, by),
        None => say_moved(app, &board),
    }
    Ok(effects)
}

/// Chooses who rates the clues alone.
pub fn open_rate_as(app: &mut App) {
    let Some(doc) = &app.doc else { return };
    let state = &doc.session.state;
    let people: Vec<Choice> = state
        .people
        .keys()
        .map(|alias| {
            let open = state.clues.iter().filter(|c| given(c, alias).is_empty()).count();
            let left = if open == 0 { "all rated".to_owned() } else { format!("{open} to rate") };
            (alias.clone(), format!("{} ({alias}), {left}", state.shown_as(alias)))
        })
        .collect();
    app.open_form(
        Form::new(FormId::RateAs, "Who rates alone?", "begin")
            .info(
                "The clues come in an order of their own, without the board and without what others gave. Hand over \
                 the keyboard.",
            )
            .choice("who", "Person", "", people, None),
    );
}

pub(super) fn submit_rate_as(app: &mut App, form: &Form) -> Result<Vec<Effect>, String> {
    let by = form.text("who");
    if by.is_empty() {
        return Err("Choose a person with the arrow keys.".into());
    }
    let Some(doc) = &app.doc else { return Err("No session is open.".into()) };
    let mut left: Vec<String> =
        doc.session.state.clues.iter().filter(|c| given(c, &by).is_empty()).map(|c| c.id.clone()).collect();
    if left.is_empty() {
        return Err(format!("{} rated every clue already.", doc.session.state.shown_as(&by)));
    }
    shuffle(&mut left, app.stamp.as_ref().map_or(1, |s| s.seed));
    app.views.score.blind = Some(Blind { by: by.clone(), all: left.len(), left });
    show(app, &by);
    Ok(Vec::new())
}

/// The clue that was rated goes; the next one comes.
fn next(app: &mut App, by: &str) {
    if let Some(blind) = &mut app.views.score.blind {
        if !blind.left.is_empty() {
            blind.left.remove(0);
        }
    }
    show(app, by);
}

fn show(app: &mut App, by: &str) {
    match app.views.score.blind.as_ref().map(|b| b.left.first().cloned()) {
        Some(Some(clue)) => open_rate(app, &clue, Some(by)),
        Some(None) => {
            app.views.score.blind = None;
            app.say(Tone::Good, format!("{} rated every clue. Where raters differ much, talk.", shown(app, by)));
        }
        None => {}
    }
}

/// The rater leaves before the end; the board comes back.
pub(super) fn stop(app: &mut App) {
    if let Some(blind) = app.views.score.blind.take() {
        app.say(Tone::Plain, format!("{} has {} to rate; R goes on.", shown(app, &blind.by), blind.left.len()));
    }
}

fn shown(app: &App, by: &str) -> String {
    app.doc.as_ref().map_or_else(|| by.to_owned(), |d| d.session.state.shown_as(by).to_owned())
}

/// An order of its own for each seed (Fisher and Yates, with the generator of Knuth's MMIX), so that the order of
/// pinning does not colour the judgement.
fn shuffle(list: &mut [String], seed: u64) {
    let mut state = seed;
    for i in (1..list.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let high = usize::try_from(state >> 33).unwrap_or(0);
        list.swap(i, high % (i + 1));
    }
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_the_same_clues_and_seeds_differ() {
        let list: Vec<String> = (1..=7).map(|i| format!("c{i}")).collect();
        let orders: std::collections::BTreeSet<Vec<String>> = (0..20)
            .map(|seed| {
                let mut order = list.clone();
                shuffle(&mut order, seed);
                let mut sorted = order.clone();
                sorted.sort();
                assert_eq!(sorted, list);
                order
            })
            .collect();
        assert!(orders.len() > 10, "{}", orders.len());
        shuffle(&mut [], 3);
    }
}
