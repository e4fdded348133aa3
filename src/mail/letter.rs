//! A letter as its templates see it: counts, sentences that need grammar, and names made harmless.
//!
//! Invariant: every foreign name in the view has passed `clean`; ids and addresses stand as they are. What is not shown
//! for want of room is counted.

use super::clean;
use super::gist::{Gist, Lead, Title};
use super::owner::{OwnedClient, owned};
use super::templates::visible;
use super::texts::Texts;
use crate::config;
use crate::domain::{Ask, Language, Letter, LetterGroup, Named};

/// Accounts that a body shows; beyond, the list is attached.
pub(super) const SHOWN: usize = 50;

/// Business Centers that a group names.
const BUSINESS_CENTERS: usize = 5;

/// Accounts that a list shows of those for which nothing is to be done.
const NAMES: usize = 10;

/// What `letter.mjml` and `letter.txt` may use.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// ISO 639 code.
    lang: &'static str,
    /// Who writes, as the page's title: a screen reader says it, and no foreign name is in it.
    agency: String,
    /// The subject.
    subject: String,
    /// Address for which it is meant, in a rehearsal.
    rehearsal_for: Option<String>,
    /// The person; may be empty.
    name: String,
    /// `asked`, `passed`, `owned` or `closing`.
    lead: &'static str,
    /// Day of the first mail, for a reminder.
    reminder_since: Option<String>,
    /// The first paragraph.
    opening: String,
    guide_url: Option<String>,
    /// Those whose person the reader is, then those for which he passes something on.
    clients: Vec<ClientView>,
    /// Before the accounts that the reader looks after, unless it is said in the opening.
    owned_opening: String,
    owned: Vec<OwnedClient>,
    /// Accounts for which the reader has nothing to do.
    asides: Vec<Aside>,
    /// Accounts of clients and groups that are only in the attached list.
    rest: usize,
    /// Why the reader gets the mail.
    why: String,
    /// All accounts that are asked or owned.
    pub(super) accounts: usize,
}

visible!(View: lang, agency, subject, rehearsal_for, name, lead, reminder_since, opening, guide_url, clients, owned_opening, owned, asides, rest, why, accounts);

#[derive(Clone, Debug)]
struct ClientView {
    /// Name, or the code where there is none.
    title: String,
    country: String,
    code: String,
    /// The reader is to pass it on, which the opening does not say.
    passed: bool,
    groups: Vec<GroupView>,
}

visible!(ClientView: title, country, code, passed, groups);

#[derive(Clone, Debug)]
struct GroupView {
    ask: AskView,
    member: String,
    business_centers: Vec<Place>,
    business_centers_more: usize,
    /// Accounts of the group, those not shown included.
    count: usize,
    accounts: Vec<AccountView>,
    more: usize,
}

visible!(GroupView: ask, member, business_centers, business_centers_more, count, accounts, more);

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

/// Accounts that are merely named.
#[derive(Clone, Debug)]
struct Aside {
    /// `handed-over`, `mended` or `not-needed`.
    kind: &'static str,
    /// May be empty.
    opening: String,
    accounts: Vec<NameView>,
    more: usize,
}

visible!(Aside: kind, opening, accounts, more);

#[derive(Clone, Debug)]
struct NameView {
    /// Empty where the letter is about one client.
    client: String,
    id: String,
    name: String,
}

visible!(NameView: client, id, name);

/// What is asked.
#[derive(Clone, Debug, Default)]
pub(super) struct AskView {
    /// `invite`, `add`, `assign`, `again` or `lower`.
    word: &'static str,
    /// `add`: the other address.
    other: String,
    /// `again`: until when, and where.
    day: String,
    place: String,
}

visible!(AskView: word, other, day, place);

impl AskView {
    pub(super) fn new(ask: &Ask, language: Language, texts: &Texts) -> Result<Self, String> {
        let mut view = Self { word: word(ask), ..Self::default() };
        match ask {
            Ask::AddExpectedMember { other_member } => view.other = other_member.as_str().to_owned(),
            Ask::AssignAgain { last_seen_on, last_seen_in } => {
                (view.day, view.place) = (texts.day(language, *last_seen_on)?, clean::name(last_seen_in));
            }
            Ask::InviteAndAssign | Ask::Assign | Ask::LowerRole => {}
        }
        Ok(view)
    }
}

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
    let language = letter.language;
    let gist = Gist::new(letter, settings, texts);
    let mut room = shown;
    let mut clients = Vec::new();
    let (passed, own): (Vec<_>, Vec<_>) = letter.clients.iter().partition(|client| client.through_owner);
    for client in own.into_iter().chain(passed) {
        let mut groups = Vec::new();
        for group in &client.groups {
            if room > 0 && !group.accounts.is_empty() {
                groups.push(group_view(group, language, texts, room)?);
                room = room.saturating_sub(group.accounts.len());
            }
        }
        if !groups.is_empty() {
            clients.push(ClientView {
                title: clean::unlinked(&Title::of(client).shown()),
                country: clean::name(&client.country),
                code: clean::name(&client.code),
                passed: client.through_owner && gist.lead != Lead::Passed,
                groups,
            });
        }
    }
    let asked: usize = letter.clients.iter().flat_map(|c| &c.groups).map(|g| g.accounts.len()).sum();
    let accounts = asked + letter.owned.len();
    let owned = owned(&letter.owned, language, texts, room)?;
    let told: usize = clients.iter().flat_map(|c| &c.groups).map(|g| g.count).sum();
    let told = told + owned.iter().map(OwnedClient::count).sum::<usize>();
    Ok(View {
        lang: language.code(),
        agency: clean::line(&settings.agency_name, 80),
        subject: clean::unlinked(&gist.subject()?),
        rehearsal_for: settings.redirect_to.as_ref().map(|_| letter.to.as_str().to_owned()),
        name: clean::name(&letter.name),
        lead: gist.lead.word(),
        reminder_since: letter.reminded_since.map(|day| texts.day(language, day)).transpose()?,
        opening: gist.opening()?,
        guide_url: settings.guide_url.as_ref().map(ToString::to_string),
        clients,
        owned_opening: if gist.lead == Lead::Owned { String::new() } else { gist.owned()? },
        owned,
        asides: asides(letter, &gist)?,
        rest: accounts - told,
        why: gist.why()?,
        accounts,
    })
}

fn asides(letter: &Letter, gist: &Gist<'_>) -> Result<Vec<Aside>, String> {
    let closed = |mended: bool| letter.closed.iter().filter(move |c| c.mended == mended).map(|c| &c.account).collect();
    let kinds: [(_, Vec<&Named>); 3] =
        [("handed-over", letter.handed_over.iter().collect()), ("mended", closed(true)), ("not-needed", closed(false))];
    let several = gist.all_titles().len() > 1;
    let mut asides = Vec::new();
    for (kind, all) in kinds.into_iter().filter(|(_, all)| !all.is_empty()) {
        let account = |named: &&Named| NameView {
            client: if several { clean::unlinked(&Title::of(*named).shown()) } else { String::new() },
            id: named.account_id.to_string(),
            name: clean::name(&named.account_name),
        };
        asides.push(Aside {
            kind,
            opening: if kind == "handed-over" { gist.handed_over()? } else { String::new() },
            accounts: all.iter().take(NAMES).map(account).collect(),
            more: all.len().saturating_sub(NAMES),
        });
    }
    Ok(asides)
}

fn group_view(group: &LetterGroup, language: Language, texts: &Texts, room: usize) -> Result<GroupView, String> {
    let places = group.business_centers.iter().take(BUSINESS_CENTERS);
    let accounts = group.accounts.iter().take(room);
    Ok(GroupView {
        ask: AskView::new(&group.ask, language, texts)?,
        member: group.member.as_str().to_owned(),
        business_centers: places.map(|(id, name)| Place { id: id.to_string(), name: clean::name(name) }).collect(),
        business_centers_more: group.business_centers.len().saturating_sub(BUSINESS_CENTERS),
        count: group.accounts.len(),
        accounts: accounts
            .map(|a| AccountView { id: a.account_id.to_string(), name: clean::name(&a.name), requested: a.requested })
            .collect(),
        more: group.accounts.len().saturating_sub(room),
    })
}
