//! The simulator as a program, for demonstrations, benches and tests of the built binary.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use clap::Parser;
use tiktok_simulator::{Options, Quota, Simulator, Windows, World};
use tokio::signal::unix::{SignalKind, signal};

/// A strict and hostile stand-in for TikTok's API for Business.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// World file (TOML, see the README); several are read as one, in this order
    #[arg(long, required_unless_present = "generate", conflicts_with = "generate")]
    world: Vec<PathBuf>,
    /// Generated world, e.g. 2000x25: Business Centers x accounts in each
    #[arg(long, value_name = "BCSxACCOUNTS")]
    generate: Option<Size>,
    /// Generated members, each of an app of its own and with Business Centers of its own
    #[arg(long, value_name = "N", requires = "generate")]
    apps: Option<u64>,
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Milliseconds before each answer
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
    /// Requests per second and app
    #[arg(long)]
    qps: Option<u32>,
    /// Requests per minute and app
    #[arg(long)]
    qpm: Option<u32>,
    /// Requests per day and app
    #[arg(long)]
    qpd: Option<u32>,
    /// Seconds of suspension after exceeding the minute
    #[arg(long, default_value_t = 300)]
    suspension_s: u64,
    /// Count the last second and minute instead of calendar ones
    #[arg(long)]
    sliding: bool,
    /// Write each request to stderr
    #[arg(long)]
    print_requests: bool,
    /// End when stdin closes
    #[arg(long)]
    until_stdin_closes: bool,
}

#[derive(Clone, Copy)]
struct Size {
    business_centers: u64,
    accounts_each: u64,
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('x').and_then(|(bcs, accounts)| Some((bcs.parse().ok()?, accounts.parse().ok()?)));
        let (business_centers, accounts_each) = parts.ok_or("expected BCSxACCOUNTS, e.g. 200x500")?;
        Ok(Self { business_centers, accounts_each })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "tiktok-simulator: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let simulator = Simulator::with(options(arguments), world(arguments)?).await?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "listening on {}", simulator.base_url())?;
    stdout.flush()?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = stdin_closed(), if arguments.until_stdin_closes => {}
    }
    simulator.stop().await;
    Ok(())
}

fn world(arguments: &Arguments) -> Result<World, Box<dyn std::error::Error>> {
    if let Some(size) = arguments.generate {
        return Ok(match arguments.apps {
            None => World::generate(size.business_centers, size.accounts_each),
            Some(apps) => World::generate_for_apps(apps, size.business_centers, size.accounts_each),
        });
    }
    let mut text = String::new();
    for path in &arguments.world {
        text += &std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        text.push('\n');
    }
    let names: Vec<String> = arguments.world.iter().map(|path| path.display().to_string()).collect();
    Ok(World::from_toml(&text).map_err(|error| format!("{}: {error}", names.join(" + ")))?)
}

fn options(arguments: &Arguments) -> Options {
    Options {
        latency: Duration::from_millis(arguments.latency_ms),
        quota: Quota {
            per_second: arguments.qps,
            per_minute: arguments.qpm,
            per_day: arguments.qpd,
            windows: if arguments.sliding { Windows::Sliding } else { Windows::Calendar },
            suspension: Duration::from_secs(arguments.suspension_s),
        },
        port: arguments.port,
        keep_requests: false,
        print_requests: arguments.print_requests,
        ..Options::default()
    }
}

async fn stdin_closed() {
    let (closed, waiting) = tokio::sync::oneshot::channel();
    // A thread of its own: a blocked read must not hold up the end of the program.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = closed.send(());
    });
    let _ = waiting.await;
}
