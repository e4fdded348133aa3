//! A finished message: headers and parts as bytes.
//!
//! Invariant: nothing in it comes from a clock or from chance. Ids derive from what the mail is, boundaries from what
//! it says; every body is encoded, so that no raw dot, bare CR or bare LF reaches the dialogue (RUSTSEC-2026-0561).

use std::fmt;
use std::time::SystemTime;

use chrono::{DateTime, Datelike, FixedOffset};
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, MultiPart, SinglePart};
use sha2::{Digest as _, Sha256};

use super::{Error, clean};
use crate::domain::Address;

/// A finished message: the bytes that go over the wire, to be stored before the dialogue.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// `<…@domain>`, as in the header.
    pub message_id: String,
    /// The one recipient of the envelope; the rehearsal's address where there is one.
    pub to: Address,
    /// Headers and bodies with CRLF line ends, before dot-stuffing.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({}, {} bytes)", self.message_id, self.bytes.len())
    }
}

/// A file that goes with a mail.
pub(super) struct Enclosure<'a> {
    pub(super) file: &'static str,
    pub(super) kind: &'static str,
    pub(super) bytes: &'a [u8],
}

/// Kind of a file for programs.
pub(super) const CSV: &str = "text/csv; charset=utf-8";

/// Kind of a workbook.
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What is to be assembled.
pub(super) struct Draft<'a> {
    pub(super) message_id: String,
    /// First mail of the thread; none for itself.
    pub(super) in_reply_to: Option<String>,
    pub(super) from: (&'a str, &'a Address),
    pub(super) reply_to: &'a Address,
    pub(super) to: (&'a str, &'a Address),
    pub(super) subject: &'a str,
    pub(super) language: &'static str,
    pub(super) unsubscribe: Option<&'a str>,
    pub(super) date: DateTime<FixedOffset>,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) enclosures: Vec<Enclosure<'a>>,
}

/// `<hash@domain>` of the parts that make a mail this mail and no other.
pub(super) fn message_id(parts: &[&str], from: &Address) -> String {
    let domain = from.as_str().rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let domain = url::Host::parse(domain).map_or_else(|_| "localhost".to_owned(), |host| host.to_string());
    format!("<{}@{domain}>", hash(parts.iter().map(|part| part.as_bytes())))
}

/// The first 32 digits of a SHA-256; each part is preceded by its length, so that no two lists of parts read alike.
pub(super) fn hash<'a>(parts: impl Iterator<Item = &'a [u8]>) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part);
    }
    sha.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

impl Draft<'_> {
    /// Puts the message together.
    pub(super) fn assemble(self) -> Result<Message, Error> {
        if !(1970..=9999).contains(&self.date.year()) || self.date.timestamp() < 0 {
            return Err(Error::Date);
        }
        let boundary = |part: &str| {
            // The text takes part, so that no name can foretell the boundary.
            hash([part.as_bytes(), self.message_id.as_bytes(), self.text.as_bytes(), self.html.as_bytes()].into_iter())
        };
        let (outer, inner) = (boundary("mixed"), boundary("alternative"));
        let bodies = MultiPart::alternative()
            .boundary(inner)
            .singlepart(printable(ContentType::TEXT_PLAIN, self.text)?)
            .singlepart(printable(ContentType::TEXT_HTML, self.html)?);
        let mut content = bodies;
        if !self.enclosures.is_empty() {
            content = MultiPart::mixed().boundary(outer).multipart(content);
        }
        for Enclosure { file, kind, bytes } in self.enclosures {
            let kind = ContentType::parse(kind).map_err(|e| Error::Assembly(e.to_string()))?;
            content = content.singlepart(Attachment::new(file.to_owned()).body(encoded(bytes.to_vec())?, kind));
        }
        let mut builder = lettre::Message::builder()
            .message_id(Some(self.message_id.clone()))
            .date(SystemTime::from(self.date))
            .from(mailbox(self.from, "the sender's address")?)
            .to(mailbox(self.to, "the recipient's address")?)
            .reply_to(mailbox(("", self.reply_to), "the reply address")?)
            .subject(self.subject)
            .raw_header(raw("Auto-Submitted", "auto-generated".to_owned())?)
            .raw_header(raw("X-Auto-Response-Suppress", "All".to_owned())?)
            .raw_header(raw("Content-Language", self.language.to_owned())?);
        if let Some(subject) = self.unsubscribe {
            let link = format!("<mailto:{}?subject={}>", percent(self.reply_to.as_str(), "@"), percent(subject, ""));
            builder = builder.raw_header(raw("List-Unsubscribe", link)?);
        }
        if let Some(first) = self.in_reply_to {
            builder = builder.in_reply_to(first.clone()).references(first);
        }
        let mut message = builder.multipart(content).map_err(|e| Error::Assembly(e.to_string()))?;
        // lettre writes UTC and takes a Date that is not UTC for none at all: it is exchanged afterwards.
        message.headers_mut().insert_raw(raw("Date", self.date.to_rfc2822())?);
        Ok(Message { message_id: self.message_id, to: self.to.1.clone(), bytes: message.formatted() })
    }
}

/// A text part, quoted-printable.
fn printable(kind: ContentType, text: String) -> Result<SinglePart, Error> {
    let body = Body::new_with_encoding(text, ContentTransferEncoding::QuotedPrintable)
        .map_err(|_| Error::Assembly("a text part cannot be encoded".to_owned()))?;
    Ok(SinglePart::builder().content_type(kind).body(body))
}

/// A file, base64.
fn encoded(bytes: Vec<u8>) -> Result<Body, Error> {
    Body::new_with_encoding(bytes, ContentTransferEncoding::Base64)
        .map_err(|_| Error::Assembly("an attachment cannot be encoded".to_owned()))
}

/// Name and address. A name that itself looks like an address is left out: it could only mislead.
fn mailbox((name, address): (&str, &Address), what: &'static str) -> Result<Mailbox, Error> {
    // lettre panics on CR or LF in a display name.
    let name = Some(clean::title(name)).filter(|name| !name.is_empty() && !name.contains(['@', '<', '>']));
    Ok(Mailbox::new(name, mail_address(address).ok_or(Error::Address { what })?))
}

/// The address as lettre takes it, its domain in ASCII.
pub(super) fn mail_address(address: &Address) -> Option<lettre::Address> {
    let (local, domain) = address.as_str().rsplit_once('@')?;
    // Mail programs would decode it (RFC 2047), and show or use another address than the one that is meant.
    if local.contains("=?") {
        return None;
    }
    let domain = if domain.is_ascii() { domain.to_owned() } else { url::Host::parse(domain).ok()?.to_string() };
    lettre::Address::new(local, domain).ok()
}

/// A header that lettre has no type for.
fn raw(name: &'static str, value: String) -> Result<HeaderValue, Error> {
    let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|e| Error::Assembly(e.to_string()))?;
    Ok(HeaderValue::new(name, value))
}

/// Percent-encodes for a `mailto:` link.
fn percent(text: &str, also: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in text.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "-._~".contains(c) || also.contains(c) {
            out.push(c);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
