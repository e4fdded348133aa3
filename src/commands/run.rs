//! `run`: one reconciliation.

use chrono::Utc;

use super::listeners::{Listeners, gauges};
use super::{Situation, conclude, progress};
use crate::cli::Output;
use crate::domain::Exit;
use crate::job;

pub(super) async fn run(situation: &Situation, output: Output) -> Exit {
    let listeners = Listeners::new(&situation.config, situation.stop.clone());
    let begun = listeners.hear_of_start();
    let (on_progress, bar) = progress();
    let result = job::run(&situation.order(on_progress)).await;
    bar.clear();
    let exit = conclude(&result, output, &situation.config.path);
    let gauges = gauges(&result, &situation.config, Utc::now());
    listeners.hear_of_night(begun, &result, &gauges).await;
    exit
}
