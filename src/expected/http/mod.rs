//! Registers from a web service.
//!
//! Invariant: a register is read to the end of its last page, or it is refused: what breaks off, what does not say where
//! it ends, and what only looks like an answer never becomes a shorter register. The `Authorization` header goes to the
//! configured addresses alone: redirects are not followed, and a next page must be of the same scheme, host and port.
//!
//! Pages stream: a thread makes rows of one while it comes. If it breaks off, its rows are taken back and it is asked for
//! again. Lines count on through all pages of a register; in JSON the n-th element is line n.

mod answer;
mod body;
mod intake;
mod json;
mod link;
mod service;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::time::Duration;

use chrono_tz::Tz;
use secrecy::SecretString;
use sha2::Digest as _;
use tokio::time::{sleep, timeout};
use url::Url;

use super::accounts::Accounts;
use super::contacts::Contacts;
use super::exceptions::Exceptions;
use super::faults::Fault;
use super::table::Table;
use crate::config::Expected;
use crate::domain::{Address, Register};
use answer::Answer;
use intake::{Carried, Intake};
use service::{Service, Trouble};

/// How long is waited, and how much is read.
#[derive(Clone, Copy)]
struct Limits {
    /// For everything.
    whole: Duration,
    /// Until a connection stands.
    connect: Duration,
    /// For the next piece of an answer.
    silence: Duration,
    /// Before a page is asked for again, each time; as long as `Retry-After` says, up to a minute.
    pauses: &'static [Duration],
    /// Bytes of one register, decompressed.
    bytes: u64,
    /// Pages of one register.
    pages: usize,
}

const LIMITS: Limits = Limits {
    whole: Duration::from_secs(600),
    connect: Duration::from_secs(10),
    silence: Duration::from_secs(30),
    pauses: &[Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)],
    bytes: 512 << 20,
    pages: 10_000,
};

pub(super) async fn read(
    authorization: Option<&SecretString>,
    settings: &Expected,
    default_member: &Address,
    zone: Tz,
) -> Result<Register, Vec<Fault>> {
    read_within(LIMITS, authorization, settings, default_member, zone).await
}

async fn read_within(
    limits: Limits,
    authorization: Option<&SecretString>,
    settings: &Expected,
    default_member: &Address,
    zone: Tz,
) -> Result<Register, Vec<Fault>> {
    let urls = [Some(&settings.accounts), Some(&settings.contacts), settings.exceptions.as_ref()];
    let sealed = urls.into_iter().flatten().any(|url| url.starts_with("https:"));
    let service = Service::new(limits, authorization, sealed).map_err(|fault| vec![fault])?;
    let mut reading = Reading { service, zone, carried: Carried::default(), faults: Vec::new() };
    let whole = async {
        reading.table(&settings.accounts, |source| Accounts::new(source, default_member)).await;
        reading.table(&settings.contacts, Contacts::new).await;
        if let Some(exceptions) = &settings.exceptions {
            reading.table(exceptions, Exceptions::new).await;
        }
    };
    if timeout(limits.whole, whole).await.is_err() {
        let problem = format!("the registers were not read within {} minutes", limits.whole.as_secs() / 60);
        let remedy = "look at the service; run again".to_owned();
        return Err(vec![Fault { file: place(&settings.accounts), line: None, problem, remedy }]);
    }
    if !reading.faults.is_empty() {
        return Err(reading.faults);
    }
    let mut register = reading.carried.register;
    register.fingerprint = reading.carried.hash.finalize().into();
    Ok(register)
}

/// Registers on their way.
struct Reading {
    service: Service,
    zone: Tz,
    carried: Carried,
    faults: Vec<Fault>,
}

impl Reading {
    /// Reads one register, also after another one failed, so that all faults are told.
    async fn table<T: Table + Send + 'static>(&mut self, url: &str, table: impl FnOnce(&str) -> T) {
        let source = place(url);
        let carried = std::mem::take(&mut self.carried);
        let intake = Intake::new(&source, table(&source), self.zone, self.service.limits.bytes, carried);
        let read = self.pages(url, &source, &intake).await;
        let (carried, missing) = intake.end();
        self.carried = carried;
        self.faults.extend(read.err().unwrap_or(missing));
    }

    async fn pages<T: Table + Send + 'static>(
        &self,
        url: &str,
        source: &str,
        intake: &Intake<T>,
    ) -> Result<(), Vec<Fault>> {
        let fault = |problem: &str, remedy: &str| {
            vec![Fault { file: source.to_owned(), line: None, problem: problem.to_owned(), remedy: remedy.to_owned() }]
        };
        let mut asked = HashSet::new();
        let mut next = Url::parse(url).ok();
        if next.is_none() {
            return Err(fault("it is no URL", "correct it in the section [expected]"));
        }
        while let Some(mut page) = next {
            page.set_fragment(None);
            if asked.len() >= self.service.limits.pages {
                let problem = format!("it has more than {} pages", self.service.limits.pages);
                return Err(fault(&problem, "let the service give larger pages, and end them"));
            }
            let number = asked.len() + 1;
            if !asked.insert(page.clone()) {
                return Err(fault("its pages lead back to one that was read", "mend the service's Link header"));
            }
            let read = self.page(&page, intake).await;
            next = read.map_err(|trouble| trouble.into_faults(source, number, self.service.is_authorized()))?;
        }
        Ok(())
    }

    /// Reads a page; gives the next one.
    async fn page<T: Table + Send + 'static>(&self, url: &Url, intake: &Intake<T>) -> Result<Option<Url>, Trouble> {
        let mut pauses = self.service.limits.pauses.iter();
        loop {
            let mark = intake.mark();
            let trouble = match self.once(url, intake).await {
                Ok(next) => return Ok(next),
                Err(trouble) => trouble,
            };
            let Some(wanted) = trouble.pause() else { return Err(trouble) };
            let Some(pause) = pauses.next() else { return Err(trouble) };
            tracing::debug!("{} is asked again: {trouble}", place(url.as_str()));
            intake.back_to(mark);
            sleep(wanted.unwrap_or(*pause)).await;
        }
    }

    async fn once<T: Table + Send + 'static>(&self, url: &Url, intake: &Intake<T>) -> Result<Option<Url>, Trouble> {
        let response = self.service.get(url).await?;
        let answer = Answer::of(&response)?;
        let next = link::next(response.headers(), url)?;
        let (sender, body) = body::body(answer.compressed, intake.bytes_left());
        let flaw = body.flaw();
        let parsing = intake.parse(answer.format, body);
        let sent = body::send(response, sender).await;
        let parsed = parsing.await;
        // What broke is the reason of whatever was found in it.
        sent?;
        match (flaw.get(), parsed) {
            (Some(flaw), _) => Err(Trouble::Unusable((*flaw).to_owned(), "mend the service's answer")),
            (None, Err(_)) => {
                Err(Trouble::Unusable("it could not be read: a fault of the program".into(), "run again"))
            }
            (None, Ok(Err(faults))) => Err(Trouble::Faults(faults)),
            (None, Ok(Ok(()))) => Ok(next),
        }
    }
}

/// A URL as a message may show it: its parameters may hold what is nobody's business.
fn place(url: &str) -> String {
    let (place, more) = url.split_once(['?', '#']).map_or((url, ""), |(place, _)| (place, "?…"));
    format!("{place}{more}")
}
