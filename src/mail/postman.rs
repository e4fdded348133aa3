//! Hands messages to a server or a folder.
//!
//! Invariant: one call, one dialogue, one outcome; [`MailOutcome::Accepted`] only after the server's 2xx to the whole
//! message, or after the file is on the disk.

use super::folder::Folder;
use super::message::Message;
use super::pace::{Pace, Standing, Turn};
use super::smtp::Server;
use super::{Error, clean};
use crate::config;
use crate::domain::MailOutcome;

/// How a delivery ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// What it means for the mail.
    pub outcome: MailOutcome,
    /// The server's words or ours, cleaned: one line without any address.
    pub reply: String,
}

/// Delivers messages: as many at once as the caller asks for, over at most four connections.
#[derive(Debug)]
pub struct Postman {
    way: Way,
    rehearsal: bool,
    pace: Pace,
}

#[derive(Debug)]
enum Way {
    Smtp(Box<Server>),
    Folder(Folder),
}

impl Postman {
    /// Prepares; nothing is connected yet.
    ///
    /// # Errors
    /// An SMTP URL that cannot be used.
    pub fn new(settings: &config::Mail) -> Result<Self, Error> {
        Self::with_roots(settings, Vec::new())
    }

    /// As [`Postman::new`], trusting further roots (PEM) besides the system's; for tests.
    ///
    /// # Errors
    /// As [`Postman::new`].
    #[doc(hidden)]
    pub fn with_roots(settings: &config::Mail, roots: Vec<Vec<u8>>) -> Result<Self, Error> {
        let (way, limit) = match &settings.transport {
            config::Transport::Smtp { url } => {
                (Way::Smtp(Box::new(Server::new(url, &settings.from, roots)?)), Some(settings.max_per_minute))
            }
            config::Transport::Directory { path } => (Way::Folder(Folder { path: path.clone() }), None),
        };
        Ok(Self { way, rehearsal: settings.redirect_to.is_some(), pace: Pace::new(limit) })
    }

    /// Waits until the next message may go (`mail.max_per_minute`, and pauses while the server takes nothing). Nothing is
    /// sent, so that it can be left at any moment; to be called before the intent is stored.
    pub async fn turn(&self) -> Turn<'_> {
        self.pace.turn().await
    }

    /// Whether the server took nothing from anybody, and still not after all pauses: more mails are of no use in this run.
    pub fn has_given_up(&self) -> bool {
        self.pace.has_given_up()
    }

    /// One SMTP dialogue, or one durably written file. Never panics; leaving it midway makes the mail doubtful.
    pub async fn deliver(&self, message: &Message, turn: Turn<'_>) -> Delivery {
        let (delivery, standing) = match &self.way {
            Way::Smtp(server) => server.deliver(message).await,
            Way::Folder(folder) => (folder.deliver(message).await, Standing::Serves),
        };
        turn.met(standing);
        let outcome = match delivery.outcome {
            MailOutcome::Accepted if self.rehearsal => MailOutcome::Redirected,
            // It is the rehearsal's address that the server refuses, not the person's.
            MailOutcome::Suppressed if self.rehearsal => MailOutcome::Failed,
            other => other,
        };
        Delivery { outcome, reply: clean::reply(&delivery.reply) }
    }

    /// For `check`: connects, agrees on TLS, signs in, or tries the folder.
    ///
    /// # Errors
    /// A sentence with the remedy, without any address.
    pub async fn check(&self) -> Result<String, String> {
        match &self.way {
            Way::Smtp(server) => server.check().await,
            Way::Folder(folder) => folder.check().await,
        }
    }

    /// Says goodbye to the server, if one is connected.
    pub async fn close(&self) {
        if let Way::Smtp(server) = &self.way {
            server.close().await;
        }
    }

    /// Shortens every wait, for tests of silence.
    #[cfg(test)]
    pub(super) fn impatient(mut self, limit: std::time::Duration) -> Self {
        if let Way::Smtp(server) = &mut self.way {
            server.patience = super::dialogue::Patience { greeting: limit, reply: limit, text: limit };
        }
        self
    }
}
