//! Promises about days, over random lives of two gaps, random days without a run, and random fates of the mails.

use proptest::prelude::*;

use super::*;
use crate::domain::{PastGap, Remembered, StatedRole};

/// A day in the life of Mette's two gaps.
#[derive(Clone, Debug)]
struct Dawn {
    /// How often the job runs.
    runs: u8,
    /// Which of the two accounts are shared or taken away.
    flips: [bool; 2],
    /// What becomes of a mail.
    fate: MailOutcome,
}

fn dawn() -> impl Strategy<Value = Dawn> {
    let fate = prop_oneof![
        8 => Just(MailOutcome::Accepted),
        1 => Just(MailOutcome::Doubtful),
        1 => Just(MailOutcome::Failed),
        1 => Just(MailOutcome::Deferred),
    ];
    (prop_oneof![1 => Just(0_u8), 6 => Just(1), 1 => Just(2)], prop::array::uniform2(0_u8..10), fate)
        .prop_map(|(runs, change, fate)| Dawn { runs, flips: change.map(|die| die == 9), fate })
}

/// Weeks without a run, lives in which a gap stays open for long, the days around the end of a leap year's February.
fn life() -> impl Strategy<Value = (NaiveDate, Vec<Dawn>)> {
    let start = prop_oneof![Just("2026-11-23"), Just("2028-01-24"), Just("2027-03-15"), Just("2026-10-12")];
    (start, prop::collection::vec(dawn(), 70), 0_usize..60).prop_map(|(start, mut dawns, down)| {
        dawns.iter_mut().skip(down).take(8).for_each(|dawn| dawn.runs = 0);
        (day(start), dawns)
    })
}

/// Who got what on which day, and how it ended.
#[derive(Clone, Debug)]
struct Sent {
    day: NaiveDate,
    to: String,
    closing: bool,
    outcome: MailOutcome,
}

/// Plays a life; the check sees each run's letters and annotated findings.
fn play(
    (start, dawns): &(NaiveDate, Vec<Dawn>),
    policy: &Reminders,
    mut check: impl FnMut(NaiveDate, &[Finding], &Reminded) -> Result<(), TestCaseError>,
) -> Result<Vec<Sent>, TestCaseError> {
    let mut history = crate::domain::History::default();
    let (mut sent, mut shared) = (Vec::new(), [false, false]);
    for (today, dawn) in start.iter_days().zip(dawns) {
        for (now, flips) in shared.iter_mut().zip(dawn.flips) {
            *now ^= flips;
        }
        let mut kept = None;
        for _ in 0..dawn.runs {
            let mut night = Night::new();
            night.today = today;
            night.history = history.clone();
            for (id, shared) in [ONE, TWO].into_iter().zip(shared) {
                night.in_acme("C07", id);
                if shared {
                    night.share(MEMBER, ACME, id, StatedRole::Known(crate::domain::Role::Analyst));
                }
            }
            night.register.contacts.push(contact("C07", METTE, ContactRole::Client));
            night.register.contacts.push(contact("C07", OWNER, ContactRole::Owner));
            let (mut findings, reminded) = plan(&night, policy);
            let outcomes = reminded.letters.iter().map(|letter| (letter.to.clone(), dawn.fate)).collect();
            reminded.annotate(&night.scene(), &mut findings, &outcomes, false);
            check(today, &findings, &reminded)?;
            for letter in &reminded.letters {
                history.mails.push(PastMail {
                    person: letter.to.clone(),
                    day: today,
                    episode: letter.episode,
                    number: letter.number,
                    outcome: dawn.fate,
                    content: letter.content.clone(),
                });
                sent.push(Sent {
                    day: today,
                    to: letter.to.as_str().to_owned(),
                    closing: letter.is_closing(),
                    outcome: dawn.fate,
                });
            }
            let judged = findings.iter().filter_map(|finding| Some((finding.key()?, as_past(finding, today))));
            kept = Some(judged.collect::<Vec<_>>());
        }
        let Some(kept) = kept else { continue };
        for (key, now) in &kept {
            if history.gaps.contains_key(key) && !now.remembered.cause.status().is_gap() {
                history.mended_on.insert(key.clone(), now.remembered.since);
            }
        }
        history.accounts = kept.iter().map(|(key, past)| (key.clone(), past.remembered)).collect();
        history.gaps = kept.into_iter().filter(|(_, past)| past.remembered.cause.status().is_gap()).collect();
    }
    Ok(sent)
}

/// A finding as the next days know it; only gaps are known so well.
fn as_past(finding: &Finding, today: NaiveDate) -> PastGap {
    let since = finding.since.unwrap_or(today);
    PastGap {
        remembered: Remembered { cause: finding.cause, since, certain_until: None },
        client: finding.client.clone(),
        account_name: (&*finding.account_name).into(),
        member: finding.member.clone(),
    }
}

fn is_skipped(day: NaiveDate) -> bool {
    use chrono::Datelike as _;
    day.weekday().number_from_monday() > 5
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// R8: whatever runs, fails or pauses, days are kept.
    #[test]
    fn mails_keep_their_distance_their_working_days_and_their_number(life in life()) {
        let policy = policy();
        let sent = play(&life, &policy, |today, findings, reminded| {
            for finding in findings.iter().filter(|finding| finding.status == Status::Missing && finding.change != Some(Change::Withdrawn)) {
                let facts = &finding.reminder;
                let heard = facts.next_mail_on.is_some_and(|next| next >= today && !is_skipped(next));
                prop_assert!(heard && facts.state.is_some(), "{today}: {facts:?} of a gap that nobody will hear of");
            }
            for letter in &reminded.letters {
                prop_assert!(!is_skipped(today), "a mail on a weekend");
                let open: Vec<AccountKey> =
                    findings.iter().filter(|f| f.status == Status::Missing).filter_map(Finding::key).collect();
                prop_assert!(letter.content.listed().all(|key| open.contains(key)), "{today}: a mail about what is shared");
                let is_mette = letter.to.as_str() == METTE;
                prop_assert!(!(is_mette && letter.is_closing()) || open.is_empty(), "{today}: all is well, it says");
            }
            Ok(())
        })?;
        for person in [METTE, OWNER] {
            let his: Vec<&Sent> = sent.iter().filter(|mail| mail.to == person).collect();
            for pair in his.windows(2) {
                prop_assert!(pair[0].day < pair[1].day, "two mails on {}", pair[0].day);
            }
            let accepted: Vec<&&Sent> = his.iter().filter(|mail| mail.outcome == MailOutcome::Accepted).collect();
            for pair in accepted.windows(2) {
                prop_assert!((pair[1].day - pair[0].day).num_days() >= 2, "{} and {}", pair[0].day, pair[1].day);
                prop_assert!(!(pair[0].closing && pair[1].closing), "two closing mails in a row: {}", pair[1].day);
            }
        }
    }

    /// Gaps that nothing ever mends: on each planned day, or on the next one on which a mail can go and arrives.
    #[test]
    fn an_open_gap_is_asked_about_as_often_as_there_are_days_and_then_the_owners(mut life in life()) {
        life.1.iter_mut().for_each(|dawn| dawn.flips = [false, false]);
        let policy = policy();
        let sent = play(&life, &policy, |_, _, _| Ok(()))?;
        let accepted = |person: &str| -> Vec<NaiveDate> {
            let his = sent.iter().filter(|mail| mail.to == person && mail.outcome == MailOutcome::Accepted);
            his.map(|mail| mail.day).collect()
        };

        let arrives = |dawn: &Dawn| dawn.runs > 0 && dawn.fate == MailOutcome::Accepted;
        let days = life.0.iter_days().zip(&life.1);
        let good: Vec<NaiveDate> = days.filter(|(day, dawn)| arrives(dawn) && !is_skipped(*day)).map(|(day, _)| day).collect();
        let next = |due: NaiveDate| good.iter().copied().find(|day| *day >= due);
        let first = good[0];
        let planned = || [3, 7, 14, 21, 28, 35, 42, 49, 56, 63].map(|offset| cadence::plus(first, offset));
        let after = |mailed: &NaiveDate| {
            let due = planned().into_iter().find(|day| day > mailed)?;
            next(due.max(cadence::plus(*mailed, policy.min_days_between)))
        };
        let asked: Vec<NaiveDate> = std::iter::successors(Some(first), after).take(4).collect();
        prop_assert_eq!(accepted(METTE), asked.clone());
        let taken_over = asked.get(3).and_then(|last| next(cadence::plus(*last, 7)));
        let weekly: Vec<NaiveDate> = std::iter::successors(taken_over, |day| next(cadence::plus(*day, 7))).collect();
        prop_assert_eq!(accepted(OWNER), weekly);
    }
}
