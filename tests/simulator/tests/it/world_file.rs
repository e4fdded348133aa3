//! The example of the README, and what is refused.

use tiktok_simulator::{Simulator, World};

use crate::client::*;

fn example() -> String {
    let readme = include_str!("../../README.md");
    readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
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
        ("[[fault]]\nwhat = 'code'", "missing field `code`"),
        ("[[fault]]\nwhat = 'code'\ncode = 1\ntimes = 'x'", "invalid type"),
    ];
    for (text, reason) in cases {
        let error = World::from_toml(&format!("{member}{text}")).unwrap_err();
        assert!(error.to_string().contains(reason), "{text}: {error}");
    }
}
