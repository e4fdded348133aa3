//! Why a register is refused as a whole.
//!
//! Invariant: every fault of every source is told at once, and no cell of a register is quoted, for it may be
//! an address.

use std::fmt;

use tokio::task::JoinError;

/// Why there is no register.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Sources that cannot be read as registers; all their faults, at least one.
    #[error("{}", listed(.0))]
    Refused(Vec<Fault>),
    /// The reading was stopped from outside, because the program ends.
    #[error("the reading of the registers was stopped")]
    Stopped,
    /// The reader itself broke.
    #[error("the registers could not be read: a fault of the program")]
    Broken,
}

impl From<JoinError> for Error {
    fn from(error: JoinError) -> Self {
        if error.is_panic() { Self::Broken } else { Self::Stopped }
    }
}

/// One thing because of which a source is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The path as configured, which query, or the URL without its parameters.
    pub file: String,
    /// Where in it, from 1.
    pub line: Option<u64>,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        write!(f, "{}{line}: {}\n  remedy: {}", self.file, self.problem, self.remedy)
    }
}

fn listed(faults: &[Fault]) -> String {
    let n = faults.len();
    let mut text = format!("the registers are refused, {n} {}:", if n == 1 { "fault" } else { "faults" });
    for fault in faults {
        text.push_str(&format!("\n\n{fault}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_reader_that_broke_is_told_from_one_that_was_stopped() {
        let broke = tokio::task::spawn_blocking(|| panic!("a test's own")).await;
        assert!(matches!(broke.map_err(Error::from), Err::<(), _>(Error::Broken)));
        let stopped = tokio::spawn(std::future::pending::<()>());
        stopped.abort();
        assert!(matches!(stopped.await.map_err(Error::from), Err(Error::Stopped)));
    }
}
