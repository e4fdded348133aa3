//! Intents and outcomes.

use rstest::rstest;

use super::super::*;
use super::world::*;
use crate::domain::*;

const DAY: &str = "2026-11-01";

pub(super) fn to(person: &str, number: u32, run: RunSeq) -> MailIntent {
    MailIntent {
        run,
        message_id: format!("<{person}-{number}@example.org>"),
        day: date(DAY),
        kind: MailKind::Person {
            person: Address::parse(&format!("{person}@example.org")).unwrap(),
            episode: date(DAY),
            number,
            content: MailContent {
                asked: vec![key("C07", 2), key("C07", 1)],
                owned: vec![key("C08", 3)],
                contact: "f1".to_owned(),
            },
        },
        bytes: format!("mail {number}").into_bytes(),
        at: moment(DAY),
    }
}

async fn world(on: On) -> (World, RunSeq) {
    let world = World::new(on).await;
    let run = world.store.begin(&run_on(DAY), &world.lease).await.unwrap();
    (world, run)
}

impl World {
    async fn intend(&self, mail: &MailIntent) -> Intended {
        self.store.intend(mail, &self.lease).await.unwrap()
    }

    async fn settle(&self, mail: &MailIntent, outcome: MailOutcome) -> Result<(), Error> {
        self.store.settle(&mail.message_id, outcome, Some("250 ok"), moment(DAY), &self.lease).await
    }
}

#[rstest]
#[tokio::test]
async fn nobody_gets_two_mails_on_a_day_whatever_their_names(#[values(On::Sqlite, On::Postgres)] on: On) {
    let (world, run) = world(on).await;
    let first = to("anna", 1, run);
    assert_eq!(world.intend(&first).await, Intended::New);
    assert_eq!(world.intend(&to("anna", 2, run)).await, Intended::Already(MailOutcome::Intended));
    world.settle(&first, MailOutcome::Accepted).await.unwrap();
    assert_eq!(world.intend(&to("anna", 2, run)).await, Intended::Already(MailOutcome::Accepted));
    assert_eq!(world.intend(&to("bert", 1, run)).await, Intended::New);
    let twin = world.store.meddle("UPDATE mails SET person = 'anna@example.org'").await;
    assert!(twin.unwrap_err().as_database_error().unwrap().is_unique_violation(), "the database itself forbids it");
}

#[rstest]
#[tokio::test]
async fn a_mail_is_remembered_with_its_gaps(#[values(On::Sqlite, On::Postgres)] on: On) {
    let (world, run) = world(on).await;
    let mail = to("anna", 1, run);
    world.intend(&mail).await;
    world.settle(&mail, MailOutcome::Accepted).await.unwrap();
    let history = world.history(DAY).await;
    assert_eq!(
        history.mails,
        [PastMail {
            person: Address::parse("anna@example.org").unwrap(),
            day: date(DAY),
            episode: date(DAY),
            number: 1,
            outcome: MailOutcome::Accepted,
            content: MailContent {
                asked: vec![key("C07", 1), key("C07", 2)],
                owned: vec![key("C08", 3)],
                contact: "f1".to_owned(),
            },
        }]
    );
}

/// More than are read at once, written in another order than that of their days.
#[rstest]
#[tokio::test]
async fn all_mails_are_remembered_by_day_whatever_they_list(#[values(On::Sqlite, On::Postgres)] on: On) {
    let (world, run) = world(on).await;
    let odd = |n: u64| key(if n.is_multiple_of(3) { "c,7\u{1f} '\"ø 🛍" } else { "C08" }, n);
    let content = |n: u64| MailContent {
        asked: (1..=n % 4).map(odd).collect(),
        owned: (5..5 + n % 3).map(odd).collect(),
        contact: format!("f{n}, 'ø'"),
    };
    let day = |n: u64| date(if n.is_multiple_of(2) { "2026-10-30" } else { "2026-10-31" });
    for n in 0..150 {
        let mut mail = to(&format!("person-{n}"), 1, run);
        mail.day = day(n);
        let MailKind::Person { content: listed, .. } = &mut mail.kind else { panic!("a person's") };
        *listed = content(n);
        world.intend(&mail).await;
    }
    let mut mails = world.history(DAY).await.mails;
    assert!(mails.is_sorted_by_key(|mail| mail.day));
    let number = |mail: &PastMail| mail.person.as_str()["person-".len()..].split('@').next().unwrap().parse::<u64>();
    mails.sort_by_key(|mail| number(mail).unwrap());
    assert_eq!(mails.len(), 150);
    for (n, mail) in (0..).zip(&mails) {
        let mut content = content(n);
        content.asked.sort();
        content.owned.sort();
        assert_eq!((mail.day, &mail.content), (day(n), &content), "mail {n}");
    }
}

#[rstest]
#[tokio::test]
async fn a_deferred_mail_is_sent_again_byte_for_byte(#[values(On::Sqlite, On::Postgres)] on: On) {
    let (world, run) = world(on).await;
    let mail = to("anna", 1, run);
    world.intend(&mail).await;
    world.settle(&mail, MailOutcome::Deferred).await.unwrap();
    let waiting = world.store.mails_of_day(date(DAY)).await.unwrap();
    assert_eq!((waiting.len(), &*waiting[0].bytes), (1, &b"mail 1"[..]));

    let Intended::Again(stored) = world.intend(&to("anna", 2, run)).await else { panic!("not again") };
    assert_eq!((stored.message_id.as_str(), &*stored.bytes), ("<anna-1@example.org>", &b"mail 1"[..]));
    world.settle(&mail, MailOutcome::Deferred).await.unwrap();
    let stored = world.store.intend_again(&mail.message_id, &world.lease).await.unwrap();
    assert_eq!((stored.outcome, &*stored.bytes), (MailOutcome::Intended, &b"mail 1"[..]));
    let twice = world.store.intend_again(&mail.message_id, &world.lease).await;
    assert!(matches!(twice, Err(Error::NotIntended { .. })));
}

#[rstest]
#[tokio::test]
async fn what_a_killed_run_left_open_is_doubtful_and_not_sent_again(#[values(On::Sqlite, On::Postgres)] on: On) {
    let (world, run) = world(on).await;
    world.intend(&to("anna", 1, run)).await;
    let World { home, store, lease } = world;
    drop((store, lease));

    let store = Store::open(&home.url).await.unwrap();
    let lease = {
        let short = std::time::Duration::from_millis(1);
        store.meddle("UPDATE lease SET length_ms = 1").await.unwrap();
        held(Lease::acquire(&store, short, "next", tokio_util::sync::CancellationToken::new()).await)
    };
    let doubtful = store.doubtful_intents(moment(DAY), &lease).await.unwrap();
    assert_eq!(doubtful, 1, "the intent outlived the process");
    assert_eq!(store.doubtful_intents(moment(DAY), &lease).await.unwrap(), 0);
    let again = store.intend(&to("anna", 2, run), &lease).await.unwrap();
    assert_eq!(again, Intended::Already(MailOutcome::Doubtful));
}

#[rstest]
#[tokio::test]
async fn an_outcome_needs_an_open_intent(#[values(On::Sqlite, On::Postgres)] on: On) {
    let (world, run) = world(on).await;
    let mail = to("anna", 1, run);
    assert!(matches!(world.settle(&mail, MailOutcome::Accepted).await, Err(Error::NotIntended { .. })));
    world.intend(&mail).await;
    world.settle(&mail, MailOutcome::Accepted).await.unwrap();
    assert!(matches!(world.settle(&mail, MailOutcome::Failed).await, Err(Error::NotIntended { .. })));
}

#[rstest]
#[tokio::test]
async fn digests_are_no_persons_mails(#[values(On::Sqlite, On::Postgres)] on: On) {
    let (world, run) = world(on).await;
    for number in 1..=2 {
        let kind = MailKind::Digest { verdict: format!("verdict {number}"), number };
        let digest = MailIntent { message_id: format!("<digest-{number}@example.org>"), kind, ..to("x", number, run) };
        assert_eq!(world.intend(&digest).await, Intended::New);
    }
    let digests = world.store.digests_of_day(date(DAY)).await.unwrap();
    assert_eq!(
        digests.iter().map(|d| (&*d.verdict, d.number)).collect::<Vec<_>>(),
        [("verdict 1", 1), ("verdict 2", 2)]
    );
    assert!(world.history(DAY).await.mails.is_empty());
}

#[rstest]
#[tokio::test]
async fn what_is_written_side_by_side_is_told_to_each_as_if_alone(#[values(On::Sqlite, On::Postgres)] on: On) {
    let (world, run) = world(on).await;
    let names = ["anna", "bert", "cleo", "dora", "anna", "bert", "emil", "anna"];
    let intents: Vec<_> = (1..).zip(names).map(|(number, name)| to(name, number, run)).collect();
    let told = futures_util::future::join_all(intents.iter().map(|mail| world.intend(mail))).await;
    let new: Vec<_> =
        intents.iter().zip(&told).filter(|(_, told)| **told == Intended::New).map(|(mail, _)| mail).collect();
    assert_eq!(new.len(), 5, "one a person: {told:?}");
    let settled = futures_util::future::join_all(intents.iter().map(|mail| world.settle(mail, MailOutcome::Accepted)));
    for (told, settled) in told.iter().zip(settled.await) {
        assert_eq!(*told == Intended::New, settled.is_ok(), "{settled:?}");
    }
    assert_eq!(world.history(DAY).await.mails.len(), 5);
}

#[rstest]
#[tokio::test]
async fn a_fault_of_one_write_is_not_that_of_the_others(#[values(On::Sqlite, On::Postgres)] on: On) {
    let (world, run) = world(on).await;
    let foreign = |name| MailIntent { run: RunSeq(run.0 + 1), ..to(name, 1, run) };
    // The first writes alone; meanwhile the others come, and the second then writes for both.
    for (names, bad) in [(["anna", "bert", "cleo"], 1), (["dora", "emil", "fred"], 2)] {
        let mut mails = names.map(|name| to(name, 1, run));
        mails[bad] = foreign(names[bad]);
        let told =
            futures_util::future::join_all(mails.iter().map(|mail| world.store.intend(mail, &world.lease))).await;
        let failed: Vec<_> = (0..).zip(&told).filter(|(_, told)| told.is_err()).map(|(at, _)| at).collect();
        assert_eq!(failed, [bad], "{told:?}");
    }
    let intended: Vec<_> = world.history(DAY).await.mails.into_iter().map(|mail| mail.person).collect();
    let names = ["anna", "cleo", "dora", "emil"].map(|name| format!("{name}@example.org"));
    assert_eq!(intended.iter().map(Address::as_str).collect::<Vec<_>>(), names);
}
