//! `run`: one reconciliation.

use super::{Situation, conclude, progress};
use crate::cli::Output;
use crate::domain::Exit;
use crate::job;

pub(super) async fn run(situation: &Situation, output: Output) -> Exit {
    let (on_progress, bar) = progress();
    let result = job::run(&situation.order(on_progress)).await;
    bar.clear();
    conclude(result, output, &situation.config.path)
}
