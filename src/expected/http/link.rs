//! `Link: <…>; rel="next"` (RFC 8288): where the next page is.
//!
//! Invariant: it is of the same scheme, host and port, or it is refused: the `Authorization` header goes nowhere else.

use reqwest::header::{HeaderMap, LINK};
use url::Url;

use super::service::Trouble;

/// The next page; none after the last.
pub(super) fn next(headers: &HeaderMap, page: &Url) -> Result<Option<Url>, Trouble> {
    let unusable = |what: &str, remedy: &'static str| Trouble::Unusable(what.to_owned(), remedy);
    for value in headers.get_all(LINK) {
        let value = value
            .to_str()
            .map_err(|_| unusable("its Link header is not readable", "mend the service's Link header"))?;
        let Some(target) = targets(value).into_iter().find_map(|(target, is_next)| is_next.then_some(target)) else {
            continue;
        };
        let next = page
            .join(target)
            .map_err(|_| unusable("its next page has no readable URL", "mend the service's Link header"))?;
        if next.origin() != page.origin() || !next.username().is_empty() || next.password().is_some() {
            let remedy = "let the service name pages of its own scheme, host and port";
            return Err(unusable("its next page is elsewhere, where the Authorization header must not go", remedy));
        }
        return Ok(Some(next));
    }
    Ok(None)
}

/// The links of a header, and whether each is to the next page. A comma may stand inside `<…>` and inside quotes.
fn targets(header: &str) -> Vec<(&str, bool)> {
    let mut found = Vec::new();
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((target, after)) = after.split_once('>') else { break };
        let mut quoted = false;
        let end = after
            .find(|c| {
                quoted ^= c == '"';
                c == ',' && !quoted
            })
            .unwrap_or(after.len());
        let (parameters, after) = after.split_at(end);
        found.push((target.trim(), parameters.split(';').any(is_next)));
        rest = after;
    }
    found
}

fn is_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    let words = value.trim().trim_matches('"');
    name.trim().eq_ignore_ascii_case("rel")
        && words.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("next"))
}
