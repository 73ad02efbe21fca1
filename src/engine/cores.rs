//! The same work for many items, on all cores.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::EngineError;

/// Threads that work at a time.
#[must_use]
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from).clamp(1, 8)
}

/// Does the work for each item, as many at a time as there are cores; the results come in the order of the items.
///
/// # Errors
/// The first error in the order of the items that were begun; nothing new is begun after one.
pub fn on_all_cores<'a, I: Sync, T: Send>(
    items: &'a [I],
    work: impl Fn(&'a I) -> Result<T, EngineError> + Sync,
) -> Result<Vec<T>, EngineError> {
    let cores = cores().min(items.len());
    if cores <= 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, Result<T, EngineError>>> = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some((i, item)) = {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    items.get(i).map(|item| (i, item))
                } {
                    let result = work(item);
                    if result.is_err() {
                        // The others need not begin anything more.
                        next.store(items.len(), Ordering::Relaxed);
                    }
                    done.lock().unwrap_or_else(PoisonError::into_inner).insert(i, result);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}
