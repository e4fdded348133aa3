//! aiosmtpd as a mail server that nobody here wrote: what it keeps is what was stored, byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rstest::rstest;

use crate::harness::*;
use crate::smtp_sink::Sink;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smtp/aiosmtpd_sink.py");

/// The server; ends with its stdin.
struct Peer {
    child: Child,
    port: u16,
}

impl Peer {
    /// Its certificate is trusted by the stage's runs.
    fn start(stage: &mut Stage, settings: &[&str]) -> Self {
        let Ok(python) = std::env::var("SDK_PYTHON") else {
            panic!(
                "SDK_PYTHON must name the python of a virtual environment with aiosmtpd. From the root of the repository:\n  \
                 python3 -m venv target/test-venv\n  \
                 target/test-venv/bin/pip install -r tests/sdk/requirements.txt\n  \
                 SDK_PYTHON=$PWD/target/test-venv/bin/python cargo test"
            )
        };
        let key = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        fs::create_dir(stage.path("kept")).unwrap();
        fs::write(stage.path("certificate.pem"), key.cert.pem()).unwrap();
        fs::write(stage.path("key.pem"), key.signing_key.serialize_pem()).unwrap();
        stage.env("SSL_CERT_FILE", stage.path("certificate.pem").to_str().unwrap());
        let mut command = Command::new(&python);
        command.current_dir(stage.dir.path()).args([SCRIPT, "kept", "certificate.pem", "key.pem"]).args(settings);
        let mut child = match command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() {
            Ok(child) => child,
            Err(error) => panic!("SDK_PYTHON={python} cannot be started: {error}"),
        };
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Ok(port) = line.trim().parse() else {
            panic!("{SCRIPT} does not say its port; install again: pip install -r tests/sdk/requirements.txt")
        };
        Self { child, port }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// What the server kept, by recipient.
fn kept(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let named = |(path, bytes): (std::path::PathBuf, Vec<u8>)| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let (_, recipient) = name.trim_end_matches(".eml").split_once('-').unwrap();
        (recipient.to_owned(), bytes)
    };
    files(folder).into_iter().map(named).collect()
}

#[test]
fn what_aiosmtpd_gets_over_starttls_is_what_was_stored_byte_for_byte() {
    let sink = Sink::start();
    let mut stage = Stage::with_persons(3, &sink);
    // A name that needs encoding, in a language that does, too.
    stage.contact_row("DK,C02,soren@acme.example,\"Søren “Ærlig” Ødegård\",da,client");
    let peer = Peer::start(&mut stage, &["starttls"]);
    stage.mails_through(&format!("smtp://localhost:{}?tls=required", peer.port));
    stage.starts("2026-11-23").ends().ends_with(0);
    assert_eq!(stage.summary()["mails"]["sent"], 4);

    let kept = kept(&stage.path("kept"));
    let stored = stage.store.mails();
    assert_eq!((kept.len(), stored.len()), (5, 5), "four persons and the operators");
    for mail in &stored {
        let recipient = if mail.person.is_empty() { "data-team@annalect-data.info" } else { &mail.person };
        let text = String::from_utf8_lossy(&kept[recipient]);
        assert_eq!(kept[recipient], mail.bytes, "to {recipient}:\n{text}");
        assert_eq!(mail.outcome, "accepted");
    }
}

#[rstest]
fn aiosmtpd_takes_our_sign_in_and_refuses_a_wrong_password(
    #[values("PLAIN", "LOGIN")] mechanism: &str,
    #[values("starttls", "implicit")] tls: &str,
) {
    let sink = Sink::start();
    let mut stage = Stage::with_persons(2, &sink);
    let peer = Peer::start(&mut stage, &[tls, mechanism, "reconciler@annalect-data.info", "s@cret/ø"]);
    let (scheme, parameter) = if tls == "implicit" { ("smtps", "") } else { ("smtp", "?tls=required") };
    let url = |password: &str| {
        format!("{scheme}://reconciler%40annalect-data.info:{password}@localhost:{}{parameter}", peer.port)
    };
    stage.mails_through(&url("canary-password-77"));
    let refused = stage.starts("2026-11-23").ends().ends_with(6);
    assert!(refused.stderr.contains("535"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("canary-password-77"), "{}", refused.stderr);
    assert_eq!(stage.summary()["mails"]["failed"], 2);
    assert!(kept(&stage.path("kept")).is_empty());

    stage.mails_through(&url("s%40cret%2F%C3%B8"));
    stage.starts("2026-11-24").ends().ends_with(0);
    assert_eq!(stage.summary()["mails"]["sent"], 2);
    assert_eq!(kept(&stage.path("kept")).len(), 3, "two persons and the operators");
}
