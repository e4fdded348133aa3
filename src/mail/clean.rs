//! Foreign text made harmless: names from TikTok or the register, and what a server says.
//!
//! Invariant: what leaves here is one line without control, invisible or direction marks, of bounded length; a name
//! holds nothing that a mail program turns into a link. Ids and addresses never pass through here: they are copied.

/// Longest name that a mail shows, in characters.
const NAME: usize = 80;

/// U+2060: keeps `Boozt.com` readable while no mail program takes it for a link. A visible substitute would disfigure
/// real client names, and nobody has to copy a name.
const JOINER: char = '\u{2060}';

/// One line: controls, invisible and direction marks gone, spaces folded, cut after `limit` characters.
pub(super) fn line(text: &str, limit: usize) -> String {
    let mut out = String::new();
    let mut length = 0;
    // Whatever is cut anyway need not be looked at: names of many kilobytes are cheap.
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()) {
        let before = out.len();
        let kept: String = word.chars().filter(|&c| !invisible(c)).take(limit + 1).collect();
        if kept.is_empty() {
            continue;
        }
        if before > 0 {
            out.push(' ');
            length += 1;
        }
        length += kept.chars().count();
        out.push_str(&kept);
        if length > limit {
            out = out.chars().take(limit.saturating_sub(1)).collect();
            out.truncate(out.trim_end().len());
            out.push('…');
            break;
        }
    }
    out
}

/// A name for a subject or a display name: one line without a scheme.
pub(super) fn title(text: &str) -> String {
    line(text, NAME).replace("://", ": ")
}

/// A name for a body: nothing in it becomes a link.
pub(super) fn name(text: &str) -> String {
    unlinked(&title(text))
}

/// Breaks what mail programs link by themselves: `://`, `www.`, `name.tld`, `a@b`. The text stays readable.
pub(super) fn unlinked(text: &str) -> String {
    let text = text.replace("://", ": ");
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        out.push(c);
        let after = chars.peek().copied().unwrap_or(' ');
        let linking = match c {
            '@' => !before.is_whitespace() && !after.is_whitespace(),
            // Also what browsers read as a dot in a host name.
            '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}' | '\u{2024}' => {
                !(before.is_whitespace() || after.is_whitespace() || before.is_numeric() && after.is_numeric())
            }
            ':' => before.is_alphabetic() && !after.is_whitespace(),
            _ => false,
        };
        if linking {
            out.push(JOINER);
        }
        before = c;
    }
    out
}

/// What a server said, for logs and reports: one line, every address replaced by `<address>`.
pub(super) fn reply(text: &str) -> String {
    let mut out = String::new();
    let around = |c: char| c.is_whitespace() || "<>()[]{},;\"'`|".contains(c);
    for piece in line(text, 400).split_inclusive(around) {
        let end = piece.find(around).unwrap_or(piece.len());
        let (word, rest) = piece.split_at(end);
        if word.contains(['@', '\u{ff20}', '\u{fe6b}']) || word.to_ascii_lowercase().contains("%40") {
            let open = out.ends_with('<');
            out.push_str(if open { "address" } else { "<address>" });
            if open && !rest.starts_with('>') {
                out.push('>');
            }
        } else {
            out.push_str(word);
        }
        out.push_str(rest);
    }
    line(&out, 300)
}

/// Marks that are not seen but act: zero width, direction, tags, variation, byte order.
fn invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e0fff}' | '\u{e000}'..='\u{f8ff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("365discount", "365discount")]
    #[case("  A\r\nBcc: x ", "A Bcc: x")]
    #[case("A\0B\u{202e}C\u{200b}D", "A BCD")]
    #[case("http://evil.example/x", "http: evil.\u{2060}example/x")]
    #[case("http:\u{200b}//x", "http: x")]
    #[case("Boozt.com", "Boozt.\u{2060}com")]
    #[case("www.evil.com", "www.\u{2060}evil.\u{2060}com")]
    #[case("anna@evil.com", "anna@\u{2060}evil.\u{2060}com")]
    #[case("mailto:x", "mailto:\u{2060}x")]
    #[case("No. 7, v1.2", "No. 7, v1.2")]
    #[case("Coop: Danmark", "Coop: Danmark")]
    fn a_name_keeps_its_look_and_links_nowhere(#[case] given: &str, #[case] shown: &str) {
        assert_eq!(name(given), shown);
    }

    #[test]
    fn a_long_name_is_cut() {
        assert_eq!(line(&"x".repeat(10_000), 80).chars().count(), 80);
        assert_eq!(line(&"x ".repeat(10_000), 80).chars().count(), 80);
        assert_eq!(line("exactly", 7), "exactly");
        assert_eq!(name(&"\u{202e}".repeat(1_000_000)), "");
    }

    #[rstest]
    #[case("5.1.1 <anna@example.org>: unknown", "5.1.1 <address>: unknown")]
    #[case("anna@example.org unknown", "<address> unknown")]
    #[case("no \"a b\"@x.dk\r\n here", "no \"a b\"<address> here")]
    #[case("<anna@example.org", "<address>")]
    #[case("try user%40example.org", "try <address>")]
    fn a_reply_shows_no_address(#[case] given: &str, #[case] shown: &str) {
        assert_eq!(reply(given), shown);
    }
}
