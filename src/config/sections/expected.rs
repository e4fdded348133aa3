//! `[expected]` and `[store]`: where is read what should be, and where is remembered what was.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::config::document::Node;
use crate::config::log::{Problem, Read};
use crate::config::reader::Section;
use crate::config::{Expected, Source, Store, postgres_fault, secret, values};
use crate::domain::AccountId;

#[derive(Clone, Copy)]
enum Kind {
    Csv,
    Sql,
    Http,
}

/// Where the registers are, and the canaries; nothing only after a fault.
pub(in crate::config) fn expected(mut section: Section<'_>) -> Option<(Expected, Vec<AccountId>)> {
    let environment = section.environment();
    let kinds = &[("csv", Kind::Csv), ("sql", Kind::Sql), ("http", Kind::Http)];
    let kind = section.or("source", Kind::Csv, values::choice(kinds));
    let register = |node: &Node| match kind {
        Kind::Csv => values::text(node),
        Kind::Sql => values::prose(node),
        Kind::Http => service(node),
    };
    let accounts = section.required("accounts", "\"clients/accounts.csv\"", register);
    let contacts = section.required("contacts", "\"clients/contacts.csv\"", register);
    let exceptions = section.optional("exceptions", register);
    let source = match kind {
        // What another kind needs may stay in the file; its secrets need not be there.
        Kind::Csv => {
            section.optional("url", secret::reference);
            section.optional("authorization", secret::reference);
            Some(Source::Csv)
        }
        Kind::Sql => {
            section.optional("authorization", secret::reference);
            let url =
                section.required("url", "{ env = \"CAMPAIGN_MAPPING_URL\" }", secret::checked(environment, database));
            url.map(|url| Source::Sql { url })
        }
        Kind::Http => {
            section.optional("url", secret::reference);
            let authorization = section.optional("authorization", secret::secret(environment));
            Some(Source::Http { authorization })
        }
    };
    let canaries = section.list("canaries", values::account).unwrap_or_default();
    section.finish();
    Some((Expected { source: source?, accounts: accounts?, contacts: contacts?, exceptions }, canaries))
}

/// A URL to which the `Authorization` header may be sent.
fn service(node: &Node) -> Read<String> {
    let url = values::web(node)?;
    if url.scheme() == "http" && !values::is_loopback(&url) {
        return Err(Problem::new(
            "this would be read unencrypted",
            "write https://; http:// is for a loopback address only",
        ));
    }
    Ok(url.into())
}

/// Where state is kept.
pub(in crate::config) fn store(mut section: Section<'_>) -> Store {
    let url = secret::checked_or_literal(section.environment(), database, no_password);
    let store = Store {
        url: section.or("url", SecretString::from("sqlite://state/reconciler.db"), url),
        lease: section.or("lease", Duration::from_secs(60), values::duration(Duration::from_secs(1))),
        keep_days: section.or("keep_days", 800, values::integer(1..=36_500)),
    };
    section.finish();
    store
}

fn database(text: &str) -> Result<(), Problem> {
    let remedy = "write sqlite://PATH or postgres://USER@HOST/DATABASE";
    if let Some(path) = text.strip_prefix("sqlite://") {
        let path = path.split('?').next().unwrap_or_default();
        return if path.is_empty() { Err(Problem::new("this names no file", remedy)) } else { Ok(()) };
    }
    if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
        return Err(Problem::new("this is no database", remedy));
    }
    match postgres_fault(text) {
        Some(reason) => Err(Problem::new(format!("this address is not understood: {reason}"), remedy)),
        None => Ok(()),
    }
}

fn no_password(text: &str) -> Result<(), Problem> {
    let Ok(url) = Url::parse(text) else { return Ok(()) };
    let asked = url.query_pairs().any(|(name, _)| name.eq_ignore_ascii_case("password"));
    if url.password().is_none() && !asked {
        return Ok(());
    }
    let remedy = "write { env = \"NAME\" } or { file = \"PATH\" }, and renew this password";
    Err(Problem::new("a password is not written in the file", remedy))
}
