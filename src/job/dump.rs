//! `dump`: what is shared today, as a register.

use tracing::warn;

use super::{Order, Refusal, assess, load, plan, reader};
use crate::domain::{DraftRow, Exit, History, MemberView, Register};
use crate::judge;

/// A draft of the accounts register.
pub struct Dump {
    /// Its rows.
    pub rows: Vec<DraftRow>,
    /// What could not be read, in sentences.
    pub unread: Vec<String>,
    /// The code of the whole.
    pub exit: Exit,
}

/// Reads what every member sees. Register and store only say whose it is: without them that stays open.
///
/// # Errors
/// TikTok cannot be asked at all.
pub async fn dump(order: &Order<'_>) -> Result<Dump, Refusal> {
    let register = load(order).await.unwrap_or_else(|fault| {
        warn!("no row of the draft is known from today's register: {fault}");
        Register::default()
    });
    let history = plan::recall(order).await.unwrap_or_else(|fault| {
        warn!("whose accounts were seen where earlier is not known: {fault}");
        History::default()
    });
    let observation = reader(order, order.stop.clone())?.observe().await;
    let rows = judge::draft(&assess::scene(order, &register, &observation, &history));
    let unread: Vec<String> = observation.members.iter().flat_map(unread).collect();
    let exit = if observation.members.iter().any(MemberView::is_useless) {
        Exit::TokenRefused
    } else if unread.is_empty() && !order.stop.is_cancelled() {
        Exit::Done
    } else {
        Exit::NotReadCompletely
    };
    Ok(Dump { rows, unread, exit })
}

fn unread(view: &MemberView) -> Vec<String> {
    let member = view.member.as_str();
    let mut unread = Vec::new();
    if view.is_useless() {
        unread.push(format!("{member}: TikTok refuses its token, or shows it no Business Center"));
    }
    unread.extend(view.list.reading.reason().map(|why| format!("{member}, the list of Business Centers: {why}")));
    let listings = view.listings.iter().filter_map(|(id, listing)| Some((id, listing.reading.reason()?)));
    unread.extend(listings.map(|(id, why)| format!("{member}, Business Center {id}: {why}")));
    unread
}
