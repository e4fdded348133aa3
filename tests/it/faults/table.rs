//! Many nights side by side, and a table of those that went wrong.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use tokio::time::timeout;

/// Nights that run at once. Most of a night is waiting.
const AT_ONCE: usize = 8;
/// A night that takes longer hangs.
const HANGS: Duration = Duration::from_secs(60);

/// Plays every case, and panics with a table of all that have something to complain about.
pub(crate) fn play<C, F>(cases: Vec<C>, night: impl Fn(C) -> F + Sync)
where
    C: Display + Send,
    F: Future<Output = Vec<String>>,
{
    assert!(!cases.is_empty());
    let count = cases.len();
    let waiting = Mutex::new(cases);
    let failed = Mutex::new(Vec::new());
    let next = || waiting.lock().unwrap().pop();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = next() {
                    let name = case.to_string();
                    let played =
                        catch_unwind(AssertUnwindSafe(|| in_runtime(async { timeout(HANGS, night(case)).await })));
                    let complaints = match played {
                        Ok(Ok(complaints)) => complaints,
                        Ok(Err(_)) => vec!["it did not end".to_owned()],
                        Err(panic) => vec![format!("it panicked: {:?}", panic.downcast_ref::<String>())],
                    };
                    if !complaints.is_empty() {
                        failed.lock().unwrap().push(format!("{name:<60} | {}", summary(&complaints)));
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().unwrap();
    failed.sort();
    assert!(failed.is_empty(), "{} of {count} cases:\n{}", failed.len(), failed.join("\n"));
}

pub(crate) fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn summary(complaints: &[String]) -> String {
    let shown = complaints.iter().take(4).cloned().collect::<Vec<_>>().join("; ");
    if complaints.len() > 4 { format!("{shown}; and {} more", complaints.len() - 4) } else { shown }
}
