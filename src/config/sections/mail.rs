//! `[mail]`: how mail is sent, in whose name, and who gets it where the register does not say.

use std::collections::BTreeSet;
use std::path::PathBuf;

use url::Url;

use crate::config::log::Problem;
use crate::config::reader::Section;
use crate::config::{Mail, Transport, secret, values};
use crate::domain::{Addressing, fold};

#[derive(Clone, Copy)]
enum Way {
    Smtp,
    Directory,
}

/// How mail is sent, the operators and languages, and how many mails a run may send; nothing only after a fault.
pub(in crate::config) fn mail(mut section: Section<'_>) -> Option<(Mail, Addressing, u64)> {
    let environment = section.environment();
    let ways = &[("smtp", Way::Smtp), ("directory", Way::Directory)];
    let way = section.or("transport", Way::Smtp, values::choice(ways));
    let path = section.or("directory", "outbox".to_owned(), values::text);
    let transport = match way {
        Way::Smtp => {
            let url = section.required("smtp_url", "{ env = \"SMTP_URL\" }", secret::checked(environment, smtp));
            url.map(|url| Transport::Smtp { url })
        }
        Way::Directory => {
            // It may stay in the file for the day it is needed; the secret need not be there.
            section.optional("smtp_url", secret::reference);
            Some(Transport::Directory { path: path.into() })
        }
    };
    let from = section.required("from", "\"Name <address>\"", values::mailbox);
    let reply_to = section.optional("reply_to", values::address);
    if !section.has("operators") {
        section.missing("operators", "[\"address\"]");
    }
    let operators = section.list("operators", values::address).map(|mut list| {
        let mut seen = BTreeSet::new();
        list.retain(|address| seen.insert(address.clone()));
        list
    });
    let agency_name = section.optional("agency_name", values::text);
    let guide_url = section.optional("guide_url", values::web);
    let languages = section.map("languages", fold, values::language);
    let redirect_to = section.optional("redirect_to", values::address);
    let templates = section.optional("templates", values::text).map(PathBuf::from);
    let max_per_run = section.or("max_per_run", 500, values::integer(0..=1_000_000));
    let max_per_minute = section.or("max_per_minute", 60, values::integer(1..=100_000));
    if operators.as_ref().is_some_and(Vec::is_empty) {
        section.missing("operators", "[\"address\"]");
    }
    section.finish();
    let (from_name, from) = from?;
    let domain = from.as_str().rsplit('@').next().unwrap_or_default().to_owned();
    let agency_name = agency_name.unwrap_or_else(|| if from_name.is_empty() { domain } else { from_name.clone() });
    let mail = Mail {
        transport: transport?,
        reply_to: reply_to.unwrap_or_else(|| from.clone()),
        from_name,
        from,
        agency_name,
        guide_url,
        redirect_to,
        templates,
        max_per_minute,
    };
    Some((mail, Addressing { operators: operators?, languages }, max_per_run))
}

/// TLS, or a server to which no password is sent, or this machine.
fn smtp(text: &str) -> Result<(), Problem> {
    let remedy = "keep smtps://user:password@host or smtp://user:password@host?tls=required there";
    let url = Url::parse(text).map_err(|error| Problem::new(format!("this is no URL: {error}"), remedy))?;
    if !matches!(url.scheme(), "smtp" | "smtps") {
        return Err(Problem::new("this is no URL with smtps:// or smtp://", remedy));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(Problem::new("this names no server", remedy));
    }
    let mut required = url.scheme() == "smtps";
    for (name, value) in url.query_pairs() {
        match (name.as_ref(), value.as_ref()) {
            ("tls", "required") => required = true,
            _ => return Err(Problem::new("this has a parameter other than tls=required", remedy)),
        }
    }
    if required || url.password().is_none() || values::is_loopback(&url) {
        return Ok(());
    }
    Err(Problem::new("this would send the password unencrypted", remedy))
}
