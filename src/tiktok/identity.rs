//! Whether a masked address can be a member's.
//!
//! Invariant: only an address that is shown and cannot be the member's contradicts; whatever shows no address says
//! nothing.

use crate::domain::Address;

/// Whether the address that TikTok shows (`d***t@example.org`, fact sheet §4.4) cannot be the member's. Compared without
/// case; a run of `*` stands for any characters, also none; the others must match from both ends, in local part and
/// domain each.
pub(super) fn contradicts(shown: &str, member: &Address) -> bool {
    let shown = shown.trim().to_lowercase();
    let (Some((local, domain)), Some((own_local, own_domain))) =
        (shown.rsplit_once('@'), member.as_str().rsplit_once('@'))
    else {
        return false;
    };
    !fits(local, own_local) || !fits(domain, own_domain)
}

fn fits(mask: &str, text: &str) -> bool {
    let mut pieces = mask.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("d***t@example.org")]
    #[case("D***T@Example.ORG")]
    #[case("data_extract@example.org")]
    #[case("*@*")]
    #[case("***@example.org")]
    #[case("d*a*t@e***e.org")]
    #[case("data_extract***@example.org")]
    #[case(" d***t@example.org ")]
    fn what_can_be_the_member_does_not_contradict(#[case] shown: &str) {
        assert!(!contradicts(shown, &Address::parse("data_extract@example.org").unwrap()));
    }

    #[rstest]
    #[case("x***t@example.org")]
    #[case("d***x@example.org")]
    #[case("d***t@example.com")]
    #[case("d***t@e***e.com")]
    #[case("data_extrac@example.org")]
    #[case("d***t@")]
    #[case("@example.org")]
    #[case("data_extract*tract@example.org")]
    #[case("d*z*t@example.org")]
    fn what_cannot_be_the_member_contradicts(#[case] shown: &str) {
        assert!(contradicts(shown, &Address::parse("data_extract@example.org").unwrap()));
    }

    #[rstest]
    #[case("")]
    #[case("  ")]
    #[case("***")]
    #[case("data extract")]
    fn what_is_no_address_says_nothing(#[case] shown: &str) {
        assert!(!contradicts(shown, &Address::parse("data_extract@example.org").unwrap()));
    }
}
