//! Contacts and exceptions.

use super::*;
use crate::domain::{ContactRole, Excepted, Language, Scope};

#[test]
fn contacts_are_read_and_an_unknown_language_costs_only_the_language() {
    let register = contacts(
        "DK,C07,Anna@Client.example,Anna,da,\n\
         DK,*,owner@agency.example,,,OWNER\n\
         DK,C07,b@client.example,,fr,client\n\
         DK,C07,no address,,,\n\
         DK,C07,c@client.example,,,boss\n\
         DK,,d@client.example,,,\n",
    );
    let [anna, owner, b] = &register.contacts[..] else { panic!("{register:?}") };
    assert_eq!((anna.email.as_str(), anna.language), ("anna@client.example", Some(Language::Danish)));
    assert_eq!((owner.role, &owner.scope), (ContactRole::Owner, &Scope::Country("dk".into())));
    assert_eq!((b.role, b.language), (ContactRole::Client, None));
    insta::assert_snapshot!(told(&register.bad_rows), @r#"
    4 language: "fr" is no language of the mails, the country's is used, else English; write en, da, sv, nb or de
    5 email: it is no e-mail address (not shown here); write one address
    6 role: "boss" is no role; write client or owner
    7 client_code: it is empty; it is required
    "#);
}

#[test]
fn an_exception_covers_one_thing_for_a_reason_to_a_day() {
    let register = exceptions(
        "DK,C07,,,moving,2026-12-31\n\
         ,,11,,paused,2026-12-31\n\
         ,,,22,closed,2026-12-31\n\
         ,,11,,paused,\n\
         ,,11,,,2026-12-31\n\
         DK,,,,moving,2026-12-31\n\
         DK,C07,11,,moving,2026-12-31\n\
         DK,*,,,moving,2026-12-31\n\
         ,,7E18,,moving,never\n",
    );
    let what: Vec<_> = register.exceptions.iter().map(|exception| &exception.what).collect();
    assert!(matches!(what[..], [Excepted::Client(_), Excepted::Account(_), Excepted::BusinessCenter(_)]), "{what:?}");
    assert!(register.bad_rows.iter().all(|row| row.account.is_none()));
    insta::assert_snapshot!(told(&register.bad_rows), @r#"
    5 until: it is empty; it is required
    6 reason: it is empty; it is required
    7 row: it does not say what is excepted; write exactly one of: country with client_code, account_id, business_center_id
    8 row: it does not say what is excepted; write exactly one of: country with client_code, account_id, business_center_id
    9 client_code: * stands for all clients in the contacts only; name the client
    10 account_id: "7E18" is no account id: it is in scientific notation: a spreadsheet turned it into a number and lost digits; copy the id again from TikTok into a cell formatted as text; until: "never" is no day; write it as YYYY-MM-DD
    "#);
}
