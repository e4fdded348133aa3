//! R16 and R17: answers that want to be swallowed whole, and answers that lead elsewhere.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use reconciler::domain::Status;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tiktok_simulator::{Endpoint, Simulator, What, When, World};

use super::matrix::{DAY, SHORT, forgotten};
use super::table::in_runtime;
use crate::harness::{ACME, BETA, CANARY, MOST_MEGABYTES, Stage, acme, acme_world};
use crate::rehearsal::Rehearsal;
use crate::worlds::{one_member, two_clients};

/// R17: an error within this time.
const BOUNDED: Duration = Duration::from_secs(30);

#[test]
fn a_bomb_or_a_hundred_megabytes_end_in_an_error_in_little_memory() {
    for what in [What::GzipBomb { megabytes: 512 }, What::HugeBody { megabytes: 100 }] {
        for endpoint in [Endpoint::BcAssetGet, Endpoint::BcGet, Endpoint::UserInfo, Endpoint::AdvertiserInfo] {
            let mut stage = Stage::new(acme_world(2));
            stage.set("tiktok.request_timeout", "\"20s\"");
            for number in 1..=2 {
                stage.expects("C07", &acme(number), ACME);
            }
            stage.contact("C07", "mette@acme.example");
            stage.tiktok.add_fault(When::asked(endpoint).forever().gives(what.clone()));
            let (code, megabytes) = stage.peak_of(&["--now", &format!("{DAY}T04:30:00Z"), "run"]);
            let case = format!("{} on {}", what.name(), endpoint.path());
            assert_eq!(code, 4, "{case}");
            assert!((1..MOST_MEGABYTES).contains(&megabytes), "{case}: {megabytes} MB");
            assert!(stage.letters().is_empty(), "{case}");
            assert!(stage.rows().iter().all(|row| row["status"] != "missing"), "{case}");
        }
    }
}

#[test]
fn pages_without_end_deep_nesting_and_a_slow_drip_end_in_an_error_in_bounded_time_and_requests() {
    in_runtime(async {
        for what in [
            What::TotalPageHuge,
            What::EndlessPages,
            What::DeepJson { depth: 3_000_000 },
            What::SlowBody { bytes: 1, every_ms: 50 },
        ] {
            let mut stage = Rehearsal::of(two_clients(one_member())).await;
            if matches!(what, What::SlowBody { .. }) {
                stage.config.tiktok.request_timeout = SHORT;
            }
            stage.tiktok.add_fault(When::asked(Endpoint::BcAssetGet).about(BETA).forever().gives(what.clone()));
            let began = Instant::now();
            let night = stage.night(DAY).await;
            assert!(began.elapsed() < BOUNDED, "{what:?} took {:?}", began.elapsed());
            assert_eq!(night.false_alarms(), Vec::<String>::new(), "{what:?}");
            assert_eq!((night.is_complete(), night.code()), (false, 4), "{what:?}");
            assert_eq!(night.finding(&acme(902)).status, Status::Unknown, "{what:?}");
            assert_eq!(forgotten(&night, "C07", 901), None, "{what:?}: Acme is judged");
            // Acme's three pages twice, and Beta's one.
            assert!(stage.tiktok.count("/bc/asset/get/") <= 6 + 10, "{what:?}");
        }
    });
}

#[test]
fn a_redirect_takes_the_token_nowhere() {
    in_runtime(async {
        for endpoint in Endpoint::ALL {
            let elsewhere = Simulator::start(World::new().member("thief@example.org", CANARY)).await;
            let stage = Rehearsal::of(two_clients(crate::worlds::one_member_with_witness())).await;
            let to = format!("{}/open_api/v1.3{}", elsewhere.base_url(), endpoint.path());
            stage.tiktok.add_fault(When::asked(endpoint).forever().gives(What::Redirect { to }));
            let night = stage.night(DAY).await;
            assert_eq!(night.false_alarms(), Vec::<String>::new());
            assert_eq!((night.is_complete(), night.code()), (false, 4), "{}", endpoint.path());
            assert!(elsewhere.requests().is_empty(), "{}: {:?}", endpoint.path(), elsewhere.requests());
        }
    });
}

#[test]
fn a_proxy_of_the_environment_never_sees_a_request_in_the_clear() {
    let proxy = Simulator::in_background(tiktok_simulator::Options::default(), World::new()).unwrap();
    let mut stage = Stage::new(acme_world(2));
    stage.expects("C07", &acme(1), ACME).contact("C07", "mette@acme.example");
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        stage.env(name, &proxy.base_url());
    }
    stage.night(DAY).ends_with(0);
    assert!(proxy.requests().is_empty(), "{:?}", proxy.requests());
}

/// An HTTPS server with a certificate that nobody vouches for; it tells, for each connection, how the handshake ended and
/// what it read in the clear.
fn impostor() -> (u16, Receiver<Result<String, String>>) {
    drop(rustls::crypto::ring::default_provider().install_default());
    let key = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.signing_key.serialize_der()));
    let config = rustls::ServerConfig::builder().with_no_client_auth();
    let config = Arc::new(config.with_single_cert(vec![key.cert.der().clone()], private).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = channel();
    thread::spawn(move || {
        while let Ok((tcp, _)) = listener.accept() {
            if tell.send(converse(tcp, &config)).is_err() {
                return;
            }
        }
    });
    (port, told)
}

fn converse(tcp: TcpStream, config: &Arc<rustls::ServerConfig>) -> Result<String, String> {
    tcp.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let tls = rustls::ServerConnection::new(Arc::clone(config)).unwrap();
    let mut stream = rustls::StreamOwned::new(tls, tcp);
    let mut read = [0; 4096];
    let count = stream.read(&mut read).map_err(|fault| fault.to_string())?;
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    Ok(String::from_utf8_lossy(&read[..count]).into_owned())
}

#[test]
fn a_wrong_certificate_is_refused_before_the_token_is_sent() {
    let (port, told) = impostor();
    in_runtime(async {
        let mut stage = Rehearsal::of(two_clients(one_member())).await;
        stage.config.tiktok.base_url = format!("https://127.0.0.1:{port}").parse().unwrap();
        let night = stage.night(DAY).await;
        assert_eq!(night.false_alarms(), Vec::<String>::new());
        assert_eq!((night.is_complete(), night.code()), (false, 4));
        assert!(night.findings.iter().all(|finding| finding.status == Status::Unknown));
        assert!(stage.tiktok.requests().is_empty());
    });
    let met: Vec<_> = told.try_iter().collect();
    assert!(!met.is_empty(), "it was asked");
    assert!(met.iter().all(Result::is_err), "something was sent to it: {met:?}");
}
