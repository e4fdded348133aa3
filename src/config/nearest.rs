//! What was probably meant by a key that there is not.
//!
//! Invariant: only a key that exists is ever proposed.

/// The known key that was probably meant.
pub(super) fn nearest(key: &str, known: &[&'static str]) -> Option<&'static str> {
    let (steps, near) = known.iter().map(|candidate| (distance(key, candidate), *candidate)).min()?;
    (steps <= 1 + near.len() / 4).then_some(near)
}

/// Letters to change, add or drop.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().take(64).enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.chars().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
