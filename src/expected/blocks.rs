//! A file in blocks, as text.
//!
//! Invariant: the text ends where a line ends, or the file; what stands in it is UTF-8. A register of 140 MB is never in
//! memory as a whole.

use std::io::{self, Read};

/// Bytes that are read at once.
const BLOCK: usize = 1 << 18;

/// A file that is being read.
pub(super) struct Blocks<R> {
    source: R,
    block: usize,
    /// Whole lines, from the first that was not taken yet.
    text: String,
    /// The line with which the text begins, from 1.
    line: u64,
    /// What follows the text.
    rest: Vec<u8>,
    begun: bool,
    is_last: bool,
}

/// Why there is no more text.
#[derive(Debug)]
pub(super) enum Broken {
    /// The file cannot be read.
    Unreadable(io::Error),
    /// It is not UTF-8: line and what the bytes might be.
    NotText(u64, String),
}

impl<R: Read> Blocks<R> {
    pub(super) fn new(source: R) -> Self {
        Self::of(BLOCK, source)
    }

    pub(super) fn of(block: usize, source: R) -> Self {
        Self { source, block, text: String::new(), line: 1, rest: Vec::new(), begun: false, is_last: false }
    }

    /// Counts lines from this one on.
    pub(super) fn beginning_at(mut self, line: u64) -> Self {
        self.line = line;
        self
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Whether nothing follows the text.
    pub(super) fn is_last(&self) -> bool {
        self.is_last
    }

    /// Forgets the beginning of the text, with so many ends of lines.
    pub(super) fn take(&mut self, bytes: usize, lines: u64) {
        self.text.drain(..bytes);
        self.line += lines;
    }

    /// Adds at least a line to the text, or finds that it is the last.
    pub(super) fn more(&mut self) -> Result<(), Broken> {
        // Twice as much each time: a text that is never taken is not looked through again and again.
        let wanted = self.block.max(self.text.len());
        let mut end = None;
        while end.is_none() && !self.is_last {
            let before = self.rest.len();
            let read =
                (&mut self.source).take(wanted as u64).read_to_end(&mut self.rest).map_err(Broken::Unreadable)?;
            self.is_last = read < wanted;
            let added = &self.rest[before..];
            end = if self.is_last {
                Some(self.rest.len())
            } else {
                memchr::memrchr(b'\n', added).map(|at| before + at + 1)
            };
        }
        let end = end.unwrap_or(self.rest.len());
        let mut mark: &[u8] = b"";
        if !std::mem::replace(&mut self.begun, true) {
            refuse_other_encodings(&self.rest)?;
            mark = b"\xef\xbb\xbf";
        }
        let bytes = &self.rest[..end];
        let bytes = bytes.strip_prefix(mark).unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = self.line + lines(self.text.as_bytes());
            let (sound, rest) = bytes.split_at(error.valid_up_to());
            Broken::NotText(before + lines(sound), guess(rest.first().copied().unwrap_or_default()))
        })?;
        self.text.push_str(text);
        self.rest.drain(..end);
        Ok(())
    }
}

/// How many lines end in the text.
pub(super) fn lines(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}

/// UTF-16 shows in the first bytes.
fn refuse_other_encodings(bytes: &[u8]) -> Result<(), Broken> {
    let refused = |why: &str| Err(Broken::NotText(1, format!("the file is not UTF-8; {why}")));
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return refused("its first bytes say UTF-16 (Excel: \"Unicode text\")");
    }
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    let zeros = bytes.iter().take(200).filter(|byte| **byte == 0).count();
    if zeros > 0 && zeros * 3 > bytes.len().min(200) {
        return refused("every other byte is zero, so it is probably UTF-16");
    }
    Ok(())
}

fn guess(byte: u8) -> String {
    let bytes = [byte];
    let (letter, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes);
    let guess = match letter.chars().next() {
        Some(letter) if letter.is_alphabetic() => {
            format!("the byte {byte:#04x} is {letter:?} in Latin-1 (Windows-1252), so it is probably that")
        }
        _ => format!("the byte {byte:#04x} stands where no letter can"),
    };
    format!("the file is not UTF-8; {guess}")
}
