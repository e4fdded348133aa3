//! What each fault does on the wire.

use std::io::Read;
use std::time::Instant;

use tiktok_simulator::fault::Change;
use tiktok_simulator::{Endpoint, Simulator, What, When};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::*;

/// The answer to page 2 of 3 when this fault strikes every listing request.
async fn second_page(what: What) -> Option<Answer> {
    let simulator = Simulator::start(acme()).await;
    let name = what.name();
    simulator.add_fault(When::asked(Endpoint::BcAssetGet).about(ACME).gives(what));
    let answer = try_get(&simulator, &format!("{ASSETS}&page=2")).await;
    assert_eq!(simulator.requests()[0].fault.as_deref(), Some(name));
    answer
}

async fn second(what: What) -> Answer {
    second_page(what).await.expect("an answer")
}

#[tokio::test]
async fn a_fault_strikes_exactly_when_it_is_told_to() {
    let simulator = Simulator::start(acme()).await;
    let on_page_2 = When::asked(Endpoint::BcAssetGet).about(ACME).on_page(2).by(MEMBER);
    simulator.add_fault(on_page_2.from_call(2).times(2).gives(What::code(50000)));
    let mut codes = Vec::new();
    for n in [1, 2, 2, 1, 2, 2] {
        codes.push(page(&simulator, n).await.code());
    }
    assert_eq!(codes, [0, 0, 50000, 0, 50000, 0]);
    simulator.faults([When::asked_anything().once().gives(What::code(40016))]);
    assert_eq!(get(&simulator, "/user/info/").await.code(), 40016);
    assert_eq!(get(&simulator, "/user/info/").await.code(), 0);
}

#[tokio::test]
async fn answers_that_are_no_envelope() {
    for status in [429, 500, 502, 503, 504] {
        let answer = second(What::http(status)).await;
        assert_eq!(answer.status, status);
        assert!(answer.head.contains("text/html") && answer.body.starts_with(b"<html>"));
    }
    assert_eq!(second(What::HttpStatus { status: 500, html: false }).await.body, b"500 Internal Server Error");
    assert_eq!(second(What::Html).await.status, 200);
    let redirect = second(What::Redirect { to: "http://elsewhere.test/".to_owned() }).await;
    assert!(redirect.status == 302 && redirect.head.contains("Location: http://elsewhere.test/\r\n"));
    for what in [What::TruncatedJson, What::InvalidUtf8] {
        let answer = second(what).await;
        assert!(answer.whole && serde_json::from_slice::<serde_json::Value>(&answer.body).is_err());
    }
    let deep = second(What::DeepJson { depth: 5000 }).await;
    assert_eq!(deep.body.iter().filter(|byte| **byte == b'[').count(), 5000);
}

#[tokio::test]
async fn bodies_that_are_packed_or_huge() {
    let garbage = second(What::GzipGarbage).await;
    assert!(garbage.head.contains("Content-Encoding: gzip"));
    assert!(flate2::read::GzDecoder::new(&garbage.body[..]).read_to_end(&mut Vec::new()).is_err());

    let bomb = second(What::GzipBomb { megabytes: 20 }).await;
    assert!(bomb.body.len() < 60_000, "{}", bomb.body.len());
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&bomb.body[..]).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked.len() > 20_000_000);
    let answer: serde_json::Value = serde_json::from_slice(&unpacked).unwrap();
    assert_eq!(answer["data"]["list"].as_array().unwrap().len(), 50);

    let huge = second(What::HugeBody { megabytes: 3 }).await;
    assert!(huge.whole && huge.body.len() >= 3_000_000);
    assert_eq!(huge.code(), 0);
}

#[tokio::test]
async fn answers_that_do_not_arrive() {
    assert!(second_page(What::Reset).await.is_none());
    let simulator = Simulator::start(acme()).await;
    simulator.add_fault(When::asked_anything().gives(What::Reset));
    let mut stream = TcpStream::connect(simulator.base_url().strip_prefix("http://").unwrap()).await.unwrap();
    stream
        .write_all(format!("GET /open_api/v1.3/user/info/ HTTP/1.1\r\nAccess-Token: {TOKEN}\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let error = stream.read_to_end(&mut Vec::new()).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert!(second_page(What::Hang).await.is_none());
    assert!(second_page(What::CutHeaders).await.is_none());
    assert!(!second(What::CutBody).await.whole);
    let begun = Instant::now();
    assert_eq!(second(What::SlowBody { bytes: 4000, every_ms: 30 }).await.code(), 0);
    assert_eq!(second(What::Late { ms: 60 }).await.code(), 0);
    assert!(begun.elapsed().as_millis() > 120);
}

#[tokio::test]
async fn envelopes_that_lie() {
    for code in [40100, 40016, 40001, 40002, 40007, 40105, 40102, 50000, 51010, 60001, 61000, 99999] {
        let answer = second(What::code(code)).await;
        assert_eq!((answer.status, answer.code()), (200, code));
        assert_eq!(answer.json()["data"].to_string(), "{}");
    }
    assert!(second(What::NoCode).await.json().get("code").is_none());
    assert_eq!(second(What::CodeAsString).await.json()["code"], "0");
    assert!(second(What::NoRequestId).await.json().get("request_id").is_none());
    assert_eq!(second(What::EmptyData).await.json()["data"].to_string(), "{}");
    assert!(second(What::NullData).await.json()["data"].is_null());
}

#[tokio::test]
async fn listings_that_lie() {
    let seen = |answer: &Answer| {
        let data = answer.json()["data"].clone();
        let rows = data["list"].as_array().map(Vec::len);
        (rows, data["page_info"]["total_number"].as_u64(), data["page_info"]["total_page"].as_u64())
    };
    let cases = [
        (What::EmptyList, (Some(0), Some(0), Some(0))),
        (What::EmptyListTrueTotals, (Some(0), Some(120), Some(3))),
        (What::NullList, (None, Some(120), Some(3))),
        (What::NullListZeroTotals, (None, Some(0), Some(0))),
        (What::NoPageInfo, (Some(50), None, None)),
        (What::ShortPage, (Some(49), Some(120), Some(3))),
        (What::ShortPageConsistent, (Some(49), Some(119), Some(3))),
        (What::TotalPageLow, (Some(50), Some(120), Some(1))),
        (What::TotalPageHigh, (Some(50), Some(120), Some(4))),
        (What::TotalPageHuge, (Some(50), Some(1_000_000_000), Some(1_000_000_000))),
        (What::EndlessPages, (Some(50), Some(122), Some(3))),
        (What::TotalNumberDrifts, (Some(50), Some(122), Some(3))),
        (What::Vanishes { id: "7100000000000000001".to_owned() }, (Some(50), Some(119), Some(3))),
    ];
    for (what, expected) in cases {
        let name = what.name();
        assert_eq!(seen(&second(what).await), expected, "{name}");
    }
    assert_eq!(second(What::RepeatedPage).await.ids()[0], "7100000000000000001");
    assert_eq!(second(What::WrongPageEchoed).await.info("page"), 3);
    assert_eq!(second(What::DuplicateRows).await.ids()[0], "7100000000000000050");
    assert!(second(What::RoleNull).await.json()["data"]["list"][0]["advertiser_role"].is_null());
    assert_eq!(second(What::RoleNew).await.json()["data"]["list"][49]["advertiser_role"], "SUPERVISOR");
    let number = second(What::NumericIds).await.json()["data"]["list"][0]["asset_id"].as_u64();
    assert_eq!(number, Some(7_100_000_000_000_000_051));
}

#[tokio::test]
async fn endless_pages_never_end_and_a_business_center_vanishes() {
    let simulator = Simulator::start(acme().business_center("21", "Other")).await;
    simulator.add_fault(When::asked(Endpoint::BcAssetGet).gives(What::EndlessPages));
    let far = page(&simulator, 900).await;
    assert_eq!((far.ids().len(), far.info("total_page")), (20, 901));
    simulator.faults([When::asked(Endpoint::BcGet).gives(What::Vanishes { id: ACME.to_owned() })]);
    let data = get(&simulator, "/bc/get/").await.json()["data"].clone();
    assert_eq!(data["page_info"]["total_number"], 1);
    assert_eq!(data["list"][0]["bc_info"]["bc_id"], "21");
}

#[tokio::test]
async fn a_listing_changes_while_it_is_read() {
    for (change, total) in [(Change::Add, 121), (Change::Remove, 119), (Change::Move, 120), (Change::Swap, 120)] {
        let what = || What::ListingChanges { seed: 7, change: Some(change) };
        let mut walks = Vec::new();
        for _ in 0..2 {
            let simulator = Simulator::start(acme()).await;
            simulator.add_fault(When::asked(Endpoint::BcAssetGet).from_call(2).once().gives(what()));
            let mut walk = Vec::new();
            for n in 1..=3 {
                let answer = page(&simulator, n).await;
                assert_eq!(answer.info("total_number"), if n == 1 { 120 } else { total });
                walk.extend(answer.ids());
            }
            assert_eq!(simulator.world(|world| world.assigned_in(ACME, MEMBER).len()) as u64, total);
            walks.push(walk);
        }
        assert_eq!(walks[0], walks[1], "the same seed gives the same night");
    }
}
