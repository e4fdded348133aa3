//! Scenarios: files as people write them, and the register that comes of them.

mod alike;
mod mapping;
mod people;
mod refused;

use rstest::rstest;

use super::blocks::Blocks;
use super::table::Table as _;
use super::*;
use crate::domain::{BadRow, BadRowCause, RegisterState};

const ACCOUNTS: &str = "country,client_code,client_name,account_id\n";
const CONTACTS: &str = "country,client_code,email,name,language,role\n";
const EXCEPTIONS: &str = "country,client_code,account_id,business_center_id,reason,until\n";

fn member() -> Address {
    Address::parse("extract@agency.example").unwrap()
}

/// Reads the three files as they would lie on the disk.
fn read_all(accounts: &[u8], contacts: &[u8], exceptions: &[u8]) -> Result<Register, Error> {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let settings = Expected {
        source: Source::Csv,
        accounts: file("accounts.csv", accounts),
        contacts: file("contacts.csv", contacts),
        exceptions: Some(file("exceptions.csv", exceptions)),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(read(&settings, &member(), chrono_tz::UTC))
}

fn accounts(text: impl AsRef<[u8]>) -> Register {
    read_all(text.as_ref(), CONTACTS.as_bytes(), EXCEPTIONS.as_bytes()).unwrap()
}

fn take_accounts(blocks: Blocks<impl std::io::Read>, register: &mut Register) {
    let mut table = accounts::Accounts::new("accounts.csv", &member());
    let sheet = csv::Sheet::open("accounts.csv", blocks, accounts::Accounts::COLUMNS).unwrap();
    sheet.each(|row| table.take(&row, register)).unwrap();
}

fn contacts(rows: &str) -> Register {
    read_all(ACCOUNTS.as_bytes(), format!("{CONTACTS}{rows}").as_bytes(), EXCEPTIONS.as_bytes()).unwrap()
}

fn exceptions(rows: &str) -> Register {
    read_all(ACCOUNTS.as_bytes(), CONTACTS.as_bytes(), format!("{EXCEPTIONS}{rows}").as_bytes()).unwrap()
}

fn refusal(accounts: &[u8]) -> Vec<Fault> {
    match read_all(accounts, CONTACTS.as_bytes(), EXCEPTIONS.as_bytes()) {
        Err(Error::Refused(faults)) => faults,
        other => panic!("not refused: {other:?}"),
    }
}

fn ids(register: &Register) -> Vec<(u64, String)> {
    register.accounts.iter().map(|account| (account.line, account.account_id.to_string())).collect()
}

fn read_of(source: Source, [accounts, contacts, exceptions]: [String; 3]) -> Register {
    let settings = Expected { source, accounts, contacts, exceptions: Some(exceptions) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(read(&settings, &member(), chrono_tz::UTC)).unwrap()
}

/// What a register says, without what names its source: a header is a line of a file, and of nothing else.
fn said(mut register: Register, header: u64) -> Register {
    register.fingerprint = [0; 32];
    register.bad_rows.iter_mut().for_each(|row| (row.file, row.line) = (String::new(), row.line - header));
    register.accounts.iter_mut().for_each(|row| row.line -= header);
    register.contacts.iter_mut().for_each(|row| row.line -= header);
    register.exceptions.iter_mut().for_each(|row| row.line -= header);
    register
}

/// Line, field and reason, one row a line.
fn told(rows: &[BadRow]) -> String {
    rows.iter().map(|row| format!("{} {}: {}", row.line, row.field, row.reason)).collect::<Vec<_>>().join("\n")
}

#[rstest]
#[case::comma("country,client_code,client_name,account_id,state\nDK,C07,365discount,7106541027904733185,requested\n")]
#[case::semicolon(
    "country;client_code;client_name;account_id;state\nDK;C07;365discount;7106541027904733185;requested\n"
)]
#[case::byte_order_mark(
    "\u{feff}country,client_code,client_name,account_id,state\nDK,C07,365discount,7106541027904733185,requested\n"
)]
#[case::windows_lines(
    "country,client_code,client_name,account_id,state\r\nDK,C07,365discount,7106541027904733185,requested\r\n"
)]
#[case::no_last_line_break(
    "country,client_code,client_name,account_id,state\nDK,C07,365discount,7106541027904733185,requested"
)]
#[case::other_order(
    "state,note,account_id,client_name,client_code,country\nREQUESTED,x,7106541027904733185,365discount,C07,DK\n"
)]
#[case::quoted(
    "\"country\",\"client_code\",\"client_name\",\"account_id\",state\n\"DK\",\"C07\",\"365discount\",\"7106541027904733185\",\"Requested\"\n"
)]
#[case::padded(
    " Country , CLIENT_CODE,client_name ,account_id,state\n DK ,C07\u{a0},\u{200b}365discount, 7106541027904733185\t, requested \n"
)]
fn one_account_is_read_however_it_is_written(#[case] text: &str) {
    let register = accounts(text);
    assert_eq!(told(&register.bad_rows), "");
    let account = &register.accounts[0];
    assert_eq!((account.line, account.account_id.to_string().as_str()), (2, "7106541027904733185"));
    let client = &account.client;
    assert_eq!((client.country.as_str(), client.code.as_str(), client.name.as_str()), ("DK", "C07", "365discount"));
    assert_eq!((account.facts.state, &account.member), (RegisterState::Requested, &member()));
}

#[test]
fn every_column_of_the_contract_is_read() {
    let register = accounts(
        "country,client_code,client_name,account_id,parent_code,account_name,business_center_id,member,state,start_date,end_date,added_by,tags\n\
         DK,C07,365discount,7100000000000000000,P1,Main,6900000000000000001,Omd-DK@agency.example,onboarded,2026-01-01,2026-12-31,anna,a|b\n",
    );
    let account = &register.accounts[0];
    assert_eq!(account.client.parent_code, "P1");
    assert_eq!(account.business_center.unwrap().to_string(), "6900000000000000001");
    assert_eq!(account.member.as_str(), "omd-dk@agency.example");
    assert_eq!(
        (account.facts.start.unwrap().to_string(), account.facts.end.unwrap().to_string()),
        ("2026-01-01".into(), "2026-12-31".into())
    );
    assert_eq!((&*account.account_name, &*account.facts.added_by, &*account.facts.tags), ("Main", "anna", "a|b"));
}

#[rstest]
#[case::line_feeds("\n")]
#[case::carriage_returns("\r\n")]
fn line_numbers_are_those_of_an_editor(#[case] end: &str) {
    let text = format!("\n{ACCOUNTS}\n\nDK,C1,\"two\nlines\",11\n,,,\n\nDK,C1,x,12\nDK,C1,x,x\n").replace('\n', end);
    let register = accounts(text);
    assert_eq!(ids(&register), [(5, "11".into()), (9, "12".into())]);
    assert_eq!((register.bad_rows[0].line, register.account_rows), (10, 3));
}

#[test]
fn a_bad_row_is_set_aside_with_line_field_and_reason_and_the_others_go_on() {
    let register = accounts(
        "country,client_code,client_name,account_id,business_center_id,member,state,start_date,end_date\n\
         DK,C1,x,7.10654E+18,,,,,\n\
         DK,C1,x,7106541027904733\u{a0}185,,,,,\n\
         DK,C1,x,7106541\u{200b},,,,,\n\
         DK,C1,x,,,,,,\n\
         ,C1,x,11,,,,,\n\
         DK,*,x,11,,,,,\n\
         DK,C1,x,11,BC7,,,,\n\
         DK,C1,x,11,,anna at example,,,\n\
         DK,C1,x,11,,,live,,\n\
         DK,C1,x,11,,,,2026-2-1,\n\
         DK,C1,x,11,,,,2026-02-30,24.12.2026\n\
         DK,C1,x,11,,,,2026-02-02,2026-02-01\n\
         DK,C1,x,11,,,\n\
         DK,C1,x,anna@client.example,,,,,\n\
         DK,C1,x,11,,,anna@client.example,,\n\
         DK,C1,x,7100000000000000000,,,,,\n",
    );
    assert_eq!(ids(&register), [(17, "7100000000000000000".into())]);
    assert_eq!(register.account_rows, 16);
    let malformed_ids =
        register.bad_rows.iter().filter(|row| row.account.as_ref().unwrap().cause == BadRowCause::MalformedId);
    assert_eq!(malformed_ids.map(|row| row.line).collect::<Vec<_>>(), [2, 3, 4, 5, 15]);
    assert_eq!(register.bad_rows[0].account.as_ref().unwrap().account_id, "7.10654E+18");
    assert!(!told(&register.bad_rows).contains("anna"));
    insta::assert_snapshot!(told(&register.bad_rows), @r#"
    2 account_id: "7.10654E+18" is no account id: it is in scientific notation: a spreadsheet turned it into a number and lost digits; copy the id again from TikTok into a cell formatted as text
    3 account_id: "7106541027904733\u{a0}185" is no account id: it holds a space
    4 account_id: "7106541\u{200b}" is no account id: it holds an invisible mark (zero-width or control character); type the id anew
    5 account_id: "" is no account id: it is empty
    6 country: it is empty; it is required
    7 client_code: * stands for all clients in the contacts only; name the client
    8 business_center_id: "BC7" is no Business Center id: it holds a letter
    9 member: it is no e-mail address (not shown here); write the login that clients invite
    10 state: "live" is no state; write onboarded or requested
    11 start_date: "2026-2-1" is no day; write it as YYYY-MM-DD
    12 start_date: "2026-02-30" is no day; write it as YYYY-MM-DD; end_date: "24.12.2026" is no day; write it as YYYY-MM-DD
    13 end_date: 2026-02-01 is before the start date 2026-02-02; correct one of them
    14 row: the row has 7 fields and the header 9; put quotes around a text that holds a delimiter
    15 account_id: what stands there (not shown, it may be an address) is no account id: it holds a letter
    16 state: what stands there (not shown, it may be an address) is no state; write onboarded or requested
    "#);
}

#[test]
fn a_quote_that_is_never_closed_costs_its_own_row_only() {
    let register = accounts(format!("{ACCOUNTS}DK,C1,\"open,11\nDK,C1,x,12\nDK,C1,x,13\n"));
    assert_eq!(ids(&register), [(3, "12".into()), (4, "13".into())]);
    insta::assert_snapshot!(told(&register.bad_rows), @r#"
    2 row: a quote is never closed; close it, or write it twice
    "#);
    let register = accounts(format!("{ACCOUNTS}DK,C1,\"open,11\nDK,C1,x,12\nDK,C1,\"y\",13\n"));
    assert_eq!(ids(&register), [(3, "12".into()), (4, "13".into())]);
    assert_eq!((register.bad_rows.len(), register.bad_rows[0].line), (1, 2));
}

#[test]
fn a_long_cell_is_told_in_short() {
    let register = accounts(format!("{ACCOUNTS}DK,C1,x,{}\n", "x\u{1b}".repeat(500)));
    let row = &register.bad_rows[0];
    assert_eq!(row.account.as_ref().unwrap().account_id.chars().count(), 100);
    assert!(row.reason.len() < 500 && !row.reason.contains('\u{1b}'), "{}", row.reason);
}

#[test]
fn rows_of_one_client_share_it() {
    let register = accounts(format!("{ACCOUNTS}DK,C1,x,11\nDK,C2,y,12\nDK,C1,x,13\ndk,c1,x,14\n"));
    let [a, b, c, d] = &register.accounts[..] else { panic!("{register:?}") };
    assert!(std::sync::Arc::ptr_eq(&a.client, &c.client) && a.client.key != b.client.key);
    assert!(std::sync::Arc::ptr_eq(&a.client, &d.client), "however it is written");
}

#[test]
fn a_client_is_called_as_its_first_row_that_counts_writes_it() {
    let rows = "DK,H4,Bad,x\n dk ,H4,Home,11\nDK, h4 ,Home & Co,12\nDK,H5,Home,13\nDK,H4,Home,14\n";
    let register = accounts(format!("{ACCOUNTS}{rows}"));
    let clients: Vec<String> = register.accounts.iter().map(|row| row.client.to_string()).collect();
    assert_eq!(clients, ["dk H4 Home", "dk H4 Home & Co", "DK H5 Home", "dk H4 Home"]);
    assert_eq!(register.accounts[0].client, register.accounts[3].client);
}

#[test]
fn a_register_without_rows_is_a_register() {
    let register = accounts(ACCOUNTS);
    assert_eq!((register.account_rows, register.bad_rows.len()), (0, 0));
}

#[test]
fn the_fingerprint_follows_every_byte_of_every_file_and_where_each_ends() {
    let one = exceptions("").fingerprint;
    assert_eq!(one, exceptions("").fingerprint);
    assert_ne!(one, exceptions("\n").fingerprint);
    assert_ne!(accounts(format!("{ACCOUNTS}\n")).fingerprint, contacts("\n").fingerprint);
}

/// All records of a text that ends, by the scanner where it finds them sound.
fn scanned(text: &str) -> Vec<Vec<String>> {
    let (mut scanner, mut records, mut rest) = (record::Scanner::new(b','), Vec::new(), text);
    loop {
        rest = rest.trim_start_matches(['\r', '\n']);
        if rest.is_empty() {
            return records;
        }
        let Some(found) = scanner.scan(rest, true) else {
            records.push(vec!["an open quote".to_owned()]);
            return records;
        };
        records.push(found.record.map_or(vec![], |record| record.iter().map(ToOwned::to_owned).collect()));
        rest = &rest[found.end..];
    }
}

proptest::proptest! {
    #[test]
    fn what_is_sound_is_read_as_every_reader_of_csv_reads_it(text in "[ab\"\",\r\né]{0,40}") {
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let read: Vec<Vec<String>> =
            reader.records().map(|record| record.unwrap().iter().map(ToOwned::to_owned).collect()).collect();
        let scanned = scanned(&text);
        proptest::prop_assert_eq!(scanned.len(), read.len());
        for (scanned, read) in scanned.iter().zip(&read).filter(|(scanned, _)| !scanned.is_empty()) {
            proptest::prop_assert!(scanned == read || scanned[0] == "an open quote", "{:?} {:?}", scanned, read);
        }
    }

    #[test]
    fn a_file_reads_the_same_in_blocks_of_any_size(rows in "[1a,;\"\r\n é]{0,120}", block in 1_usize..40) {
        let text = format!("\u{feff}\n,,\n{ACCOUNTS}{rows}");
        let read = |blocks| {
            let mut register = Register::default();
            take_accounts(blocks, &mut register);
            register
        };
        proptest::prop_assert_eq!(read(Blocks::new(text.as_bytes())), read(Blocks::of(block, text.as_bytes())));
    }

    #[test]
    fn whatever_a_file_holds_no_row_is_lost(rows in "[0-9a-z,;\"\r\n\u{a0}é@.-]{0,200}", noise: Vec<u8>) {
        let text = format!("{ACCOUNTS}{rows}");
        let register = accounts(&text);
        let rows = register.accounts.len() + register.bad_rows.len();
        proptest::prop_assert_eq!(rows, register.account_rows);
        proptest::prop_assert!(register.bad_rows.iter().all(|row| row.line >= 2 && !row.reason.is_empty()));
        proptest::prop_assert!(!told(&register.bad_rows).contains('@'));
        // Anything at all, in every file.
        match read_all(&noise, &noise, &noise) {
            Ok(_) => proptest::prop_assert!(false, "noise has no header"),
            Err(error) => proptest::prop_assert!(error.to_string().contains("remedy")),
        }
    }
}

/// `cargo test --release --lib -- --ignored a_million`.
#[test]
#[ignore = "takes a release build to say something"]
fn a_million_rows_are_cheap() {
    use std::fmt::Write as _;
    let mut text = String::from(
        "country;client_code;client_name;account_id;parent_code;account_name;business_center_id;member;state;start_date;end_date;added_by;tags\n",
    );
    for i in 0..1_000_000_u64 {
        let (id, client) = (7_100_000_000_000_000_000 + i, i / 300);
        writeln!(text, "DK;C{client};Client {client};{id};;Account {i};6900000000000000001;x@agency.example;onboarded;2026-01-01;;anna;").unwrap();
    }
    let mut register = Register::default();
    let begin = std::time::Instant::now();
    take_accounts(Blocks::new(text.as_bytes()), &mut register);
    assert_eq!(register.accounts.len(), 1_000_000);
    let took = begin.elapsed();
    assert!(took.as_secs_f64() < 1.5, "{took:?}");
}

/// Rows share what they have in common with the row before, so each of these differs from it in one column.
#[test]
fn neighbours_that_differ_in_one_column_are_told_apart() {
    let written = [
        "P1,a,6900000000000000001,one@agency.example,onboarded,2026-01-01,2026-12-31,anna,brand",
        "P1,a,6900000000000000001,one@agency.example,onboarded,2026-01-01,2026-12-31,bert,brand",
        "P1,a,6900000000000000001,one@agency.example,onboarded,2026-01-01,2026-12-31,bert,shops",
        "P1,a,6900000000000000001,one@agency.example,onboarded,2026-01-01,2026-12-30,bert,shops",
        "P1,a,6900000000000000001,one@agency.example,onboarded,2026-01-02,2026-12-30,bert,shops",
        "P1,a,6900000000000000001,one@agency.example,requested,2026-01-02,2026-12-30,bert,shops",
        "P1,a,6900000000000000001,two@agency.example,requested,2026-01-02,2026-12-30,bert,shops",
        "P1,a,6900000000000000002,two@agency.example,requested,2026-01-02,2026-12-30,bert,shops",
        "P1,b,6900000000000000002,two@agency.example,requested,2026-01-02,2026-12-30,bert,shops",
        "P2,b,6900000000000000002,two@agency.example,requested,2026-01-02,2026-12-30,bert,shops",
    ];
    let rows = written.iter().zip(11..).map(|(row, id)| format!("DK,C1,x,{id},{row}\n"));
    let register = accounts(format!(
        "country,client_code,client_name,account_id,parent_code,account_name,business_center_id,member,state,start_date,\
         end_date,added_by,tags\n{}",
        rows.collect::<String>()
    ));
    let read = register.accounts.iter().map(|row| {
        let facts = &row.facts;
        format!(
            "{},{},{},{},{},{},{},{},{}",
            row.client.parent_code,
            &*row.account_name,
            row.business_center.unwrap(),
            row.member.as_str(),
            if facts.state == RegisterState::Onboarded { "onboarded" } else { "requested" },
            facts.start.unwrap(),
            facts.end.unwrap(),
            &*facts.added_by,
            &*facts.tags
        )
    });
    assert_eq!(read.collect::<Vec<_>>(), written);
}
