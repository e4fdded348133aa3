//! Strictness, and what an honest answer looks like.

use std::time::Duration;

use tiktok_simulator::{ForbiddenAdvertisers, ForeignBusinessCenter, Options, Simulator, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::*;

#[tokio::test]
async fn a_listing_is_paged_with_true_totals_and_explicit_nulls() {
    let simulator = Simulator::start(acme()).await;
    let mut ids = Vec::new();
    for n in 1..=3 {
        let answer = page(&simulator, n).await;
        assert_eq!((answer.info("page"), answer.info("total_number"), answer.info("total_page")), (n, 120, 3));
        ids.extend(answer.ids());
    }
    ids.dedup();
    assert_eq!(ids.len(), 120);
    let beyond = page(&simulator, 4).await;
    assert!(beyond.ids().is_empty() && beyond.info("total_number") == 120);

    let answer = get(&simulator, "/bc/asset/get/?bc_id=7564000000000000003&asset_type=ADVERTISER").await;
    assert_eq!(answer.ids().len(), 10, "the default page size");
    let row = &answer.json()["data"]["list"][0];
    assert_eq!(row["advertiser_role"], "ANALYST");
    assert_eq!(row["owner_bc_name"], "Acme BC");
    assert!(row.as_object().unwrap()["catalog_role"].is_null());
    assert_eq!(simulator.count("/bc/asset/get/"), 5);
    assert_eq!(simulator.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn business_centers_are_those_that_the_member_joined() {
    let world = acme()
        .member("omd-dk@annalect-data.info", "other")
        .business_center("7564000000000000004", "Never accepted")
        .joined_by_nobody()
        .business_center("7564000000000000005", "Old")
        .in_status("PUNISH")
        .joined_as_admin_by(MEMBER);
    let simulator = Simulator::start(world).await;
    let data = get(&simulator, "/bc/get/").await.json()["data"].clone();
    assert_eq!(data["page_info"]["total_number"], 2);
    assert_eq!(data["list"][1]["bc_info"]["status"], "PUNISH");
    assert_eq!(data["list"][1]["user_role"], "ADMIN");
    assert!(data["list"][0].get("ext_user_role").is_none(), "null keys are left out here");
}

#[tokio::test]
async fn every_parameter_is_checked() {
    let simulator = Simulator::start(acme()).await;
    let too_many = format!("[{}]", vec!["\"71\""; 101].join(","));
    let cases = [
        ("/bc/get/?page_size=51", 40002),
        ("/bc/get/?page_size=0", 40002),
        ("/bc/get/?page=0", 40002),
        ("/bc/get/?page=one", 40002),
        ("/bc/get/?page=1&page=2", 40002),
        ("/bc/get/?access_token=x", 40002),
        ("/bc/asset/get/?asset_type=ADVERTISER", 40002),
        ("/bc/asset/get/?bc_id=7564000000000000003", 40002),
        ("/bc/asset/get/?bc_id=7564000000000000003&asset_type=advertiser", 40002),
        ("/bc/asset/get/?bc_id=Acme&asset_type=ADVERTISER", 40002),
        ("/advertiser/info/?advertiser_ids=7100000000000000001", 40002),
        ("/advertiser/info/?advertiser_ids=%5B7100000000000000001%5D", 40002),
        ("/advertiser/info/?advertiser_ids=%5B%2271%22%5D&fields=%5B%22shoe_size%22%5D", 40002),
        (&format!("/advertiser/info/?advertiser_ids={too_many}"), 40011),
        ("/user/info/?page=1", 40002),
    ];
    for (n, (path, code)) in (1..).zip(cases) {
        assert_eq!(get(&simulator, path).await.code(), code, "{path}");
        assert_eq!(simulator.violations().len(), n, "{path}");
    }
}

#[tokio::test]
async fn paths_methods_and_tokens_are_checked() {
    let simulator = Simulator::start(acme()).await;
    let answer = get(&simulator, "/bc/get").await;
    assert_eq!((answer.status, &answer.body[..]), (404, &b"404 page not found"[..]));
    let post = "POST /open_api/v1.3/bc/get/ HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}";
    assert_eq!(send(&simulator, post).await.unwrap().status, 405);
    let bearer = format!("GET /open_api/v1.3/bc/get/ HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
    assert_eq!(send(&simulator, &bearer).await.unwrap().code(), 40104);
    assert_eq!(simulator.violations().len(), 3);

    let unknown = "GET /open_api/v1.3/bc/get/ HTTP/1.1\r\naccess-token: nobody\r\nX-TT-LOGID: mine\r\n\r\n";
    let answer = send(&simulator, unknown).await.unwrap();
    assert_eq!((answer.status, answer.code()), (200, 40105));
    assert!(answer.head.contains("X-TT-LOGID: mine"));
    simulator.world_mut(|world| world.expire_token(MEMBER));
    assert_eq!(get(&simulator, "/user/info/").await.code(), 40102);
    simulator.world_mut(|world| world.revoke_token(MEMBER));
    assert_eq!(get(&simulator, "/user/info/").await.code(), 40105);
    simulator.world_mut(|world| world.restore_token(MEMBER));
    assert_eq!(get(&simulator, "/user/info/").await.json()["data"]["email"], "d***t@annalect-data.info");
    simulator.world_mut(|world| world.set_scopes(MEMBER, &[100, 150]));
    assert_eq!(get(&simulator, "/bc/get/").await.code(), 0);
    assert!(page(&simulator, 1).await.json()["message"].as_str().unwrap().contains("/bc/asset/get/:GET permission"));
}

#[tokio::test]
async fn a_foreign_business_center_is_answered_as_configured() {
    let path = "/bc/asset/get/?bc_id=1659000000000049&asset_type=ADVERTISER";
    for (foreign_business_center, code) in [
        (ForeignBusinessCenter::NoPermission, 40001),
        (ForeignBusinessCenter::ParameterError, 40002),
        (ForeignBusinessCenter::DoesNotExist, 40007),
        (ForeignBusinessCenter::EmptyList, 0),
    ] {
        let options = Options { foreign_business_center, ..Options::default() };
        let simulator = Simulator::with(options, acme()).await.unwrap();
        assert_eq!(get(&simulator, path).await.code(), code);
    }
}

#[tokio::test]
async fn the_witnesses_know_direct_grants_and_deleted_accounts() {
    let world =
        || acme().directly_granted("7200000000000000001", "Direct", MEMBER).deleted_account("7100000000000000120");
    let simulator = Simulator::start(world()).await;
    let oauth = "/oauth2/advertiser/get/?app_id=7000000000000000000&secret=canary-secret";
    let rows = get(&simulator, oauth).await.json()["data"]["list"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 120);
    assert_eq!(rows[119]["advertiser_name"], "Direct");
    assert_eq!(get(&simulator, "/oauth2/advertiser/get/?app_id=71&secret=canary-secret").await.code(), 40113);
    assert_eq!(get(&simulator, "/oauth2/advertiser/get/?app_id=7000000000000000000&secret=x").await.code(), 40101);
    get(&simulator, &format!("/bc/get/?access_token={TOKEN}")).await;
    let shown = format!("{:?}{:?}{:?}", simulator.requests(), simulator, world());
    assert!(!shown.contains("canary"), "a secret is shown: {shown}");

    let ask = |ids: &str| format!("/advertiser/info/?advertiser_ids=[{ids}]&fields=[%22status%22]");
    let both = ask("%227100000000000000001%22,%227200000000000000001%22");
    let rows = get(&simulator, &both).await.json()["data"]["list"].to_string();
    assert_eq!(rows, r#"[{"status":"STATUS_ENABLE"},{"status":"STATUS_ENABLE"}]"#);
    let forbidden = get(&simulator, &ask("%227100000000000000001%22,%227300000000000000001%22")).await;
    assert_eq!(forbidden.json()["message"], "No permission to operate advertiser 7300000000000000001");
    assert_eq!(get(&simulator, &ask("%227100000000000000120%22")).await.code(), 40002);

    let options = Options { forbidden_advertisers: ForbiddenAdvertisers::LeaveOut, ..Options::default() };
    let simulator = Simulator::with(options, world()).await.unwrap();
    let left = get(&simulator, &ask("%227100000000000000001%22,%227300000000000000001%22")).await;
    assert_eq!(left.json()["data"]["list"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_world_changes_while_it_is_served() {
    let simulator = Simulator::start(acme()).await;
    page(&simulator, 1).await;
    simulator.world_mut(|world| {
        world.unassign(ACME, "7100000000000000001");
        world.set_role(ACME, "7100000000000000002", None);
        world.assign(ACME, "7100000000000000003", MEMBER, "ADMIN");
    });
    let rows = page(&simulator, 1).await.json()["data"]["list"].clone();
    assert_eq!(rows[0]["asset_id"], "7100000000000000002");
    assert!(rows[0]["advertiser_role"].is_null());
    assert_eq!(rows[1]["advertiser_role"], "ADMIN");
    simulator.world_mut(|world| world.leave(ACME, MEMBER));
    assert_eq!(get(&simulator, "/bc/get/").await.json()["data"]["page_info"]["total_number"], 0);
    assert_eq!(page(&simulator, 1).await.code(), 40001);
}

#[tokio::test]
async fn one_account_has_different_roles_in_two_business_centers() {
    let world = World::new()
        .member(MEMBER, TOKEN)
        .business_center("21", "Owner")
        .account("71", "Brand")
        .business_center("22", "Partner")
        .account("71", "Brand")
        .with_role("OPERATOR")
        .owned_by("Owner");
    assert_eq!(world.assigned_in("21", MEMBER), [("71".to_owned(), Some("ANALYST".to_owned()))]);
    assert_eq!(world.assigned_in("22", MEMBER), [("71".to_owned(), Some("OPERATOR".to_owned()))]);
}

#[test]
fn what_one_member_loses_another_keeps() {
    let other = "omd-dk@annalect-data.info";
    let mut world = World::new().member(MEMBER, TOKEN).member(other, "other").business_center("21", "Acme");
    world = world.account("71", "DE").account("72", "FR").shared("21", "72", other, "ADMIN");
    world.unassign_from("21", "71", MEMBER);
    assert_eq!(world.assigned_in("21", MEMBER), [("72".to_owned(), Some("ANALYST".to_owned()))]);
    let roles: Vec<_> = world.assigned_in("21", other).into_iter().filter_map(|(_, role)| role).collect();
    assert_eq!(roles, ["ANALYST", "ADMIN"]);
}

#[tokio::test]
async fn a_connection_serves_many_requests_and_counts_those_under_way() {
    let options = Options { latency: Duration::from_millis(30), ..Options::default() };
    let simulator = Simulator::with(options, acme()).await.unwrap();
    tokio::join!(page(&simulator, 1), page(&simulator, 2), page(&simulator, 3));
    assert_eq!(simulator.most_in_flight(), 3);

    let one = format!("GET /open_api/v1.3/user/info/ HTTP/1.1\r\nAccess-Token: {TOKEN}\r\n\r\n");
    let mut stream = TcpStream::connect(simulator.base_url().strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(one.repeat(3).as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    while String::from_utf8_lossy(&bytes).matches("core_user_id").count() < 3 {
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0);
    }
    assert_eq!((simulator.count("/user/info/"), simulator.most_in_flight()), (3, 3));
}

#[test]
fn it_runs_on_a_thread_of_its_own() {
    let simulator = Simulator::in_background(Options::default(), acme()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime.block_on(page(&simulator, 3)).ids().len(), 20);
    let address = simulator.base_url();
    drop(simulator);
    assert!(std::net::TcpStream::connect(address.strip_prefix("http://").unwrap()).is_err());
}
