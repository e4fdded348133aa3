//! Cells under their headings, aligned, for a person.
//!
//! Invariant: a line is as wide as its longest cells make it and holds nothing that moves a cursor.

/// On which side of its column a cell stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// The heading's line and each row's.
pub(super) fn aligned<const N: usize>(heads: [(&str, Side); N], rows: &[[String; N]]) -> (String, Vec<String>) {
    let widths: [usize; N] = std::array::from_fn(|at| {
        let cells = rows.iter().map(|row| row[at].chars().count());
        cells.chain([heads[at].0.chars().count()]).max().unwrap_or(0)
    });
    let line = |cells: [&str; N]| {
        let padded: [String; N] = std::array::from_fn(|at| {
            let pad = " ".repeat(widths[at] - cells[at].chars().count());
            match heads[at].1 {
                Side::Left => format!("{}{pad}", cells[at]),
                Side::Right => format!("{pad}{}", cells[at]),
            }
        });
        padded.join("  ").trim_end().to_owned()
    };
    let head = line(heads.map(|(head, _)| head));
    (head, rows.iter().map(|row| line(row.each_ref().map(String::as_str))).collect())
}

/// A foreign text on one line, without anything that moves a cursor.
pub(super) fn plain(text: &str, most: usize) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control()).collect();
    if clean.chars().count() <= most { clean } else { clean.chars().take(most - 1).chain(['…']).collect() }
}

/// A text in lines of at most so many characters where its words allow it, none but the first indented by this call.
pub(super) fn wrapped(text: &str, width: usize, indent: usize) -> String {
    let mut lines: Vec<String> = vec![String::new()];
    for word in plain(text, usize::MAX).split_whitespace() {
        let room = width.saturating_sub(indent);
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join(&format!("\n{}", " ".repeat(indent)))
}
