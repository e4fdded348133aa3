//! A register as it would be if it held what is shared.
//!
//! Invariant: every account that any member sees is in it, once for each client whose row names it.

use std::collections::BTreeSet;

use super::Scene;
use super::index::{self, Index, Seen};
use super::places::Map;
use crate::domain::{DraftRow, ExpectedAccount};

/// The rows, by country, client code and account; those whose client is not known last.
#[must_use]
pub fn draft(scene: &Scene<'_>) -> Vec<DraftRow> {
    let index = Index::new(scene);
    let map = Map::new(scene, &index);
    let mut rows = Vec::new();
    let mut known = BTreeSet::new();
    for expected in index.rows() {
        let row = expected.row;
        if known.insert((row.account_id, &row.client.key)) {
            rows.extend(of_row(row, index.seen_of(expected)));
        }
    }
    for seen in index.unexpected() {
        let Some(effective) = index::effective(seen) else { continue };
        let account = effective.listed.account_id;
        let dormant = index.dormant_rows_of(account);
        if dormant.is_empty() {
            rows.push(DraftRow {
                client: map.only_client(effective.business_center, &index),
                account_id: account,
                account_name: (&*effective.listed.name).into(),
                business_center: effective.business_center,
                member: effective.member.clone(),
                facts: None,
            });
        }
        rows.extend(dormant.iter().filter_map(|row| of_row(row, seen)));
    }
    rows.sort_by(|a, b| {
        let key = |row: &DraftRow| row.client.as_ref().map(|c| (c.country.clone(), c.code.clone()));
        let (a_client, b_client) = (key(a), key(b));
        (a_client.is_none(), a_client, a.account_id).cmp(&(b_client.is_none(), b_client, b.account_id))
    });
    rows
}

/// The register's row, with the place where the account is shared; none if nobody sees it.
fn of_row(row: &ExpectedAccount, seen: &[Seen<'_>]) -> Option<DraftRow> {
    let given = seen.iter().find(|seen| Some(seen.business_center) == row.business_center).copied();
    let effective = given.or_else(|| index::effective(seen))?;
    let name = if row.account_name.is_empty() { &*effective.listed.name } else { &*row.account_name };
    Some(DraftRow {
        client: Some(row.client.clone()),
        account_id: row.account_id,
        account_name: name.into(),
        business_center: effective.business_center,
        member: row.member.clone(),
        facts: Some(row.facts.clone()),
    })
}
