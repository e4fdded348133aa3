//! Mail: a letter becomes words, a finished message, and is handed to a server.
//!
//! Invariants: the same letter, settings and date give the same bytes; a message has exactly one recipient, whatever a
//! name holds; no log line, error or `Debug` shows an address; only this module knows lettre.
//!
//! In reading order: [`Writer`] turns a letter or a digest into a [`Message`] (`letter`, with `gist` and `owner`, and
//! `digest` say it in `texts`, `templates` lay it out, `list` takes what is too much for a body, `clean` makes foreign
//! names harmless, `message` assembles headers and parts); [`Postman`] delivers it at its `pace` (`smtp` holds
//! `dialogue`s over a `wire`, or `folder` writes files).

mod clean;
mod dialogue;
mod digest;
mod folder;
mod gist;
mod letter;
mod list;
mod message;
mod owner;
mod pace;
mod postman;
mod smtp;
mod specimen;

mod templates;
mod texts;
mod wire;
mod writer;

pub use message::Message;
pub use pace::Turn;
pub use postman::{Delivery, Postman};
pub use templates::{TemplateFault, TemplateFaults, strays};
pub use writer::Writer;

/// Why a message could not be written or the postman not be set up. Shows no address.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A template or a text failed for this letter.
    #[error("{0}")]
    Template(#[from] TemplateFault),
    /// lettre refuses an address.
    #[error("{what} is no address that can stand in a mail; correct it in the register or the configuration")]
    Address {
        /// Whose address, such as `the recipient's address`.
        what: &'static str,
    },
    /// The moment cannot stand in a `Date` header.
    #[error("the year of the mail's date lies outside 1970 to 9999; give another --now")]
    Date,
    /// The parts do not make a message.
    #[error("the mail could not be assembled: {0}")]
    Assembly(String),
    /// The SMTP URL cannot be used.
    #[error("mail.smtp_url: {0}")]
    SmtpUrl(&'static str),
}

#[cfg(test)]
mod tests;
