//! Judges a night from two CSV files and writes its two tables, for P7: the product's own functions, without TikTok, store
//! and mail.
//!
//! `judging CONFIG ACTUAL OUT` reads the registers of the configuration and what is shared from `ACTUAL`, and writes
//! `OUT/diff.csv` and `OUT/accounts.csv`.

use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use reconciler::domain::{
    AccountId, Address, BusinessCenter, BusinessCenterId, BusinessCenterList, BusinessCenterStatus, ByAccount, History,
    ListedAccount, Listing, MemberView, Observation, Reading, Role, Standing, StatedRole, Terms, Texts, Witness,
};
use reconciler::{config, expected, judge, report};

type Fault = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Fault> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, config, actual, out] = &arguments[..] else { return Err("usage: judging CONFIG ACTUAL OUT".into()) };
    let start = Instant::now();
    let config = config::load(Path::new(config), &config::Environment::of_process())?;
    let member = config.rules.members.first().ok_or("no member")?;

    // Side by side: a night reads the one from disk while TikTok sends the other.
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let (register, observation) = std::thread::scope(|scope| {
        let observation = scope.spawn(|| observation(Path::new(actual), member));
        let register = runtime.block_on(expected::read(&config.expected, member, config.zone()));
        (register, observation.join())
    });
    let (register, observation) = (register?, observation.map_err(|_| "the reader of ACTUAL panicked")??);
    tell("read", start);

    let history = History::default();
    let scene = judge::Scene {
        register: &register,
        observation: &observation,
        history: &history,
        rules: &config.rules,
        today: chrono::NaiveDate::from_ymd_opt(2026, 11, 23).ok_or("no day")?,
    };
    let findings = judge::judge(&scene).findings;
    tell("judged", start);

    let rows = report::sorted(&findings);
    tell("sorted", start);
    let out = Path::new(out);
    write(&out.join("diff.csv"), |to| report::csv(rows.iter().copied().filter(|row| row.is_difference()), to))?;
    write(&out.join("accounts.csv"), |to| report::csv(rows.iter().copied().filter(|row| row.is_judged()), to))?;
    tell("written", start);
    // The memory goes back with the process.
    std::process::exit(0);
}

/// Times and memory of the steps, for whoever looks for the one to mend.
#[expect(clippy::print_stderr, reason = "a measurement is its output")]
fn tell(step: &str, start: Instant) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let memory = status.lines().filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS"));
    let memory: Vec<&str> = memory.map(|line| line.trim_end_matches(" kB").trim_start_matches("Vm")).collect();
    eprintln!("{step} at {:.3} s, {}", start.elapsed().as_secs_f64(), memory.join(", ").replace('\t', " "));
}

fn write(path: &Path, table: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> std::io::Result<()> {
    let mut to = BufWriter::with_capacity(1 << 16, File::create(path)?);
    table(&mut to)?;
    to.flush()
}

/// What the member sees: `account_id,account_name,business_center_id,business_center_name,role`, nothing quoted. Stands for
/// the reading of TikTok, so it is as short as that allows.
fn observation(path: &Path, member: &Address) -> Result<Observation, Fault> {
    let mut business_centers = BTreeMap::new();
    let mut listings: BTreeMap<BusinessCenterId, Listing> = BTreeMap::new();
    let mut owners: HashSet<Arc<str>> = HashSet::new();
    let mut lines = BufReader::with_capacity(1 << 16, File::open(path)?);
    let mut names = Texts::default();
    let mut line = String::new();
    lines.read_line(&mut line)?; // the header
    let mut before: Option<Arc<Terms>> = None;
    loop {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            break;
        }
        let mut cells = line.trim_end_matches('\n').split(',');
        let mut cell = || cells.next().ok_or("a row of ACTUAL is too short");
        let (account_id, name, id) = (AccountId::parse(cell()?)?, cell()?, BusinessCenterId::parse(cell()?)?);
        let (owner, role) = (cell()?, role(cell()?));
        let listing = listings.entry(id).or_insert_with(|| {
            owners.insert(owner.into());
            let name = owners.get(owner).cloned().unwrap_or_default();
            business_centers.insert(id, BusinessCenter { name, status: BusinessCenterStatus::Usable });
            Listing { reading: Reading::Complete { twice: false }, accounts: Vec::new(), request_id: None }
        });
        let terms = Terms { role, owner: owners.get(owner).cloned() };
        let terms = Arc::clone(match &mut before {
            Some(before) if **before == terms => before,
            before => before.insert(Arc::new(terms)),
        });
        listing.accounts.push(ListedAccount { account_id, name: names.add(name), terms });
    }
    for listing in listings.values_mut() {
        listing.accounts.sort_by_key(|account| account.account_id.get());
    }
    let view = MemberView {
        member: member.clone(),
        standing: Standing::Good,
        list: BusinessCenterList { reading: Reading::Complete { twice: false }, business_centers },
        listings,
        infos: ByAccount::default(),
        witness: Witness::NotAsked,
    };
    Ok(Observation { members: vec![view] })
}

fn role(word: &str) -> StatedRole {
    match word {
        "ANALYST" => StatedRole::Known(Role::Analyst),
        "OPERATOR" => StatedRole::Known(Role::Operator),
        "ADMIN" => StatedRole::Known(Role::Admin),
        other => StatedRole::New(other.into()),
    }
}
