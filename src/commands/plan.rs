//! `plan`: the same, without mailing or remembering.

use std::path::Path;

use super::{Situation, conclude, progress};
use crate::cli::Output;
use crate::domain::Exit;
use crate::job;

pub(super) async fn plan(situation: &Situation, out: &Path, output: Output) -> Exit {
    let (on_progress, bar) = progress();
    let result = job::plan(&situation.order(on_progress), out).await;
    bar.clear();
    conclude(&result, output, &situation.config.path)
}
