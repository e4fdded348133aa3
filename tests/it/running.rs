//! A run that is under way: to be told, frozen or killed; and what it leaves.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::harness::*;
use crate::smtp_sink::Sink;
use crate::stores::Store;

/// How long a run may take before a test calls it hanging.
const PATIENCE: Duration = Duration::from_secs(60);

/// What R18 grants after SIGTERM.
pub const LAST_WORDS: Duration = Duration::from_secs(5);

/// A process that was started and has not been waited for.
pub struct Running {
    child: Option<Child>,
}

impl Running {
    pub fn of(mut command: Command) -> Self {
        Self { child: Some(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()) }
    }

    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let pid = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// `kill -9`; nothing is left of the process when this returns. Says whether it was still there to be killed.
    pub fn kill(mut self) -> bool {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap().code().is_none()
    }

    /// Waits for its end.
    pub fn ends(self) -> Ran {
        self.ends_within(PATIENCE)
    }

    /// Waits for its end, which must come soon enough.
    pub fn ends_within(mut self, limit: Duration) -> Ran {
        let begun = Instant::now();
        let mut child = self.child.take().unwrap();
        let mut late = false;
        while child.try_wait().unwrap().is_none() {
            if begun.elapsed() > limit {
                late = true;
                child.kill().unwrap();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let ran = ran(child.wait_with_output().unwrap());
        assert!(!late, "not ended after {limit:?}; stderr:\n{}", ran.stderr);
        ran
    }

    /// Whether it has the store open.
    pub fn is_at(&self, store: &Store) -> bool {
        let process = format!("/proc/{}", self.child.as_ref().unwrap().id());
        let Ok(open) = fs::read_dir(format!("{process}/fd")) else { return false };
        let open: Vec<_> = open.flatten().flat_map(|entry| fs::read_link(entry.path())).collect();
        match store {
            Store::File(file) => open.contains(file),
            Store::Schema(_) => {
                // Of the columns of a connection: the other end, its state (01: established), the socket.
                let port = format!(":{:04X}", private_postgres::Server::shared().port());
                let connections = fs::read_to_string(format!("{process}/net/tcp")).unwrap_or_default();
                connections.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).any(|columns| {
                    columns[2].ends_with(&port)
                        && columns[3] == "01"
                        && open.iter().any(|file| file.as_os_str() == &*format!("socket:[{}]", columns[9]))
                })
            }
        }
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.as_mut().unwrap().try_wait().unwrap().is_some()
    }
}

impl Drop for Running {
    /// A test that fails leaves no process behind.
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Stage {
    /// Clients `C01`… with one missing account and one contact each, `person-1@acme.example`…, mailed over this sink.
    pub fn with_persons(count: usize, sink: &Sink) -> Self {
        let mut stage = Self::new(acme_world(1));
        stage.expects("C00", &acme(1), ACME).contact("C00", "nobody-is-mailed@acme.example");
        for number in 1..=count {
            let client = format!("C{number:02}");
            stage.expects(&client, &acme(number + 1), ACME).contact(&client, &person(number));
        }
        stage.mails_through(&sink.url());
        stage
    }

    /// Mails go to the server of this URL.
    pub fn mails_through(&mut self, url: &str) -> &mut Self {
        self.set("mail.transport", "\"smtp\"").set("mail.smtp_url", "{ env = \"SMTP_URL\" }").env("SMTP_URL", url);
        self.set("mail.max_per_minute", "100000")
    }

    /// Starts the run of a morning.
    pub fn starts(&self, day: &str) -> Running {
        self.write();
        self.joins(day)
    }

    /// Starts the run of a morning beside another one: nothing is written for it.
    pub fn joins(&self, day: &str) -> Running {
        Running::of(self.command(&["--now", &format!("{day}T04:30:00Z"), "run"]))
    }

    /// The column of a person's only account.
    pub fn of_person(&self, number: usize, column: &str) -> String {
        self.account(&acme(number + 1))[column].clone()
    }

    /// The report folder holds whole reports and nothing else under a final name, and `latest` names one of them.
    pub fn assert_reports_are_whole(&self) {
        let dir = self.path("reports");
        let Ok(entries) = fs::read_dir(&dir) else { return };
        let mut whole = 0;
        for entry in entries.map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if !name.starts_with('.') && name != "latest" {
                assert_manifest_holds(&entry.path());
                whole += 1;
            }
        }
        match fs::read_link(dir.join("latest")) {
            Ok(run) => assert!(dir.join(&run).join("manifest.json").is_file(), "latest names {}", run.display()),
            Err(_) => assert!(whole < 2, "{whole} reports and no latest"),
        }
    }

    /// The database is sound and everything is in place, by the product's own word.
    pub fn assert_is_sound(&self) {
        let told = self.does(&["check"]).ends_with(0).stdout;
        let word = if matches!(self.store, Store::File(_)) { "is sound" } else { "answers" };
        assert!(told.contains(&format!("{word}: schema")), "{told}");
        self.assert_reports_are_whole();
    }
}

/// Waits for something that must happen.
pub fn wait_for(what: &str, mut happened: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !happened() {
        assert!(begun.elapsed() < PATIENCE, "never came: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The address of a contact of [`Stage::with_persons`].
pub fn person(number: usize) -> String {
    format!("person-{number}@acme.example")
}

/// Every file is there with the size and hash that the manifest says, and no other.
pub fn assert_manifest_holds(folder: &std::path::Path) {
    use sha2::Digest as _;
    let manifest = fs::read_to_string(folder.join("manifest.json"))
        .unwrap_or_else(|error| panic!("{} has no manifest: {error}", folder.display()));
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let told = manifest["files"].as_array().unwrap();
    for file in told {
        let path = folder.join(file["name"].as_str().unwrap());
        let bytes = fs::read(&path).unwrap();
        let hash: String = sha2::Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((file["size"].as_u64(), file["sha256"].as_str()), (Some(bytes.len() as u64), Some(&*hash)));
    }
    assert_eq!(files(folder).len(), told.len() + 1, "{} holds what its manifest says", folder.display());
}
