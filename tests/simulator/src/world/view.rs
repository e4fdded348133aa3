//! What one member sees, remembered until the world changes: a page must not cost a walk over a million rows.

use std::collections::HashMap;
use std::sync::Arc;

use super::World;

/// Listings by member. Stale after any change of the world; start a new one then.
#[derive(Debug, Default)]
pub(crate) struct View {
    joined: HashMap<usize, Arc<[u32]>>,
    assigned: HashMap<(usize, usize), Arc<[u32]>>,
    business_center_by_id: HashMap<u64, usize>,
    visible: HashMap<usize, Arc<[(u64, u32)]>>,
}

impl View {
    /// The index of a Business Center.
    pub(crate) fn business_center(&mut self, world: &World, id: u64) -> Option<usize> {
        if self.business_center_by_id.is_empty() {
            self.business_center_by_id =
                world.business_centers.iter().enumerate().map(|(at, bc)| (bc.id, at)).collect();
        }
        self.business_center_by_id.get(&id).copied()
    }

    /// Indices of the Business Centers that the member is in.
    pub(crate) fn joined(&mut self, world: &World, member: usize) -> Arc<[u32]> {
        let joined = || {
            let all = (0_u32..).zip(&world.business_centers);
            all.filter(|(_, bc)| bc.role_of(member).is_some()).map(|(at, _)| at).collect()
        };
        Arc::clone(self.joined.entry(member).or_insert_with(joined))
    }

    /// Indices of the assignments that the member sees in a Business Center.
    pub(crate) fn assigned(&mut self, world: &World, bc: usize, member: usize) -> Arc<[u32]> {
        let assigned = || {
            let all = (0_u32..).zip(&world.business_centers[bc].assignments);
            all.filter(|(_, one)| one.member.is_none_or(|one| one == member)).map(|(at, _)| at).collect()
        };
        Arc::clone(self.assigned.entry((bc, member)).or_insert_with(assigned))
    }

    /// Id and index of every account that the member reaches in any way, by id.
    pub(crate) fn visible(&mut self, world: &World, member: usize) -> Arc<[(u64, u32)]> {
        let visible = || {
            let joined = world.business_centers.iter().filter(|bc| bc.role_of(member).is_some());
            let assigned = joined.flat_map(|bc| &bc.assignments);
            let assigned = assigned.filter(|one| one.member.is_none_or(|one| one == member)).map(|one| one.account);
            let granted = world.directly_granted.iter().filter(|(one, _)| *one == member).map(|(_, account)| *account);
            let mut all: Vec<_> = assigned.chain(granted).map(|at| (world.accounts[at as usize].id, at)).collect();
            all.sort_unstable();
            all.dedup();
            all.into()
        };
        Arc::clone(self.visible.entry(member).or_insert_with(visible))
    }
}
