//! Short names for clients and members inside the tables.
//!
//! Invariant: a client is one row however often its written form changes; the row holds the newest form.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::unreadable;
use super::sql::Transaction;
use crate::domain::{Address, Client, ClientKey};

/// The short name that stands for "nobody expects it".
pub(super) const NOBODY: i64 = 0;

/// Clients and members with their short names.
#[derive(Debug, Default)]
pub(super) struct Names {
    clients: HashMap<ClientKey, i64>,
    written: HashMap<i64, Arc<Client>>,
    members: Vec<(i64, Address)>,
}

impl Names {
    pub(super) async fn load(tx: &mut Transaction) -> sqlx::Result<Self> {
        let mut names = Self::default();
        for row in tx
            .query("SELECT client_id, country, code, name, parent_code, country_key, code_key FROM clients")
            .all()
            .await?
        {
            let key = ClientKey::new(row.get(5)?, row.get(6)?);
            let client = Client {
                key: key.clone(),
                country: row.get(1)?,
                code: row.get(2)?,
                name: row.get(3)?,
                parent_code: row.get(4)?,
            };
            names.clients.insert(key, row.get(0)?);
            names.written.insert(row.get(0)?, Arc::new(client));
        }
        for row in tx.query("SELECT member_id, address FROM members").all().await? {
            let address = Address::parse(row.get(1)?).ok_or_else(|| unreadable("a member's address"))?;
            names.members.push((row.get(0)?, address));
        }
        Ok(names)
    }

    pub(super) fn client(&self, id: i64) -> Option<&Arc<Client>> {
        self.written.get(&id)
    }

    pub(super) fn client_id(&self, key: &ClientKey) -> Option<i64> {
        self.clients.get(key).copied()
    }

    pub(super) fn member(&self, id: i64) -> Option<&Address> {
        self.members.iter().find(|(known, _)| *known == id).map(|(_, address)| address)
    }

    /// A member's short name; few members, so a look through the list.
    pub(super) fn member_id(&self, member: &Address) -> Option<i64> {
        self.members.iter().find(|(_, known)| known == member).map(|(id, _)| *id)
    }

    /// Gives the client a short name, and remembers how it is written now.
    pub(super) async fn learn_client(&mut self, tx: &mut Transaction, client: &Arc<Client>) -> sqlx::Result<()> {
        let known = self.client_id(&client.key).and_then(|id| self.written.get(&id));
        if known.is_some_and(|known| Arc::ptr_eq(known, client) || known == client) {
            return Ok(());
        }
        let id = tx.query(
            "INSERT INTO clients (country_key, code_key, country, code, name, parent_code) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (country_key, code_key) DO UPDATE SET country = excluded.country, code = excluded.code,
             name = excluded.name, parent_code = excluded.parent_code RETURNING client_id",
        )
        .bind(&*client.key.country)
        .bind(&*client.key.code)
        .bind(&client.country)
        .bind(&client.code)
        .bind(&client.name)
        .bind(&client.parent_code)
        .one()
        .await?
        .get(0)?;
        self.clients.insert(client.key.clone(), id);
        self.written.insert(id, Arc::clone(client));
        Ok(())
    }

    /// Gives the member a short name.
    pub(super) async fn learn_member(&mut self, tx: &mut Transaction, member: &Address) -> sqlx::Result<i64> {
        if let Some(id) = self.member_id(member) {
            return Ok(id);
        }
        let id = tx
            .query("INSERT INTO members (address) VALUES ($1) RETURNING member_id")
            .bind(member.as_str())
            .one()
            .await?
            .get(0)?;
        self.members.push((id, member.clone()));
        Ok(id)
    }
}
