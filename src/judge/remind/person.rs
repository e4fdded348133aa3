//! One person's day: which parts of a mail are due, and the letter that they make.
//!
//! Invariant: a part is in a letter only on a day on which it is due; a letter has at least one part.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;

use super::cadence::{Cadence, Step, plus, working_day};
use super::closed::{Outcomes, named};
use super::contacts::AddressBook;
use super::episode::{Episode, Open, Since};
use super::past::{Asked, Past, accepted, step};
use super::{Person, WhyNot, letters};
use crate::domain::{
    AccountKey, Address, Contact, Finding, Language, Letter, MailContent, MailOutcome, PastMail, Reminders,
};
use crate::judge::Scene;

/// What concerns one person tonight.
pub(super) struct Inbox<'a> {
    pub(super) contact: &'a Contact,
    /// Positions of the gaps that he is asked about, those handed over included.
    pub(super) gaps: Vec<usize>,
    /// Of these, the ones that come to him as the owner, in want of a contact.
    pub(super) through_owner: BTreeSet<usize>,
    /// Positions of the gaps that he looks after as the owner.
    pub(super) owned: Vec<usize>,
    /// Whether a gap of his is in doubt or snoozed.
    pub(super) in_doubt: bool,
}

impl<'a> Inbox<'a> {
    pub(super) fn new(contact: &'a Contact) -> Self {
        Self { contact, gaps: Vec::new(), through_owner: BTreeSet::new(), owned: Vec::new(), in_doubt: false }
    }
}

/// Who was mailed about a gap, and what he got.
pub(super) struct Recipient {
    pub(super) person: Address,
    /// He is the owner, and got it in want of a contact.
    pub(super) stands_in: bool,
    pub(super) asked: Asked,
}

/// Gaps that were in as many mails as there are days, with who got them and the day on which the owner takes over.
pub(super) type HandedOver = HashMap<usize, (NaiveDate, Vec<Recipient>)>;

/// What all persons' days are planned with.
pub(super) struct Desk<'a> {
    pub(super) scene: &'a Scene<'a>,
    pub(super) policy: &'a Reminders,
    pub(super) findings: &'a [Finding],
    pub(super) book: &'a AddressBook<'a>,
    pub(super) past: &'a Past<'a>,
    pub(super) outcomes: &'a Outcomes<'a>,
    pub(super) handed_over: &'a HandedOver,
}

/// A part of a mail.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Due from a day on.
    From(NaiveDate),
    /// Due by now, but not before a day that is far enough from his last mail.
    Near(NaiveDate),
    /// Not before the gaps are old enough.
    Grace(NaiveDate),
    /// Every gap was listed as often as there are days.
    Exhausted,
    /// There is nothing to say.
    Nothing,
}

/// A person's day.
pub(super) struct Day {
    pub(super) person: Person,
    pub(super) letter: Option<Letter>,
    /// Positions of the gaps that are in as many mails as there are days once the letter is accepted.
    pub(super) exhausted: Vec<usize>,
}

impl Desk<'_> {
    /// Plans a person's day; none if nothing of his is open and nothing is left to be told.
    pub(super) fn day(&self, inbox: &Inbox<'_>, language: Language) -> Option<Day> {
        let (today, address) = (self.scene.today, &inbox.contact.email);
        let all = self.past.of(address);
        let open = self.open(inbox.gaps.iter().chain(&inbox.owned));
        let episode = Episode::new(self.scene, self.policy.reopen_days, &open, all);
        let steps = episode.accepted().map(step).collect();
        let cadence = Cadence::new(self.policy, today, accepted(all), steps);

        let (grown, young): (Vec<usize>, Vec<usize>) =
            inbox.gaps.iter().partition(|gap| self.grown(**gap).is_some_and(|day| day <= today));
        let asked_open = self.open(grown.iter());
        let (passed_on, asked): (Vec<usize>, Vec<usize>) = grown.iter().partition(|gap| {
            self.is_handed_over(**gap)
                && self.findings[**gap].key().is_some_and(|key| cadence.is_exhausted(&key, &asked_open))
        });
        let asking = match (asked_open.is_empty(), young.iter().filter_map(|gap| self.grown(*gap)).min()) {
            (true, None) => Part::Nothing,
            (true, Some(day)) => Part::Grace(day),
            (false, _) => cadence.asked_due(&asked_open).map_or(Part::Exhausted, |day| self.spaced(&cadence, day)),
        };
        let owning = if inbox.owned.is_empty() { Part::Nothing } else { self.spaced(&cadence, cadence.owned_due()) };
        let all_closed = open.is_empty() && !inbox.in_doubt && self.outcomes.all_closed(self.book, address, &episode);
        let closing = if all_closed { self.spaced(&cadence, today) } else { Part::Nothing };
        let parts = [asking, owning, closing];

        let replaced = working_day(self.policy, plus(today, 1));
        let mut person = Person {
            address: address.clone(),
            why: self.why(&parts)?,
            next: None,
            next_asked: self.next(asking),
            next_owned: self.next(owning),
            replaced,
            gaps: inbox.gaps.clone(),
            owned: inbox.owned.clone(),
            handed_over: passed_on.clone(),
        };
        if let Some(todays) = all.iter().find(|mail| mail.day == today) {
            person.why = outcome_today(todays);
            match person.why {
                WhyNot::TryAgain => {
                    self.foresee(&mut person, &cadence.after(step(todays)), &asked_open, asking, owning);
                }
                // It counted no step: what was due is due again.
                WhyNot::RehearsedToday => {
                    for next in [&mut person.next_asked, &mut person.next_owned] {
                        *next = next.map(|day| day.max(replaced));
                    }
                }
                _ => {}
            }
            person.next = match person.why {
                WhyNot::FailedToday | WhyNot::Doubtful => Some(replaced),
                _ => earliest(person.next_asked, person.next_owned),
            };
            return Some(Day { person, letter: None, exhausted: Vec::new() });
        }
        if person.why != WhyNot::Due {
            person.next = parts.into_iter().fold(None, |next, part| earliest(next, self.next(part)));
            return Some(Day { person, letter: None, exhausted: Vec::new() });
        }

        let is_due = |part: Part| matches!(part, Part::From(day) if day <= today);
        let keys = |positions: &[usize]| {
            let mut keys: Vec<AccountKey> = positions.iter().filter_map(|gap| self.findings[*gap].key()).collect();
            keys.sort();
            keys
        };
        let asks = is_due(asking);
        let (mut asked, passed_on) = if asks { (asked, passed_on) } else { Default::default() };
        let owned = if is_due(owning) { inbox.owned.clone() } else { Vec::new() };
        let content = MailContent { asked: keys(&asked), owned: keys(&owned), contact: self.book.fingerprint(address) };
        let named_once = passed_on.iter().filter(|gap| !owned.contains(gap));
        let mut handed_over: Vec<_> = named_once.filter_map(|gap| named(&self.findings[*gap])).collect();
        let mut owned: Vec<_> = owned.iter().filter_map(|gap| self.owned(*gap)).collect();
        handed_over.sort();
        owned.sort();
        let letter = Letter {
            to: address.clone(),
            name: inbox.contact.name.clone(),
            language,
            episode: episode.first_day(),
            number: episode.next_number(),
            thread: episode.thread(),
            day: today,
            reminded_since: episode
                .accepted()
                .find(|mail| content.asked.iter().any(|key| was_asked(mail, key, &open)))
                .map(|mail| mail.day),
            clients: letters::clients(self.findings, &asked, |gap| inbox.through_owner.contains(gap)),
            handed_over,
            closed: self.outcomes.closed_since(self.book, address, &episode, |key| open.contains_key(key)),
            owned,
            content,
        };
        let accepted = Step { day: today, asked: &letter.content.asked, owned: !letter.content.owned.is_empty() };
        let after = cadence.after(accepted);
        self.foresee(&mut person, &after, &asked_open, asking, owning);
        person.next = earliest(person.next_asked, person.next_owned);
        asked.retain(|gap| self.findings[*gap].key().is_some_and(|key| after.is_exhausted(&key, &asked_open)));
        Some(Day { person, letter: Some(letter), exhausted: asked })
    }

    /// Of these gaps, those whose client has an owner, with the day on which he first hears of them.
    pub(super) fn heard_by_owner(
        &self,
        gaps: impl IntoIterator<Item = usize>,
        day: impl Fn(usize) -> NaiveDate,
    ) -> impl Iterator<Item = (usize, NaiveDate)> {
        gaps.into_iter().filter_map(move |gap| {
            let client = self.findings[gap].client.as_ref()?;
            let heard = !self.book.owners(self.past, &client.key).is_empty();
            heard.then(|| (gap, working_day(self.policy, day(gap))))
        })
    }

    /// A part that is planned for a day, as far from his last mail as configured.
    fn spaced(&self, cadence: &Cadence<'_>, planned: NaiveDate) -> Part {
        let day = cadence.spaced(planned);
        if planned <= self.scene.today && self.scene.today < day { Part::Near(day) } else { Part::From(day) }
    }

    /// When the parts are due next, once a mail of today is accepted.
    fn foresee(&self, person: &mut Person, cadence: &Cadence<'_>, asked: &Open, asking: Part, owning: Part) {
        let next = |planned| working_day(self.policy, cadence.spaced(planned));
        if let Part::From(_) | Part::Near(_) = asking {
            person.next_asked = cadence.asked_due(asked).map(next);
        }
        if let Part::From(_) | Part::Near(_) = owning {
            person.next_owned = Some(next(cadence.owned_due()));
        }
    }

    /// The most pressing reason among the parts.
    fn why(&self, parts: &[Part]) -> Option<WhyNot> {
        let today = self.scene.today;
        let due = parts.iter().any(|part| matches!(part, Part::From(day) if *day <= today));
        if due {
            let works = working_day(self.policy, today) == today;
            return Some(if works { WhyNot::Due } else { WhyNot::SkippedDay });
        }
        let has = |wanted: fn(&Part) -> bool| parts.iter().any(wanted);
        if has(|part| matches!(part, Part::Near(_))) {
            Some(WhyNot::TooNear)
        } else if has(|part| matches!(part, Part::From(_))) {
            Some(WhyNot::NotYet)
        } else if has(|part| matches!(part, Part::Grace(_))) {
            Some(WhyNot::Grace)
        } else if has(|part| matches!(part, Part::Exhausted)) {
            Some(WhyNot::HandedOver)
        } else {
            None
        }
    }

    fn next(&self, part: Part) -> Option<NaiveDate> {
        match part {
            Part::From(day) | Part::Near(day) | Part::Grace(day) => {
                Some(working_day(self.policy, day.max(self.scene.today)))
            }
            Part::Exhausted | Part::Nothing => None,
        }
    }

    fn owned(&self, gap: usize) -> Option<crate::domain::Owned> {
        let (_, asked) = self.handed_over.get(&gap)?;
        letters::owned(self.scene, &self.findings[gap], asked)
    }

    fn is_handed_over(&self, gap: usize) -> bool {
        self.handed_over.get(&gap).is_some_and(|(day, _)| *day <= self.scene.today)
    }

    fn open<'p>(&self, positions: impl Iterator<Item = &'p usize>) -> Open {
        positions
            .filter_map(|gap| {
                let finding = &self.findings[*gap];
                let (key, day) = (finding.key()?, finding.since.unwrap_or(self.scene.today));
                let since = Since::new(self.scene, self.policy.reopen_days, &key, day);
                Some((key, since))
            })
            .collect()
    }

    /// The day on which a gap is old enough to be mailed.
    fn grown(&self, gap: usize) -> Option<NaiveDate> {
        self.findings[gap].since.map(|since| plus(since, self.policy.grace_nights))
    }
}

/// Whether a mail asked for a gap since it opened.
fn was_asked(mail: &PastMail, key: &AccountKey, open: &Open) -> bool {
    open.get(key).is_some_and(|since| mail.day >= since.day) && mail.content.asked.binary_search(key).is_ok()
}

/// Why there is no second mail today.
fn outcome_today(todays: &PastMail) -> WhyNot {
    match todays.outcome {
        MailOutcome::Accepted => WhyNot::AlreadyToday,
        MailOutcome::Redirected => WhyNot::RehearsedToday,
        MailOutcome::Deferred => WhyNot::TryAgain,
        MailOutcome::Intended | MailOutcome::Doubtful => WhyNot::Doubtful,
        MailOutcome::Failed | MailOutcome::Suppressed => WhyNot::FailedToday,
    }
}

pub(super) fn earliest(a: Option<NaiveDate>, b: Option<NaiveDate>) -> Option<NaiveDate> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
