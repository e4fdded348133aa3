//! Lies in an answer that is otherwise a sound envelope.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::What;
use crate::world::parse_id;

/// What is done to a listing before a page is cut from it.
#[derive(Debug, Default)]
pub(crate) struct Tampering {
    vanished: HashSet<u64>,
    emptied: bool,
    first_page_only: bool,
    endless: bool,
    shifted: bool,
}

impl Tampering {
    pub(crate) fn of(faults: &[What]) -> Self {
        let mut all = Self::default();
        for fault in faults {
            match fault {
                What::Vanishes { id } => all.vanished.extend(parse_id(id)),
                What::EmptyList | What::NullListZeroTotals => all.emptied = true,
                What::RepeatedPage => all.first_page_only = true,
                What::EndlessPages => all.endless = true,
                What::DuplicateRows => all.shifted = true,
                _ => {}
            }
        }
        all
    }

    /// Whether the row of this id stays.
    pub(crate) fn keeps(&self, id: u64) -> bool {
        !self.emptied && !self.vanished.contains(&id)
    }

    /// Whether no row stays.
    pub(crate) fn empties(&self) -> bool {
        self.emptied
    }

    pub(crate) fn drops_rows(&self) -> bool {
        self.emptied || !self.vanished.is_empty()
    }

    /// The rows given for a page of a listing of `total` rows.
    pub(crate) fn window(&self, page: u64, page_size: u64, total: usize) -> std::ops::Range<usize> {
        let pages = (total as u64).div_ceil(page_size).max(1);
        let page = match (self.first_page_only, self.endless) {
            (true, _) => 1,
            (_, true) => (page - 1) % pages + 1,
            _ => page,
        };
        let start = usize::try_from((page - 1).saturating_mul(page_size)).unwrap_or(usize::MAX).min(total);
        let end = start.saturating_add(usize::try_from(page_size).unwrap_or(usize::MAX)).min(total);
        if self.shifted && start > 0 { start - 1..end - 1 } else { start..end }
    }
}

/// Applies a fault to a parsed answer to a request for `page`.
pub(crate) fn tamper_envelope(answer: &mut Value, fault: &What, page: u64) {
    let Some(envelope) = answer.as_object_mut() else { return };
    match fault {
        What::NoCode => drop(envelope.remove("code")),
        What::CodeAsString => {
            let code = envelope["code"].to_string();
            envelope.insert("code".into(), code.into());
        }
        What::NoRequestId => drop(envelope.remove("request_id")),
        What::EmptyData => drop(envelope.insert("data".into(), json!({}))),
        What::NullData => drop(envelope.insert("data".into(), Value::Null)),
        _ => tamper_data(&mut envelope["data"], fault, page),
    }
}

fn tamper_data(data: &mut Value, fault: &What, page: u64) {
    let Some(data) = data.as_object_mut() else { return };
    match fault {
        What::NoPageInfo => drop(data.remove("page_info")),
        What::NullList | What::NullListZeroTotals => drop(data.insert("list".into(), Value::Null)),
        _ => {
            if let Some(rows) = data.get_mut("list").and_then(Value::as_array_mut) {
                tamper_rows(rows, fault, page);
            }
            if let Some(info) = data.get_mut("page_info") {
                tamper_page_info(info, fault, page);
            }
        }
    }
}

fn tamper_rows(rows: &mut Vec<Value>, fault: &What, page: u64) {
    match fault {
        What::EmptyListTrueTotals => rows.clear(),
        What::ShortPage | What::ShortPageConsistent => drop(rows.pop()),
        What::DuplicateRows if page == 1 => {
            if let [first, .., last] = &mut rows[..] {
                last.clone_from(first);
            }
        }
        What::RoleNull => rows.iter_mut().for_each(|row| set_role(row, Value::Null)),
        What::RoleNew => rows.iter_mut().for_each(|row| set_role(row, "SUPERVISOR".into())),
        What::NumericIds => rows.iter_mut().for_each(number_ids),
        _ => {}
    }
}

fn set_role(row: &mut Value, role: Value) {
    if let Some(known) = row.get_mut("advertiser_role") {
        *known = role;
    }
}

fn number_ids(row: &mut Value) {
    let Some(fields) = row.as_object_mut() else { return };
    for (key, value) in fields {
        if value.is_object() {
            number_ids(value);
        } else if let (true, Some(id)) = (key.ends_with("_id"), value.as_str().and_then(parse_id)) {
            *value = id.into();
        }
    }
}

fn tamper_page_info(info: &mut Value, fault: &What, page: u64) {
    let total = info["total_number"].as_u64().unwrap_or_default();
    match fault {
        What::ShortPageConsistent => info["total_number"] = total.saturating_sub(1).into(),
        What::WrongPageEchoed => info["page"] = (page + 1).into(),
        What::TotalPageLow => info["total_page"] = 1.into(),
        What::TotalPageHigh => info["total_page"] = (info["total_page"].as_u64().unwrap_or_default() + 1).into(),
        What::TotalPageHuge => {
            info["total_page"] = 1_000_000_000.into();
            info["total_number"] = 1_000_000_000.into();
        }
        What::EndlessPages => {
            info["total_page"] = (page + 1).into();
            info["total_number"] = (total + page).into();
        }
        What::TotalNumberDrifts => info["total_number"] = (total + page).into(),
        _ => {}
    }
}
