//! The program: parse, start telemetry, call, and map the outcome to an exit code. The only place that ends the process.

use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;
use reconciler::cli::Cli;
use reconciler::domain::Exit;
use reconciler::{commands, telemetry};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no faults; if stdout is closed nobody is left to be told.
            let _ = error.print();
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return ExitCode::from(if asked { Exit::Done } else { Exit::Refused }.code());
        }
    };
    telemetry::start(cli.log_format);
    ExitCode::from(commands::dispatch(cli).code())
}
