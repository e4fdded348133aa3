//! What is said over one connection for one message.
//!
//! Invariants: every wait has an end; a fault is at [`Stage::Dot`] exactly when the whole text may have reached the
//! server and its answer did not reach us.

use std::fmt::Display;
use std::iter;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::time::timeout;

use super::message::{Message, mail_address};
use crate::domain::MailOutcome;

/// Longest waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For the connection, TLS and the greeting.
    pub(super) greeting: Duration,
    /// For each answer.
    pub(super) reply: Duration,
    /// For the text and the answer after its final dot (RFC 5321, 4.5.3.2.6).
    pub(super) text: Duration,
}

/// Where in the dialogue something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Before,
    Recipient,
    /// The final dot may have gone out.
    Dot,
}

/// What happened.
#[derive(Debug)]
pub(super) enum Fault {
    /// The server said no.
    Refused { code: u16, words: String },
    /// Connection lost, silence, or nonsense.
    Broken(String),
    /// We must not or cannot go on, and trying again will not help.
    Unfit(String),
}

impl Fault {
    pub(super) fn outcome(&self, stage: Stage) -> MailOutcome {
        match (self, stage) {
            (Self::Refused { code: 400..=499, .. }, _) => MailOutcome::Deferred,
            (Self::Refused { .. }, Stage::Recipient) => MailOutcome::Suppressed,
            (Self::Refused { .. } | Self::Unfit(_), _) => MailOutcome::Failed,
            (Self::Broken(_), Stage::Dot) => MailOutcome::Doubtful,
            (Self::Broken(_), _) => MailOutcome::Deferred,
        }
    }

    pub(super) fn words(&self) -> String {
        match self {
            Self::Refused { code, words } => format!("{code} {words}"),
            Self::Broken(words) | Self::Unfit(words) => words.clone(),
        }
    }

    /// Whether it would meet any other mail, too: 421, or a temporary fault before the recipient was named. What is said
    /// to the recipient or after the text is about this mail.
    pub(super) fn is_for_everybody(&self, stage: Stage) -> bool {
        match self {
            Self::Refused { code: 421, .. } => true,
            Self::Refused { code: 400..=499, .. } | Self::Broken(_) => stage == Stage::Before,
            Self::Refused { .. } | Self::Unfit(_) => false,
        }
    }

    /// Whether it leaves a connection on which the next mail cannot go.
    pub(super) fn ends_connection(&self) -> bool {
        matches!(self, Self::Broken(_) | Self::Refused { code: 421, .. })
    }
}

impl From<&SmtpError> for Fault {
    /// A refusal has a code; everything else is a broken connection.
    fn from(error: &SmtpError) -> Self {
        let source = std::error::Error::source(error).map(ToString::to_string);
        match error.status() {
            Some(code) => Self::Refused { code: code.into(), words: source.unwrap_or_default() },
            None => Self::Broken(source.map_or_else(|| error.to_string(), |s| format!("connection lost: {s}"))),
        }
    }
}

/// A connection that is greeted, encrypted as configured, and signed in.
pub(super) struct Session {
    pub(super) connection: AsyncSmtpConnection,
    pub(super) patience: Patience,
    /// The server takes MAIL, RCPT and DATA in one go: two waits a mail instead of four.
    pub(super) pipelining: bool,
    /// The server waits for a text that it must not get.
    pub(super) stuck: bool,
}

impl Session {
    /// MAIL, RCPT, DATA, text; the server's last words.
    pub(super) async fn transact(
        &mut self,
        from: &lettre::Address,
        message: &Message,
    ) -> Result<String, (Stage, Fault)> {
        let before = |fault| (Stage::Before, fault);
        let unfit = |words: &str| before(Fault::Unfit(words.to_owned()));
        let to = mail_address(&message.to).ok_or_else(|| unfit("the address cannot stand in an envelope"))?;
        let mut parameters = Vec::new();
        if !(message.bytes.is_ascii() && from.to_string().is_ascii() && to.to_string().is_ascii()) {
            if !self.connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(unfit("the server takes no address beyond ASCII (SMTPUTF8)"));
            }
            parameters.extend([MailParameter::SmtpUtfEight, MailParameter::Body(MailBodyParameter::EightBitMime)]);
        }
        let (mail, rcpt) = (Mail::new(Some(from.clone()), parameters), Rcpt::new(to, Vec::new()));
        if self.pipelining {
            self.envelope_at_once(&mail, &rcpt).await?;
        } else {
            self.expect(&mail, 2).await.map_err(before)?;
            self.expect(&rcpt, 2).await.map_err(|fault| (Stage::Recipient, fault))?;
            self.expect(&Data, 3).await.map_err(before)?;
        }
        self.text(&message.bytes).await
    }

    /// The envelope in one write (RFC 2920); all three answers are read, and the first refusal counts.
    async fn envelope_at_once(&mut self, mail: &Mail, rcpt: &Rcpt) -> Result<(), (Stage, Fault)> {
        let mail = self.expect(&format!("{mail}{rcpt}{Data}"), 2).await;
        if mail.as_ref().is_err_and(Fault::ends_connection) {
            return mail.map_err(|fault| (Stage::Before, fault));
        }
        let rcpt = self.answer(2).await;
        let data = match rcpt.as_ref().is_err_and(Fault::ends_connection) {
            true => Ok(()),
            false => self.answer(3).await,
        };
        let refused = match (mail, rcpt) {
            (Err(fault), _) => (Stage::Before, fault),
            (Ok(()), Err(fault)) => (Stage::Recipient, fault),
            (Ok(()), Ok(())) => return data.map_err(|fault| (Stage::Before, fault)),
        };
        // The text of a mail that is refused is not sent even if the server waits for it.
        self.stuck = data.is_ok();
        Err(refused)
    }

    /// The text and the answer to it.
    async fn text(&mut self, bytes: &[u8]) -> Result<String, (Stage, Fault)> {
        // lettre asks for the next piece once more before it writes the final dot: from then on the whole text may
        // arrive.
        let dot = AtomicBool::new(false);
        // It begins the end of the text with a line end of its own; ours would become an empty line.
        let mut pieces = iter::once(bytes.strip_suffix(b"\r\n").unwrap_or(bytes));
        let text = iter::from_fn(|| {
            let piece = pieces.next();
            dot.store(piece.is_none(), Ordering::SeqCst);
            piece
        });
        let answer = timeout(self.patience.text, self.connection.message_iter(text)).await;
        let stage = if dot.load(Ordering::SeqCst) { Stage::Dot } else { Stage::Before };
        match answer {
            Ok(Ok(response)) if severity(&response) == 2 => Ok(words(&response)),
            Ok(Ok(response)) => Err((stage, out_of_place(&response))),
            Ok(Err(error)) => Err((stage, Fault::from(&error))),
            Err(_) => Err((stage, Fault::Broken("no answer to the text in time".to_owned()))),
        }
    }

    /// Makes the connection ready for the next mail; whether it is.
    pub(super) async fn reset(&mut self) -> bool {
        !self.stuck && self.expect(&Rset, 2).await.is_ok()
    }

    /// Says goodbye.
    pub(super) async fn quit(mut self) {
        let _ = timeout(Duration::from_secs(2), self.connection.quit()).await;
    }

    /// A command whose answer must begin with the digit.
    pub(super) async fn expect(&mut self, command: &impl Display, digit: u16) -> Result<(), Fault> {
        let answer = timeout(self.patience.reply, self.connection.command(command)).await;
        judged(answer, digit)
    }

    /// A further answer that must begin with the digit.
    async fn answer(&mut self, digit: u16) -> Result<(), Fault> {
        let answer = timeout(self.patience.reply, self.connection.read_response()).await;
        judged(answer, digit)
    }
}

fn judged(answer: Result<Result<Response, SmtpError>, tokio::time::error::Elapsed>, digit: u16) -> Result<(), Fault> {
    match answer {
        Ok(Ok(response)) if severity(&response) == digit => Ok(()),
        Ok(Ok(response)) => Err(out_of_place(&response)),
        Ok(Err(error)) => Err(Fault::from(&error)),
        Err(_) => Err(Fault::Broken("no answer in time".to_owned())),
    }
}

/// The first digit of an answer.
fn severity(response: &Response) -> u16 {
    u16::from(response.code()) / 100
}

fn words(response: &Response) -> String {
    let lines: Vec<_> = response.message().collect();
    format!("{} {}", response.code(), lines.join(" "))
}

fn out_of_place(response: &Response) -> Fault {
    Fault::Broken(format!("an answer out of place: {}", words(response)))
}
