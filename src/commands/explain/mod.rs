//! `explain`: one account's whole story, from the store and today's registers.
//!
//! It does not ask TikTok. What the newest run found on complete evidence is the best answer there is until the next
//! one: a single request could only say that a listing lacks an account, which proves nothing, would cost quota and need
//! tokens that whoever explains may not have. So each run leaves with its states what its report said of every account
//! that is not plainly well (`store::notes`), and the answer is that report's, "as of the run of that night". Nothing is
//! judged anew but what the registers alone decide: who expects the account today, whom the next mail goes to, and which
//! rows cannot be judged.

mod claim;
mod json;
mod next;
mod text;

use chrono::NaiveDate;

use super::history::Told;
use super::{Situation, refuse, screen};
use crate::cli::Output;
use crate::domain::{AccountId, Excepted, Exception, Exit, ExpectedAccount, Register};
use crate::expected;
use crate::store::{AccountStory, ListedIn, PastPlace};
use claim::Claim;
pub(super) use json::mail as mail_json;
pub(super) use text::mail as mail_words;

pub(super) async fn explain(situation: &Situation, account: &str, output: Output) -> Exit {
    let id = match AccountId::parse(account.trim()) {
        Ok(id) => id,
        Err(damage) => return refuse(Exit::Refused, &format!("this is no account id: {damage}")),
    };
    let story = match situation.story(id).await {
        Ok(story) => story,
        Err(error) => return refuse(Exit::NotWritten, &error),
    };
    let config = &situation.config;
    let Some(default) = config.rules.members.first() else { return refuse(Exit::Refused, &"no member is configured") };
    // What is stored is told even where today's registers cannot be read.
    let (register, exit) = match expected::read(&config.expected, default, config.zone()).await {
        Ok(register) => (Some(register), Exit::Done),
        Err(fault) => (None, refuse(Exit::Refused, &fault)),
    };
    let answer = Answer::new(id, story, register.as_ref(), situation.today());
    match output {
        Output::Text => screen::print(&text::text(&answer, config.zone()), exit),
        Output::Json => screen::print_json(&json::json(&answer), exit),
    }
}

/// All that is known of an account.
struct Answer<'r> {
    id: AccountId,
    /// The run whose word it is; none: nothing was ever judged.
    as_of: Option<Told>,
    /// None: today's could not be read, and nothing is said of it.
    register: Option<&'r Register>,
    /// Today's rows of it, also those that do not count today.
    rows: Vec<&'r ExpectedAccount>,
    /// What there is to say of it to each that expects it, or to nobody.
    claims: Vec<Claim>,
    places: Vec<PastPlace>,
    mails: Vec<ListedIn>,
    /// Today's exceptions that cover it.
    exceptions: Vec<&'r Exception>,
}

impl<'r> Answer<'r> {
    fn new(id: AccountId, story: AccountStory, register: Option<&'r Register>, today: NaiveDate) -> Self {
        let rows = register.into_iter().flat_map(|register| &register.accounts);
        let rows: Vec<&ExpectedAccount> = rows.filter(|row| row.account_id == id).collect();
        let claims = claim::claims(id, &story, register, &rows, today);
        let covers = |exception: &&Exception| {
            exception.until >= today
                && claims.iter().any(|claim| match &exception.what {
                    Excepted::Client(key) => claim.client.as_ref().is_some_and(|client| client.key == *key),
                    Excepted::Account(account) => *account == id,
                    Excepted::BusinessCenter(center) => {
                        claim.business_center.as_ref().is_some_and(|(at, _)| at == center)
                    }
                })
        };
        Self {
            id,
            as_of: story.as_of.map(|run| Told::new(run, story.summary.as_deref())),
            register,
            rows,
            exceptions: register.into_iter().flat_map(|register| &register.exceptions).filter(covers).collect(),
            claims,
            places: story.places,
            mails: story.mails,
        }
    }

    /// Its name, in the register or at TikTok; may be empty.
    fn name(&self) -> &str {
        let registered = self.rows.iter().map(|row| &*row.account_name);
        let judged = self.claims.iter().map(|claim| claim.account_name.as_str());
        registered.chain(judged).find(|name| !name.trim().is_empty()).unwrap_or_default()
    }
}
