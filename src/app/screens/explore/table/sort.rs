//! Sorting by the column under the cursor.

use super::{change, selected_column};
use crate::app::{App, Effect};
use crate::query::SortKey;

/// The next state of a key: upwards, downwards, off.
fn turned(column: &str, key: Option<&SortKey>) -> Option<SortKey> {
    match key {
        None => Some(SortKey { column: column.to_owned(), descending: false }),
        Some(key) if !key.descending => Some(SortKey { descending: true, ..key.clone() }),
        Some(_) => None,
    }
}

/// `s`: by this column alone.
pub(in crate::app) fn sort(app: &mut App) -> Vec<Effect> {
    let Some(column) = selected_column(app).map(|(_, c)| c.name.clone()) else { return Vec::new() };
    change(app, |layout| {
        // A column that was one key of several becomes the only one first.
        let key = match layout.view.sort.as_slice() {
            [only] if only.column == column => Some(only),
            _ => None,
        };
        layout.view.sort = turned(&column, key).into_iter().collect();
    })
}

/// `S`: this column as a further key.
pub(in crate::app) fn also_sort(app: &mut App) -> Vec<Effect> {
    let Some(column) = selected_column(app).map(|(_, c)| c.name.clone()) else { return Vec::new() };
    change(app, |layout| {
        let sort = &mut layout.view.sort;
        match sort.iter().position(|k| k.column == column) {
            None => sort.extend(turned(&column, None)),
            Some(at) => match turned(&column, sort.get(at)) {
                Some(key) => {
                    if let Some(slot) = sort.get_mut(at) {
                        *slot = key;
                    }
                }
                None => {
                    sort.remove(at);
                }
            },
        }
    })
}
