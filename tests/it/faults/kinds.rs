//! Every way in which TikTok's answers go wrong, and what a sound reader makes of each.

use tiktok_simulator::What;

use crate::harness::acme;

/// What becomes of a list when a fault hits an answer about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ends {
    /// The answer looks strange, and nothing is wrong with it.
    Harmless,
    /// Asking again, or reading again, helps; if not, it is unread.
    Passes,
    /// The app is silent for a while; the third in a row ends the reading.
    Quota,
    /// Asking again is vain: it is unread.
    Refuses,
    /// The member is refused.
    Kills,
    /// The answers agree with one another, and are false: only a witness or an earlier sighting tells.
    Lies,
}

/// A kind of fault.
#[derive(Clone, Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) what: What,
    pub(crate) ends: Ends,
    /// Whether it breaks every endpoint's answers alike, and not only pages of a list.
    pub(crate) everywhere: bool,
}

/// Every kind, with what it comes to on this page of a list of so many.
pub(crate) fn kinds(page: u64, pages: u64) -> Vec<Kind> {
    use Ends::{Harmless, Kills, Lies, Passes, Quota, Refuses};
    let says = |code, message: &str| What::Code { code, message: Some(message.to_owned()) };
    let kind = |everywhere| move |(name, what, ends)| Kind { name, what, ends, everywhere };
    let anywhere = [
        ("code 40100", What::code(40100), Quota),
        ("code 40016", What::code(40016), Quota),
        ("code 61000", What::code(61000), Quota),
        ("code 40001", says(40001, "No permission to operate bc 7564000000000000003"), Refuses),
        ("code 40001, scope", What::code(40001), Kills),
        ("code 40002", What::code(40002), Refuses),
        ("code 40007", What::code(40007), Refuses),
        ("code 40102", What::code(40102), Kills),
        ("code 40105", What::code(40105), Kills),
        ("code 40133", What::code(40133), Passes),
        ("code 40700", What::code(40700), Passes),
        ("code 50000", What::code(50000), Passes),
        ("code 51010", What::code(51010), Passes),
        ("code 51060", What::code(51060), Passes),
        ("code 52103", What::code(52103), Passes),
        ("code 60001", What::code(60001), Passes),
        ("code 99999", What::code(99999), Passes),
        ("code -1", What::code(-1), Passes),
        ("HTTP 404", What::http(404), Refuses),
        ("HTTP 429", What::http(429), Passes),
        ("HTTP 500", What::HttpStatus { status: 500, html: false }, Passes),
        ("HTTP 502", What::http(502), Passes),
        ("HTTP 503", What::http(503), Passes),
        ("HTTP 504 HTML", What::http(504), Passes),
        ("HTTP 200 HTML", What::Html, Passes),
        ("truncated JSON", What::TruncatedJson, Passes),
        ("invalid UTF-8", What::InvalidUtf8, Passes),
        ("deep JSON", What::DeepJson { depth: 100_000 }, Passes),
        ("gzip error", What::GzipGarbage, Passes),
        ("cut head", What::CutHeaders, Passes),
        ("cut body", What::CutBody, Passes),
        ("reset", What::Reset, Passes),
        ("hang", What::Hang, Passes),
        ("slow body", What::SlowBody { bytes: 8, every_ms: 100 }, Passes),
        ("late", What::Late { ms: 30 }, Harmless),
        ("no code", What::NoCode, Passes),
        ("code as string", What::CodeAsString, Harmless),
        ("no request_id", What::NoRequestId, Harmless),
        ("data null", What::NullData, Passes),
        ("ids as numbers", What::NumericIds, Harmless),
    ];
    let (first, single) = (page == 1, pages == 1);
    let empty = if first { Lies } else { Passes };
    let one_less = if single { Lies } else { Passes };
    let of_lists = [
        ("data {}", What::EmptyData, Passes),
        ("empty list, zero totals", What::EmptyList, empty),
        ("empty list, true totals", What::EmptyListTrueTotals, Passes),
        ("null list, true totals", What::NullList, Passes),
        ("null list, zero totals", What::NullListZeroTotals, empty),
        ("no page_info", What::NoPageInfo, Passes),
        ("short page", What::ShortPage, Passes),
        ("short page, consistent", What::ShortPageConsistent, one_less),
        ("a row vanishes", What::Vanishes { id: acme(1) }, one_less),
        ("repeated page", What::RepeatedPage, if first { Harmless } else { Passes }),
        ("duplicate rows", What::DuplicateRows, Passes),
        ("wrong page echoed", What::WrongPageEchoed, Passes),
        ("total_page low", What::TotalPageLow, Harmless),
        ("total_page high", What::TotalPageHigh, Passes),
        ("total_page huge", What::TotalPageHuge, Passes),
        ("endless pages", What::EndlessPages, Passes),
        ("total_number drifts", What::TotalNumberDrifts, Passes),
        ("role null", What::RoleNull, Harmless),
        ("role new", What::RoleNew, Harmless),
    ];
    anywhere.into_iter().map(kind(true)).chain(of_lists.into_iter().map(kind(false))).collect()
}
