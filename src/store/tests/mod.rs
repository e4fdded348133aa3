//! The store, told as stories over several nights: the same to SQLite and PostgreSQL.

mod files;
mod leases;
mod mails;
mod migrations;
mod nights;
mod servers;
mod world;
