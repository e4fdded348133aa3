//! A letter as its templates see it: counts, sentences that need grammar, and names made harmless.
//!
//! Invariant: every foreign name in the view has passed `clean`; ids and addresses stand as they are. What is not shown
//! for want of room is counted.

use super::clean;
use super::templates::visible;
use super::texts::{Form, Texts};
use crate::config;
use crate::domain::{Ask, Language, Letter, LetterClient, LetterGroup};
use fluent_bundle::FluentArgs;

/// Accounts that a body shows; beyond, the list is attached.
pub(super) const SHOWN: usize = 50;

/// Business Centers that a group names.
const BUSINESS_CENTERS: usize = 5;

/// Clients that a sentence names.
const CLIENTS: usize = 3;

/// What `letter.mjml` and `letter.txt` may use.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// ISO 639 code.
    lang: &'static str,
    /// The subject, as the page's title.
    subject: String,
    /// Address for which it is meant, in a rehearsal.
    rehearsal_for: Option<String>,
    /// The person; may be empty.
    name: String,
    agency: String,
    /// Day of the first mail, for a reminder.
    reminder_since: Option<String>,
    /// The clients in a sentence.
    for_clients: String,
    /// Accounts to be shared, and those on which the permission is to be lowered.
    to_share: usize,
    to_lower: usize,
    guide_url: Option<String>,
    clients: Vec<ClientView>,
    /// Accounts of clients and groups that are only in the attached list.
    rest: usize,
    /// All accounts.
    pub(super) accounts: usize,
}

visible!(View: lang, subject, rehearsal_for, name, agency, reminder_since, for_clients, to_share, to_lower, guide_url, clients, rest, accounts);

#[derive(Clone, Debug)]
struct ClientView {
    /// Name, or the code where there is none.
    title: String,
    country: String,
    code: String,
    groups: Vec<GroupView>,
}

visible!(ClientView: title, country, code, groups);

#[derive(Clone, Debug)]
struct GroupView {
    /// `invite`, `add`, `assign`, `again` or `lower`.
    ask: &'static str,
    member: String,
    /// `add`: the other address.
    other: String,
    /// `again`: until when, and where.
    day: String,
    place: String,
    business_centers: Vec<Place>,
    business_centers_more: usize,
    /// Accounts of the group, those not shown included.
    count: usize,
    accounts: Vec<AccountView>,
    more: usize,
}

visible!(GroupView: ask, member, other, day, place, business_centers, business_centers_more, count, accounts, more);

#[derive(Clone, Debug)]
struct Place {
    id: String,
    name: String,
}

visible!(Place: id, name);

#[derive(Clone, Debug)]
struct AccountView {
    id: String,
    name: String,
    requested: bool,
}

visible!(AccountView: id, name, requested);

/// The word for an ask in texts and templates.
pub(super) fn word(ask: &Ask) -> &'static str {
    match ask {
        Ask::InviteAndAssign => "invite",
        Ask::AddExpectedMember { .. } => "add",
        Ask::Assign => "assign",
        Ask::AssignAgain { .. } => "again",
        Ask::LowerRole => "lower",
    }
}

/// The letter with at most `shown` accounts in its body.
///
/// # Errors
/// The sentence that is missing, in words.
pub(super) fn view(letter: &Letter, settings: &config::Mail, texts: &Texts, shown: usize) -> Result<View, String> {
    let language = texts.nearest(letter.language);
    let (to_share, to_lower) = counts(letter);
    let accounts = to_share + to_lower;
    let mut room = shown;
    let mut clients = Vec::new();
    for client in &letter.clients {
        let mut groups = Vec::new();
        for group in &client.groups {
            if room > 0 && !group.accounts.is_empty() {
                groups.push(group_view(group, language, texts, room)?);
                room = room.saturating_sub(group.accounts.len());
            }
        }
        if !groups.is_empty() {
            let (country, code) = (clean::name(&client.country), clean::name(&client.code));
            clients.push(ClientView { title: clean::unlinked(&title(client)), country, code, groups });
        }
    }
    let told: usize = clients.iter().flat_map(|c| &c.groups).map(|g| g.count).sum();
    let reminder_since = (letter.number > 1).then(|| texts.day(language, letter.episode)).transpose()?;
    Ok(View {
        lang: language.code(),
        subject: clean::unlinked(&subject(letter, settings, texts)?),
        rehearsal_for: settings.redirect_to.as_ref().map(|_| letter.to.as_str().to_owned()),
        name: clean::name(&letter.name),
        agency: clean::line(&settings.agency_name, 80),
        reminder_since,
        for_clients: clean::unlinked(&for_clients(letter, texts, language)?),
        to_share,
        to_lower,
        guide_url: settings.guide_url.as_ref().map(ToString::to_string),
        clients,
        rest: accounts - told,
        accounts,
    })
}

fn group_view(group: &LetterGroup, language: Language, texts: &Texts, room: usize) -> Result<GroupView, String> {
    let other = match &group.ask {
        Ask::AddExpectedMember { other_member } => other_member.as_str().to_owned(),
        _ => String::new(),
    };
    let (day, place) = match &group.ask {
        Ask::AssignAgain { last_seen_on, last_seen_in } => {
            (texts.day(language, *last_seen_on)?, clean::name(last_seen_in))
        }
        _ => Default::default(),
    };
    let places = group.business_centers.iter().take(BUSINESS_CENTERS);
    let accounts = group.accounts.iter().take(room);
    Ok(GroupView {
        ask: word(&group.ask),
        member: group.member.as_str().to_owned(),
        other,
        day,
        place,
        business_centers: places.map(|(id, name)| Place { id: id.to_string(), name: clean::name(name) }).collect(),
        business_centers_more: group.business_centers.len().saturating_sub(BUSINESS_CENTERS),
        count: group.accounts.len(),
        accounts: accounts
            .map(|a| AccountView { id: a.account_id.to_string(), name: clean::name(&a.name), requested: a.requested })
            .collect(),
        more: group.accounts.len().saturating_sub(room),
    })
}

/// The client's name, or its code.
fn title(client: &LetterClient) -> String {
    let name = clean::title(&client.name);
    if name.is_empty() { clean::title(&client.code) } else { name }
}

/// The clients by name, each once, in the order of the letter.
fn titles(letter: &Letter) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    for title in letter.clients.iter().map(title) {
        if !titles.contains(&title) {
            titles.push(title);
        }
    }
    titles
}

/// `A`, `A and B`, `A, B, C and 4 other clients`.
fn for_clients(letter: &Letter, texts: &Texts, language: Language) -> Result<String, String> {
    let mut titles = titles(letter);
    let more = titles.len().saturating_sub(CLIENTS);
    if more > 0 {
        titles.truncate(CLIENTS);
        let mut args = FluentArgs::new();
        args.set("more", more);
        titles.push(texts.say(language, Form::Plain, "other-clients", &args)?);
    }
    let and = texts.say(language, Form::Plain, "and", &FluentArgs::new())?;
    let last = titles.pop().unwrap_or_default();
    Ok(if titles.is_empty() { last } else { format!("{} {and} {last}", titles.join(", ")) })
}

/// Accounts to be shared, and those on which the permission is to be lowered.
fn counts(letter: &Letter) -> (usize, usize) {
    let count = |wanted: fn(&Ask) -> bool| -> usize {
        let groups = letter.clients.iter().flat_map(|client| &client.groups);
        groups.filter(|group| wanted(&group.ask)).map(|group| group.accounts.len()).sum()
    };
    (count(|ask| *ask != Ask::LowerRole), count(|ask| *ask == Ask::LowerRole))
}

/// The subject: which client, how many accounts, for whom.
///
/// # Errors
/// The sentence that is missing, in words.
pub(super) fn subject(letter: &Letter, settings: &config::Mail, texts: &Texts) -> Result<String, String> {
    let language = texts.nearest(letter.language);
    let (to_share, to_lower) = counts(letter);
    let say = |key: &str, args: &FluentArgs| texts.say(language, Form::Plain, key, args);
    let mut titles = titles(letter).into_iter();
    let first = clean::line(&titles.next().unwrap_or_default(), 50);
    let clients = match titles.len() {
        0 => first,
        more => {
            let mut args = FluentArgs::new();
            args.set("first", first);
            args.set("more", more);
            say("subject-more-clients", &args)?
        }
    };
    let mut args = FluentArgs::new();
    args.set("clients", clients);
    args.set("agency", clean::line(&settings.agency_name, 50));
    args.set("accounts", if to_share > 0 { to_share } else { to_lower });
    let mut subject = say(if to_share > 0 { "subject-share" } else { "subject-lower" }, &args)?;
    if letter.number > 1 {
        let mut args = FluentArgs::new();
        args.set("subject", subject);
        subject = say("subject-reminder", &args)?;
    }
    Ok(clean::line(&subject, 200))
}
