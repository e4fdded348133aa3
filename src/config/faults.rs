//! All that is wrong with a configuration, told at once.
//!
//! Invariant: no secret and no contact address is in any rendering: a value is shown only where its reader said so, and
//! the lines of the file are shown with what is secret covered by asterisks.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, MietteError, MietteSpanContents, Report,
    SourceCode, SourceSpan, SpanContents,
};

/// Where a fault stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the file, at these bytes.
    File(Range<usize>),
    /// In this environment variable.
    Variable(String),
    /// Nowhere: something is missing.
    Nowhere,
}

impl Place {
    /// Line in the file, from 1.
    pub(super) fn line(&self, source: &str) -> Option<usize> {
        let Self::File(span) = self else { return None };
        let before = source.as_bytes().get(..span.start).unwrap_or(source.as_bytes());
        Some(before.iter().filter(|byte| **byte == b'\n').count() + 1)
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Dotted key, such as `mail.from`; empty where the file itself is at fault.
    pub key: String,
    /// Where it stands.
    pub place: Place,
    /// As written and short; none for secrets, addresses and what is missing.
    pub value: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

/// All faults of a configuration, in the order of the file; at least one.
#[derive(Clone, Debug)]
pub struct Faults {
    path: PathBuf,
    /// Shaded.
    source: String,
    list: Vec<Fault>,
}

impl Faults {
    /// Orders the faults and shades the source.
    pub(super) fn new(path: PathBuf, source: &str, hidden: &[Range<usize>], mut list: Vec<Fault>) -> Self {
        list.sort_by_key(|fault| match &fault.place {
            Place::File(span) => (0, span.start),
            Place::Nowhere => (1, 0),
            Place::Variable(_) => (2, 0),
        });
        // A note behind a faulty value is not ours to show.
        let notes = list.iter().filter_map(|fault| match &fault.place {
            Place::File(span) => {
                let rest = source.get(span.end..)?.lines().next()?;
                rest.find('#').map(|note| span.end + note + 1..span.end + rest.len())
            }
            Place::Variable(_) | Place::Nowhere => None,
        });
        let hidden: Vec<_> = hidden.iter().cloned().chain(notes).collect();
        Self { path, source: shade(source, &hidden), list }
    }

    /// Each of them.
    #[must_use]
    pub fn list(&self) -> &[Fault] {
        &self.list
    }

    /// Line of a fault in the file, from 1; none for what is missing or comes from a variable.
    #[must_use]
    pub fn line(&self, fault: &Fault) -> Option<usize> {
        fault.place.line(&self.source)
    }

    /// For people: every fault with its line of the file and a caret under what is wrong.
    #[must_use]
    pub fn report(&self) -> String {
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
            .with_context_lines(0)
            .with_links(false)
            .with_width(110);
        let mut text = String::new();
        for fault in &self.list {
            let mut diagnostic = MietteDiagnostic::new(self.headline(fault)).with_help(fault.remedy.clone());
            if let Place::File(span) = &fault.place {
                diagnostic = diagnostic.with_label(LabeledSpan::underline(self.first_line_of(span)));
            }
            let report = Report::new(diagnostic).with_source_code(self.line_of(fault));
            // Writing to a String cannot fail; should the snippet, the plain form still tells it.
            let before = text.len();
            if handler.render_report(&mut text, report.as_ref()).is_err() {
                text.truncate(before);
                text.push_str(&self.block(fault));
            }
            text.push('\n');
        }
        text
    }

    /// A span that ends with its line, so that no other line is shown.
    fn first_line_of(&self, span: &Range<usize>) -> Range<usize> {
        // Nothing cannot be underlined: then it is the letter before, where the line has one.
        let before = self.source.as_bytes().get(span.start.wrapping_sub(1));
        let nothing = span.is_empty() && before.is_some_and(|byte| byte.is_ascii() && *byte != b'\n');
        let start = span.start.min(self.source.len()) - usize::from(nothing);
        let rest = self.source.get(start..span.end.min(self.source.len())).unwrap_or_default();
        start..start + rest.lines().next().unwrap_or_default().len()
    }

    fn line_of(&self, fault: &Fault) -> OneLine {
        let start = match &fault.place {
            Place::File(span) => {
                let before = self.source.get(..span.start).unwrap_or_default();
                before.rfind('\n').map_or(0, |newline| newline + 1)
            }
            Place::Variable(_) | Place::Nowhere => 0,
        };
        let text = self.source.get(start..).unwrap_or_default().lines().next().unwrap_or_default();
        let number = self.line(fault).unwrap_or(1) - 1;
        OneLine { name: self.path.to_string_lossy().into_owned(), text: text.to_owned(), start, number }
    }

    fn headline(&self, fault: &Fault) -> String {
        let key = if fault.key.is_empty() { self.path.display().to_string() } else { fault.key.clone() };
        match &fault.place {
            Place::Variable(name) => {
                let value = fault.value.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
                format!("{key} (from {name}{value}): {}", fault.problem)
            }
            Place::File(_) | Place::Nowhere => format!("{key}: {}", fault.problem),
        }
    }

    fn block(&self, fault: &Fault) -> String {
        let place = match &fault.place {
            Place::Variable(name) => format!("environment variable {name}"),
            Place::File(_) => match self.line(fault) {
                Some(line) => format!("{}:{line}", self.path.display()),
                None => self.path.display().to_string(),
            },
            Place::Nowhere => self.path.display().to_string(),
        };
        let key = if fault.key.is_empty() { String::new() } else { format!("{}: ", fault.key) };
        let value = fault.value.as_ref().map(|value| format!("\n  value:  {value}")).unwrap_or_default();
        format!("{place}: {key}{}{value}\n  remedy: {}\n", fault.problem, fault.remedy)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.list.len();
        writeln!(f, "the configuration is refused, {n} {}:", if n == 1 { "fault" } else { "faults" })?;
        for fault in &self.list {
            write!(f, "\n{}", self.block(fault))?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// The line of a fault, and no other, in its place in the file.
struct OneLine {
    name: String,
    text: String,
    /// Of its first byte.
    start: usize,
    /// From 0.
    number: usize,
}

impl SourceCode for OneLine {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let line = SourceSpan::from(self.start..self.start + self.text.len());
        Ok(Box::new(MietteSpanContents::new_named(self.name.clone(), self.text.as_bytes(), line, self.number, 0, 1)))
    }
}

/// Covers the given bytes, and every word with an `@`, with asterisks; each byte keeps its place.
fn shade(source: &str, hidden: &[Range<usize>]) -> String {
    let mut bytes = source.as_bytes().to_vec();
    let mut cover = |range: Range<usize>| {
        for byte in bytes.get_mut(range).unwrap_or_default() {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b'*';
            }
        }
    };
    let apart = |c: char| c.is_whitespace() || "\"'=,<>[]{}#".contains(c);
    for word in source.split(apart).filter(|word| word.contains('@')) {
        let start = word.as_ptr() as usize - source.as_ptr() as usize;
        cover(start..start + word.len());
    }
    for range in hidden {
        cover(range.clone());
    }
    // Whole characters were covered, so this is still UTF-8.
    String::from_utf8(bytes).unwrap_or_default()
}
