//! What is told of a fault, and what is not.

use object_store::Error as Client;
use rstest::rstest;

use super::*;
use crate::config::Cloud;

fn generic(text: &str) -> Client {
    Client::Generic { store: "S3", source: text.to_owned().into() }
}

fn refused(text: &str) -> Client {
    Client::PermissionDenied { path: "hunter2".to_owned(), source: text.to_owned().into() }
}

#[rstest]
#[case(
    refused("403: <Error><Code>InvalidAccessKeyId</Code><Key>hunter2</Key>"),
    "(InvalidAccessKeyId): look at the key"
)]
#[case(refused("403: <Error><Code>hunter2 & Co</Code>"), "(403): look at the key")]
#[case(
    generic("PUT https://x?sig=hunter2 - Server returned non-2xx status code: 503 Slow: <Code>SlowDown</Code>hunter2"),
    "the store answered SlowDown; run again"
)]
#[case(generic("Server returned non-2xx status code: 301 Moved: hunter2"), "AWS_REGION")]
#[case(
    generic("Server returned non-2xx status code: 403 Forbidden: <Code>AccessDenied</Code>hunter2"),
    "(AccessDenied): look at"
)]
#[case(generic("Server returned non-2xx status code: 404 Not Found: hunter2"), "there is no such bucket")]
#[case(generic("hunter2 <Code>"), "the client of the store failed")]
fn a_fault_names_the_code_and_nothing_else(#[case] error: Client, #[case] says: &str) {
    let words = Fault::from(error).words("look at the key");
    assert!(words.contains(says) && !words.contains("hunter2"), "{words}");
}

#[test]
fn a_bucket_shows_nothing_of_its_client() {
    let bucket = bucket(&Failing::new());
    assert_eq!(format!("{bucket:?}"), "s3://bucket/night/reports");
}

#[rstest]
#[case(Cloud::S3, "s3://bucket-1/a/b")]
#[case(Cloud::Google, "gs://bucket-1/a/b")]
fn a_client_is_made_without_asking_anybody(#[case] cloud: Cloud, #[case] shown: &str) {
    assert_eq!(format!("{:?}", Bucket::open(cloud, "bucket-1", "a/b").unwrap()), shown);
}

#[test]
fn azure_without_an_account_says_what_is_missing() {
    let error = Bucket::open(Cloud::Azure, "container", "").unwrap_err().to_string();
    assert!(error.contains("AZURE_STORAGE_ACCOUNT_NAME"), "{error}");
}
