//! Near ids: which single unexpected account a mistyped id was meant to be.
//!
//! Invariant: a suggestion is made only where exactly one candidate fits the first rule that fits any.

use crate::domain::AccountId;

/// How an id in the register differs from the one it was meant to be. The order is the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Slip {
    /// One digit is another.
    OneDigitDiffers,
    /// Two neighbours are swapped.
    NeighboursSwapped,
    /// A digit is lost, or written twice.
    DigitLostOrDoubled,
    /// A spreadsheet kept 15 digits and wrote zeros after them.
    SpreadsheetRounding,
}

impl Slip {
    /// For the evidence: "… differs from it: {}".
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::OneDigitDiffers => "one digit is another",
            Self::NeighboursSwapped => "two neighbouring digits are swapped",
            Self::DigitLostOrDoubled => "one digit is lost or written twice",
            Self::SpreadsheetRounding => "a spreadsheet rounded it to 15 digits",
        }
    }
}

/// The one account that was meant, and by which slip.
pub(crate) fn meant(
    registered: AccountId,
    candidates: impl IntoIterator<Item = AccountId>,
) -> Option<(AccountId, Slip)> {
    let registered = registered.to_string();
    let mut best: Option<(Slip, AccountId)> = None;
    let mut several = false;
    for candidate in candidates {
        let Some(slip) = slip(registered.as_bytes(), candidate.to_string().as_bytes()) else { continue };
        match best {
            Some((known, other)) if known == slip => several |= other != candidate,
            Some((known, _)) if known < slip => {}
            _ => {
                best = Some((slip, candidate));
                several = false;
            }
        }
    }
    best.filter(|_| !several).map(|(slip, account)| (account, slip))
}

/// Every id from which a slip of the digits leads to this one: a few hundred, so that many candidates need not be compared
/// one by one. Those that a spreadsheet rounded to it are not among them: [`rounded_to`].
pub(crate) fn neighbours(registered: AccountId) -> impl Iterator<Item = AccountId> {
    let text = registered.to_string().into_bytes();
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut changed = text.clone();
        change(&mut changed);
        changed
    };
    let mut ids = Vec::new();
    for at in 0..=text.len() {
        for digit in b'0'..=b'9' {
            ids.push(with(&|id| id.insert(at, digit)));
            if at < text.len() {
                ids.push(with(&|id| id[at] = digit));
            }
        }
        if at < text.len() {
            ids.push(with(&|id| _ = id.remove(at)));
        }
        if at + 1 < text.len() {
            ids.push(with(&|id| id.swap(at, at + 1)));
        }
    }
    ids.into_iter().filter_map(|id| AccountId::parse(std::str::from_utf8(&id).ok()?).ok())
}

/// Those among accounts, in the order of their ids, that a spreadsheet would round to this one.
pub(crate) fn rounded_to(registered: AccountId, sorted: &[AccountId]) -> &[AccountId] {
    let text = registered.to_string();
    let zeros = text.get(15..).filter(|rest| rest.bytes().all(|digit| digit == b'0')).map_or(0, str::len);
    let first = registered.get();
    let beyond = first + 10_u64.pow(u32::try_from(zeros).unwrap_or(0));
    let start = sorted.partition_point(|account| account.get() < first);
    let end = sorted.partition_point(|account| account.get() < beyond);
    &sorted[start..end]
}

/// The first slip that leads from the candidate to what the register says.
fn slip(registered: &[u8], candidate: &[u8]) -> Option<Slip> {
    if registered.len() == candidate.len() {
        let mut differing = registered.iter().zip(candidate).enumerate().filter(|(_, (a, b))| a != b).map(|(i, _)| i);
        let (first, second, third) = (differing.next()?, differing.next(), differing.next());
        return match (second, third) {
            (None, _) => Some(Slip::OneDigitDiffers),
            (Some(second), None)
                if second == first + 1
                    && registered[first] == candidate[second]
                    && registered[second] == candidate[first] =>
            {
                Some(Slip::NeighboursSwapped)
            }
            _ => rounded(registered, candidate).then_some(Slip::SpreadsheetRounding),
        };
    }
    let lost = candidate.len() == registered.len() + 1 && without_one(candidate, registered).is_some();
    let doubled = registered.len() == candidate.len() + 1
        && without_one(registered, candidate).is_some_and(|at| {
            (at > 0 && registered[at - 1] == registered[at]) || registered.get(at + 1) == Some(&registered[at])
        });
    (lost || doubled).then_some(Slip::DigitLostOrDoubled)
}

/// Where a digit must be taken from the longer one to get the shorter one.
fn without_one(longer: &[u8], shorter: &[u8]) -> Option<usize> {
    let at = longer.iter().zip(shorter).take_while(|(a, b)| a == b).count();
    (longer[at + 1..] == shorter[at..]).then_some(at)
}

/// Same length of at least 16, the first 15 digits equal, nothing but zeros after them in the register.
fn rounded(registered: &[u8], candidate: &[u8]) -> bool {
    registered.len() >= 16 && registered[..15] == candidate[..15] && registered[15..].iter().all(|&digit| digit == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn id(text: &str) -> AccountId {
        AccountId::parse(text).unwrap()
    }

    #[rstest]
    #[case::differs("7106541027904733185", "7106541027904733188", Slip::OneDigitDiffers)]
    #[case::swapped("7106541027904733185", "7106541027904733158", Slip::NeighboursSwapped)]
    #[case::lost("710654102790473318", "7106541027904733185", Slip::DigitLostOrDoubled)]
    #[case::lost_inside("710641027904733185", "7106541027904733185", Slip::DigitLostOrDoubled)]
    #[case::doubled("7106554102790473318", "710654102790473318", Slip::DigitLostOrDoubled)]
    #[case::rounded("7106541027904730000", "7106541027904733185", Slip::SpreadsheetRounding)]
    fn each_slip_is_recognised(#[case] registered: &str, #[case] meant: &str, #[case] expected: Slip) {
        assert_eq!(slip(registered.as_bytes(), meant.as_bytes()), Some(expected));
    }

    #[rstest]
    #[case::a_digit_too_many_that_is_no_double("7106954102790473318", "710654102790473318")]
    #[case::two_digits("7106541027904733185", "7106541027904733177")]
    #[case::rounded_but_fewer_than_sixteen_digits("710654102790400", "710654102790473")]
    #[case::swapped_but_not_neighbours("7106541027904733185", "7106541027904735183")]
    #[case::rounded_too_early("7106541027904000000", "7106541027904733185")]
    #[case::rounded_the_other_way("7106541027904733185", "7106541027904730000")]
    #[case::the_same("7106541027904733185", "7106541027904733185")]
    fn what_is_not_near_is_left_alone(#[case] registered: &str, #[case] other: &str) {
        assert_eq!(slip(registered.as_bytes(), other.as_bytes()), None);
    }

    proptest! {
        /// Whatever slips, the search that does not compare all finds it.
        #[test]
        fn what_is_near_is_a_neighbour_or_was_rounded(
            id in 1_u64..=9_223_372_036_854_775_807,
            at in 0_usize..20,
            digit in 0_u8..10,
            round in 0_u32..5,
        ) {
            let candidate = AccountId::parse(&id.to_string()).unwrap();
            let digits = id.to_string().into_bytes();
            let at = at % digits.len();
            let mut slips = vec![digits.clone(); 4];
            slips[0][at] = b'0' + digit;
            slips[1].swap(at, (at + 1).min(digits.len() - 1));
            slips[2].remove(at);
            slips[3].insert(at, digits[at]);
            let rounded = id - id % 10_u64.pow(round);
            slips.push(rounded.to_string().into_bytes());
            for slipped in slips {
                let Ok(registered) = AccountId::parse(std::str::from_utf8(&slipped).unwrap()) else { continue };
                if slip(registered.to_string().as_bytes(), &digits).is_some() {
                    let found = neighbours(registered).any(|near| near == candidate)
                        || !rounded_to(registered, &[candidate]).is_empty();
                    prop_assert!(found, "{registered} from {candidate}");
                }
            }
        }
    }

    #[test]
    fn two_candidates_under_the_first_rule_make_no_suggestion() {
        let candidates = [id("7106541027904733188"), id("7106541027904733187"), id("7106541027904733158")];
        assert_eq!(meant(id("7106541027904733185"), candidates), None);
    }

    #[test]
    fn one_candidate_under_the_first_rule_wins_over_several_under_a_later_one() {
        let candidates = [id("7106541027904733158"), id("7106541027904733188"), id("7106541027904731385")];
        assert_eq!(
            meant(id("7106541027904733185"), candidates),
            Some((id("7106541027904733188"), Slip::OneDigitDiffers))
        );
    }

    #[test]
    fn the_same_candidate_seen_twice_is_one_candidate() {
        let candidates = [id("7106541027904733188"), id("7106541027904733188")];
        assert!(meant(id("7106541027904733185"), candidates).is_some());
    }
}
