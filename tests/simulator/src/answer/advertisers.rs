//! The two witnesses: every advertiser that the token reaches, and details of some.

use serde_json::{Map, Value, json};

use super::{Question, write_raw, write_string};
use crate::options::ForbiddenAdvertisers;
use crate::rules::Refusal;
use crate::world::{Account, View};

/// `/oauth2/advertiser/get/`: no paging, no roles.
pub(super) fn write_all(question: &Question<'_>, view: &mut View, body: &mut Vec<u8>) -> Result<(), Refusal> {
    let member = &question.world.members[question.member];
    let parameters = question.parameters;
    if member.app_id.is_none_or(|app_id| parameters.app_id != app_id.to_string()) {
        return Err(Refusal::new(40113, "The app_id is inconsistent with the app of the access token."));
    }
    if member.app_secret.as_ref().is_none_or(|secret| secret.0 != parameters.secret) {
        return Err(Refusal::new(40101, "The app_id and secret do not match."));
    }
    body.extend_from_slice(br#"{"list":["#);
    let mut first = true;
    for (id, at) in view.visible(question.world, question.member).iter().filter(|(id, _)| question.tampering.keeps(*id))
    {
        let comma = if std::mem::take(&mut first) { "" } else { "," };
        write_raw(body, format_args!(r#"{comma}{{"advertiser_id":"{id}","advertiser_name":"#));
        write_string(body, &question.world.accounts[*at as usize].name);
        body.push(b'}');
    }
    body.extend_from_slice(b"]}");
    Ok(())
}

/// `/advertiser/info/`: all or nothing, unless the options say otherwise.
pub(super) fn write_details(question: &Question<'_>, view: &mut View, body: &mut Vec<u8>) -> Result<(), Refusal> {
    let visible = view.visible(question.world, question.member);
    let mut rows = Vec::new();
    for id in question.parameters.advertiser_ids.iter().filter(|_| !question.tampering.empties()) {
        let found = visible.binary_search_by_key(id, |(id, _)| *id).ok().filter(|_| question.tampering.keeps(*id));
        let gone = question.world.deleted.contains(id);
        match (found, question.options.forbidden_advertisers) {
            (Some(at), _) => {
                let account = &question.world.accounts[visible[at].1 as usize];
                rows.push(details(account, question.parameters.fields.as_deref()));
            }
            (None, ForbiddenAdvertisers::LeaveOut) => {}
            (None, ForbiddenAdvertisers::RefuseAll) if gone => {
                return Err(Refusal::new(40002, format!("The advertiser {id} doesn't exist or has been deleted.")));
            }
            (None, ForbiddenAdvertisers::RefuseAll) => {
                return Err(Refusal::new(40001, format!("No permission to operate advertiser {id}")));
            }
        }
    }
    write_raw(body, format_args!("{}", json!({ "list": rows })));
    Ok(())
}

fn details(account: &Account, fields: Option<&[String]>) -> Map<String, Value> {
    let all = json!({
        "advertiser_id": account.id.to_string(),
        "name": account.name,
        "company": account.owner_bc_name.as_deref().unwrap_or(&account.name),
        "status": account.status,
        "role": "ROLE_ADVERTISER",
        "currency": "EUR",
        "timezone": "Etc/GMT-1",
        "display_timezone": "Europe/Berlin",
        "country": "DE",
        "create_time": 1_718_000_000,
    });
    let Value::Object(mut row) = all else { return Map::new() };
    if let Some(fields) = fields {
        row.retain(|key, _| fields.contains(key));
    }
    row
}
