//! `[reminders]`, `[guard]`, `[schedule]`, `[observe]`: when, how many, and who is told.

use secrecy::SecretString;

use crate::config::document::Node;
use crate::config::log::{Problem, Read};
use crate::config::reader::Section;
use crate::config::{Observe, Schedule, secret, values};
use crate::domain::{Guards, Reminders};

/// When mails go.
pub(in crate::config) fn reminders(mut section: Section<'_>) -> Reminders {
    let roles = &[("report", false), ("remind", true)];
    let reminders = Reminders {
        days: section.or("days", vec![0, 3, 7, 14], days),
        min_days_between: section.or("min_days_between", 2, values::integer(0..=365)),
        grace_nights: section.or("grace_nights", 0, values::integer(0..=365)),
        reopen_days: section.or("reopen_days", 7, values::integer(0..=3_650)),
        skip_weekends: section.or("skip_weekends", true, values::boolean),
        skip_dates: section.list("skip_dates", values::date).unwrap_or_default().into_iter().collect(),
        remind_role_too_high: section.or("role_too_high", false, values::choice(roles)),
    };
    section.finish();
    reminders
}

fn days(node: &Node) -> Read<Vec<u32>> {
    let remedy = "write days after the first mail that begin with 0 and rise: [0, 3, 7, 14]";
    let crate::config::document::Value::List(items) = &node.value else {
        return Err(Problem::new("this is a list", remedy));
    };
    let days: Vec<u32> = items
        .iter()
        .map(values::integer(0..=3_650))
        .collect::<Read<_>>()
        .map_err(|problem| Problem::new(problem.what.replace("this", "an item"), remedy))?;
    if days.first() != Some(&0) {
        return Err(Problem::new("this does not begin with 0", remedy));
    }
    if !days.is_sorted_by(|a, b| a < b) {
        return Err(Problem::new("this does not rise", remedy));
    }
    Ok(days)
}

/// When mails are held.
pub(in crate::config) fn guards(mut section: Section<'_>, max_mails_per_run: u64) -> Guards {
    let count = || values::integer(0..=1_000_000_000);
    let guards = Guards {
        max_regressed_share: section.or("max_regressed_share", 0.10, values::share),
        min_regressed: section.or("min_regressed", 5, count()),
        max_first_mailed_share: section.or("max_first_mailed_share", 0.25, values::share),
        min_first_mailed: section.or("min_first_mailed", 50, count()),
        max_input_drop_share: section.or("max_input_drop_share", 0.20, values::share),
        max_invalid_share: section.or("max_invalid_share", 0.05, values::share),
        max_mails_per_run,
    };
    section.finish();
    guards
}

/// When `schedule` runs.
pub(in crate::config) fn schedule(mut section: Section<'_>) -> Schedule {
    let schedule = Schedule { cron: section.or("cron", "0 30 4 * * *".to_owned(), values::cron) };
    section.finish();
    schedule
}

/// Whom to tell about the run.
pub(in crate::config) fn observe(mut section: Section<'_>) -> Observe {
    let heartbeat = secret::checked(section.environment(), |text| values::web_url(text).map(|_| ()));
    // A password may be in it, as long as it does not stand in the file.
    let pushgateway = secret::checked_or_literal(
        section.environment(),
        |text| values::listener_url(text).map(|_| ()),
        |text| values::web_url(text).map(|_| ()),
    );
    let observe = Observe {
        pushgateway: section.optional::<SecretString>("pushgateway", pushgateway),
        heartbeat_url: section.optional::<SecretString>("heartbeat_url", heartbeat),
    };
    section.finish();
    observe
}
