//! A PostgreSQL server of one test process alone: own data, own port, gone with the process.
//!
//! Invariant: whatever becomes of the process – end, panic, `kill -9` – its server stops and its folder is removed: a
//! shell waits at the end of a pipe that only this process holds open.
//!
//! It needs Debian's `postgresql` (`initdb`, `pg_ctl`, `psql`); `tests/run.sh` installs it. PostgreSQL refuses to run as
//! root, so root starts it as `nobody`.

#![expect(clippy::expect_used, reason = "a test without its server shall stop where it stands")]

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The password of the server's only user: must never be seen anywhere.
pub const PASSWORD: &str = "canary-database-password-8d41";

/// The server's only user.
pub const USER: &str = "reconciler";

/// `nobody` and `nogroup` of Debian.
const NOBODY: (u32, u32) = (65_534, 65_534);

/// A server that runs until this is dropped or the process ends.
#[derive(Debug)]
pub struct Server {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    as_nobody: bool,
    guard: Child,
    schemas: AtomicU32,
}

impl Server {
    /// The server that the tests of this process share; each takes a schema of its own.
    ///
    /// # Panics
    /// PostgreSQL is not installed or does not start.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| Self::start("-c fsync=off"))
    }

    /// A server with these settings (as `-c name=value`).
    ///
    /// # Panics
    /// PostgreSQL is not installed or does not start.
    #[must_use]
    pub fn start(settings: &str) -> Self {
        static SERVERS: AtomicU32 = AtomicU32::new(0);
        let number = SERVERS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("private-postgres-{}-{number}", std::process::id()));
        Self::in_folder(folder, settings)
    }

    /// A server in a folder that is created, or that may be there and empty: a volume of its own.
    ///
    /// # Panics
    /// PostgreSQL is not installed or does not start.
    #[must_use]
    pub fn in_folder(folder: PathBuf, settings: &str) -> Self {
        let programs = programs();
        let as_nobody = fs::metadata("/proc/self").expect("/proc").uid() == 0;
        fs::create_dir_all(&folder).expect("a folder for PostgreSQL");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("the folder's mode");
        fs::write(folder.join("password"), PASSWORD).expect("the password's file");
        if as_nobody {
            for path in [&folder, &folder.join("password")] {
                chown(path, Some(NOBODY.0), Some(NOBODY.1)).expect("the folder's owner");
            }
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let guard = guard(&programs, &folder, as_nobody);
        let server = Self { programs, folder, port, as_nobody, guard, schemas: AtomicU32::new(0) };
        server.program("initdb", &["--no-sync", "--no-locale", "--encoding=UTF8", "--auth=scram-sha-256"], |command| {
            command.arg(format!("--username={USER}")).arg(server.with_folder("--pwfile=", "password"));
        });
        let configuration = format!(
            "port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 300\n\
             log_statement = 'none'\nrestart_after_crash = on\n"
        );
        let path = server.folder.join("data/postgresql.auto.conf");
        fs::write(&path, configuration + &settings_in_lines(settings)).expect("the configuration");
        server.begin();
        server
    }

    /// Starts it (again).
    ///
    /// # Panics
    /// It does not start.
    pub fn begin(&self) {
        self.program("pg_ctl", &["start", "--wait"], |command| {
            command.arg(self.with_folder("--log=", "log"));
        });
    }

    /// Starts it if it ended by itself.
    ///
    /// # Panics
    /// It does not start.
    pub fn begin_if_it_stopped(&self) {
        let mut status = Command::new(self.programs.join("pg_ctl"));
        status.args(["status", "--silent"]).arg(self.with_folder("--pgdata=", "data")).current_dir(&self.folder);
        lower(status.stdin(Stdio::null()).stdout(Stdio::null()), self.as_nobody);
        if !status.status().expect("pg_ctl").success() {
            self.begin();
        }
    }

    /// Stops it as a crash would: nothing is finished, connections break.
    ///
    /// # Panics
    /// It does not run.
    pub fn crash(&self) {
        self.program("pg_ctl", &["stop", "--mode=immediate"], |_| ());
    }

    /// The address of a schema that no other test has.
    #[must_use]
    pub fn schema(&self) -> String {
        let schema = format!("t{}", self.schemas.fetch_add(1, Ordering::Relaxed));
        self.tell(&format!("CREATE SCHEMA {schema}"));
        self.url(&schema)
    }

    /// The address of a schema.
    #[must_use]
    pub fn url(&self, schema: &str) -> String {
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/postgres?options=-csearch_path%3D{schema}", self.port)
    }

    /// Where it listens, on the loopback address.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs SQL as the server's user; gives what `psql` prints, without alignment.
    ///
    /// # Panics
    /// The server refuses it.
    pub fn tell(&self, sql: &str) -> String {
        let output = Command::new(self.programs.join("psql"))
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--command", sql])
            .args(["--host=127.0.0.1", "--dbname=postgres"])
            .arg(format!("--port={}", self.port))
            .arg(format!("--username={USER}"))
            .env("PGPASSWORD", PASSWORD)
            .output()
            .expect("psql");
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    fn with_folder(&self, option: &str, name: &str) -> String {
        format!("{option}{}", self.folder.join(name).display())
    }

    fn program(&self, name: &str, arguments: &[&str], more: impl FnOnce(&mut Command)) {
        let mut command = Command::new(self.programs.join(name));
        command.args(arguments).arg(self.with_folder("--pgdata=", "data")).current_dir(&self.folder).env_clear();
        more(&mut command);
        // A file, for a server that goes on writing into a pipe would keep its reader waiting.
        let said = self.folder.join(format!("{name}.said"));
        let file = fs::File::create(&said).expect("a file for what it says");
        command.stdin(Stdio::null()).stdout(file.try_clone().expect("the same file")).stderr(file);
        lower(&mut command, self.as_nobody);
        let status = command.status().expect("PostgreSQL's program");
        let told = |path: &Path| fs::read_to_string(path).unwrap_or_default();
        assert!(status.success(), "{name}: {}\n{}", told(&said), told(&self.folder.join("log")));
    }
}

impl Drop for Server {
    /// Ends the guard's waiting, and waits until it has tidied up.
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}

/// Waits for the end of this process, then stops the server and removes its folder.
fn guard(programs: &Path, folder: &Path, as_nobody: bool) -> Child {
    let mut command = Command::new("sh");
    command
        .args([
            "-c",
            "read -r _; \"$1/pg_ctl\" stop --silent --mode=immediate --pgdata=\"$2/data\"; rm -rf \"$2\"",
            "sh",
        ])
        .args([programs, folder])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    lower(&mut command, as_nobody);
    command.spawn().expect("a shell")
}

fn lower(command: &mut Command, as_nobody: bool) {
    if as_nobody {
        command.uid(NOBODY.0).gid(NOBODY.1);
    }
}

/// Where PostgreSQL's programs are: Debian keeps them out of the PATH.
fn programs() -> PathBuf {
    let debian =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let mut debian: Vec<PathBuf> = debian.collect();
    debian.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = debian.into_iter().rev().chain(std::env::split_paths(&path));
    found
        .into_iter()
        .find(|folder| ["initdb", "pg_ctl", "psql"].iter().all(|name| folder.join(name).is_file()))
        .expect("PostgreSQL is needed: run tests/run.sh, or install it (Debian: apt-get install postgresql)")
}

fn settings_in_lines(settings: &str) -> String {
    settings.split("-c ").filter(|setting| !setting.trim().is_empty()).map(|setting| format!("{setting}\n")).collect()
}
