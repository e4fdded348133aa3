//! Writes messages: letter or digest → view → text and HTML → message.
//!
//! Invariant: a [`Writer`] that could be built fills every template in every language; its messages depend on their
//! arguments and the settings only.

use chrono::{DateTime, FixedOffset, NaiveDate};
use fluent_bundle::FluentArgs;

use super::gist::Gist;
use super::list::List;
use super::message::{CSV, Draft, Enclosure, Message, XLSX, mail_address, message_id};
use super::templates::{TemplateFault, TemplateFaults, Templates};
use super::texts::Form;
use super::{Error, digest, letter};
use crate::config;
use crate::domain::{Address, Digest, Letter};

/// Gmail cuts a mail's HTML at 102 KB; beyond this, fewer accounts are shown and the list is attached.
const HTML_LIMIT: usize = 100_000;

/// Templates and settings, ready to write.
pub struct Writer {
    settings: config::Mail,
    templates: Templates,
}

/// Both parts of a letter, and whether they show all of its accounts.
struct Bodies {
    text: String,
    html: String,
    whole: bool,
}

/// A sentence that could not be said.
fn in_words(what: String) -> TemplateFault {
    TemplateFault::new("texts", None, what)
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

impl Writer {
    /// Reads texts and templates (built in, or of `mail.templates`) and fills each once with a specimen.
    ///
    /// # Errors
    /// All faults of all templates at once.
    pub fn new(settings: &config::Mail) -> Result<Self, TemplateFaults> {
        let mut faults = Vec::new();
        for (key, address) in [("mail.from", &settings.from), ("mail.reply_to", &settings.reply_to)] {
            if mail_address(address).is_none() {
                faults.push(TemplateFault::new(key, None, "this address cannot stand in a mail".to_owned()));
            }
        }
        let templates = Templates::new(settings.templates.as_deref(), &mut faults);
        let writer = Self { settings: settings.clone(), templates };
        if faults.is_empty() {
            faults = writer.specimens();
        }
        if faults.is_empty() { Ok(writer) } else { Err(TemplateFaults(faults)) }
    }

    /// The mail to a person. `date` is the moment of the run in the configured zone.
    ///
    /// # Errors
    /// A template that fails for this letter, or an address that lettre refuses.
    pub fn letter(&self, letter: &Letter, date: DateTime<FixedOffset>) -> Result<Message, Error> {
        let texts = &self.templates.texts;
        let Bodies { text, html, whole } = self.bodies(letter)?;
        let mut files = Vec::new();
        if !whole {
            let list = List::new(letter, texts).map_err(in_words)?;
            files.push(("accounts.xlsx", XLSX, list.xlsx(date).map_err(in_words)?));
            files.push(("accounts.csv", CSV, list.csv().map_err(in_words)?));
        }
        let language = letter.language;
        let stop = texts.say(language, Form::Plain, "subject-stop", &FluentArgs::new()).map_err(in_words)?;
        let (message_id, first) = self.letter_ids(letter);
        Draft {
            message_id,
            in_reply_to: first,
            from: (&self.settings.from_name, &self.settings.from),
            reply_to: &self.settings.reply_to,
            to: self.recipient(&letter.name, &letter.to),
            subject: &self.subject(&Gist::new(letter, &self.settings, texts).subject().map_err(in_words)?),
            language: language.code(),
            unsubscribe: Some(&stop),
            date,
            text,
            html,
            enclosures: files.iter().map(|(file, kind, bytes)| Enclosure { file, kind, bytes }).collect(),
        }
        .assemble()
    }

    /// The words of the mail to a person.
    fn bodies(&self, letter: &Letter) -> Result<Bodies, TemplateFault> {
        let mut shown = letter::SHOWN;
        let (view, html) = loop {
            let view = letter::view(letter, &self.settings, &self.templates.texts, shown).map_err(in_words)?;
            let html = self.templates.html("letter.mjml", &view)?;
            if html.len() <= HTML_LIMIT || shown <= 1 {
                break (view, html);
            }
            shown /= 2;
        };
        Ok(Bodies { text: self.templates.text("letter.txt", &view)?, html, whole: view.accounts <= shown })
    }

    /// The digest to an operator; `number` counts that day's digests from 1, `attachment` is `diff.csv`, unless
    /// that is too large.
    ///
    /// # Errors
    /// A template that fails, or an address that lettre refuses.
    pub fn digest(
        &self,
        digest: &Digest,
        to: &Address,
        number: u32,
        attachment: Option<&[u8]>,
        date: DateTime<FixedOffset>,
    ) -> Result<Message, Error> {
        let rehearsal_for = self.settings.redirect_to.as_ref().map(|_| to.as_str());
        let view = digest::view(digest, &self.settings.agency_name, rehearsal_for, attachment.is_some());
        let (day, number) = (digest.day.to_string(), number.to_string());
        let mut id = vec!["digest", to.as_str(), &day, &number];
        id.extend(self.rehearsal());
        Draft {
            message_id: message_id(&id, &self.settings.from),
            in_reply_to: None,
            from: (&self.settings.from_name, &self.settings.from),
            reply_to: &self.settings.reply_to,
            to: self.recipient("", to),
            subject: &self.subject(&digest::subject(digest)),
            language: "en",
            unsubscribe: None,
            date,
            text: self.templates.text("digest.txt", &view)?,
            html: self.templates.html("digest.mjml", &view)?,
            enclosures: attachment.iter().map(|bytes| Enclosure { file: "diff.csv", kind: CSV, bytes }).collect(),
        }
        .assemble()
    }

    /// The letter's own id, and that of the mail on which its thread hangs. A rehearsal has no thread.
    fn letter_ids(&self, letter: &Letter) -> (String, Option<String>) {
        let id = |number: u32| self.letter_id(&letter.to, letter.episode, number);
        let thread = letter.thread.filter(|_| self.settings.redirect_to.is_none());
        (id(letter.number), thread.map(id))
    }

    /// The id of a mail to a person, by the first day of its episode and its number in that. A rehearsal's differs from
    /// that of the mail that it rehearses.
    #[must_use]
    pub fn letter_id(&self, to: &Address, episode: NaiveDate, number: u32) -> String {
        let (episode, number) = (episode.to_string(), number.to_string());
        let mut parts = vec!["letter", to.as_str(), &episode, &number];
        parts.extend(self.rehearsal());
        message_id(&parts, &self.settings.from)
    }

    /// What sets the ids of a rehearsal apart.
    fn rehearsal(&self) -> impl Iterator<Item = &str> {
        self.settings.redirect_to.iter().flat_map(|to| ["rehearsal", to.as_str()])
    }

    /// Display name and address of the envelope.
    fn recipient<'a>(&'a self, name: &'a str, to: &'a Address) -> (&'a str, &'a Address) {
        self.settings.redirect_to.as_ref().map_or((name, to), |rehearsal| ("", rehearsal))
    }

    fn subject(&self, subject: &str) -> String {
        match self.settings.redirect_to {
            Some(_) => format!("[rehearsal] {subject}"),
            None => subject.to_owned(),
        }
    }

    /// Fills every template in every language; what fails, once.
    fn specimens(&self) -> Vec<TemplateFault> {
        let mut faults = Vec::new();
        let mut note = |fault: Option<TemplateFault>| match fault {
            Some(fault) if !faults.contains(&fault) => faults.push(fault),
            _ => {}
        };
        let Some(specimens) = super::specimen::specimens() else { return Vec::new() };
        let date = specimens.date;
        for specimen in &specimens.letters {
            note(self.bodies(specimen).err());
        }
        for attachment in [None, Some(&b"x\n"[..])] {
            match self.digest(&specimens.digest, &self.settings.from, 1, attachment, date) {
                Err(Error::Template(fault)) => note(Some(fault)),
                Err(error) => note(Some(TemplateFault::new("mail", None, error.to_string()))),
                Ok(_) => {}
            }
        }
        faults
    }
}
