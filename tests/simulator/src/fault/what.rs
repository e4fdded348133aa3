//! What can go wrong with an answer.

use serde::Deserialize;

/// What a fault does. The names in world files are these in `snake_case`, under the key `what`; fields are keys beside it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    // --- Answers that are no envelope ---
    /// An HTTP status such as 429, 500, 502, 503, 504 with a short body.
    HttpStatus {
        /// The status.
        status: u16,
        /// The body is HTML; else plain text.
        #[serde(default)]
        html: bool,
    },
    /// HTTP 200 with an HTML page.
    Html,
    /// HTTP 302 to this URL.
    Redirect {
        /// The `Location`.
        to: String,
    },
    /// The JSON ends in the middle, with a content length that agrees.
    TruncatedJson,
    /// Bytes that are no UTF-8 inside the JSON.
    InvalidUtf8,
    /// An array nested this deep in `data`.
    DeepJson {
        /// Levels.
        #[serde(default = "deep")]
        depth: usize,
    },
    /// `Content-Encoding: gzip` before bytes that are none.
    GzipGarbage,
    /// The true answer after this much white space, gzipped to almost nothing.
    GzipBomb {
        /// Megabytes after unpacking.
        #[serde(default = "bomb")]
        megabytes: usize,
    },
    /// A page with rows repeated up to this size.
    HugeBody {
        /// Megabytes.
        #[serde(default = "huge")]
        megabytes: usize,
    },

    // --- Answers that do not arrive ---
    /// The connection closes in the middle of the body, before the content length is reached.
    CutBody,
    /// The connection closes in the middle of the head.
    CutHeaders,
    /// The connection is reset before an answer.
    Reset,
    /// No answer ever; the connection stays open.
    Hang,
    /// The body drips.
    SlowBody {
        /// Bytes per drop.
        #[serde(default = "drop_bytes")]
        bytes: usize,
        /// Milliseconds between drops.
        #[serde(default = "drop_pause")]
        every_ms: u64,
    },
    /// The true answer, later.
    Late {
        /// Milliseconds on top of the latency.
        ms: u64,
    },

    // --- Envelopes ---
    /// An error code with HTTP 200 and empty data.
    Code {
        /// The code.
        code: i64,
        /// Its message; one that TikTok uses for it by default.
        #[serde(default)]
        message: Option<String>,
    },
    /// A 40100 that begins a suspension of the app.
    Suspension {
        /// Its length.
        #[serde(default = "suspension")]
        seconds: u64,
    },
    /// No `code`.
    NoCode,
    /// The code as a string, `"0"`.
    CodeAsString,
    /// No `request_id`.
    NoRequestId,
    /// `data: {}`.
    EmptyData,
    /// `data: null`.
    NullData,

    // --- Listings ---
    /// An empty list that says it is complete: `total_number` 0.
    EmptyList,
    /// An empty list with the true totals.
    EmptyListTrueTotals,
    /// `list: null` with the true totals.
    NullList,
    /// `list: null` that says it is complete: `total_number` 0.
    NullListZeroTotals,
    /// No `page_info`.
    NoPageInfo,
    /// The page's last row is missing; the totals are true.
    ShortPage,
    /// The page's last row is missing and `total_number` is one less, on the pages hit only.
    ShortPageConsistent,
    /// The rows of page 1, whatever page was asked for.
    RepeatedPage,
    /// `page_info.page` is one too high.
    WrongPageEchoed,
    /// Pages are shifted by a row: one comes twice, the last is lost; the totals are true.
    DuplicateRows,
    /// `total_page` is 1.
    TotalPageLow,
    /// `total_page` is one too high.
    TotalPageHigh,
    /// `total_page` and `total_number` are a billion.
    TotalPageHuge,
    /// Always another page, never an empty one.
    EndlessPages,
    /// `total_number` grows with the page.
    TotalNumberDrifts,
    /// `advertiser_role: null` in every row.
    RoleNull,
    /// A role that nobody knows yet, `SUPERVISOR`, in every row.
    RoleNew,
    /// Ids as numbers.
    NumericIds,
    /// This Business Center or account is in no page, and the totals agree.
    Vanishes {
        /// Its id.
        id: String,
    },
    /// The listing of the Business Center asked for (or the list of Business Centers) changes for good, just before this answer.
    ListingChanges {
        /// Chooses rows, and the change if none is named.
        seed: u64,
        /// What happens to it.
        #[serde(default)]
        change: Option<Change>,
    },
}

/// How a listing changes while it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A new row at the front (newest first).
    Add,
    /// A row goes.
    Remove,
    /// A row moves elsewhere: the same rows, the same total.
    Move,
    /// A row goes and a new one comes: the same total.
    Swap,
}

fn deep() -> usize {
    100_000
}
fn bomb() -> usize {
    512
}
fn huge() -> usize {
    100
}
fn drop_bytes() -> usize {
    16
}
fn drop_pause() -> u64 {
    100
}
fn suspension() -> u64 {
    300
}

impl What {
    /// An error code with TikTok's usual message.
    #[must_use]
    pub fn code(code: i64) -> Self {
        Self::Code { code, message: None }
    }

    /// An HTTP status with an HTML page.
    #[must_use]
    pub fn http(status: u16) -> Self {
        Self::HttpStatus { status, html: true }
    }

    /// The name used in world files and in the log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::HttpStatus { .. } => "http_status",
            Self::Html => "html",
            Self::Redirect { .. } => "redirect",
            Self::TruncatedJson => "truncated_json",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::DeepJson { .. } => "deep_json",
            Self::GzipGarbage => "gzip_garbage",
            Self::GzipBomb { .. } => "gzip_bomb",
            Self::HugeBody { .. } => "huge_body",
            Self::CutBody => "cut_body",
            Self::CutHeaders => "cut_headers",
            Self::Reset => "reset",
            Self::Hang => "hang",
            Self::SlowBody { .. } => "slow_body",
            Self::Late { .. } => "late",
            Self::Code { .. } => "code",
            Self::Suspension { .. } => "suspension",
            Self::NoCode => "no_code",
            Self::CodeAsString => "code_as_string",
            Self::NoRequestId => "no_request_id",
            Self::EmptyData => "empty_data",
            Self::NullData => "null_data",
            Self::EmptyList => "empty_list",
            Self::EmptyListTrueTotals => "empty_list_true_totals",
            Self::NullList => "null_list",
            Self::NullListZeroTotals => "null_list_zero_totals",
            Self::NoPageInfo => "no_page_info",
            Self::ShortPage => "short_page",
            Self::ShortPageConsistent => "short_page_consistent",
            Self::RepeatedPage => "repeated_page",
            Self::WrongPageEchoed => "wrong_page_echoed",
            Self::DuplicateRows => "duplicate_rows",
            Self::TotalPageLow => "total_page_low",
            Self::TotalPageHigh => "total_page_high",
            Self::TotalPageHuge => "total_page_huge",
            Self::EndlessPages => "endless_pages",
            Self::TotalNumberDrifts => "total_number_drifts",
            Self::RoleNull => "role_null",
            Self::RoleNew => "role_new",
            Self::NumericIds => "numeric_ids",
            Self::Vanishes { .. } => "vanishes",
            Self::ListingChanges { .. } => "listing_changes",
        }
    }
}
