//! Names that many rows share are kept once a run.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The names seen so far: owners and Business Centers repeat on thousands of rows.
#[derive(Default)]
pub(super) struct Names(Mutex<HashSet<Arc<str>>>);

impl Names {
    /// The one copy of a name.
    pub(super) fn shared(&self, name: &str) -> Arc<str> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(name) = known.get(name) {
            return Arc::clone(name);
        }
        let name = Arc::<str>::from(name);
        known.insert(Arc::clone(&name));
        name
    }
}
