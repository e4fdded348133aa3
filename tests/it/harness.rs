//! A stage for scenarios: a folder with configuration and registers, a TikTok that can be changed, and the real binary.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mail_parser::{MessageParser, MimeHeaders as _};
use tempfile::TempDir;
use tiktok_simulator::{Options, Simulator, World};

use crate::stores::Store;

pub const MEMBER: &str = "data_extract@annalect-data.info";
pub const OTHER: &str = "omd-dk@annalect-data.info";
/// A secret that must never be seen anywhere: it is the token of [`MEMBER`].
pub const CANARY: &str = "canary-token-5f3a9c";
pub const ACME: &str = "7564000000000000003";
pub const BETA: &str = "7564000000000000004";

/// No command of a scenario takes longer.
const BOUNDED: Duration = Duration::from_secs(30);
/// What a command may need, of a debug build whose quiet runs take some twenty.
pub const MOST_MEGABYTES: u64 = 100;

/// The accounts of Acme, by number.
pub fn acme(number: usize) -> String {
    format!("71065410279{:08}", 4_000_000 + number * 7_919)
}

/// A world with one member and one Business Center, Acme, that shares accounts `1..=count`.
pub fn acme_world(count: usize) -> World {
    let mut world = World::new().member(MEMBER, CANARY).with_scopes(&[1, 15]).business_center(ACME, "Acme BC");
    for number in 1..=count {
        world = world.account(&acme(number), &format!("Acme {number}"));
    }
    world
}

/// One scenario's folder, TikTok and settings.
pub struct Stage {
    pub dir: TempDir,
    pub tiktok: Simulator,
    pub store: Store,
    accounts: Vec<String>,
    contacts: Vec<String>,
    settings: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
}

/// What a command left.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// A row of a report, by column.
pub type Row = BTreeMap<String, String>;

/// A mail as a mail program sees it.
#[derive(Debug, Clone)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub message_id: String,
    pub text: String,
    pub attachments: Vec<String>,
    pub bytes: Vec<u8>,
}

impl Stage {
    pub fn new(world: World) -> Self {
        let tiktok = Simulator::in_background(Options::default(), world).unwrap();
        let dir = TempDir::new().unwrap();
        let store = Store::of_environment(dir.path().join("state.db"));
        let mut stage = Self {
            dir,
            tiktok,
            store,
            accounts: Vec::new(),
            contacts: Vec::new(),
            settings: BTreeMap::new(),
            environment: BTreeMap::new(),
        };
        let url = stage.store.url();
        stage.env("TOKEN_1", CANARY).env("TOKEN_2", "token-2").env("STORE_URL", &url);
        stage
    }

    /// A row of the accounts register: client, account, Business Center (empty: not known).
    pub fn expects(&mut self, client: &str, account: &str, business_center: &str) -> &mut Self {
        self.accounts.push(format!("DK,{client},Client {client},{account},Name {account},{business_center},,,,"));
        self
    }

    pub fn forget_rows(&mut self) -> &mut Self {
        self.accounts.clear();
        self
    }

    pub fn contact(&mut self, client: &str, email: &str) -> &mut Self {
        self.contacts.push(format!("DK,{client},{email},,,client"));
        self
    }

    pub fn contact_row(&mut self, row: &str) -> &mut Self {
        self.contacts.push(row.to_owned());
        self
    }

    /// Sets a key, as `("guard.min_regressed", "1")`; the value is TOML.
    pub fn set(&mut self, key: &str, value: &str) -> &mut Self {
        self.settings.insert(key.to_owned(), value.to_owned());
        self
    }

    pub fn env(&mut self, name: &str, value: &str) -> &mut Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn unset(&mut self, name: &str) -> &mut Self {
        self.environment.remove(name);
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes configuration and registers.
    pub fn write(&self) {
        let header = "country,client_code,client_name,account_id,account_name,business_center_id,member,state,start_date,end_date";
        fs::write(self.path("accounts.csv"), format!("{header}\n{}\n", self.accounts.join("\n"))).unwrap();
        let header = "country,client_code,email,name,language,role";
        fs::write(self.path("contacts.csv"), format!("{header}\n{}\n", self.contacts.join("\n"))).unwrap();
        fs::write(self.path("reconciler.toml"), self.configuration()).unwrap();
    }

    fn configuration(&self) -> String {
        let mut sections: BTreeMap<&str, BTreeMap<&str, String>> = BTreeMap::new();
        let base_url = format!("{:?}", self.tiktok.base_url());
        for (key, value) in [
            ("tiktok.base_url", base_url.as_str()),
            ("tiktok.requests_per_second", "5000"),
            ("tiktok.requests_per_minute", "300000"),
            ("tiktok.retry_pause", "\"1ms\""),
            ("tiktok.suspension_pause", "\"50ms\""),
            ("tiktok.request_timeout", "\"2s\""),
            ("tiktok.max_attempts", "3"),
            ("expected.accounts", "\"accounts.csv\""),
            ("expected.contacts", "\"contacts.csv\""),
            ("store.url", "{ env = \"STORE_URL\" }"),
            ("store.lease", "\"1s\""),
            ("report.dir", "\"reports\""),
            ("mail.transport", "\"directory\""),
            ("mail.directory", "\"outbox\""),
            ("mail.from", "\"TikTok access <tiktok-access@annalect-data.info>\""),
            ("mail.operators", "[\"data-team@annalect-data.info\"]"),
            ("mail.agency_name", "\"Annalect\""),
        ]
        .into_iter()
        .chain(self.settings.iter().map(|(key, value)| (key.as_str(), value.as_str())))
        {
            let (section, key) = key.split_once('.').unwrap_or(("", key));
            sections.entry(section).or_default().insert(key, value.to_owned());
        }
        let mut text = String::new();
        for (section, keys) in sections {
            if !section.is_empty() {
                text.push_str(&format!("[{section}]\n"));
            }
            for (key, value) in keys {
                text.push_str(&format!("{key} = {value}\n"));
            }
        }
        text.push_str(&format!("[[tiktok.members]]\nemail = {MEMBER:?}\naccess_token = {{ env = \"TOKEN_1\" }}\n"));
        if self.tiktok.world(|world| format!("{world:?}").contains(OTHER)) {
            text.push_str(&format!("[[tiktok.members]]\nemail = {OTHER:?}\naccess_token = {{ env = \"TOKEN_2\" }}\n"));
        }
        text
    }

    /// The binary with these arguments, ready to be started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiktok-access-reconciler"));
        command
            .current_dir(self.dir.path())
            .env_clear()
            .envs(&self.environment)
            .args(["--config", "reconciler.toml"])
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Writes the inputs and runs a command.
    pub fn does(&self, arguments: &[&str]) -> Ran {
        self.write();
        ran(self.command(arguments).output().unwrap())
    }

    /// Writes the inputs and runs a command; gives its code, and its peak of memory in megabytes.
    pub fn peak_of(&self, arguments: &[&str]) -> (i32, u64) {
        self.write();
        let mut run = self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let status = format!("/proc/{}/status", run.id());
        let (began, mut peak) = (Instant::now(), 0);
        loop {
            // The high-water mark only rises: the last look before the end has it.
            let text = fs::read_to_string(&status).unwrap_or_default();
            let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            peak = mark.and_then(|kb| kb.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(peak);
            if let Some(ended) = run.try_wait().unwrap() {
                return (ended.code().unwrap_or(-1), peak / 1024);
            }
            if began.elapsed() > BOUNDED {
                run.kill().unwrap();
                run.wait().unwrap();
                panic!("it did not end in {BOUNDED:?}");
            }
            thread::sleep(Duration::from_millis(2)); // between two looks, for nothing to happen
        }
    }

    /// A run on the morning of a day.
    pub fn night(&self, day: &str) -> Ran {
        self.does(&["--now", &format!("{day}T04:30:00Z"), "run"])
    }

    /// A file of the newest report.
    pub fn latest(&self, file: &str) -> String {
        fs::read_to_string(self.path("reports/latest").join(file)).unwrap()
    }

    pub fn summary(&self) -> serde_json::Value {
        serde_json::from_str(&self.latest("summary.json")).unwrap()
    }

    /// The rows of `accounts.csv` of the newest report.
    pub fn rows(&self) -> Vec<Row> {
        rows(&self.latest("accounts.csv"))
    }

    /// The only row of an account.
    pub fn account(&self, account: &str) -> Row {
        let rows: Vec<Row> = self.rows().into_iter().filter(|row| row["account_id"] == account).collect();
        assert_eq!(rows.len(), 1, "one row of {account} in\n{}", self.latest("accounts.csv"));
        rows.into_iter().next().unwrap()
    }

    pub fn cause(&self, account: &str) -> String {
        self.account(account)["cause"].clone()
    }

    /// All mails in the outbox, to persons and operators.
    pub fn mails(&self) -> Vec<Mail> {
        mails(&self.path("outbox"))
    }

    /// Mails to client contacts and owners.
    pub fn letters(&self) -> Vec<Mail> {
        self.mails().into_iter().filter(|mail| !mail.to.starts_with("data-team@")).collect()
    }

    pub fn digests(&self) -> Vec<Mail> {
        self.mails().into_iter().filter(|mail| mail.to.starts_with("data-team@")).collect()
    }
}

impl Ran {
    /// Asserts the exit code, showing everything else where it is another.
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

pub fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

pub fn rows(csv: &str) -> Vec<Row> {
    csv::Reader::from_reader(csv.as_bytes()).deserialize().map(Result::unwrap).collect()
}

pub fn mails(folder: &Path) -> Vec<Mail> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "eml"))
        .map(|path| mail(&fs::read(path).unwrap()))
        .collect()
}

pub fn mail(bytes: &[u8]) -> Mail {
    let message = MessageParser::default().parse(bytes).unwrap();
    Mail {
        to: message.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or_default().to_owned(),
        subject: message.subject().unwrap_or_default().to_owned(),
        message_id: message.message_id().unwrap_or_default().to_owned(),
        text: message.body_text(0).unwrap_or_default().into_owned(),
        attachments: message.attachments().filter_map(|part| part.attachment_name().map(str::to_owned)).collect(),
        bytes: bytes.to_vec(),
    }
}

/// Every file below a folder, with its bytes; links are not followed.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries.map(Result::unwrap) {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.extend(files(&entry.path()));
        } else if kind.is_file() {
            found.insert(entry.path(), fs::read(entry.path()).unwrap());
        }
    }
    found
}
