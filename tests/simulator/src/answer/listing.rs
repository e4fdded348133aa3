//! The two paged listings. `/bc/get/` leaves null keys out, `/bc/asset/get/` writes them.

use std::borrow::Cow;

use super::{Question, write_raw, write_string};
use crate::options::ForeignBusinessCenter;
use crate::rules::Refusal;
use crate::world::{Assignment, BusinessCenter, View, World};

/// `/bc/get/`.
pub(super) fn write_business_centers(
    question: &Question<'_>,
    view: &mut View,
    body: &mut Vec<u8>,
) -> Result<(), Refusal> {
    let (world, member) = (question.world, question.member);
    let joined = view.joined(world, member);
    let row = |at: u32| &world.business_centers[at as usize];
    let only = question.parameters.bc_id;
    let rows = kept(question, &joined, only, |at| row(at).id);
    write_page(question, &rows, body, |at, body| write_business_center(row(at), member, body));
    Ok(())
}

/// `/bc/asset/get/`.
pub(super) fn write_assets(question: &Question<'_>, view: &mut View, body: &mut Vec<u8>) -> Result<(), Refusal> {
    let (world, member) = (question.world, question.member);
    let id = question.parameters.bc_id.unwrap_or_default();
    let at = view.business_center(world, id).filter(|at| world.business_centers[*at].role_of(member).is_some());
    let Some(at) = at else { return write_foreign(question, id, body) };
    let bc = &world.business_centers[at];
    let assigned = view.assigned(world, at, member);
    let row = |at: u32| &bc.assignments[at as usize];
    let rows = kept(question, &assigned, None, |at| world.account_of(row(at)).id);
    write_page(question, &rows, body, |at, body| write_asset(world, bc, row(at), body));
    Ok(())
}

fn write_foreign(question: &Question<'_>, id: u64, body: &mut Vec<u8>) -> Result<(), Refusal> {
    match question.options.foreign_business_center {
        ForeignBusinessCenter::NoPermission => Err(Refusal::new(40001, format!("No permission to operate bc {id}"))),
        ForeignBusinessCenter::ParameterError => Err(Refusal::new(40002, format!("bc_id: {id} is invalid."))),
        ForeignBusinessCenter::DoesNotExist => Err(Refusal::new(40007, format!("bc {id} does not exist"))),
        ForeignBusinessCenter::EmptyList => {
            write_page(question, &[], body, |_, _| {});
            Ok(())
        }
    }
}

/// The rows that stay: this id only, if one is given, and none that a fault takes away.
fn kept<'r>(question: &Question<'_>, rows: &'r [u32], only: Option<u64>, id: impl Fn(u32) -> u64) -> Cow<'r, [u32]> {
    let tampering = question.tampering;
    if only.is_none() && !tampering.drops_rows() {
        return Cow::Borrowed(rows);
    }
    let stays = |at: &u32| only.is_none_or(|only| id(*at) == only) && tampering.keeps(id(*at));
    rows.iter().copied().filter(stays).collect()
}

fn write_page(question: &Question<'_>, rows: &[u32], body: &mut Vec<u8>, write_row: impl Fn(u32, &mut Vec<u8>)) {
    let (page, page_size) = (question.parameters.page, question.parameters.page_size);
    body.extend_from_slice(br#"{"list":["#);
    for (n, row) in rows[question.tampering.window(page, page_size, rows.len())].iter().enumerate() {
        if n > 0 {
            body.push(b',');
        }
        write_row(*row, body);
    }
    let (total, pages) = (rows.len(), (rows.len() as u64).div_ceil(page_size));
    write_raw(
        body,
        format_args!(
            r#"],"page_info":{{"page":{page},"page_size":{page_size},"total_number":{total},"total_page":{pages}}}}}"#
        ),
    );
}

fn write_business_center(bc: &BusinessCenter, member: usize, body: &mut Vec<u8>) {
    write_raw(body, format_args!(r#"{{"bc_info":{{"bc_id":"{}","name":"#, bc.id));
    write_string(body, &bc.name);
    body.extend_from_slice(br#","company":"#);
    write_string(body, &bc.name);
    body.extend_from_slice(br#","currency":"EUR","registered_area":"DE","status":"#);
    write_string(body, &bc.status);
    body.extend_from_slice(br#","timezone":"Europe/Berlin","type":"#);
    write_string(body, &bc.kind);
    let role = bc.role_of(member).map_or("STANDARD", |role| role.as_str());
    write_raw(body, format_args!(r#"}},"user_role":"{role}"}}"#));
}

fn write_asset(world: &World, bc: &BusinessCenter, assignment: &Assignment, body: &mut Vec<u8>) {
    let account = world.account_of(assignment);
    write_raw(body, format_args!(r#"{{"asset_type":"ADVERTISER","asset_id":"{}","asset_name":"#, account.id));
    write_string(body, &account.name);
    body.extend_from_slice(br#","advertiser_account_type":"AUCTION","advertiser_role":"#);
    match &assignment.role {
        Some(role) => write_string(body, role),
        None => body.extend_from_slice(b"null"),
    }
    body.extend_from_slice(br#","owner_bc_name":"#);
    write_string(body, account.owner_bc_name.as_deref().unwrap_or(&bc.name));
    body.extend_from_slice(
        br#","catalog_role":null,"store_role":null,"tt_account_roles":null,"ad_creation_eligible":null}"#,
    );
}
