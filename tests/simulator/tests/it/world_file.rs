//! The example of the README, and what is refused.

use serde::Deserialize;
use tiktok_simulator::{Simulator, What, World};

use crate::client::*;

const README: &str = include_str!("../../README.md");

fn example() -> String {
    README.split("```toml\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

#[tokio::test]
async fn the_example_of_the_readme_is_served() {
    let world = World::from_toml(&example()).unwrap();
    assert_eq!(world.assigned_in(ACME, MEMBER).len(), 2);
    assert_eq!(
        world.assigned_in("1659000000000049", MEMBER),
        [("7100000000000000011".to_owned(), Some("OPERATOR".to_owned()))]
    );
    let simulator = Simulator::start(world.member("in-rust@annalect-data.info", TOKEN)).await;
    assert_eq!(get(&simulator, "/user/info/").await.code(), 0);
}

#[test]
fn nonsense_is_refused_with_a_reason() {
    let member = "[[member]]\nemail = 'a@b'\ntoken = 't'\n";
    let cases = [
        ("colour = 1", "unknown field"),
        ("[[business_center]]\nid = 'x'\nname = 'n'", "\"x\" is no id"),
        ("[[business_center]]\nid = '2'\nname = 'n'\nmembers = ['nobody']", "no [[member]] has the email nobody"),
        ("[[fault]]\nwhat = 'explode'", "fault number 1: unknown variant `explode`"),
        ("[[fault]]\nwhat = 'hang'\nendpoint = '/bc/'", "fault number 1: unknown variant `/bc/`"),
        ("[[fault]]\nwhat = 'hang'\nbc = 'Acme'", "fault number 1: \"Acme\" is no id"),
        ("[[fault]]\nwhat = 'hang'\nmember = 'c@d'", "no [[member]] has the email c@d"),
        ("[[fault]]\nwhat = 'code'", "missing field `code`"),
        ("[[fault]]\nwhat = 'code'\ncode = 1\ntimes = 'x'", "invalid type"),
    ];
    for (text, reason) in cases {
        let error = World::from_toml(&format!("{member}{text}")).unwrap_err();
        assert!(error.to_string().contains(reason), "{text}: {error}");
    }
}

#[test]
fn every_fault_of_the_readme_has_that_name() {
    let table = README.split("| `what` | keys | |").nth(1).unwrap();
    let mut names = 0;
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        for name in row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2) {
            let keys = match name {
                "http_status" => ", status = 500",
                "redirect" => ", to = 'http://x'",
                "late" => ", ms = 1",
                "code" => ", code = 1",
                "vanishes" => ", id = '1'",
                "listing_changes" => ", seed = 1, change = 'move'",
                _ => "",
            };
            let fault: toml::Table = toml::from_str(&format!("fault = {{ what = '{name}'{keys} }}")).unwrap();
            assert_eq!(What::deserialize(fault["fault"].clone()).unwrap().name(), name);
            names += 1;
        }
    }
    assert_eq!(names, 42);
}
