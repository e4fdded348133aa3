//! `forget`: a person goes, and it is said what went. The address is in no log and no error.

use serde_json::json;

use super::{Situation, progress, refuse, screen};
use crate::cli::Output;
use crate::domain::{Address, Exit};
use crate::job;
use crate::store::Forgotten;

const NEXT: &str = "The next run knows nothing of this person: whoever is still in the contacts register is written to \
as for the first time. Remove the rows there first. Mail servers, outbox folders, report folders and backups keep what \
they have.";

pub(super) async fn forget(situation: &Situation, email: &str, output: Output) -> Exit {
    let Some(person) = Address::parse(email) else {
        return refuse(Exit::Refused, &"this is no e-mail address: forget wants one, such as anna@example.com");
    };
    let (on_progress, _) = progress();
    match job::forget(&situation.order(on_progress), &person).await {
        Err(refusal) => refuse(refusal.exit, &refusal),
        Ok(forgotten) => match output {
            Output::Text => screen::print(&text(&forgotten), Exit::Done),
            Output::Json => screen::print_json(&json(&forgotten), Exit::Done),
        },
    }
}

fn text(forgotten: &Forgotten) -> String {
    let Forgotten { mails, listed, texts, days } = forgotten;
    if (*mails, *texts) == (0, 0) {
        return "Nothing about this person is stored.\n".to_owned();
    }
    let days = days.map(|(first, last)| format!(" of {first} to {last}")).unwrap_or_default();
    let said = format!(
        "Removed: {}{days} with {} in them; the stored text of {} to others that may name the person.",
        count(*mails, "mail"),
        count(*listed, "listed account"),
        count(*texts, "mail"),
    );
    format!("{said}\n{NEXT}\n")
}

fn count(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn json(forgotten: &Forgotten) -> serde_json::Value {
    json!({
        "mails": forgotten.mails,
        "listed_accounts": forgotten.listed,
        "texts_of_others": forgotten.texts,
        "first_mailed_on": forgotten.days.map(|(first, _)| first),
        "last_mailed_on": forgotten.days.map(|(_, last)| last),
    })
}
