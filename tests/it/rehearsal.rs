//! A night in this process: the real pipeline over HTTP, files and database, quick enough for hundreds of them.
//!
//! [`Night::false_alarms`] holds a night against the world's truth: it is promise 1.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use mail_parser::MessageParser;
use reconciler::config::{self, Config, Environment};
use reconciler::domain::{Cause, Exit, Finding, History, Observation, Register, Status, Summary};
use reconciler::job::{self, Order};
use reconciler::judge::{self, Ending, Held, Scene as Judged};
use reconciler::store::Store;
use reconciler::{expected, tiktok};
use tempfile::TempDir;
use tiktok_simulator::{Options, Simulator};
use tokio_util::sync::CancellationToken;

use crate::harness::{CANARY, MEMBER, OTHER};
use crate::worlds::{APP, Row, SECRET, Scene, contact};

/// A TikTok, a folder with registers and state, and a configuration with short waits.
pub(crate) struct Rehearsal {
    pub(crate) tiktok: Simulator,
    pub(crate) config: Config,
    pub(crate) world: Scene,
    folder: TempDir,
}

/// What a night left.
pub(crate) struct Night {
    pub(crate) findings: Vec<Finding>,
    pub(crate) summary: Summary,
    /// This night's letters to contacts: the address, and all text in it.
    pub(crate) letters: BTreeMap<String, String>,
    /// Whom each account is shared with from the night's beginning to its end.
    shared: BTreeSet<(String, String)>,
    suspended: BTreeSet<String>,
}

impl Rehearsal {
    pub(crate) async fn of(scene: Scene) -> Self {
        Self::with(Options::default(), scene).await
    }

    pub(crate) async fn with(options: Options, scene: Scene) -> Self {
        let tiktok = Simulator::with(options, scene.world.clone()).await.unwrap();
        let folder = TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        fs::write(path("reconciler.toml"), configuration(&scene, &tiktok.base_url(), &path)).unwrap();
        let environment: Environment =
            [("TOKEN_1", CANARY), ("TOKEN_2", "token-2"), ("APP_SECRET", SECRET)].into_iter().collect();
        let config = config::load(&folder.path().join("reconciler.toml"), &environment).unwrap();
        let rehearsal = Self { tiktok, config, world: scene, folder };
        rehearsal.write_registers();
        rehearsal
    }

    /// Writes the registers as the scene now has them.
    pub(crate) fn write_registers(&self) {
        let mut accounts = "country,client_code,client_name,account_id,business_center_id,member\n".to_owned();
        let mut contacts = "country,client_code,email\n".to_owned();
        for Row { client, account, business_center, member } in &self.world.rows {
            accounts.push_str(&format!("DK,{client},Client {client},{account},{business_center},{member}\n"));
        }
        for client in self.world.rows.iter().map(|row| &row.client).collect::<BTreeSet<_>>() {
            contacts.push_str(&format!("DK,{client},{}\n", contact(client)));
        }
        fs::write(self.path("accounts.csv"), accounts).unwrap();
        fs::write(self.path("contacts.csv"), contacts).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The run of a day's early morning.
    pub(crate) async fn night(&self, day: &str) -> Night {
        let before = self.letters();
        let shared = self.shared();
        let order = Order {
            config: &self.config,
            now: format!("{day}T04:30:00Z").parse().unwrap(),
            now_is_given: true,
            begun: std::time::Instant::now(),
            stop: CancellationToken::new(),
            progress: Arc::new(|_| {}),
        };
        let outcome = job::run(&order).await.unwrap();
        let still = self.shared();
        let letters = self.letters().into_iter().filter(|(path, _)| !before.contains_key(path));
        Night {
            findings: outcome.findings,
            summary: outcome.summary,
            letters: letters.map(|(_, letter)| letter).collect(),
            shared: shared.intersection(&still).cloned().collect(),
            suspended: self.world.suspended.clone(),
        }
    }

    /// The same night without words and memory: what `job` reads and judges, and whom it would mail about what. Mails cost
    /// nine tenths of a night.
    pub(crate) async fn judged(&self, day: &str) -> Night {
        let shared = self.shared();
        let register = self.register().await;
        let history = self.history(day).await;
        let reader = self.reader();
        let mut observation = reader.observe().await;
        let scene = self.scene(&register, &observation, &history, day);
        let wanted = judge::wanted_states(&scene);
        reader.read_states(&mut observation, &wanted).await;
        let doubts = judge::judge(&self.scene(&register, &observation, &history, day)).doubts;
        if !doubts.is_empty() {
            reader.look_again(&mut observation, &doubts).await;
        }
        let scene = self.scene(&register, &observation, &history, day);
        let judge::Judgement { findings, unread, .. } = judge::judge(&scene);
        let reminded = judge::remind(&scene, &self.config.reminders, &self.config.addressing, &findings);
        let held = Held { letters: reminded.letters.len(), first_mailed: reminded.first_mailed, store_lost: false };
        let guards = judge::guards(&scene, &self.config.guards, &findings, held);
        let ids = |letter: &reconciler::domain::Letter| {
            letter.content.asked.iter().map(|gap| gap.account_id.to_string()).collect::<Vec<_>>().join("\n")
        };
        let letters = reminded.letters.iter().filter(|_| guards.is_empty());
        let letters = letters.map(|letter| (letter.to.as_str().to_owned(), ids(letter))).collect();
        let summary = judge::summarize(&scene, &findings, &unread, &Ending { guards, ..Ending::default() });
        let shared = shared.intersection(&self.shared()).cloned().collect();
        Night { findings, summary, letters, shared, suspended: self.world.suspended.clone() }
    }

    pub(crate) fn reader(&self) -> tiktok::Reader {
        tiktok::Reader::new(&self.config.tiktok, CancellationToken::new(), Arc::new(|_| {})).unwrap()
    }

    pub(crate) async fn register(&self) -> Register {
        expected::read(&self.config.expected, &self.config.rules.members[0], self.config.zone()).await.unwrap()
    }

    async fn history(&self, day: &str) -> History {
        match Store::open_read_only(&self.config.store.url).await.unwrap() {
            Some(store) => store.history(day.parse().unwrap()).await.unwrap(),
            None => History::default(),
        }
    }

    pub(crate) fn scene<'a>(
        &'a self,
        register: &'a Register,
        observation: &'a Observation,
        history: &'a History,
        day: &str,
    ) -> Judged<'a> {
        let today: NaiveDate = day.parse().unwrap();
        Judged { register, observation, history, rules: &self.config.rules, today }
    }

    /// Every account that a member sees in truth.
    pub(crate) fn shared(&self) -> BTreeSet<(String, String)> {
        let members: &[&str] = if self.world.two_members { &[MEMBER, OTHER] } else { &[MEMBER] };
        let mut shared = BTreeSet::new();
        self.tiktok.world(|world| {
            for member in members {
                for bc in &self.world.business_centers {
                    let accounts = world.assigned_in(bc, member).into_iter();
                    shared.extend(accounts.map(|(account, _)| ((*member).to_owned(), account)));
                }
            }
        });
        shared
    }

    fn letters(&self) -> BTreeMap<PathBuf, (String, String)> {
        let Ok(entries) = fs::read_dir(self.path("outbox")) else { return BTreeMap::new() };
        let mails =
            entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "eml"));
        let letters = mails.map(|path| (letter(&fs::read(&path).unwrap()), path));
        letters.filter(|((to, _), _)| to.ends_with(".client.example")).map(|(letter, path)| (path, letter)).collect()
    }
}

fn letter(bytes: &[u8]) -> (String, String) {
    let message = MessageParser::default().parse(bytes).unwrap();
    let to = message.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or_default().to_owned();
    let texts = message.parts.iter().filter_map(|part| part.text_contents()).collect::<Vec<_>>();
    (to, texts.join("\n"))
}

fn configuration(scene: &Scene, base_url: &str, path: &dyn Fn(&str) -> String) -> String {
    let witness = format!("app_id = {APP:?}\napp_secret = {{ env = \"APP_SECRET\" }}");
    let other = format!("[[tiktok.members]]\nemail = {OTHER:?}\naccess_token = {{ env = \"TOKEN_2\" }}");
    format!(
        r#"
[tiktok]
base_url = {base_url:?}
requests_per_second = 100000
requests_per_minute = 6000000
retry_pause = "1ms"
suspension_pause = "20ms"
request_timeout = "30s"
max_attempts = 3
[[tiktok.members]]
email = {MEMBER:?}
access_token = {{ env = "TOKEN_1" }}
{witness}
{other}
[expected]
accounts = {accounts:?}
contacts = {contacts:?}
[store]
url = {store:?}
[report]
dir = {reports:?}
[mail]
transport = "directory"
directory = {outbox:?}
from = "TikTok access <tiktok-access@annalect-data.info>"
operators = ["data-team@annalect-data.info"]
agency_name = "Annalect"
"#,
        witness = if scene.witness { witness.as_str() } else { "" },
        other = if scene.two_members { other.as_str() } else { "" },
        accounts = path("accounts.csv"),
        contacts = path("contacts.csv"),
        store = format!("sqlite://{}", path("state.db")),
        reports = path("reports"),
        outbox = path("outbox"),
    )
}

impl Night {
    pub(crate) fn code(&self) -> u8 {
        self.summary.exit_code
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.summary.complete
    }

    /// The finding about an account.
    pub(crate) fn finding(&self, account: &str) -> &Finding {
        self.findings.iter().find(|finding| finding.account_text() == account).unwrap()
    }

    pub(crate) fn cause(&self, account: &str) -> Cause {
        self.finding(account).cause
    }

    pub(crate) fn is_missing(&self, account: &str) -> bool {
        self.finding(account).status == Status::Missing
    }

    /// Whether a client's contact was told of an account.
    pub(crate) fn mailed(&self, client: &str, account: &str) -> bool {
        self.letters.get(&contact(client)).is_some_and(|text| text.contains(account))
    }

    /// PROMISE 1. Every account that is called missing, or named in a mail to a contact, although the expected member sees
    /// it; and a run that did not read everything and says that all is well.
    pub(crate) fn false_alarms(&self) -> Vec<String> {
        let mut alarms = false_alarms(&self.findings, &self.shared, &self.suspended);
        for finding in &self.findings {
            let Some(client) = &finding.client else { continue };
            if is_shared(finding, &self.shared) && self.mailed(&client.code, &finding.account_text()) {
                alarms.push(format!("{} is shared, and {} was mailed about it", finding.account_text(), client.code));
            }
        }
        let (complete, code) = (self.is_complete(), self.code());
        if !complete && code == Exit::Done.code() {
            alarms.push("the run was not complete and ended with code 0".to_owned());
        }
        alarms
    }
}

/// Accounts that are called missing although their member sees them. (A row of a Business Center that TikTok has
/// suspended is `business_center_suspended` whatever its listing says: nobody is mailed for it.)
pub(crate) fn false_alarms(
    findings: &[Finding],
    shared: &BTreeSet<(String, String)>,
    suspended: &BTreeSet<String>,
) -> Vec<String> {
    let is_suspended = |finding: &Finding| {
        finding.cause == Cause::BusinessCenterSuspended
            && finding.client_business_centers.iter().any(|(id, _)| suspended.contains(&id.to_string()))
    };
    let missing = findings.iter().filter(|finding| finding.status == Status::Missing);
    missing
        .filter(|finding| is_shared(finding, shared) && !is_suspended(finding))
        .map(|finding| format!("{} is shared and called missing: {}", finding.account_text(), finding.cause.as_str()))
        .collect()
}

fn is_shared(finding: &Finding, shared: &BTreeSet<(String, String)>) -> bool {
    let member = finding.member.as_ref().map(|member| member.as_str().to_owned()).unwrap_or_default();
    shared.contains(&(member, finding.account_text().into_owned()))
}
