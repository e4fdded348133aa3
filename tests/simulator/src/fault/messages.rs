//! What TikTok says with its codes.

use crate::endpoint::Endpoint;

/// A message that was seen with this code.
pub(crate) fn usual_message(code: i64, endpoint: Endpoint) -> String {
    let path = endpoint.path();
    match code {
        40001 => format!("The advertiser does not grant you {path}:GET permission"),
        40002 => "Parameter error.".to_owned(),
        40007 => "The object does not exist.".to_owned(),
        40016 => format!("Too many requests to {path}."),
        40100 => "Requests made too frequently. Please try again later.".to_owned(),
        40102 => "Access token is expired.".to_owned(),
        40105 => "Access token is incorrect or has been revoked.".to_owned(),
        50000 => "System error.".to_owned(),
        51010 => "Internal service timed out. Please retry.".to_owned(),
        51000..=51999 => "Internal service error. Please retry.".to_owned(),
        60001 => "The service is under maintenance.".to_owned(),
        61000 => "Too many requests.".to_owned(),
        _ => format!("Error {code}."),
    }
}
