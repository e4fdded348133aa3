//! Addresses of PostgreSQL databases: the store's and the register's.
//!
//! Invariant: host, port and database of an address without a fault can be shown, and every parameter of it counts.

use url::Url;

/// Parameters that an address may have: what sqlx does not know it ignores, and an `sslmode` that is misspelt protects
/// nobody.
const PARAMETERS: [&str; 17] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
];

/// What is wrong with the address of a PostgreSQL database; never the address itself. What is not percent-encoded in a
/// password can end up as host or database, which are shown: such an address is refused.
#[must_use]
pub fn postgres_fault(address: &str) -> Option<&'static str> {
    let Ok(url) = Url::parse(address) else { return Some("user, password, host or port are malformed") };
    if url.fragment().is_some() || url.path().contains('@') {
        return Some("characters of user or password must be percent-encoded");
    }
    let is_known = |name: &str| PARAMETERS.contains(&name) || name == "options" || name.starts_with("options[");
    if !url.query_pairs().all(|(name, _)| is_known(&name)) {
        return Some("it has an unknown parameter");
    }
    None
}
