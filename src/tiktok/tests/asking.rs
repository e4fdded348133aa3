//! What is sent, what is not, and when.

use std::sync::Mutex;
use std::time::Instant;

use rstest::rstest;

use super::server::{code, http};
use super::*;
use crate::domain::{Reading, Standing};
use crate::tiktok::{Answered, Progress};

fn listing(observation: &Observation, bc: &str) -> Reading {
    observation.members[0].listings[&bc.parse().unwrap()].reading.clone()
}

#[tokio::test]
async fn a_world_without_faults_is_read_with_no_request_too_many() {
    let (observation, reader, server) = observe(world(), none()).await;
    let view = &observation.members[0];
    assert_eq!(view.standing, Standing::Good);
    assert_eq!(view.list.reading, Reading::Complete { twice: false });
    let sizes: Vec<_> = view.listings.values().map(|l| (l.reading.is_complete(), l.accounts.len())).collect();
    assert_eq!(sizes, [(true, 120), (true, 7), (true, 0)]);
    assert_eq!(server.asked().len(), 1 + 1 + 3 + 1 + 1);
    assert_eq!(reader.calls().requests, 7);
    assert_eq!(reader.calls().answers[&("/bc/asset/get/", Answered::Code(0))], 5);
    assert!(reader.calls().faulty.is_empty());
    for asked in server.asked() {
        assert_eq!((asked.method.as_str(), asked.token.as_str()), ("GET", "canary-token"));
        assert!(asked.path.ends_with('/'));
    }
}

#[test]
fn a_reading_can_move_between_threads() {
    fn sent<T: Send>(_: &T) {}
    fn all(reader: &Reader, observation: &mut Observation) {
        sent(&reader.observe());
        sent(&reader.probe());
        sent(&reader.read_states(observation, &BTreeMap::new()));
        sent(&reader.look_again(observation, &crate::domain::SecondLook::default()));
    }
    let _ = all;
}

#[rstest]
#[case::e500(Reply::Status(500, "x".into()))]
#[case::e504_html(Reply::Status(504, "<html>".into()))]
#[case::e429(Reply::Status(429, "slow down".into()))]
#[case::html(Reply::Json("<html>".into()))]
#[case::nothing(Reply::Json(String::new()))]
#[case::no_code(Reply::Json(r#"{"message":"OK","data":{"list":[]}}"#.into()))]
#[case::no_data(Reply::Json(r#"{"code":0}"#.into()))]
#[case::bad_row(Reply::Json(r#"{"code":0,"data":{"list":[{"asset_id":"x"}],"page_info":{"page":1,"total_number":1,"total_page":1}}}"#.into()))]
#[case::truncated(Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"code\":0,".to_vec()))]
#[case::reset(Reply::Bytes(Vec::new()))]
#[case::bad_gzip(Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\nhello".to_vec()))]
#[case::system(code(50000, "system error"))]
#[case::internal(code(51060, "BC RPC"))]
#[case::maintenance(code(60001, "maintenance"))]
#[case::unknown(code(77777, "?"))]
#[case::no_info(Reply::Json(r#"{"code":0,"data":{}}"#.into()))]
#[case::empty_page(Reply::Json(r#"{"code":0,"data":{"list":[],"page_info":{"page":2,"total_number":120,"total_page":3}}}"#.into()))]
#[tokio::test]
async fn a_fault_is_healed_by_asking_again_and_hides_nothing_if_it_stays(
    #[case] reply: Reply,
    #[values("1", "2", "3")] page: &'static str,
) {
    let stays = reply.clone();
    let (observation, ..) =
        observe(world(), fault(move |asked| asked.is_page("11", page).then(|| stays.clone()))).await;
    assert!(!listing(&observation, "11").is_complete(), "{:?}", listing(&observation, "11"));
    assert!(listing(&observation, "12").is_complete() && listing(&observation, "13").is_complete());
    assert_eq!(observation.members[0].standing, Standing::Good);

    let once = move |asked: &Asked| (asked.is_page("11", page) && asked.nth == 0).then(|| reply.clone());
    let (observation, ..) = observe(world(), fault(once)).await;
    assert_eq!(listing(&observation, "11"), Reading::Complete { twice: false });
    assert_eq!(observation.members[0].listings[&"11".parse().unwrap()].accounts.len(), 120);
}

#[tokio::test]
async fn a_fault_on_the_list_keeps_what_it_showed() {
    let mut world = world();
    world.shared = (100..220).map(|bc| (bc, vec![bc * 10])).collect();
    let faulty = |asked: &Asked| (asked.is("/bc/get/") && asked.query["page"] == "2").then(|| code(50000, "no"));
    let (observation, ..) = observe(world, fault(faulty)).await;
    let view = &observation.members[0];
    let reason = "no usable answer in 4 attempts, at last code 50000".to_owned();
    assert_eq!(view.list.reading, Reading::Unreadable { code: Some(50000), reason });
    assert_eq!((view.list.business_centers.len(), view.listings.len()), (70, 70));
    assert!(view.listings.values().all(|listing| listing.reading.is_complete()));
}

#[rstest]
#[case(40001, "No permission to operate advertiser 7")]
#[case(40002, "bad bc_id, ask x@example.org with canary-token")]
#[case(40007, "no such object")]
#[case(40113, "app blocked")]
#[tokio::test]
async fn a_refused_business_center_is_unreadable_and_the_others_are_read(
    #[case] number: i64,
    #[case] words: &'static str,
) {
    let (observation, reader, server) =
        observe(world(), fault(move |asked| asked.is_page("11", "1").then(|| code(number, words)))).await;
    let Reading::Unreadable { code, reason } = listing(&observation, "11") else { panic!("read") };
    assert_eq!(code, Some(number));
    assert!(!reason.contains('@') && !reason.contains("canary"), "{reason}");
    assert!(listing(&observation, "12").is_complete());
    assert_eq!(server.asked().len(), 5, "asking again changes nothing");
    let faulty = reader.calls().faulty;
    assert_eq!((faulty.len(), faulty[0].request_id.as_deref()), (1, Some("RX")));
    assert!(!format!("{faulty:?}").contains("canary"));
}

#[tokio::test]
async fn a_token_that_dies_midway_stops_its_member() {
    let mut world = world();
    world.shared = (100..180).map(|bc| (bc, vec![bc * 10])).collect();
    let dies = |asked: &Asked| asked.is_page("120", "1").then(|| code(40105, "revoked"));
    let (observation, _, server) = observe(world, fault(dies)).await;
    let view = &observation.members[0];
    assert_eq!(view.standing, Standing::Dead { code: 40105 });
    assert_eq!(view.listings.len(), 80);
    let reason = "TikTok refuses the member's token (code 40105)".to_owned();
    assert_eq!(listing(&observation, "120"), Reading::NotRead { reason: reason.clone() });
    assert_eq!(listing(&observation, "179"), Reading::NotRead { reason });
    assert!(listing(&observation, "100").is_complete());
    assert!(server.asked().len() < 40);
}

#[rstest]
#[case("/user/info/", 40105, "x", Standing::Dead { code: 40105 })]
#[case("/user/info/", 40113, "x", Standing::Dead { code: 40113 })]
#[case("/bc/get/", 40102, "x", Standing::Dead { code: 40102 })]
#[case("/bc/get/", 41000, "x", Standing::Dead { code: 41000 })]
#[case("/bc/get/", 40001, "advertiser does not grant you /bc/get/:GET permission", Standing::ScopeRefused { path: "/bc/get/".into() })]
#[case("/bc/asset/get/", 40131, "x", Standing::ScopeRefused { path: "/bc/asset/get/".into() })]
#[tokio::test]
async fn a_refused_member_shows_nothing(
    #[case] endpoint: &'static str,
    #[case] number: i64,
    #[case] words: &'static str,
    #[case] standing: Standing,
) {
    let (observation, ..) = observe(world(), fault(move |asked| asked.is(endpoint).then(|| code(number, words)))).await;
    let view = &observation.members[0];
    assert_eq!(view.standing, standing);
    let not_read = |reading: &Reading| matches!(reading, Reading::NotRead { .. });
    assert!(view.listings.values().all(|listing| not_read(&listing.reading)));
    assert_eq!(not_read(&view.list.reading), endpoint != "/bc/asset/get/");
}

#[tokio::test]
async fn another_members_token_reads_nothing() {
    let (observation, _, server) = observe(World { email: "o***s@example.org".to_owned(), ..world() }, none()).await;
    assert_eq!(observation.members[0].standing, Standing::Contradicted);
    assert!(matches!(observation.members[0].list.reading, Reading::NotRead { .. }));
    assert_eq!(server.asked().len(), 1);
}

#[rstest]
#[case(code(50000, "x"))]
#[case(code(40001, "No permission"))]
#[case(Reply::Status(404, "404 page not found".into()))]
#[tokio::test]
async fn an_identity_that_cannot_be_read_proves_nothing_and_reading_goes_on(#[case] reply: Reply) {
    let (observation, ..) = observe(world(), fault(move |asked| asked.is("/user/info/").then(|| reply.clone()))).await;
    assert!(matches!(observation.members[0].standing, Standing::Unconfirmed { .. }));
    assert!(observation.members[0].list.reading.is_complete());
}

#[rstest]
#[case(40100)]
#[case(40016)]
#[case(61000)]
#[tokio::test]
async fn a_quota_answer_silences_everybody_and_the_run_ends_complete(#[case] number: i64) {
    let mut world = world();
    world.shared = (100..180).map(|bc| (bc, vec![bc * 10])).collect();
    let refused = Arc::new(Mutex::new(None));
    let at = Arc::clone(&refused);
    let quota = move |asked: &Asked| {
        let hit = asked.is_page("120", "1") && asked.nth == 0;
        hit.then(|| {
            *at.lock().unwrap() = Some(Instant::now());
            code(number, "App 77 reaches the QPS limit 10, current QPS is 11")
        })
    };
    let (observation, reader, server) = observe(world, fault(quota)).await;
    let refused = refused.lock().unwrap().unwrap();
    assert!(observation.members[0].listings.values().all(|listing| listing.reading.is_complete()));
    assert_eq!(reader.calls().suspensions, 1);
    let during = server
        .asked()
        .iter()
        .filter(|a| a.at > refused + Duration::from_millis(100) && a.at < refused + Duration::from_millis(290))
        .count();
    assert_eq!(during, 0, "requests during the silence");
}

#[tokio::test]
async fn the_third_quota_answer_in_a_row_ends_the_reading() {
    let from_the_list_on = |asked: &Asked| (!asked.is("/user/info/")).then(|| code(40100, "x"));
    let (observation, reader, server) = observe(world(), fault(from_the_list_on)).await;
    let reason = "TikTok's quota of the day is used up: three quota answers in a row".to_owned();
    assert_eq!(observation.members[0].list.reading, Reading::NotRead { reason });
    assert_eq!((reader.calls().suspensions, server.asked().len()), (2, 4));
}

#[tokio::test]
async fn when_told_to_stop_nothing_new_is_sent_and_what_hangs_is_dropped() {
    let hangs = fault(|asked| asked.is_page("12", "1").then_some(Reply::Hang));
    let server = Server::start(world(), hangs).await;
    let stop = CancellationToken::new();
    let reader = Reader::new(&settings(server.url.clone()), stop.clone(), Arc::new(|_| ())).unwrap();
    let (observation, ()) = tokio::join!(reader.observe(), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        stop.cancel();
    });
    assert!(listing(&observation, "11").is_complete());
    assert_eq!(listing(&observation, "12"), Reading::NotRead { reason: "the run was told to stop".into() });
    let before = server.asked().len();
    assert!(matches!(reader.observe().await.members[0].list.reading, Reading::NotRead { .. }));
    assert_eq!(server.asked().len(), before);
}

#[tokio::test]
async fn the_time_limit_ends_the_reading() {
    let server = Server::start(world(), fault(|asked| asked.is_page("12", "1").then_some(Reply::Hang))).await;
    let mut settings = settings(server.url.clone());
    settings.run_timeout = Duration::from_millis(400);
    let observation = reader(&settings).observe().await;
    assert!(listing(&observation, "11").is_complete());
    let reason = "the run's time limit of 400ms was reached".to_owned();
    assert_eq!(listing(&observation, "12"), Reading::NotRead { reason });
}

#[tokio::test]
async fn a_request_that_hangs_is_tried_again_in_time() {
    let server = Server::start(world(), fault(|a| (a.is_page("12", "1") && a.nth < 2).then_some(Reply::Hang))).await;
    let mut settings = settings(server.url.clone());
    settings.request_timeout = Duration::from_millis(150);
    assert!(listing(&reader(&settings).observe().await, "12").is_complete());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = Server::start(world(), none()).await;
    let location = other.url.join("/open_api/v1.3/bc/get/").unwrap().to_string();
    let (observation, ..) =
        observe(world(), fault(move |asked| asked.is("/bc/get/").then(|| Reply::Status(302, location.clone())))).await;
    assert!(matches!(observation.members[0].list.reading, Reading::Unreadable { code: None, .. }));
    assert!(other.asked().is_empty());
}

#[rstest]
#[case::long("a".repeat(20 << 20))]
#[case::deep("[".repeat(1 << 20))]
#[tokio::test]
async fn a_monstrous_answer_is_refused(#[case] body: String) {
    let bytes = http(200, &body);
    let start = Instant::now();
    let (observation, ..) =
        observe(world(), fault(move |asked| asked.is_page("11", "1").then(|| Reply::Bytes(bytes.clone())))).await;
    assert!(matches!(listing(&observation, "11"), Reading::Unreadable { .. }));
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn members_of_one_app_share_its_bound_and_apps_do_not() {
    let server = Server::start(World { email: String::new(), ..world() }, none()).await;
    let mut settings = settings(server.url.clone());
    (settings.requests_per_second, settings.requests_per_minute) = (40, 2400);
    let second = config::Member { email: Address::parse("o@example.org").unwrap(), ..settings.members[0].clone() };
    settings.members.push(second);
    let start = Instant::now();
    let observation = reader(&settings).observe().await;
    let shared = start.elapsed();
    assert!(shared >= Duration::from_millis(13 * 25), "{shared:?}");
    assert!(observation.members.iter().all(|view| view.list.reading.is_complete()));

    settings.members[1].app_id = Some("78".to_owned());
    let start = Instant::now();
    reader(&settings).observe().await;
    assert!(start.elapsed() < shared.mul_f64(0.8), "{:?} {shared:?}", start.elapsed());
}

#[tokio::test]
async fn progress_ends_with_everything_done() {
    let server = Server::start(world(), none()).await;
    let last = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&last);
    let told = Arc::new(move |progress: Progress| *seen.lock().unwrap() = Some(progress));
    Reader::new(&settings(server.url.clone()), CancellationToken::new(), told).unwrap().observe().await;
    let end = Progress { member_index: 0, business_centers_done: 3, business_centers_total: 3, requests: 7 };
    assert_eq!(*last.lock().unwrap(), Some(end));
}

#[tokio::test]
async fn a_reader_for_tiktok_itself_can_be_made() {
    let settings = settings("https://business-api.tiktok.com".parse().unwrap());
    assert!(Reader::new(&settings, CancellationToken::new(), Arc::new(|_| ())).is_ok());
}

#[tokio::test]
async fn a_token_that_no_header_can_carry_is_named_by_its_member() {
    let mut settings = settings("http://127.0.0.1:1".parse().unwrap());
    settings.members[0].access_token = "canary\ntoken".into();
    let fault = Reader::new(&settings, CancellationToken::new(), Arc::new(|_| ())).err().unwrap().to_string();
    assert!(fault.contains("member 1") && !fault.contains("canary"), "{fault}");
}
