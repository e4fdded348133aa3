use rstest::rstest;
use secrecy::SecretString;

use super::*;
use crate::domain::{
    AccountId, AccountState, BusinessCenter, BusinessCenterId, BusinessCenterStatus, ListedAccount, Role, StatedRole,
};

type Accounts = Page<ListedAccount>;

fn accounts(list: &str) -> Envelope<Accounts> {
    let info = r#"{"page":1,"page_size":50,"total_number":1,"total_page":1}"#;
    let body = format!(r#"{{"code":0,"message":"OK","request_id":"R","data":{{"list":{list},"page_info":{info}}}}}"#);
    super::read(body.as_bytes(), &Names::default()).unwrap()
}

fn page_of(data: &str) -> Result<Accounts, String> {
    let body = format!(r#"{{"code":0,"message":"OK","data":{data}}}"#);
    super::read(body.as_bytes(), &Names::default()).unwrap().content
}

#[test]
fn a_row_is_read_with_nulls_numbers_and_fields_nobody_knows() {
    let page = accounts(
        r#"[{"asset_type":"ADVERTISER","asset_id":7106541027904733185,"asset_name":"Caf\u00e9\u0000 A","advertiser_role":"OPERATOR",
             "owner_bc_name":"Owner","catalog_role":null,"tt_account_roles":[[[{}]]],"new":{"a":[1.5,true]}}]"#,
    );
    let row = &page.content.unwrap().rows[0];
    assert_eq!(row.account_id.to_string(), "7106541027904733185");
    assert_eq!(
        (&*row.name, &row.terms.role, row.terms.owner.as_deref()),
        ("Café A", &StatedRole::Known(Role::Operator), Some("Owner"))
    );
    assert_eq!(page.request_id.as_deref(), Some("R"));
}

#[rstest]
#[case("null", StatedRole::Absent)]
#[case(r#""""#, StatedRole::Absent)]
#[case(r#""ANALYST""#, StatedRole::Known(Role::Analyst))]
#[case(r#""ADMIN""#, StatedRole::Known(Role::Admin))]
#[case(r#""SUPER\nVISOR""#, StatedRole::New("SUPERVISOR".into()))]
#[case("3", StatedRole::New("3".into()))]
#[case(r#"["ADMIN"]"#, StatedRole::New("unreadable".into()))]
fn a_role_is_known_absent_or_new(#[case] role: &str, #[case] stated: StatedRole) {
    let page = accounts(&format!(r#"[{{"asset_id":"7","advertiser_role":{role}}}]"#));
    assert_eq!(page.content.unwrap().rows[0].terms.role, stated);
}

#[test]
fn a_new_role_is_cut_to_forty_characters() {
    let page = accounts(&format!(r#"[{{"asset_id":"7","advertiser_role":"{}"}}]"#, "Ä".repeat(90)));
    assert_eq!(page.content.unwrap().rows[0].terms.role, StatedRole::New("Ä".repeat(40).into()));
}

#[rstest]
#[case(r#"[{"asset_id":"7"},{"asset_id":""}]"#, "row 2 has no readable asset_id")]
#[case(r#"[{"asset_id":7.5}]"#, "row 1 has no readable asset_id")]
#[case(r#"[{"asset_id":"07"}]"#, "row 1 has no readable asset_id")]
#[case(r#"[{"asset_id":null}]"#, "row 1 has no readable asset_id")]
#[case(r#"[{}]"#, "row 1 has no readable asset_id")]
#[case(r#"[{"asset_id":"7","asset_type":"PIXEL"}]"#, "row 1 is no ad account")]
#[case(r#"[7]"#, "shape")]
#[case(r#""no list""#, "shape")]
#[case(r#"[null]"#, "shape")]
fn a_row_that_cannot_be_read_spoils_its_page(#[case] list: &str, #[case] fault: &str) {
    let content = accounts(list).content;
    let said = content.err().unwrap();
    assert!(said.contains(fault), "{said}");
}

#[rstest]
#[case(r#"{"list":[]}"#)]
#[case(r#"{}"#)]
#[case(r#"{"list":[],"page_info":null}"#)]
#[case(r#"{"list":[],"page_info":{}}"#)]
#[case(r#"{"list":[],"page_info":{"page":1,"total_page":1}}"#)]
#[case(r#"{"list":[],"page_info":{"page":1,"total_number":0}}"#)]
#[case(r#"{"list":[],"page_info":{"page":1,"total_number":-1,"total_page":1}}"#)]
#[case(r#"{"list":[],"page_info":{"page":"x","total_number":0,"total_page":1}}"#)]
fn without_its_numbers_a_page_does_not_say_how_much_there_is(#[case] data: &str) {
    assert_eq!(page_of(data).ok().unwrap().info, None);
}

#[test]
fn a_null_list_is_an_empty_one_and_numbers_may_be_texts() {
    let page = page_of(r#"{"list":null,"page_info":{"page":"1","total_number":"0","total_page":0}}"#).ok().unwrap();
    assert!(page.rows.is_empty());
    assert_eq!(page.info, Some(PageInfo { page: Some(1), total_number: 0, total_page: 0 }));
}

#[rstest]
#[case(r#"{"code":"0","data":{}}"#, Some(0))]
#[case(r#"{"code":40105,"message":"bad","data":{}}"#, Some(40105))]
#[case(r#"{"code":40105}"#, Some(40105))]
#[case(r#"{"code":40105,"data":"none"}"#, Some(40105))]
#[case(r#"{"code":40105,"data":{"list":[7]}}"#, Some(40105))]
#[case(r#"{"message":"OK","data":{}}"#, None)]
#[case(r#"{"code":null,"data":{}}"#, None)]
#[case(r#"{"code":1.5}"#, None)]
#[case(r#"{"code":0,"data":{}"#, None)]
#[case("<html>", None)]
#[case("[]", None)]
#[case("", None)]
#[case("{\"code\":0,\"message\":\"\u{7}\"", None)]
fn the_code_is_read_before_the_data(#[case] body: &str, #[case] code: Option<i64>) {
    assert_eq!(super::read::<Accounts>(body.as_bytes(), &Names::default()).map(|e| e.code), code);
}

#[test]
fn deep_json_is_read_without_a_deep_stack() {
    let deep = "[".repeat(200_000) + &"]".repeat(200_000);
    for body in
        [format!(r#"{{"code":0,"data":{deep}}}"#), format!(r#"{{"code":0,"x":{deep},"data":{{"list":{deep}}}}}"#), deep]
    {
        let envelope = super::read::<Accounts>(body.as_bytes(), &Names::default());
        assert!(envelope.is_none_or(|envelope| envelope.content.is_err()));
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>, data in "\\PC{0,80}") {
        let names = Names::default();
        super::read::<Accounts>(&bytes, &names);
        super::read::<Accounts>(format!(r#"{{"code":0,"data":{data}}}"#).as_bytes(), &names);
        super::read::<States>(format!(r#"{{"code":0,"data":{{"list":[{data}]}}}}"#).as_bytes(), &names);
    }
}

#[test]
fn a_suspended_business_center_is_told_from_a_usable_one() {
    let row = |status: &str| format!(r#"{{"bc_info":{{"bc_id":"9","name":"N","status":{status}}}}}"#);
    let read = |status: &str| {
        let body = format!(r#"{{"code":0,"data":{{"list":[{}]}}}}"#, row(status));
        let page: Page<(BusinessCenterId, BusinessCenter)> =
            super::read(body.as_bytes(), &Names::default()).unwrap().content.ok().unwrap();
        page.rows[0].1.status.clone()
    };
    for usable in [r#""ENABLE""#, r#""REVIEWING""#, r#""SOMETHING""#, "null"] {
        assert_eq!(read(usable), BusinessCenterStatus::Usable);
    }
    assert_eq!(read(r#""PUNISH""#), BusinessCenterStatus::Suspended("PUNISH".into()));
    assert_eq!(read(r#""DENY""#), BusinessCenterStatus::Suspended("DENY".into()));
}

#[test]
fn states_are_told_apart() {
    let body = r#"{"code":0,"data":{"list":[{"advertiser_id":"1","status":"STATUS_ENABLE"},{"advertiser_id":2,"status":
        "STATUS_DISABLE"},{"advertiser_id":"3","status":"STATUS_LIMIT"},{"advertiser_id":"4","status":"STATUS_PENDING_CONFIRM"},
        {"advertiser_id":"5","status":null},{"advertiser_id":"6"}]}}"#;
    let States(states) = super::read(body.as_bytes(), &Names::default()).unwrap().content.ok().unwrap();
    use AccountState::{Closed, Enabled, InReview, NotStated, Suspended};
    assert_eq!(states.into_values().collect::<Vec<_>>(), [Enabled, Closed, Suspended, InReview, NotStated, NotStated]);
}

#[test]
fn a_witness_without_a_list_says_nothing() {
    for data in ["{}", r#"{"list":null}"#, "null"] {
        let body = format!(r#"{{"code":0,"data":{data}}}"#);
        assert!(super::read::<Reach>(body.as_bytes(), &Names::default()).unwrap().content.is_err());
    }
}

#[test]
fn the_questions_are_written_as_the_gateway_wants_them() {
    let base = "https://business-api.tiktok.com".parse().unwrap();
    let ids = [AccountId::parse("7106541027904733185").unwrap(), AccountId::parse("12").unwrap()];
    let secret = SecretString::from("s&=e");
    let bc = BusinessCenterId::parse("7564000000000000003").unwrap();
    let url = |call: Call<'_>| call.url(&base).to_string();
    let root = "https://business-api.tiktok.com/open_api/v1.3";
    assert_eq!(url(Call::UserInfo), format!("{root}/user/info/"));
    assert_eq!(url(Call::BusinessCenters { page: 2 }), format!("{root}/bc/get/?page=2&page_size=50"));
    assert_eq!(
        url(Call::Assets { bc, page: 3 }),
        format!("{root}/bc/asset/get/?bc_id=7564000000000000003&asset_type=ADVERTISER&page=3&page_size=50")
    );
    assert_eq!(
        url(Call::Witness { app_id: "77", secret: &secret }),
        format!("{root}/oauth2/advertiser/get/?app_id=77&secret=s%26%3De")
    );
    assert_eq!(
        url(Call::Advertisers { ids: &ids }),
        format!(
            "{root}/advertiser/info/?advertiser_ids=%5B%227106541027904733185%22%2C%2212%22%5D&fields=%5B%22advertiser_id%22%2C%22status%22%5D"
        )
    );
}
