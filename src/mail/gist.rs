//! What a letter is about in its shortest words: subject, opening, and why its reader gets it.
//!
//! Invariant: they speak to the reader as what he is: the client's person, the owner who passes something on, the owner
//! who is to talk to the client, or somebody for whom nothing is left to do.

use fluent_bundle::{FluentArgs, FluentValue};

use super::clean;
use super::texts::{Form, Texts};
use crate::config;
use crate::domain::{Ask, Letter, LetterClient, Named};

/// Clients that a sentence names.
const CLIENTS: usize = 3;

/// What a letter is about first; what else is in it follows under headings of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// The reader is asked, as the client's person.
    Asked,
    /// The reader is asked to pass on what nobody at the client can be asked.
    Passed,
    /// The reader is told, as the owner, what the client did not do.
    Owned,
    /// Nothing is left to do.
    Closing,
}

impl Lead {
    /// The word for it in templates.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Passed => "passed",
            Self::Owned => "owned",
            Self::Closing => "closing",
        }
    }
}

/// A letter, about to be put in a few words.
pub(super) struct Gist<'a> {
    letter: &'a Letter,
    texts: &'a Texts,
    agency: &'a str,
    pub(super) lead: Lead,
}

type Said = Result<String, String>;

impl<'a> Gist<'a> {
    pub(super) fn new(letter: &'a Letter, settings: &'a config::Mail, texts: &'a Texts) -> Self {
        let lead = match (&letter.clients[..], &letter.owned[..]) {
            ([], []) => Lead::Closing,
            ([], _) => Lead::Owned,
            (clients, _) if clients.iter().all(|client| client.through_owner) => Lead::Passed,
            _ => Lead::Asked,
        };
        Self { letter, texts, agency: &settings.agency_name, lead }
    }

    /// Which client, how many accounts, for whom.
    ///
    /// # Errors
    /// The sentence that is missing, in words.
    pub(super) fn subject(&self) -> Said {
        let titles = self.lead_titles();
        let named = titles.len();
        let mut titles = titles.into_iter();
        let first = clean::line(&titles.next().unwrap_or_default(), 50);
        let clients = match titles.len() {
            0 => first,
            more => self.say("subject-more-clients", [("first", first.into()), ("more", more.into())])?,
        };
        let agency = clean::line(self.agency, 50);
        let (share, lower) = self.counts();
        let say = |key, accounts: usize| {
            let args = [("clients", clients.clone().into()), ("agency", agency.into()), ("accounts", accounts.into())];
            self.say(key, args)
        };
        let subject = match self.lead {
            Lead::Asked if share > 0 => say("subject-share", share)?,
            Lead::Asked => say("subject-lower", lower)?,
            Lead::Passed => say("subject-passed", share + lower)?,
            Lead::Owned => say("subject-owned", self.letter.owned.len())?,
            Lead::Closing => self.say("subject-closing", [("clients", clients.into()), ("named", named.into())])?,
        };
        let subject = if self.letter.reminded_since.is_some() {
            self.say("subject-reminder", [("subject", subject.into())])?
        } else {
            subject
        };
        Ok(clean::line(&subject, 200))
    }

    /// The first paragraph: who wants what for which client, and of whom.
    ///
    /// # Errors
    /// The sentence that is missing, in words.
    pub(super) fn opening(&self) -> Said {
        let (share, lower) = self.counts();
        let mut opening = match self.lead {
            Lead::Asked if share > 0 => self.about("opening-share", share, self.lead_titles())?,
            Lead::Asked => self.about("opening-lower", lower, self.lead_titles())?,
            Lead::Passed if share > 0 => self.about("opening-passed", share, self.lead_titles())?,
            Lead::Passed => self.about("opening-passed-lower", lower, self.lead_titles())?,
            Lead::Owned => self.owned()?,
            Lead::Closing if self.letter.handed_over.is_empty() => self.say("closing", [])?,
            Lead::Closing => self.say("closing-handed-over", [])?,
        };
        if share > 0 && lower > 0 {
            opening = format!("{opening} {}", self.say("opening-also-lower", [("accounts", lower.into())])?);
        }
        let also = match self.lead {
            Lead::Asked => self.owner_titles(),
            Lead::Passed => titles(self.letter.owned.iter().map(|owned| &owned.account)),
            Lead::Owned | Lead::Closing => Vec::new(),
        };
        if !also.is_empty() {
            opening = format!("{opening} {}", self.about("opening-also-owner", 0, also)?);
        }
        Ok(opening)
    }

    /// What the owner is told before the accounts that he looks after.
    ///
    /// # Errors
    /// The sentence that is missing, in words.
    pub(super) fn owned(&self) -> Said {
        let (unasked, asked): (Vec<_>, Vec<_>) = self.letter.owned.iter().partition(|owned| owned.asked.is_empty());
        let mut said = Vec::new();
        for (key, owned) in [("opening-owned", asked), ("opening-unasked", unasked)] {
            if !owned.is_empty() {
                let titles = titles(owned.iter().map(|owned| &owned.account));
                said.push(self.about(key, owned.len(), titles)?);
            }
        }
        Ok(said.join(" "))
    }

    /// What the client is told before the accounts that were handed over.
    ///
    /// # Errors
    /// The sentence that is missing, in words.
    pub(super) fn handed_over(&self) -> Said {
        self.about("handed-over", self.letter.handed_over.len(), titles(&self.letter.handed_over))
    }

    /// Why the reader gets this mail.
    ///
    /// # Errors
    /// The sentence that is missing, in words.
    pub(super) fn why(&self) -> Said {
        let own = self.letter.clients.iter().filter(|client| !client.through_owner);
        let contact = titles(own.map(Title::of).chain(self.letter.handed_over.iter().map(Title::of)));
        let mut why = Vec::new();
        for (key, titles) in [("why-contact", contact), ("why-owner", self.owner_titles())] {
            if !titles.is_empty() {
                why.push(self.about(key, 0, titles)?);
            }
        }
        if why.is_empty() {
            why.push(self.about("why-closing", 0, Vec::new())?);
        }
        why.push(self.say("why-wrong", [])?);
        Ok(why.join(" "))
    }

    /// A sentence about a number of accounts of some clients, and about how many clients they are.
    fn about(&self, key: &str, accounts: usize, titles: Vec<String>) -> Said {
        let named = titles.len();
        let clients = clean::unlinked(&self.listed(titles)?);
        let agency = clean::line(self.agency, 80);
        let args = [
            ("clients", clients.into()),
            ("named", named.into()),
            ("agency", agency.into()),
            ("accounts", accounts.into()),
        ];
        self.say(key, args)
    }

    /// `A`, `A and B`, `A, B, C and 4 other clients`.
    fn listed(&self, mut titles: Vec<String>) -> Said {
        let more = titles.len().saturating_sub(CLIENTS);
        if more > 0 {
            titles.truncate(CLIENTS);
            titles.push(self.say("other-clients", [("more", more.into())])?);
        }
        let and = self.say("and", [])?;
        let last = titles.pop().unwrap_or_default();
        Ok(if titles.is_empty() { last } else { format!("{} {and} {last}", titles.join(", ")) })
    }

    fn say<const N: usize>(&self, key: &str, args: [(&'static str, FluentValue<'_>); N]) -> Said {
        self.texts.say(self.letter.language, Form::Plain, key, &FluentArgs::from_iter(args))
    }

    /// The clients that the letter is about first.
    fn lead_titles(&self) -> Vec<String> {
        match self.lead {
            Lead::Asked | Lead::Passed => titles(self.lead_clients()),
            Lead::Owned => titles(self.letter.owned.iter().map(|owned| &owned.account)),
            Lead::Closing => {
                let closed = self.letter.closed.iter().map(|closed| &closed.account);
                titles(closed.chain(&self.letter.handed_over))
            }
        }
    }

    fn lead_clients(&self) -> impl Iterator<Item = &'a LetterClient> {
        let passed = self.lead == Lead::Passed;
        self.letter.clients.iter().filter(move |client| client.through_owner == passed)
    }

    /// All clients of which it names an account.
    pub(super) fn all_titles(&self) -> Vec<String> {
        let closed = self.letter.closed.iter().map(|closed| Title::of(&closed.account));
        let named = self.letter.handed_over.iter().map(Title::of).chain(closed);
        let owned = self.letter.owned.iter().map(|owned| Title::of(&owned.account));
        titles(self.letter.clients.iter().map(Title::of).chain(named).chain(owned))
    }

    /// The clients for which the reader is the owner.
    fn owner_titles(&self) -> Vec<String> {
        let passed = self.letter.clients.iter().filter(|client| client.through_owner);
        titles(passed.map(Title::of).chain(self.letter.owned.iter().map(|owned| Title::of(&owned.account))))
    }

    /// Of the clients that it is about first: accounts to be shared, and those on which the permission is to be lowered.
    fn counts(&self) -> (usize, usize) {
        let count = |wanted: fn(&Ask) -> bool| -> usize {
            let groups = self.lead_clients().flat_map(|client| &client.groups);
            groups.filter(|group| wanted(&group.ask)).map(|group| group.accounts.len()).sum()
        };
        (count(|ask| *ask != Ask::LowerRole), count(|ask| *ask == Ask::LowerRole))
    }
}

/// A client's name as written, and its code.
#[derive(Clone, Copy)]
pub(super) struct Title<'a> {
    name: &'a str,
    code: &'a str,
}

impl<'a> Title<'a> {
    pub(super) fn of(it: impl Into<Self>) -> Self {
        it.into()
    }

    /// The name, or the code where there is none.
    pub(super) fn shown(self) -> String {
        let name = clean::title(self.name);
        if name.is_empty() { clean::title(self.code) } else { name }
    }
}

impl<'a> From<&'a LetterClient> for Title<'a> {
    fn from(client: &'a LetterClient) -> Self {
        Self { name: &client.name, code: &client.code }
    }
}

impl<'a> From<&'a Named> for Title<'a> {
    fn from(named: &'a Named) -> Self {
        Self { name: &named.client_name, code: &named.code }
    }
}

/// Clients by name, each once, in the order of the letter.
fn titles<'a>(clients: impl IntoIterator<Item = impl Into<Title<'a>>>) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    for title in clients.into_iter().map(|client| client.into().shown()) {
        if !titles.contains(&title) {
            titles.push(title);
        }
    }
    titles
}
