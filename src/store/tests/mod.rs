//! The store, told as stories over several nights: the same to SQLite and PostgreSQL.

mod files;
mod forget;
mod leases;
mod mails;
mod migrations;
mod nights;
mod retention;
mod servers;
mod world;
