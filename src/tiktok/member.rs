//! One of our logins during a run.
//!
//! Invariant: once TikTok has refused it, nothing more is sent for it; and no words that TikTok says to it leave here with
//! its secrets or an address in them.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize};

use secrecy::{ExposeSecret, SecretString};

use super::client::{Brought, Error, Token};
use super::failure::{Failure, why_refused};
use crate::config;
use crate::domain::{Address, Standing};

/// Characters of TikTok's words that are kept.
const LONGEST_WORDS: usize = 200;

pub(super) struct Member {
    pub(super) email: Address,
    pub(super) token: Token,
    pub(super) app: usize,
    /// What `/oauth2/advertiser/get/` needs.
    pub(super) witness: Option<(String, SecretString)>,
    /// Set once, when TikTok refuses the member; nothing is sent for it afterwards.
    pub(super) refused: OnceLock<Standing>,
    pub(super) done: AtomicUsize,
    pub(super) total: AtomicUsize,
    pub(super) requests: AtomicU64,
}

impl Member {
    pub(super) fn new(settings: &config::Member, member_index: usize, app: usize) -> Result<Self, Error> {
        Ok(Self {
            email: settings.email.clone(),
            token: Token::new(&settings.access_token, member_index)?,
            app,
            witness: settings.app_id.clone().zip(settings.app_secret.clone()),
            refused: OnceLock::new(),
            done: AtomicUsize::new(0),
            total: AtomicUsize::new(0),
            requests: AtomicU64::new(0),
        })
    }

    /// Refuses it for the rest of the run and says why nothing more is read; the first refusal stays.
    pub(super) fn refuse(&self, standing: Standing) -> String {
        why_refused(self.refused.get_or_init(|| standing))
    }

    /// Whether anything may still be sent for it.
    pub(super) fn admitted(&self) -> Result<(), Failure> {
        self.refused.get().map_or(Ok(()), |standing| Err(Failure::Ended(why_refused(standing))))
    }

    /// What came, in words that may be logged and reported: without this member's secrets, and without addresses.
    pub(super) fn words<T>(&self, brought: &Brought<T>) -> String {
        match brought {
            Brought::Envelope(envelope) if envelope.code == 0 => match &envelope.content {
                Ok(_) => String::new(),
                Err(fault) => format!("an answer that cannot be read: {fault}"),
            },
            Brought::Envelope(envelope) => self.without_secrets(&envelope.message),
            Brought::Nothing(_, what) => what.clone(),
        }
    }

    fn without_secrets(&self, words: &str) -> String {
        let secret = self.witness.as_ref().map(|(_, secret)| secret.expose_secret());
        let leaks = |word: &str| {
            word.contains('@') || self.token.is_in(word) || secret.is_some_and(|s| !s.is_empty() && word.contains(s))
        };
        let clean: Vec<_> = words.split(' ').map(|word| if leaks(word) { "[…]" } else { word }).collect();
        clean.join(" ").chars().take(LONGEST_WORDS).collect()
    }
}
