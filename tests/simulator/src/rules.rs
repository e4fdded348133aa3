//! What the gateway takes: strict about every parameter, because TikTok is, and a test should hear of a mistake at once.

use crate::endpoint::Endpoint;
use crate::world::parse_id;

/// Answered instead of data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: i64,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// Code 40002, the catch-all for parameters.
    fn parameter(message: impl Into<String>) -> Self {
        Self::new(40002, message)
    }
}

/// The parameters of a request, checked.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    pub(crate) page: u64,
    pub(crate) page_size: u64,
    pub(crate) bc_id: Option<u64>,
    pub(crate) app_id: String,
    pub(crate) secret: String,
    pub(crate) advertiser_ids: Vec<u64>,
    /// `None`: the default set.
    pub(crate) fields: Option<Vec<String>>,
}

const ASSET_TYPES: [&str; 7] = ["ADVERTISER", "CATALOG", "TIKTOK_SHOP", "STOREFRONT", "PIXEL", "LEAD", "TT_ACCOUNT"];

/// Fields that `/advertiser/info/` can be asked for.
const ADVERTISER_FIELDS: [&str; 28] = [
    "advertiser_id",
    "name",
    "company",
    "status",
    "role",
    "currency",
    "timezone",
    "display_timezone",
    "country",
    "language",
    "industry",
    "advertiser_account_type",
    "owner_bc_id",
    "rejection_reason",
    "create_time",
    "balance",
    "address",
    "cellphone_number",
    "telephone_number",
    "contacter",
    "email",
    "license_no",
    "license_url",
    "license_city",
    "license_province",
    "promotion_area",
    "brand",
    "company_name_editable",
];

const MAX_ADVERTISER_IDS: usize = 100;

/// Checks a query against its endpoint.
pub(crate) fn check(endpoint: Endpoint, query: &[(String, String)]) -> Result<Parameters, Refusal> {
    for (n, (key, _)) in query.iter().enumerate() {
        if !endpoint.parameters().contains(&key.as_str()) {
            return Err(Refusal::parameter(format!("{key}: unknown field.")));
        }
        if query[..n].iter().any(|(earlier, _)| earlier == key) {
            return Err(Refusal::parameter(format!("{key}: given more than once.")));
        }
    }
    let value = |key: &str| query.iter().find(|(one, _)| one == key).map(|(_, value)| value.as_str());
    let required = |key: &str| {
        value(key)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| Refusal::parameter(format!("{key}: Missing data for required field.")))
    };
    let mut parameters = Parameters { page: 1, page_size: 10, ..Parameters::default() };
    if let Some(page) = value("page") {
        parameters.page = whole_number("page", page, 1, i64::MAX.unsigned_abs())?;
    }
    if let Some(size) = value("page_size") {
        parameters.page_size = whole_number("page_size", size, 1, 50)?;
    }
    if let Some(bc_id) = value("bc_id").filter(|bc_id| !bc_id.is_empty()) {
        let wrong = || Refusal::parameter("bc_id: Not a valid integer.");
        parameters.bc_id = Some(parse_id(bc_id).ok_or_else(wrong)?);
    }
    match endpoint {
        Endpoint::UserInfo | Endpoint::BcGet => {}
        Endpoint::BcAssetGet => {
            required("bc_id")?;
            if !ASSET_TYPES.contains(&required("asset_type")?) {
                return Err(Refusal::parameter("asset_type: Not a valid choice."));
            }
            if required("asset_type")? != "ADVERTISER" {
                return Err(Refusal::parameter("asset_type: only ADVERTISER is simulated."));
            }
        }
        Endpoint::Oauth2AdvertiserGet => {
            required("app_id")?.clone_into(&mut parameters.app_id);
            required("secret")?.clone_into(&mut parameters.secret);
        }
        Endpoint::AdvertiserInfo => {
            parameters.advertiser_ids = advertiser_ids(required("advertiser_ids")?)?;
            parameters.fields = value("fields").map(fields).transpose()?;
        }
    }
    Ok(parameters)
}

fn whole_number(key: &str, text: &str, least: u64, most: u64) -> Result<u64, Refusal> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number: Option<u64> = digits.then(|| text.parse().ok()).flatten();
    let number = number.ok_or_else(|| Refusal::parameter(format!("{key}: Not a valid integer.")))?;
    if !(least..=most).contains(&number) {
        return Err(Refusal::parameter(format!("{key}: Must be at least {least} and at most {most}.")));
    }
    Ok(number)
}

fn strings(key: &str, text: &str) -> Result<Vec<String>, Refusal> {
    serde_json::from_str(text).map_err(|_| Refusal::parameter(format!("{key}: Not a JSON array of strings.")))
}

fn advertiser_ids(text: &str) -> Result<Vec<u64>, Refusal> {
    let texts = strings("advertiser_ids", text)?;
    if texts.is_empty() {
        return Err(Refusal::parameter("advertiser_ids: Must not be empty."));
    }
    if texts.len() > MAX_ADVERTISER_IDS {
        return Err(Refusal::new(40011, format!("advertiser_ids: at most {MAX_ADVERTISER_IDS} ids in one call.")));
    }
    let mut ids = Vec::with_capacity(texts.len());
    for text in texts {
        let wrong = || Refusal::parameter(format!("advertiser_ids: {text} is not a valid integer."));
        ids.push(parse_id(&text).ok_or_else(wrong)?);
    }
    Ok(ids)
}

fn fields(text: &str) -> Result<Vec<String>, Refusal> {
    let fields = strings("fields", text)?;
    match fields.iter().find(|field| !ADVERTISER_FIELDS.contains(&field.as_str())) {
        Some(unknown) => Err(Refusal::parameter(format!("fields: {unknown} is not a valid choice."))),
        None => Ok(fields),
    }
}
