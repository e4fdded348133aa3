//! One request: the order in which a gateway looks at it, and what is remembered of it.
//!
//! Path, method, parameters (a breach is noted at once), token, quota, then the answer and what faults make of it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::answer::{Question, answer, refused};
use crate::endpoint::{BASE_PATH, Endpoint};
use crate::fault::{Armed, Asked, Tampering, What, change_listing, tamper_envelope, usual_message, wreck};
use crate::log::LoggedRequest;
use crate::options::Options;
use crate::quota::Meters;
use crate::reply::Reply;
use crate::request::Request;
use crate::rules::{self, Parameters, Refusal};
use crate::world::{TokenState, View, World};

/// Everything that requests share.
pub(crate) struct Server {
    options: Options,
    started: Instant,
    state: Mutex<State>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
}

/// What is behind the lock.
pub(crate) struct State {
    pub(crate) world: World,
    view: View,
    pub(crate) faults: Vec<Armed>,
    pub(crate) requests: Vec<LoggedRequest>,
    pub(crate) counts: HashMap<Endpoint, usize>,
    pub(crate) suspended_requests: usize,
    pub(crate) violations: Vec<String>,
    meters: Meters,
    served: u64,
}

impl Server {
    pub(crate) fn new(mut world: World, options: Options) -> Self {
        let faults = std::mem::take(&mut world.faults).into_iter().map(Armed::new).collect();
        let state = State {
            world,
            view: View::default(),
            faults,
            requests: Vec::new(),
            counts: HashMap::new(),
            suspended_requests: 0,
            violations: Vec::new(),
            meters: Meters::new(options.quota.clone()),
            served: 0,
        };
        let (in_flight, most_in_flight) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { options, started: Instant::now(), state: Mutex::new(state), in_flight, most_in_flight }
    }

    /// Counts a request as in flight until the guard is dropped.
    pub(crate) fn in_flight(&self) -> impl Drop + use<'_> {
        let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_in_flight.fetch_max(now, Ordering::SeqCst);
        InFlight(&self.in_flight)
    }

    pub(crate) fn most_in_flight(&self) -> usize {
        self.most_in_flight.load(Ordering::SeqCst)
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the world; what was remembered of listings is forgotten.
    pub(crate) fn change_world<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let mut state = self.state();
        let result = change(&mut state.world);
        state.view = View::default();
        let scripted: Vec<_> = state.world.faults.drain(..).map(Armed::new).collect();
        state.faults.extend(scripted);
        result
    }

    /// Answers one request.
    pub(crate) fn answer(&self, request: &Request) -> Reply {
        let now = self.started.elapsed();
        let mut logged = LoggedRequest::new(request, now);
        let mut state = self.state();
        state.served += 1;
        let id = format!("20260801{:024X}", state.served);
        let mut reply = state.reply(request, &self.options, now, &id, &mut logged);
        reply.headers.push(("X-TT-LOGID", request.log_id.clone().unwrap_or(id)));
        logged.status = reply.status;
        state.suspended_requests += usize::from(logged.during_suspension);
        if let Some(endpoint) = logged.endpoint() {
            *state.counts.entry(endpoint).or_default() += 1;
        }
        if self.options.print_requests {
            use std::io::Write;
            // Nobody may be reading; that is no reason to fail.
            let _ = writeln!(std::io::stderr(), "{}", logged.line());
        }
        if self.options.keep_requests {
            state.requests.push(logged);
        }
        reply
    }
}

struct InFlight<'a>(&'a AtomicUsize);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl State {
    fn reply(
        &mut self,
        request: &Request,
        options: &Options,
        now: Duration,
        id: &str,
        logged: &mut LoggedRequest,
    ) -> Reply {
        let Request { method, path, .. } = request;
        let Some(endpoint) = Endpoint::from_path(path).filter(|_| path.starts_with(BASE_PATH)) else {
            self.violations.push(format!("{method} {path}: no such path"));
            return Reply::plain(404, "404 page not found");
        };
        if method != "GET" {
            self.violations.push(format!("{method} {path}: only GET is allowed"));
            return Reply::plain(405, "405 method not allowed");
        }
        if request.body_length > 0 {
            self.violations.push(format!("{method} {path}: a GET carries no body"));
        }
        let checked = rules::check(endpoint, &request.query);
        if let Err(refusal) = &checked {
            self.violations.push(format!("{method} {path}: {}", refusal.message));
        }
        let member = match self.member_of(request.access_token.as_deref()) {
            Ok(member) => member,
            Err(refusal) => {
                if refusal.code == 40104 {
                    self.violations.push(format!("{method} {path}: no Access-Token header"));
                }
                return refuse(&refusal, id, logged);
            }
        };
        logged.member = Some(self.world.members[member].email.clone());
        let app = self.world.members[member].app_id;
        if let Err(excess) = self.meters.admit(app, now) {
            logged.during_suspension = excess.during_suspension;
            return refuse(&Refusal::new(40100, excess.message), id, logged);
        }
        match checked {
            Ok(parameters) => self.answer(options, now, id, logged, member, endpoint, &parameters),
            Err(refusal) => refuse(&refusal, id, logged),
        }
    }

    fn member_of(&self, token: Option<&str>) -> Result<usize, Refusal> {
        let Some(token) = token else {
            return Err(Refusal::new(40104, "Access token is empty. Please set Access-Token in the HTTP header."));
        };
        let known = self.world.members.iter().position(|member| member.token.0 == token);
        match known.map(|member| (member, self.world.members[member].token_state)) {
            Some((member, TokenState::Valid)) => Ok(member),
            Some((_, TokenState::Expired)) => Err(Refusal::new(40102, "Access token is expired.")),
            Some((_, TokenState::Revoked)) | None => {
                Err(Refusal::new(40105, "Access token is incorrect or has been revoked."))
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "all that is known of a request that passed the gateway")]
    fn answer(
        &mut self,
        options: &Options,
        now: Duration,
        id: &str,
        logged: &mut LoggedRequest,
        member: usize,
        endpoint: Endpoint,
        parameters: &Parameters,
    ) -> Reply {
        let asked = Asked {
            endpoint,
            bc_id: parameters.bc_id,
            page: parameters.page,
            member: &self.world.members[member].email,
        };
        let faults: Vec<What> = self.faults.iter_mut().filter_map(|fault| fault.strikes(&asked).cloned()).collect();
        if !faults.is_empty() {
            logged.fault = Some(faults.iter().map(What::name).collect::<Vec<_>>().join("+"));
        }
        for fault in &faults {
            match fault {
                What::Code { code, message } => {
                    let message = message.clone().unwrap_or_else(|| usual_message(*code, endpoint));
                    return refuse(&Refusal::new(*code, message), id, logged);
                }
                What::Suspension { seconds } => {
                    self.meters.suspend(self.world.members[member].app_id, now, Duration::from_secs(*seconds));
                    return refuse(&Refusal::new(40100, usual_message(40100, endpoint)), id, logged);
                }
                What::ListingChanges { seed, change } => {
                    let bc = parameters.bc_id.and_then(|id| self.world.find_business_center(id));
                    change_listing(&mut self.world, bc, *seed, *change);
                    self.view = View::default();
                }
                _ => {}
            }
        }
        let tampering = Tampering::of(&faults);
        let question = Question { world: &self.world, options, member, endpoint, parameters, tampering: &tampering };
        let (mut body, code) = answer(&question, &mut self.view, id);
        logged.code = Some(code);
        if !faults.is_empty() {
            body = tampered(body, &faults, parameters.page);
        }
        faults.iter().fold(Reply::json(body), wreck)
    }
}

fn refuse(refusal: &Refusal, id: &str, logged: &mut LoggedRequest) -> Reply {
    logged.code = Some(refusal.code);
    Reply::json(refused(refusal, id))
}

fn tampered(body: Vec<u8>, faults: &[What], page: u64) -> Vec<u8> {
    let Ok(mut answer) = serde_json::from_slice(&body) else { return body };
    for fault in faults {
        tamper_envelope(&mut answer, fault, page);
    }
    answer.to_string().into_bytes()
}
