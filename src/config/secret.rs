//! Secrets: never written in the file, only where to find them.
//!
//! Invariant: a secret is found and sound, or a fault says where it was looked for and never what was found.

use secrecy::SecretString;

use super::document::{Node, Origin, Value};
use super::environment::Environment;
use super::log::{Problem, Read};
use super::values;

const FORM: &str = "write { env = \"NAME\" } or { file = \"PATH\" }";

/// Where a secret is.
pub(super) enum Reference {
    Variable(String),
    File(String),
}

/// Reads where a secret is, without looking there. A variable may say where it is, too, but not what it is.
pub(super) fn reference(node: &Node) -> Read<Reference> {
    let Value::Table(table) = &node.value else {
        return Err(match node.origin {
            Origin::File(_) => {
                Problem::new("a secret is not written in the file", format!("{FORM}, and renew this secret"))
            }
            Origin::Within { .. } => Problem::new("a secret is not written here", format!("{FORM}, and renew it")),
            Origin::Variable { .. } => {
                let remedy = "remove this variable, and set the one that the file names";
                Problem::new("a secret cannot be overridden", remedy)
            }
        }
        .hidden());
    };
    let form = || Problem::new("this does not say where the secret is", FORM).hidden();
    let mut entries = table.iter();
    let (Some((kind, entry)), None) = (entries.next(), entries.next()) else { return Err(form()) };
    let place = values::text(&entry.node).map_err(Problem::hidden)?;
    match kind.as_str() {
        "env" => Ok(Reference::Variable(place)),
        "file" => Ok(Reference::File(place)),
        _ => Err(form()),
    }
}

/// Reads where a secret is, and fetches it.
pub(super) fn secret(environment: &Environment) -> impl Fn(&Node) -> Read<SecretString> {
    move |node| fetch(&reference(node)?, environment).map(SecretString::from)
}

/// Fetches a secret and checks it as what it must be.
pub(super) fn checked(
    environment: &Environment,
    check: impl Fn(&str) -> Result<(), Problem>,
) -> impl Fn(&Node) -> Read<SecretString> {
    move |node| sound(fetch(&reference(node)?, environment)?, &check)
}

/// A text that may stand in the file as long as `literal` finds no password in it, or a secret.
pub(super) fn checked_or_literal(
    environment: &Environment,
    check: impl Fn(&str) -> Result<(), Problem>,
    literal: impl Fn(&str) -> Result<(), Problem>,
) -> impl Fn(&Node) -> Read<SecretString> {
    move |node| {
        if let Value::Table(_) = node.value {
            return sound(fetch(&reference(node)?, environment)?, &check);
        }
        let text = values::text(node)?;
        literal(&text).map_err(Problem::hidden)?;
        check(&text)?;
        Ok(SecretString::from(text))
    }
}

fn sound(text: String, check: impl Fn(&str) -> Result<(), Problem>) -> Read<SecretString> {
    check(&text).map_err(Problem::hidden)?;
    Ok(SecretString::from(text))
}

fn fetch(reference: &Reference, environment: &Environment) -> Read<String> {
    let (text, place) = match reference {
        Reference::Variable(name) => {
            let Some(text) = environment.get(name) else {
                return Err(if is_customary(name) {
                    Problem::new(format!("the variable {name} is not set"), format!("set {name}"))
                } else {
                    let what = "no variable of this name is set; names are in capitals, such as TIKTOK_ACCESS_TOKEN";
                    Problem::new(what, "write the variable's name here, never the secret itself").hidden()
                });
            };
            (text.to_owned(), if is_customary(name) { format!("the variable {name}") } else { "the variable".into() })
        }
        Reference::File(path) => {
            let place = if path.contains(['/', '.']) { format!("the file {path}") } else { "the file".into() };
            let text = std::fs::read(path).map_err(|error| {
                let what = format!("{place} cannot be read: {}", error.kind());
                Problem::new(what, "mount or create it, readable for this user; it holds the secret alone").hidden()
            })?;
            let text = String::from_utf8(text).map_err(|_| {
                Problem::new(format!("{place} is not UTF-8 text"), "write the secret alone into it").hidden()
            })?;
            (text, place)
        }
    };
    let secret = text.strip_suffix('\n').map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
    if secret.trim().is_empty() {
        return Err(Problem::new(format!("{place} is empty"), "put the secret there").hidden());
    }
    if secret.chars().any(char::is_control) {
        return Err(Problem::new(format!("{place} holds more than one line"), "put the secret there alone").hidden());
    }
    Ok(secret.to_owned())
}

/// Capitals, digits and underscores: surely a name, not a secret that was put in its place.
fn is_customary(name: &str) -> bool {
    name.len() <= 64 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
