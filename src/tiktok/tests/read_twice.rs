//! A list that contradicts itself is read once more: what either reading showed was seen.

use serde_json::{Value, json};

use super::server::{account_row, bc_row, envelope};
use super::*;
use crate::domain::{BusinessCenterStatus, Listing, Reading};

/// One page of these rows that says so many are there in all.
fn page(rows: &[Value], total: usize) -> Reply {
    let info = json!({"page": 1, "page_size": 50, "total_number": total, "total_page": 1});
    envelope(&json!({"list": rows, "page_info": info}))
}

fn accounts(ids: impl Iterator<Item = u64>) -> Vec<Value> {
    ids.map(account_row).collect()
}

/// Business Center 12, whose first reading shows 2001 to 2007 and says that there are 8.
async fn listing_with_a_second_reading(second: Reply) -> Listing {
    let twice = move |asked: &Asked| {
        let first = || page(&accounts(2001..=2007), 8);
        asked.is_page("12", "1").then(|| if asked.nth == 0 { first() } else { second.clone() })
    };
    let (mut observation, ..) = observe(world(), fault(twice)).await;
    observation.members[0].listings.remove(&"12".parse().unwrap()).unwrap()
}

#[tokio::test]
async fn an_account_that_only_the_first_reading_showed_was_seen() {
    let listing = listing_with_a_second_reading(page(&accounts(2002..=2008), 7)).await;
    assert_eq!(listing.reading, Reading::Complete { twice: false });
    let seen: Vec<u64> = listing.accounts.iter().map(|row| row.account_id.get()).collect();
    assert_eq!(seen, (2001..=2008).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_second_reading_without_any_account_is_not_believed_after_a_first_one_with_some() {
    let listing = listing_with_a_second_reading(page(&[], 0)).await;
    let reason = "read twice, contradictory: first 7 were listed, then none at all".to_owned();
    assert_eq!(listing.reading, Reading::Incomplete { reason });
    assert_eq!(listing.accounts.len(), 7);
}

#[tokio::test]
async fn a_business_center_that_only_the_first_list_showed_keeps_its_name_and_its_sightings() {
    let hides = |asked: &Asked| {
        let rows: Vec<Value> = if asked.nth == 0 { vec![bc_row(11), bc_row(12)] } else { vec![bc_row(12), bc_row(13)] };
        let total = if asked.nth == 0 { 3 } else { 2 };
        asked.is("/bc/get/").then(|| page(&rows, total))
    };
    let (observation, ..) = observe(world(), fault(hides)).await;
    let view = &observation.members[0];
    let vanished = "11".parse().unwrap();
    assert_eq!(view.list.reading, Reading::Complete { twice: false });
    assert_eq!(&*view.list.business_centers[&vanished].name, "BC 11");
    assert_eq!(view.listings[&vanished].accounts.len(), 120);
    assert!(view.list.business_centers.keys().eq(view.listings.keys()));
}

#[tokio::test]
async fn a_second_list_that_is_complete_has_the_last_word_on_what_it_shows() {
    let suspends = |asked: &Asked| {
        let mut suspended = bc_row(12);
        suspended["bc_info"]["status"] = json!("PUNISH");
        let (rows, total) = if asked.nth == 0 { ([bc_row(11), bc_row(12)], 3) } else { ([bc_row(11), suspended], 2) };
        asked.is("/bc/get/").then(|| page(&rows, total))
    };
    let (observation, ..) = observe(world(), fault(suspends)).await;
    let status = &observation.members[0].list.business_centers[&"12".parse().unwrap()].status;
    assert_eq!(*status, BusinessCenterStatus::Suspended("PUNISH".into()));
}
