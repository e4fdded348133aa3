//! aiosmtpd as a mail server that nobody here wrote: what it keeps is what was stored, byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::harness::*;
use crate::smtp_sink::Sink;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smtp/aiosmtpd_sink.py");

/// The server; ends with its stdin.
struct Peer {
    child: Child,
    port: u16,
}

impl Peer {
    fn start(stage: &Stage, certificate: &str, key: &str) -> Self {
        let Ok(python) = std::env::var("SDK_PYTHON") else {
            panic!(
                "SDK_PYTHON must name the python of a virtual environment with aiosmtpd. From the root of the repository:\n  \
                 python3 -m venv target/test-venv\n  \
                 target/test-venv/bin/pip install -r tests/sdk/requirements.txt\n  \
                 SDK_PYTHON=$PWD/target/test-venv/bin/python cargo test"
            )
        };
        fs::create_dir(stage.path("kept")).unwrap();
        fs::write(stage.path("certificate.pem"), certificate).unwrap();
        fs::write(stage.path("key.pem"), key).unwrap();
        let mut command = Command::new(&python);
        command.current_dir(stage.dir.path()).args([SCRIPT, "kept", "certificate.pem", "key.pem"]);
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
    let key = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let peer = Peer::start(&stage, &key.cert.pem(), &key.signing_key.serialize_pem());
    stage.env("SSL_CERT_FILE", stage.path("certificate.pem").to_str().unwrap());
    stage.mails_through(&format!("smtp://localhost:{}?tls=required", peer.port));
    stage.starts("2026-11-23").ends().ends_with(0);
    assert_eq!(stage.summary()["mails"]["sent"], 4);

    let kept = kept(&stage.path("kept"));
    let stored = stage.stored_mails();
    assert_eq!((kept.len(), stored.len()), (5, 5), "four persons and the operators");
    for mail in &stored {
        let recipient = if mail.person.is_empty() { "data-team@annalect-data.info" } else { &mail.person };
        let text = String::from_utf8_lossy(&kept[recipient]);
        assert_eq!(kept[recipient], mail.bytes, "to {recipient}:\n{text}");
        assert_eq!(mail.outcome, "accepted");
    }
}
