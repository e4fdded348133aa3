//! A listing that changes for good while somebody reads it.

use super::{Change, Seeds};
use crate::world::World;

/// Ids of rows that appear are counted up from here; a world should have none of them.
const FIRST_NEW_ID: u64 = 7_999_000_000_000_000_000;

/// Changes the assignments of a Business Center, or the list of Business Centers if `bc` is `None`.
pub(crate) fn change_listing(world: &mut World, bc: Option<usize>, seed: u64, change: Option<Change>) {
    let mut seeds = Seeds::new(seed);
    let all = [Change::Add, Change::Remove, Change::Move, Change::Swap];
    let change = change.unwrap_or_else(|| all[seeds.below(all.len())]);
    let new_id = (FIRST_NEW_ID + world.accounts.len() as u64 + world.business_centers.len() as u64).to_string();
    let Some(bc) = bc else {
        let listed = &mut world.business_centers;
        rearrange(listed, change, &mut seeds);
        if matches!(change, Change::Add | Change::Swap) {
            world.add_business_center(&new_id, "A new Business Center");
            place_last(&mut world.business_centers, change);
        }
        return;
    };
    rearrange(&mut world.business_centers[bc].assignments, change, &mut seeds);
    if matches!(change, Change::Add | Change::Swap) {
        world.add_assignment(bc, &new_id);
        place_last(&mut world.business_centers[bc].assignments, change);
    }
}

fn rearrange<T>(rows: &mut Vec<T>, change: Change, seeds: &mut Seeds) {
    if rows.is_empty() {
        return;
    }
    match change {
        Change::Add => {}
        Change::Remove | Change::Swap => drop(rows.remove(seeds.below(rows.len()))),
        Change::Move => {
            let row = rows.remove(seeds.below(rows.len()));
            rows.insert(seeds.below(rows.len() + 1), row);
        }
    }
}

/// A new row comes first; one that replaces another stays last, so that everything between moves up.
fn place_last<T>(rows: &mut [T], change: Change) {
    if change == Change::Add {
        rows.rotate_right(1);
    }
}
