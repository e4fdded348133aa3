//! `release`: a person lifts what held the newest run.

use chrono::Utc;

use super::listeners::{Listeners, gauges};
use super::{Situation, conclude, progress, screen};
use crate::cli::Output;
use crate::domain::{ClientKey, Exit, fold};
use crate::job;
use crate::judge::Only;

pub(super) async fn release(
    situation: &Situation,
    run_id: &str,
    country: Option<&str>,
    client: Option<&str>,
    output: Output,
) -> Exit {
    let only = match (country, client.map(|client| client.split_once('/'))) {
        (None, None) => None,
        (Some(country), _) => Some(Only::Country(fold(country))),
        (None, Some(Some((country, code)))) => Some(Only::Client(ClientKey::new(country, code))),
        (None, Some(None)) => {
            screen::complain("--client wants COUNTRY/CODE, such as DK/C07");
            return Exit::Refused;
        }
    };
    let (on_progress, bar) = progress();
    let result = job::release(&situation.order(on_progress), run_id, only).await;
    bar.clear();
    let exit = conclude(&result, output, &situation.config.path);
    let gauges = gauges(&result, &situation.config, Utc::now());
    Listeners::new(&situation.config, situation.stop.clone()).hear_of_release(&result, &gauges).await;
    exit
}
