//! Files that are no registers.

use rstest::rstest;

use super::*;

#[rstest]
#[case::latin_1(b"country,client_code,client_name,account_id\nDK,C1,K\xf8benhavn,11\n", Some(2), "'ø' in Latin-1")]
#[case::utf_16(b"\xff\xfec\0o\0u\0", Some(1), "UTF-16")]
#[case::utf_16_without_mark(b"c\0o\0u\0n\0t\0r\0y\0", Some(1), "UTF-16")]
#[case::empty(b"", None, "is empty")]
#[case::blank(b"\n \n,,\n", None, "is empty")]
#[case::twice(b"country,client_code,client_name,account_id,Account_ID\n", Some(1), "account_id is there 2 times")]
#[case::both(b"country,x;client_code,client_name;account_id\n", Some(1), "commas and with semicolons")]
#[case::missing(b"country,client_code,client_name\n", Some(1), "account_id is missing")]
fn a_file_that_is_no_register_is_refused(#[case] bytes: &[u8], #[case] line: Option<u64>, #[case] problem: &str) {
    let faults = refusal(bytes);
    assert_eq!((faults.len(), faults[0].line), (1, line), "{faults:?}");
    assert!(faults[0].problem.contains(problem), "{faults:?}");
}

#[test]
fn a_file_without_a_header_is_refused_without_showing_its_cells() {
    let faults = refusal(b"DK,C07,anna@client.example,11\n");
    assert_eq!(faults.len(), 4);
    assert!(!Error::Refused(faults).to_string().contains("anna"));
}

#[test]
fn the_faults_of_all_files_are_told_at_once() {
    let settings = Expected {
        source: Source::Csv,
        accounts: "nowhere/accounts.csv".into(),
        contacts: "nowhere/contacts.csv".into(),
        exceptions: Some("nowhere/exceptions.csv".into()),
    };
    let error = files::read(&settings, &member()).map_err(Error::Refused).unwrap_err();
    insta::assert_snapshot!(error, @r#"
    the registers are refused, 3 faults:

    nowhere/accounts.csv: the file cannot be read: entity not found
      remedy: correct the path in the section [expected] (it begins in the working directory), or the permissions

    nowhere/contacts.csv: the file cannot be read: entity not found
      remedy: correct the path in the section [expected] (it begins in the working directory), or the permissions

    nowhere/exceptions.csv: the file cannot be read: entity not found
      remedy: correct the path in the section [expected] (it begins in the working directory), or the permissions
    "#);
}
