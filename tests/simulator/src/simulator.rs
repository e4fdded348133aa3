//! Starting, watching, changing and stopping a simulator.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::endpoint::Endpoint;
use crate::fault::{Armed, Fault};
use crate::log::LoggedRequest;
use crate::options::Options;
use crate::server::Server;
use crate::wire::serve;
use crate::world::World;

/// A running simulator on 127.0.0.1. Dropping it stops it and closes its connections.
pub struct Simulator {
    server: Arc<Server>,
    address: SocketAddr,
    running: Running,
}

enum Running {
    Task(JoinHandle<()>),
    /// Ends when the sender is dropped.
    Thread {
        stop: Option<oneshot::Sender<()>>,
        thread: Option<thread::JoinHandle<()>>,
    },
}

impl Simulator {
    /// Serves a world with the default options, on the runtime of the caller.
    ///
    /// # Panics
    /// If no port can be had.
    pub async fn start(world: World) -> Self {
        match Self::with(Options::default(), world).await {
            Ok(simulator) => simulator,
            Err(error) => panic!("the simulator cannot listen on 127.0.0.1: {error}"),
        }
    }

    /// Serves a world, on the runtime of the caller.
    ///
    /// # Errors
    /// If the port cannot be had.
    pub async fn with(options: Options, world: World) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let server = Arc::new(Server::new(world, options));
        let running = Running::Task(tokio::spawn(serve(listener, Arc::clone(&server))));
        Ok(Self { server, address, running })
    }

    /// Serves a world on a thread of its own, for tests that block while a program runs against it.
    ///
    /// # Errors
    /// If the port or the thread cannot be had.
    pub fn in_background(options: Options, world: World) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let server = Arc::new(Server::new(world, options));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&server);
        let thread = thread::Builder::new().name("tiktok-simulator".to_owned()).spawn(move || {
            runtime.block_on(async {
                let Ok(listener) = TcpListener::from_std(listener) else { return };
                tokio::select! {
                    () = serve(listener, shared) => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { server, address, running: Running::Thread { stop: Some(stop), thread: Some(thread) } })
    }

    /// `http://127.0.0.1:PORT`, without the path of the API.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far, in order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.server.state().requests.clone()
    }

    /// Requests so far to a path such as `/bc/asset/get/`, whatever was answered.
    ///
    /// # Panics
    /// If no such path is served.
    #[must_use]
    pub fn count(&self, path: &str) -> usize {
        let Some(endpoint) = Endpoint::from_path(path) else { panic!("{path} is not served") };
        self.server.state().counts.get(&endpoint).copied().unwrap_or_default()
    }

    /// Requests to known paths so far.
    #[must_use]
    pub fn total(&self) -> usize {
        self.server.state().counts.values().sum()
    }

    /// Requests that were sent while their app was suspended; there should be none.
    #[must_use]
    pub fn requests_during_suspension(&self) -> usize {
        self.server.state().suspended_requests
    }

    /// How many requests were under way at once, at most.
    #[must_use]
    pub fn most_in_flight(&self) -> usize {
        self.server.most_in_flight()
    }

    /// What no client of TikTok may do: wrong paths, methods and parameters, no token. There should be none.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.server.state().violations.clone()
    }

    /// Forgets requests, counts and violations, e.g. between two nights.
    pub fn forget_requests(&self) {
        let mut state = self.server.state();
        state.requests.clear();
        state.counts.clear();
        state.violations.clear();
        state.suspended_requests = 0;
    }

    /// Looks at the world.
    pub fn world<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.server.state().world)
    }

    /// Changes the world while it is served.
    pub fn world_mut<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        self.server.change_world(change)
    }

    /// Adds a fault.
    pub fn add_fault(&self, fault: Fault) {
        self.server.state().faults.push(Armed::new(fault));
    }

    /// Replaces all faults; their counting begins anew.
    pub fn faults(&self, faults: impl IntoIterator<Item = Fault>) {
        self.server.state().faults = faults.into_iter().map(Armed::new).collect();
    }

    /// Nothing goes wrong any more (a suspension that began goes on).
    pub fn clear_faults(&self) {
        self.faults([]);
    }

    /// Stops it and waits until its port is free.
    pub async fn stop(mut self) {
        match &mut self.running {
            Running::Task(task) => {
                task.abort();
                // Aborted is what it should be.
                let _ = task.await;
            }
            Running::Thread { .. } => {}
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        match &mut self.running {
            Running::Task(task) => task.abort(),
            Running::Thread { stop, thread } => {
                drop(stop.take());
                if let Some(thread) = thread.take() {
                    let _ = thread.join();
                }
            }
        }
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator").field("address", &self.address).finish_non_exhaustive()
    }
}
