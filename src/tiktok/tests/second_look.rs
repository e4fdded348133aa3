//! States of single accounts, and what is asked again.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::json;

use super::server::{account_row, code, envelope};
use super::*;
use crate::domain::{AccountId, AccountInfo, AccountState, Reading, SecondLook, Witness};
use crate::tiktok::{Finding, ProbeFault};

fn account(id: u64) -> AccountId {
    AccountId::parse(&id.to_string()).unwrap()
}

fn look_at_listing(bc: &str) -> SecondLook {
    SecondLook { listings: BTreeSet::from([(member(), bc.parse().unwrap())]), ..SecondLook::default() }
}

async fn look(observation: &mut Observation, reader: &Reader, look: &SecondLook) {
    reader.look_again(observation, look).await;
}

#[tokio::test]
async fn states_are_read_in_batches_for_what_is_seen_and_wanted() {
    let (mut observation, reader, server) = observe(world(), none()).await;
    let before = server.asked().len();
    let wanted = BTreeMap::from([(member(), (1001..=1120).chain([9]).map(account).collect::<BTreeSet<_>>())]);
    reader.read_states(&mut observation, &wanted).await;
    let infos = &observation.members[0].infos;
    assert_eq!((infos.len(), server.asked().len() - before), (120, 2));
    assert!(infos.iter().all(|(_, info)| *info == AccountInfo::Visible(AccountState::Enabled)));
}

#[tokio::test]
async fn one_forbidden_account_does_not_hide_the_states_of_the_others() {
    let forbids = |asked: &Asked| {
        (asked.is("/advertiser/info/") && asked.query["advertiser_ids"].contains("1042"))
            .then(|| code(40001, "No permission"))
    };
    let (mut observation, reader, server) = observe(world(), fault(forbids)).await;
    let before = server.asked().len();
    let wanted = BTreeMap::from([(member(), (1001..=1100).map(account).collect::<BTreeSet<_>>())]);
    reader.read_states(&mut observation, &wanted).await;
    let infos = &observation.members[0].infos;
    assert_eq!((infos.len(), infos.get(account(1042))), (100, Some(&AccountInfo::Forbidden)));
    assert_eq!(infos.iter().filter(|(_, info)| matches!(info, AccountInfo::Visible(_))).count(), 99);
    assert!(server.asked().len() - before <= 15);
}

#[tokio::test]
async fn a_lacking_scope_or_a_lasting_fault_leaves_states_silent_and_the_member_standing() {
    for reply in [code(40001, "advertiser does not grant you /advertiser/info/:GET permission"), code(50000, "x")] {
        let (mut observation, reader, server) =
            observe(world(), fault(move |asked| asked.is("/advertiser/info/").then(|| reply.clone()))).await;
        let before = server.asked().len();
        let wanted = BTreeMap::from([(member(), (1001..=1100).map(account).collect::<BTreeSet<_>>())]);
        reader.read_states(&mut observation, &wanted).await;
        let view = &observation.members[0];
        assert!(view.infos.iter().all(|(_, info)| matches!(info, AccountInfo::Silent(_))));
        assert!(!view.standing.is_refused());
        assert!(server.asked().len() - before <= 4);
    }
}

#[tokio::test]
async fn an_account_that_the_answer_leaves_out_is_silent() {
    let forgets = |asked: &Asked| asked.is("/advertiser/info/").then(|| envelope(&json!({"list": []})));
    let (mut observation, reader, _) = observe(world(), fault(forgets)).await;
    let wanted = BTreeMap::from([(member(), BTreeSet::from([account(2001)]))]);
    reader.read_states(&mut observation, &wanted).await;
    assert!(matches!(observation.members[0].infos.get(account(2001)), Some(AccountInfo::Silent(_))));
}

#[tokio::test]
async fn a_listing_read_again_with_the_same_accounts_is_read_twice() {
    let (mut observation, reader, server) = observe(world(), none()).await;
    look(&mut observation, &reader, &look_at_listing("12")).await;
    let view = &observation.members[0];
    assert_eq!(view.listings[&"12".parse().unwrap()].reading, Reading::Complete { twice: true });
    assert_eq!(view.listings[&"11".parse().unwrap()].reading, Reading::Complete { twice: false });
    assert!(matches!(&view.witness, Witness::Answered(all) if all.len() == 127));
    look(&mut observation, &reader, &look_at_listing("11")).await;
    assert_eq!(server.asked().iter().filter(|a| a.is("/oauth2/advertiser/get/")).count(), 1, "once a run");
}

#[tokio::test]
async fn a_listing_that_shows_others_keeps_both() {
    let other = |asked: &Asked| {
        let info = json!({"page": 1, "page_size": 50, "total_number": 1, "total_page": 1});
        (asked.is_page("12", "1") && asked.nth > 0)
            .then(|| envelope(&json!({"list": [account_row(5)], "page_info": info})))
    };
    let (mut observation, reader, _) = observe(world(), fault(other)).await;
    look(&mut observation, &reader, &look_at_listing("12")).await;
    let listing = &observation.members[0].listings[&"12".parse().unwrap()];
    assert_eq!(listing.reading, Reading::Complete { twice: false });
    assert_eq!(listing.accounts.len(), 8);
}

#[tokio::test]
async fn a_listing_that_cannot_be_read_again_is_no_longer_complete() {
    let fails = |asked: &Asked| (asked.is_page("12", "1") && asked.nth > 0).then(|| code(50000, "x"));
    let (mut observation, reader, _) = observe(world(), fault(fails)).await;
    look(&mut observation, &reader, &look_at_listing("12")).await;
    let listing = &observation.members[0].listings[&"12".parse().unwrap()];
    assert!(matches!(listing.reading, Reading::Unreadable { code: Some(50000), .. }));
    assert_eq!(listing.accounts.len(), 7);
}

#[tokio::test]
async fn a_business_center_that_only_the_second_list_shows_is_read() {
    let hides = |asked: &Asked| {
        let info = json!({"page": 1, "page_size": 50, "total_number": 2, "total_page": 1});
        let rows = [super::server::bc_row(11), super::server::bc_row(12)];
        (asked.is("/bc/get/") && asked.nth == 0).then(|| envelope(&json!({"list": rows, "page_info": info})))
    };
    let (mut observation, reader, _) = observe(world(), fault(hides)).await;
    assert_eq!(observation.members[0].listings.len(), 2);
    let again = SecondLook { lists: BTreeSet::from([member()]), ..SecondLook::default() };
    look(&mut observation, &reader, &again).await;
    let view = &observation.members[0];
    assert_eq!((view.list.business_centers.len(), view.listings.len()), (3, 3));
    assert_eq!(view.list.reading, Reading::Complete { twice: false });
    assert!(view.listings[&"13".parse().unwrap()].reading.is_complete());
}

#[tokio::test]
async fn single_accounts_are_asked_about_one_by_one() {
    let about = |asked: &Asked| {
        let ids = asked.query.get("advertiser_ids")?;
        Some(match ids.as_str() {
            r#"["1"]"# => code(40001, "No permission to operate advertiser 1"),
            r#"["2"]"# => code(40002, "The advertiser 2 doesn't exist or has been deleted"),
            r#"["3"]"# => code(40300, "x"),
            r#"["4"]"# => code(40001, "advertiser does not grant you /advertiser/info/:GET permission"),
            r#"["5"]"# => envelope(&json!({"list": [{"advertiser_id": "5", "status": "STATUS_DISABLE"}]})),
            r#"["6"]"# => code(50000, "x"),
            _ => return None,
        })
    };
    let server = Server::start(world(), fault(about)).await;
    let mut settings = settings(server.url.clone());
    settings.max_in_flight = 1;
    let reader = reader(&settings);
    let mut observation = reader.observe().await;
    for id in [1, 2, 3, 5, 6, 4] {
        let again = SecondLook { accounts: BTreeSet::from([(member(), account(id))]), ..SecondLook::default() };
        look(&mut observation, &reader, &again).await;
    }
    let infos = &observation.members[0].infos;
    assert_eq!(infos.get(account(1)), Some(&AccountInfo::Forbidden));
    assert_eq!((infos.get(account(2)), infos.get(account(3))), (Some(&AccountInfo::Gone), Some(&AccountInfo::Gone)));
    assert!(matches!(infos.get(account(4)), Some(AccountInfo::Silent(_))));
    assert_eq!(infos.get(account(5)), Some(&AccountInfo::Visible(AccountState::Closed)));
    assert!(matches!(infos.get(account(6)), Some(AccountInfo::Silent(_))));
}

#[tokio::test]
async fn no_more_than_five_hundred_questions_are_asked_in_a_run() {
    let (mut observation, reader, server) = observe(world(), none()).await;
    let accounts = (5000..5600).map(|id| (member(), account(id))).collect();
    look(&mut observation, &reader, &SecondLook { accounts, ..SecondLook::default() }).await;
    let more = BTreeSet::from([(member(), account(7000))]);
    look(&mut observation, &reader, &SecondLook { accounts: more, ..SecondLook::default() }).await;
    assert_eq!(server.asked().iter().filter(|asked| asked.is("/advertiser/info/")).count(), 500);
    assert_eq!(observation.members[0].infos.len(), 500);
}

#[tokio::test]
async fn a_witness_that_is_silent_says_why() {
    for (number, words) in [(40113, "check app_id and app_secret"), (40000, "check app_id"), (50000, "code 50000")] {
        let silent =
            move |asked: &Asked| asked.is("/oauth2/advertiser/get/").then(|| code(number, "secret is canary-secret"));
        let (mut observation, reader, _) = observe(world(), fault(silent)).await;
        look(&mut observation, &reader, &look_at_listing("13")).await;
        let Witness::Silent(reason) = &observation.members[0].witness else { panic!("it spoke") };
        assert!(reason.contains(words) && !reason.contains("canary"), "{reason}");
        assert!(!observation.members[0].standing.is_refused());
    }
}

#[tokio::test]
async fn without_app_and_secret_the_witness_is_not_asked() {
    let server = Server::start(world(), none()).await;
    let mut settings = settings(server.url.clone());
    settings.members[0].app_secret = None;
    let reader = reader(&settings);
    let mut observation = reader.observe().await;
    look(&mut observation, &reader, &look_at_listing("12")).await;
    assert_eq!(observation.members[0].witness, Witness::NotAsked);
}

#[tokio::test]
async fn a_probe_says_what_works_and_how_to_mend_what_does_not() {
    let server = Server::start(world(), none()).await;
    let probe = reader(&settings(server.url.clone())).probe().await;
    let said: Vec<_> = probe[0].findings.iter().map(|finding| finding.result.clone().unwrap()).collect();
    assert_eq!(
        said[1..],
        [
            "the member is in 3 Business Centers".to_owned(),
            "Business Center 11 shares 120 ad accounts with the member".to_owned(),
            "TikTok tells whether an account is open".to_owned(),
            "the second witness names 127 ad accounts".to_owned(),
        ]
    );
    let server = Server::start(world(), fault(|asked| asked.is("/bc/get/").then(|| code(40105, "x")))).await;
    let probe = reader(&settings(server.url.clone())).probe().await;
    let refused = probe[0].findings[1].result.clone();
    assert!(matches!(refused, Err(ProbeFault::Refused(said)) if said.contains("authorize the app again")));
}

/// The scope of the states is asked for once, of an account that is seen; other answers to that are no news.
#[rstest]
#[case(code(40001, "The advertiser does not grant you /advertiser/info/:GET permission"), true)]
#[case(code(40001, "No permission to operate advertiser 1001"), false)]
#[case(code(40002, "The advertiser 1001 doesn't exist or has been deleted."), false)]
#[case(Reply::Status(500, "x".into()), false)]
#[tokio::test]
async fn a_probe_finds_the_scope_that_the_states_need(#[case] reply: Reply, #[case] lacks: bool) {
    let server = Server::start(world(), fault(move |asked| asked.is("/advertiser/info/").then(|| reply.clone()))).await;
    let probe = reader(&settings(server.url.clone())).probe().await;
    let told = probe[0].findings.iter().find(|finding| finding.about == "account states");
    assert_eq!(told.is_some(), lacks, "{probe:?}");
    let remedy = |said: &str| said.contains("scope for /advertiser/info/") && said.contains("Ad account management");
    let refused = |finding: &Finding| matches!(&finding.result, Err(ProbeFault::Unanswered(said)) if remedy(said));
    assert!(told.is_none_or(refused), "{probe:?}");
    assert!(probe[0].findings.last().unwrap().result.is_ok(), "the second witness is asked all the same");
    let asked = server.asked().into_iter().filter(|asked| asked.is("/advertiser/info/"));
    assert!(asked.into_iter().all(|asked| asked.query["advertiser_ids"] == "[\"1001\"]"));
}

#[tokio::test]
async fn a_probe_takes_no_answer_for_a_refusal() {
    let server = Server::start(world(), fault(|_| Some(Reply::Status(500, "x".into())))).await;
    let probe = reader(&settings(server.url.clone())).probe().await;
    assert!(
        probe[0].findings.iter().all(|finding| matches!(finding.result, Err(ProbeFault::Unanswered(_)))),
        "{probe:?}"
    );
}
