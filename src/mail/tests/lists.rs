//! What goes with a mail of many accounts.

use mail_parser::{MessageParser, MimeHeaders};

use super::*;

fn many(count: u64) -> Letter {
    let accounts = (1..=count).map(|i| account(7_106_541_027_904_733_000 + i, "=Account")).collect();
    letter(Language::English, vec![client("C07", "365discount", vec![group(Ask::Assign, accounts)])])
}

fn files(message: &Message) -> Vec<(String, Vec<u8>)> {
    let parsed = MessageParser::default().parse(&message.bytes).unwrap();
    parsed.attachments().map(|file| (file.attachment_name().unwrap().to_owned(), file.contents().to_vec())).collect()
}

fn csv(message: &Message) -> String {
    let (name, bytes) = files(message).pop().unwrap();
    assert_eq!(name, "accounts.csv");
    String::from_utf8(bytes).unwrap()
}

#[test]
fn fifty_accounts_are_shown_and_the_lists_are_attached_beyond() {
    assert_eq!(files(&writer().letter(&many(50), moment()).unwrap()), []);
    let message = writer().letter(&many(53), moment()).unwrap();
    preview("many", &message);
    let names: Vec<_> = files(&message).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["accounts.xlsx", "accounts.csv"]);
    let rows = csv(&message);
    assert_eq!(rows.lines().count(), 54);
    assert!(rows.contains("DK,C07,365discount,7106541027904733053,'=Account,,data_extract@annalect-data.info,"));
    assert!(text(&message).contains("7106541027904733050\n") && !text(&message).contains("7106541027904733051"));
    assert!(text(&message).contains("and 3 more, in the attached lists accounts.xlsx and accounts.csv"));
    assert!(text(&message).contains("share 53 TikTok ad accounts"));
}

#[test]
fn the_lists_hold_what_is_asked_and_what_is_owned() {
    let asked = "anna@coop.dk";
    let mut letter = many(50);
    letter.owned = vec![owned(named("C11", "Coop", 7_206_541_027_904_733_185, "Brand"), Ask::Assign, &[asked])];
    let message = writer().letter(&letter, moment()).unwrap();
    let rows = csv(&message);
    assert_eq!(rows.lines().count(), 52);
    let row = "DK,C11,Coop,7206541027904733185,Brand,,data_extract@annalect-data.info,\
               Assign the ad account to our login as Analyst,2026-10-26,28,4,2026-11-16,anna@coop.dk";
    assert_eq!(rows.lines().last(), Some(row));
    let told = "1 more ad account is waiting. The attached lists accounts.xlsx and accounts.csv both hold all of them";
    assert!(text(&message).contains(told), "{}", text(&message));
}

#[test]
fn the_workbook_is_the_same_for_the_same_date_and_says_no_other() {
    let book = |date| files(&writer().letter(&many(53), date).unwrap()).swap_remove(0).1;
    let (one, later) = (book(moment()), book(moment() + chrono::Days::new(1)));
    assert!(one == book(moment()), "byte by byte");
    assert!(one != later, "it is dated");
    if let Some(folder) = std::env::var_os("MAIL_PREVIEW") {
        std::fs::write(std::path::Path::new(&folder).join("accounts.xlsx"), &one).unwrap();
    }
}

#[test]
fn a_mail_to_the_contact_of_hundreds_of_clients_is_not_clipped() {
    let clients = (0..400_u64).map(|i| {
        let mut group =
            group(Ask::InviteAndAssign, vec![account(7_106_541_027_904_733_000 + i, &"Ünïcode ".repeat(20))]);
        group.business_centers = (0..9).map(|_| center("7012345678901234567", &"Näme ".repeat(30))).collect();
        client(&format!("C{i}"), &format!("Client {i}"), vec![group])
    });
    let message = writer().letter(&letter(Language::Danish, clients.collect()), moment()).unwrap();
    preview("clients", &message);
    assert!(html(&message).len() <= 100_000, "{}", html(&message).len());
    assert!(text(&message).contains("annoncekonti venter. De vedhæftede lister"));
    assert_eq!(csv(&message).lines().count(), 401);
}

#[test]
fn fifty_accounts_of_an_owner_and_of_a_client_are_not_clipped() {
    let name = "Long name of an account in Ålesund ".repeat(2);
    let named = |i: u64| named(&format!("C{i}"), &format!("Client {i}"), 7_106_541_027_904_733_000 + i, &name);
    let asked: Vec<_> = (0..8).map(|i| format!("firstname.lastname.{i}@client.example")).collect();
    let asked: Vec<_> = asked.iter().map(String::as_str).collect();
    let owner = Letter {
        owned: (0..50).map(|i| owned(named(i), Ask::InviteAndAssign, &asked)).collect(),
        ..letter(Language::German, Vec::new())
    };
    let client_letter = Letter { language: Language::German, ..many(50) };
    for (letter, name) in [(owner, "fifty-owned"), (client_letter, "fifty-asked")] {
        let message = writer().letter(&letter, moment()).unwrap();
        preview(name, &message);
        assert!(html(&message).len() < 102_000, "{}", html(&message).len());
    }
}
