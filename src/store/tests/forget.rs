//! Forgetting a person.

use rstest::rstest;

use super::super::*;
use super::mails::to;
use super::world::*;
use crate::domain::*;

const ANNA: &str = "anna@example.org";

impl World {
    async fn mails(&self, mail: MailIntent, outcome: MailOutcome) {
        self.store.intend(&mail, &self.lease).await.unwrap();
        self.store.settle(&mail.message_id, outcome, Some("250"), moment("2026-11-01"), &self.lease).await.unwrap();
    }

    /// Whether a file of the store, or a row of a table, holds a text.
    async fn holds(&self, text: &str) -> bool {
        let files = walk(self.home.folder.path());
        let in_files = files.iter().any(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()));
        let rows = format!("SELECT COUNT(*) FROM mails WHERE person = '{text}' OR message_id LIKE '%{text}%'");
        in_files || self.store.number(rows.leak()).await > 0
    }
}

fn walk(folder: &std::path::Path) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(walk(&entry.path())),
            false => found.push(std::fs::read(entry.path()).unwrap()),
        }
    }
    found
}

fn of(person: &str, day: &str, run: RunSeq, content: MailContent) -> MailIntent {
    let mut mail = to(person, 1, run);
    mail.day = date(day);
    mail.message_id = format!("<{person}-{day}@example.org>");
    mail.bytes = format!("To: {person}@example.org\r\n\r\nasked: {ANNA}").into_bytes();
    if let MailKind::Person { content: listed, .. } = &mut mail.kind {
        *listed = content;
    }
    mail
}

fn asks(n: u64) -> MailContent {
    MailContent { asked: vec![key("C07", n)], ..MailContent::default() }
}

fn owns(n: u64) -> MailContent {
    MailContent { owned: vec![key("C07", n)], ..MailContent::default() }
}

/// Anna was asked of account 1 twice; Olga owns it now, and another one of which Bert was asked.
async fn mailed(on: On) -> World {
    let world = World::new(on).await;
    let run = world.night("2026-11-01", &[ok(1, "2026-11-01")], &seen(&[1], COMPLETE)).await;
    world.mails(of("anna", "2026-11-01", run, asks(1)), MailOutcome::Accepted).await;
    world.mails(of("anna", "2026-11-04", run, asks(1)), MailOutcome::Suppressed).await;
    world.mails(of("olga", "2026-11-02", run, owns(1)), MailOutcome::Accepted).await;
    world.mails(of("olga", "2026-11-05", run, owns(1)), MailOutcome::Deferred).await;
    let mut of_another = of("olga", "2026-11-09", run, owns(2));
    of_another.bytes = b"asked: bert@example.org".to_vec();
    world.mails(of_another, MailOutcome::Accepted).await;
    world
}

#[rstest]
#[tokio::test]
async fn nothing_of_a_forgotten_person_is_left(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = mailed(on).await;
    assert!(world.holds(ANNA).await);
    let anna = Address::parse(ANNA).unwrap();
    let forgotten = world.store.forget(&anna, &world.lease).await.unwrap();
    let days = Some((date("2026-11-01"), date("2026-11-04")));
    assert_eq!(forgotten, Forgotten { mails: 2, listed: 2, texts: 2, days });
    assert!(!world.holds(ANNA).await);
    let left: Vec<_> =
        world.history("2026-11-10").await.mails.into_iter().map(|mail| (mail.day.to_string(), mail.outcome)).collect();
    // Olga's mail that waited with Anna in it is written anew.
    assert_eq!(
        left,
        [("2026-11-02".to_owned(), MailOutcome::Accepted), ("2026-11-09".to_owned(), MailOutcome::Accepted)]
    );
    assert_eq!(world.rows("mail_bytes").await, 1, "a mail that cannot name her keeps its text");
    assert_eq!(world.store.forget(&anna, &world.lease).await.unwrap(), Forgotten::default());
    assert!(world.store.check().await.unwrap().contains("schema 3"));
}

#[rstest]
#[tokio::test]
async fn a_person_is_removed_by_the_holder_of_the_lease_only(#[values(On::Sqlite, On::Postgres)] on: On) {
    let world = mailed(on).await;
    world.store.meddle("UPDATE lease SET fence = fence + 1").await.unwrap();
    let refused = world.store.forget(&Address::parse(ANNA).unwrap(), &world.lease).await.unwrap_err();
    assert!(matches!(refused, Error::LeaseLost { .. }) && !refused.to_string().contains(ANNA), "{refused}");
    assert!(world.holds(ANNA).await);
}
