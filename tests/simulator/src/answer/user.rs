//! `/user/info/`: whose token this is, with a masked address.

use serde_json::json;

use super::{Question, write_raw};
use crate::rules::Refusal;

pub(super) fn write(question: &Question<'_>, body: &mut Vec<u8>) -> Result<(), Refusal> {
    let member = &question.world.members[question.member];
    let mut data = json!({
        "core_user_id": member.core_user_id.to_string(),
        "display_name": member.email.split('@').next(),
        "create_time": 1_718_000_000,
    });
    let shown = member.masked_email.clone().unwrap_or_else(|| masked(&member.email));
    if !shown.is_empty() {
        data["email"] = shown.into();
    }
    write_raw(body, format_args!("{data}"));
    Ok(())
}

/// `d***t@example.org`: the first and last letter of the local part stay.
fn masked(email: &str) -> String {
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    let first = local.chars().next().map(String::from).unwrap_or_default();
    let last = local.chars().next_back().filter(|_| local.chars().count() > 1).map(String::from).unwrap_or_default();
    format!("{first}***{last}@{domain}")
}
