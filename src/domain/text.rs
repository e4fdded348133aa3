//! Many short texts, such as the names of a million accounts, at the cost of their letters.
//!
//! Invariant: a text can be read once the [`Texts`] it was added to are gone; until then it is empty.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// Letters a block; more would keep more alive for the sake of one text.
const BLOCK: usize = 1 << 16;

/// A text that lies with others in a block, and is cheap to clone.
#[derive(Clone, Default)]
pub struct Text {
    /// None: it is empty.
    block: Option<Block>,
    start: u32,
    end: u32,
}

type Block = Arc<OnceLock<Box<str>>>;

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        let range = self.start as usize..self.end as usize;
        self.block.as_ref().and_then(|block| block.get()).and_then(|letters| letters.get(range)).unwrap_or_default()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Texts::default().add(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// Lays texts into blocks.
#[derive(Default)]
pub struct Texts {
    block: Block,
    letters: String,
}

impl Texts {
    /// Adds a text.
    pub fn add(&mut self, text: &str) -> Text {
        if !self.letters.is_empty() && self.letters.len() + text.len() > BLOCK {
            self.close();
        }
        let start = self.letters.len();
        let end = start + text.len();
        let (Ok(start), Ok(end), false) = (u32::try_from(start), u32::try_from(end), text.is_empty()) else {
            return Text::default();
        };
        self.letters.push_str(text);
        Text { block: Some(Arc::clone(&self.block)), start, end }
    }

    /// Lets the texts of this block be read, and begins another.
    fn close(&mut self) {
        let letters = std::mem::take(&mut self.letters).into_boxed_str();
        // It is this block's first and only content.
        let _ = std::mem::take(&mut self.block).set(letters);
    }
}

impl Drop for Texts {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_many_blocks_come_back_as_they_were() {
        let words: Vec<String> = (0..30_000).map(|n| format!("name {n} ø")).collect();
        let long = "å".repeat(BLOCK);
        let mut texts = Texts::default();
        let laid: Vec<Text> = words.iter().map(|word| texts.add(word)).collect();
        let (long_laid, empty) = (texts.add(&long), texts.add(""));
        drop(texts);
        assert!(words.iter().zip(&laid).all(|(word, text)| **word == **text));
        assert_eq!((&*long_laid, &*empty), (long.as_str(), ""));
    }
}
