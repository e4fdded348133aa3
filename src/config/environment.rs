//! The environment as a value.
//!
//! Invariant: no other code of ours reads environment variables, so a test gives its own. Libraries read what is theirs:
//! clap the path of the configuration, sqlx PostgreSQL's `PG…`, HTTP clients a proxy and certificates, object stores
//! their credentials.

use std::collections::BTreeMap;
use std::fmt;

/// Environment variables. What is not UTF-8 counts as not set.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// That of this process, now.
    #[must_use]
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The value of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Names and values, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self { variables: variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }
}

impl fmt::Debug for Environment {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

/// The log filter in `RECONCILER_LOG`, such as `debug`.
#[must_use]
pub fn log_filter() -> Option<String> {
    std::env::var("RECONCILER_LOG").ok().filter(|filter| !filter.is_empty())
}
