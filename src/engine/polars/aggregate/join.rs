//! Joining the sums of parts.

use std::collections::HashMap;

use super::keys::Exact;
use crate::query::{Cell, GroupRow, Sums};

/// The groups of one part.
pub struct Partial {
    /// Key values of each group.
    pub keys: Vec<Vec<Cell>>,
    /// Its sums; without those of its units where these may go on in other parts.
    pub sums: Vec<Sums>,
    /// The totals of units that may go on in other parts.
    pub totals: Vec<UnitTotal>,
}

/// A unit in a group of one part.
pub struct UnitTotal {
    /// The group's number in its part.
    pub group: u32,
    /// The unit, by a hash of its value.
    pub unit: u64,
    /// Σy, counted from the centre.
    pub y: f64,
    /// Σd.
    pub d: f64,
}

/// The groups of all parts so far.
pub struct Joined {
    places: HashMap<Vec<Exact>, u32>,
    rows: Vec<GroupRow>,
    units: Option<HashMap<(u32, u64), (f64, f64)>>,
}

impl Joined {
    /// With `units`, the totals of units are joined before they are squared.
    pub fn new(units: bool) -> Self {
        Self { places: HashMap::new(), rows: Vec::new(), units: units.then(HashMap::new) }
    }

    /// Adds the groups of a part.
    pub fn add(&mut self, part: Partial) {
        let mut places = Vec::with_capacity(part.keys.len());
        for (keys, sums) in part.keys.into_iter().zip(part.sums) {
            let exact: Vec<Exact> = keys.iter().map(Exact::from).collect();
            let next = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
            let place = *self.places.entry(exact).or_insert(next);
            if place == next {
                self.rows.push(GroupRow { keys, sums });
            } else if let Some(row) = self.rows.get_mut(place as usize) {
                add(&mut row.sums, &sums);
            }
            places.push(place);
        }
        let Some(units) = &mut self.units else { return };
        for total in part.totals {
            let group = places.get(total.group as usize).copied().unwrap_or(u32::MAX);
            let (y, d) = units.entry((group, total.unit)).or_insert((0.0, 0.0));
            *y += total.y;
            *d += total.d;
        }
    }

    /// The groups that have rows. Sums were counted from the centre, which is exact where plain ones would lose digits on
    /// the way; here they are brought back.
    pub fn finish(mut self, centre: f64) -> Vec<GroupRow> {
        let mut totals: Vec<_> = self.units.take().unwrap_or_default().into_iter().collect();
        // Sums of doubles depend on the order; this one is the same in every run.
        totals.sort_unstable_by_key(|(unit, _)| *unit);
        for ((group, _), (y, d)) in totals {
            if let Some(row) = self.rows.get_mut(group as usize) {
                super::add(&mut row.sums, y, d);
            }
        }
        self.rows.retain(|r| r.sums.n > 0);
        for row in &mut self.rows {
            row.sums.y += centre * row.sums.d;
        }
        self.rows
    }
}

fn add(to: &mut Sums, more: &Sums) {
    to.n += more.n;
    to.units += more.units;
    to.known += more.known;
    to.y += more.y;
    to.d += more.d;
    to.yy += more.yy;
    to.yd += more.yd;
    to.dd += more.dd;
}
