use std::sync::Arc;

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::domain::{AccountId, Terms};

fn row(id: u64, role: StatedRole) -> ListedAccount {
    let terms = Arc::new(Terms { role, owner: None });
    ListedAccount { account_id: AccountId::parse(&id.to_string()).unwrap(), name: "n".into(), terms }
}

fn rows(ids: impl IntoIterator<Item = u64>) -> Vec<ListedAccount> {
    ids.into_iter().map(|id| row(id, StatedRole::Known(Role::Analyst))).collect()
}

fn info(page: u64, total_number: u64, total_page: u64) -> Option<PageInfo> {
    Some(PageInfo { page: Some(page), total_number, total_page })
}

fn page(rows: Vec<ListedAccount>, info: Option<PageInfo>) -> Result<Answer<Page<ListedAccount>>, Failure> {
    Ok(Answer { content: Page { rows, info }, request_id: None })
}

fn walk(pages: impl IntoIterator<Item = (u32, Result<Answer<Page<ListedAccount>>, Failure>)>) -> Walked<ListedAccount> {
    let mut walk = Walk::new();
    for (number, answer) in pages {
        walk.take(number, answer);
    }
    walk.finish()
}

fn unusable(reason: &str) -> Failure {
    Failure::Unusable { code: None, kind: crate::tiktok::failure::Kind::Spent, reason: reason.to_owned() }
}

#[rstest]
#[case(0)]
#[case(1)]
fn an_empty_list_of_nothing_is_complete(#[case] total_page: u64) {
    assert_eq!(walk([(1, page(vec![], info(1, 0, total_page)))]).outcome, Outcome::Complete);
}

#[test]
fn pages_in_any_order_are_complete_and_sorted() {
    let walked = walk([
        (1, page(rows(60..110), info(1, 101, 3))),
        (3, page(rows(5..6), info(3, 101, 3))),
        (2, page(rows(10..60), info(2, 101, 3))),
    ]);
    assert_eq!(walked.outcome, Outcome::Complete);
    assert!(walked.rows.is_sorted_by_key(|row| row.account_id));
}

#[rstest]
#[case::no_numbers(page(rows(1..8), None), "page 1 says not how much there is")]
#[case::another_page(page(rows(1..8), info(2, 7, 1)), "page 1 takes itself for another page")]
#[case::too_few(page(rows(1..7), info(1, 7, 1)), "7 in all, but 6 were listed")]
#[case::too_many(page(rows(1..9), info(1, 7, 1)), "7 in all, but 8 were listed")]
#[case::twice(page(rows([1, 2, 2]), info(1, 3, 1)), "3 in all, but 2 were listed (1 came more than once)")]
#[case::more_pages(page(rows(1..8), info(1, 7, 2)), "page 1 says 7 in all on 2 pages")]
#[case::huge(page(rows(1..8), info(1, u64::MAX, 2)), "page 1 says more than 1000000 in all")]
#[case::empty(page(vec![], info(1, 7, 1)), "7 in all, but 0 were listed")]
fn one_page_that_contradicts_itself_is_not_complete(
    #[case] answer: Result<Answer<Page<ListedAccount>>, Failure>,
    #[case] what: &str,
) {
    assert_eq!(walk([(1, answer)]).outcome, Outcome::Contradiction(what.to_owned()));
}

#[test]
fn a_total_page_that_says_too_little_is_not_believed() {
    let mut walk = Walk::new();
    walk.take(1, page(rows(1..51), info(1, 101, 1)));
    assert_eq!(walk.further_pages(), 2..=3);
}

#[rstest]
#[case(u64::MAX)]
#[case(1_000_001)]
fn no_total_makes_it_endless(#[case] total: u64) {
    let mut walk = Walk::new();
    walk.take(1, page(rows(1..51), info(1, total, total)));
    assert!(walk.further_pages().is_empty());
}

#[test]
fn a_page_that_is_empty_or_came_before_ends_the_reading() {
    for second in [vec![], rows(1..51)] {
        let mut walk = Walk::new();
        walk.take(1, page(rows(1..51), info(1, 900_000, 18_000)));
        assert!(!walk.is_hopeless());
        walk.take(2, page(second, info(2, 900_000, 18_000)));
        assert!(walk.is_hopeless());
        assert!(matches!(walk.finish().outcome, Outcome::Contradiction(_)));
    }
}

#[test]
fn a_page_with_more_rows_than_were_asked_for_ends_the_reading_and_its_rows_count() {
    let mut walk = Walk::new();
    walk.take(1, page(rows(1..51), info(1, 900_000, 18_000)));
    walk.take(2, page(rows(51..151), info(2, 900_000, 18_000)));
    assert!(walk.is_hopeless());
    let walked = walk.finish();
    assert_eq!(walked.outcome, Outcome::Contradiction("page 2 has 100 rows, 50 were asked for".to_owned()));
    assert_eq!(walked.rows.len(), 150);

    let all_at_once = self::walk([(1, page(rows(1..101), info(1, 100, 1)))]);
    assert!(matches!(all_at_once.outcome, Outcome::Contradiction(_)));
}

#[test]
fn the_lowest_faulty_page_speaks_and_the_rows_stay() {
    let walked = walk([
        (1, page(rows(1..51), info(1, 200, 4))),
        (4, Err(unusable("four"))),
        (2, Err(unusable("two"))),
        (3, page(rows(101..151), info(3, 200, 4))),
    ]);
    assert_eq!(walked.outcome, Outcome::Failed(unusable("two")));
    assert_eq!(walked.rows.len(), 100);
}

#[test]
fn the_highest_stated_role_wins() {
    let roles = [
        StatedRole::Absent,
        StatedRole::New("X".into()),
        StatedRole::Known(Role::Admin),
        StatedRole::Known(Role::Analyst),
    ];
    let mut rows: Vec<_> = roles.into_iter().map(|role| row(7, role)).collect();
    one_row_an_id(&mut rows);
    assert_eq!(rows, [row(7, StatedRole::Known(Role::Admin))]);
    let mut rows = vec![row(7, StatedRole::Absent), row(7, StatedRole::New("X".into()))];
    one_row_an_id(&mut rows);
    assert_eq!(rows[0].terms.role, StatedRole::New("X".into()));
}

#[derive(Clone, Debug)]
enum Lie {
    None,
    Drop(usize),
    Twice(usize),
    Repeat(usize),
    Total(usize, u64),
    TotalPage(usize, u64),
    Empty(usize),
    NoInfo(usize),
    Fail(usize),
    Foreign(usize),
}

fn lie() -> impl Strategy<Value = Lie> {
    let page = 0_usize..6;
    prop_oneof![
        Just(Lie::None),
        page.clone().prop_map(Lie::Drop),
        page.clone().prop_map(Lie::Twice),
        page.clone().prop_map(Lie::Repeat),
        (page.clone(), 0_u64..320).prop_map(|(p, n)| Lie::Total(p, n)),
        (page.clone(), 0_u64..9).prop_map(|(p, n)| Lie::TotalPage(p, n)),
        page.clone().prop_map(Lie::Empty),
        page.clone().prop_map(Lie::NoInfo),
        page.clone().prop_map(Lie::Fail),
        page.prop_map(Lie::Foreign),
    ]
}

proptest! {
    /// Whatever a single page does wrong: complete means that every id is there.
    #[test]
    fn a_lie_on_a_page_never_hides_an_account(total in 0_u64..300, lie in lie()) {
        let all: Vec<u64> = (1000..1000 + total).collect();
        let count = total.div_ceil(50).max(1);
        let mut walk = Walk::new();
        let mut asked = 1;
        let mut next = vec![1_u32];
        while let Some(number) = next.pop() {
            let start = (number as usize - 1) * 50;
            let mut ids: Vec<u64> = all.iter().copied().skip(start).take(50).collect();
            let (mut stated, mut pages, mut told, mut failed) = (total, count, true, false);
            let here = |page: usize| page + 1 == number as usize;
            match lie {
                Lie::Drop(p) if here(p) => { ids.pop(); }
                Lie::Twice(p) if here(p) && ids.len() > 1 => { ids.pop(); ids.push(ids[0]); }
                Lie::Repeat(p) if here(p) => ids = all.iter().copied().take(50).collect(),
                Lie::Total(p, n) if here(p) => stated = n,
                Lie::TotalPage(p, n) if here(p) => pages = n,
                Lie::Empty(p) if here(p) => ids.clear(),
                Lie::NoInfo(p) if here(p) => told = false,
                Lie::Fail(p) if here(p) => failed = true,
                Lie::Foreign(p) if here(p) => ids.push(5),
                _ => {}
            }
            let info = told.then_some(PageInfo { page: Some(number.into()), total_number: stated, total_page: pages });
            walk.take(number, if failed { Err(unusable("x")) } else { page(rows(ids), info) });
            if number == 1 {
                next.extend(walk.further_pages().rev());
                asked += next.len();
            }
        }
        prop_assert!(asked <= 7);
        let walked = walk.finish();
        let seen: Vec<u64> = walked.rows.iter().map(|row| row.account_id.get()).collect();
        if walked.outcome == Outcome::Complete {
            prop_assert!(all.iter().all(|id| seen.contains(id)), "{seen:?}");
        }
        if matches!(lie, Lie::None) {
            prop_assert_eq!(walked.outcome, Outcome::Complete);
        }
    }
}
