//! What the newest run said of accounts beyond their states.
//!
//! Invariant: the rows are one run's, all of it or nothing. They are few (what is plainly well has none) and replaced as
//! a whole, so a night costs what its gaps do, whatever the night before was like.

use super::error::unreadable;
use super::names::{NOBODY, Names};
use super::runs::signed;
use super::sql::{self, Transaction};
use super::{RunSeq, accounts};
use crate::domain::{AccountId, AccountNote, Cause, ClientKey, Confidence, Finding, ReminderState, Status};

/// Whether a finding has anything to say beyond its state, under a key of its own.
fn is_noted(finding: &Finding) -> bool {
    let plain = finding.cause == Cause::SharedAsExpected
        && finding.change.is_none()
        && finding.confidence.is_none_or(|confidence| confidence == Confidence::Witnessed);
    !plain && finding.is_judged() && finding.status != Status::Invalid
}

/// Writes what a run says of its findings, in the place of what an earlier one said.
pub(super) async fn write(tx: &mut Transaction, run: RunSeq, findings: &[Finding]) -> sqlx::Result<()> {
    let judged = tx.query("SELECT judged IS NOT NULL FROM runs WHERE seq = $1").bind(run.0).one().await?;
    if !judged.get::<bool>(0)? {
        // Its states could not be stored: what is told of an account stays that of the run before.
        return Ok(());
    }
    let names = Names::load(tx).await?;
    let mut noted: Vec<(i64, AccountId, &Finding)> = findings
        .iter()
        .filter(|finding| is_noted(finding))
        .filter_map(|finding| {
            let key = finding.key()?;
            let client = key.client.as_ref().map_or(Some(NOBODY), |client| names.client_id(client))?;
            Some((client, key.account_id, finding))
        })
        .collect();
    // In the table's order; of two findings with one key the first counts, as it does for the states.
    noted.sort_by_key(|(client, account, _)| (*client, account.get()));
    noted.dedup_by_key(|(client, account, _)| (*client, *account));
    tx.query("DELETE FROM account_notes").run().await?;
    sql::write(
        tx,
        "account_notes (client_id, account_id, seq, confidence, suggested_account_id, evidence, next_step,
         reminder_state, next_mail_on)",
        "",
        &noted,
        |(client, account, finding)| {
            [
                (*client).into(),
                account.get().into(),
                run.0.into(),
                finding.confidence.map(Confidence::as_str).into(),
                finding.suggested_account.map(|id| signed(id.get())).into(),
                (&*finding.evidence).into(),
                (&finding.next_step).into(),
                finding.reminder.state.map(ReminderState::as_str).into(),
                finding.reminder.next_mail_on.into(),
            ]
        },
    )
    .await
}

/// What is noted of an account, by client; nothing if the newest judged run did not come to its end.
pub(super) async fn of(
    tx: &mut Transaction,
    names: &Names,
    account: AccountId,
) -> sqlx::Result<Vec<(Option<ClientKey>, AccountNote)>> {
    tx.query(
        "SELECT client_id, confidence, suggested_account_id, evidence, next_step, reminder_state, next_mail_on
         FROM account_notes WHERE account_id = $1 AND seq = (SELECT MAX(seq) FROM runs WHERE judged IS NOT NULL)
         ORDER BY client_id",
    )
    .bind(signed(account.get()))
    .all()
    .await?
    .iter()
    .map(|row| {
        let word = |at: usize| row.get::<Option<&str>>(at);
        let note = AccountNote {
            confidence: word(1)?.and_then(Confidence::parse),
            suggested_account: row.get::<Option<i64>>(2)?.map(accounts::account_id).transpose()?,
            evidence: row.get(3)?,
            next_step: row.get(4)?,
            reminder_state: word(5)?.and_then(ReminderState::parse),
            next_mail_on: row.get(6)?,
        };
        let client = match row.get(0)? {
            NOBODY => None,
            id => Some(names.client(id).ok_or_else(|| unreadable("a note's client"))?.key.clone()),
        };
        Ok((client, note))
    })
    .collect()
}
