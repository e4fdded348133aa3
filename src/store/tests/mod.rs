//! The store, told as stories over several nights.

mod files;
mod leases;
mod mails;
mod nights;
mod world;
