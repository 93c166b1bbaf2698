//! A row of either database, read by column position.
//!
//! Every reader checks the type; a column of another type or a null where none may be is a fault, never a default.

use portreeve_domain::{ClientId, Confirmation, Fault, TenantId, Thumbprint, Timestamp, UserId};
use rusqlite::types::ValueRef;
use sqlx::Row as _;
use sqlx::postgres::PgRow;

/// One row while it is being read.
pub enum Row<'a> {
    /// Of SQLite.
    Sqlite(&'a rusqlite::Row<'a>),
    /// Of PostgreSQL.
    Postgres(&'a PgRow),
}

fn unreadable(column: usize, cause: impl std::fmt::Display) -> Fault {
    Fault::new(format!("column {column}: {cause}"))
}

impl Row<'_> {
    /// A nullable BIGINT.
    ///
    /// # Errors
    /// A fault when the column has another type.
    pub fn optional_integer(&self, column: usize) -> Result<Option<i64>, Fault> {
        match self {
            Self::Sqlite(row) => row.get(column).map_err(|e| unreadable(column, e)),
            Self::Postgres(row) => row.try_get(column).map_err(|e| unreadable(column, e)),
        }
    }

    /// A BIGINT.
    ///
    /// # Errors
    /// A fault when the column is null or has another type.
    pub fn integer(&self, column: usize) -> Result<i64, Fault> {
        self.optional_integer(column)?.ok_or_else(|| unreadable(column, "null"))
    }

    /// A nullable TEXT.
    ///
    /// # Errors
    /// A fault when the column has another type.
    pub fn optional_text(&self, column: usize) -> Result<Option<String>, Fault> {
        match self {
            Self::Sqlite(row) => row.get(column).map_err(|e| unreadable(column, e)),
            Self::Postgres(row) => row.try_get(column).map_err(|e| unreadable(column, e)),
        }
    }

    /// A TEXT.
    ///
    /// # Errors
    /// A fault when the column is null or has another type.
    pub fn text(&self, column: usize) -> Result<String, Fault> {
        self.optional_text(column)?.ok_or_else(|| unreadable(column, "null"))
    }

    /// A nullable BYTEA.
    ///
    /// # Errors
    /// A fault when the column has another type.
    pub fn optional_bytes(&self, column: usize) -> Result<Option<Vec<u8>>, Fault> {
        match self {
            Self::Sqlite(row) => row.get(column).map_err(|e| unreadable(column, e)),
            Self::Postgres(row) => row.try_get(column).map_err(|e| unreadable(column, e)),
        }
    }

    /// A BYTEA.
    ///
    /// # Errors
    /// A fault when the column is null or has another type.
    pub fn bytes(&self, column: usize) -> Result<Vec<u8>, Fault> {
        self.optional_bytes(column)?.ok_or_else(|| unreadable(column, "null"))
    }

    /// A nullable BYTEA of exactly `N` bytes, without an allocation on SQLite.
    ///
    /// # Errors
    /// A fault when the column has another type or length.
    pub fn optional_array<const N: usize>(&self, column: usize) -> Result<Option<[u8; N]>, Fault> {
        let exact = |bytes: &[u8]| <[u8; N]>::try_from(bytes).map_err(|e| unreadable(column, e));
        match self {
            Self::Sqlite(row) => match row.get_ref(column).map_err(|e| unreadable(column, e))? {
                ValueRef::Null => Ok(None),
                ValueRef::Blob(bytes) => exact(bytes).map(Some),
                other => Err(unreadable(column, other.data_type())),
            },
            Self::Postgres(row) => {
                let bytes: Option<&[u8]> = row.try_get(column).map_err(|e| unreadable(column, e))?;
                bytes.map(exact).transpose()
            }
        }
    }

    /// A BYTEA of exactly `N` bytes.
    ///
    /// # Errors
    /// A fault when the column is null or has another type or length.
    pub fn array<const N: usize>(&self, column: usize) -> Result<[u8; N], Fault> {
        self.optional_array(column)?.ok_or_else(|| unreadable(column, "null"))
    }

    /// A BOOLEAN.
    ///
    /// # Errors
    /// A fault when the column is null or has another type.
    pub fn boolean(&self, column: usize) -> Result<bool, Fault> {
        match self {
            Self::Sqlite(row) => row.get(column).map_err(|e| unreadable(column, e)),
            Self::Postgres(row) => row.try_get(column).map_err(|e| unreadable(column, e)),
        }
    }

    /// A time.
    ///
    /// # Errors
    /// A fault when the column is null or not a BIGINT.
    pub fn timestamp(&self, column: usize) -> Result<Timestamp, Fault> {
        self.integer(column).map(Timestamp::from_millis)
    }

    /// A state as a nullable time.
    ///
    /// # Errors
    /// A fault when the column is not a BIGINT.
    pub fn optional_timestamp(&self, column: usize) -> Result<Option<Timestamp>, Fault> {
        Ok(self.optional_integer(column)?.map(Timestamp::from_millis))
    }

    /// A tenant's number.
    ///
    /// # Errors
    /// A fault when the column is null or not a BIGINT.
    pub fn tenant(&self, column: usize) -> Result<TenantId, Fault> {
        self.integer(column).map(TenantId::new)
    }

    /// A user's id.
    ///
    /// # Errors
    /// A fault when the column is null or not 16 bytes.
    pub fn user(&self, column: usize) -> Result<UserId, Fault> {
        self.array(column).map(UserId::from_bytes)
    }

    /// A nullable thumbprint.
    ///
    /// # Errors
    /// A fault when the column is not 32 bytes.
    pub fn thumbprint(&self, column: usize) -> Result<Option<Thumbprint>, Fault> {
        Ok(self.optional_array(column)?.map(Thumbprint::from_bytes))
    }

    /// What a row is bound to: the thumbprint of a key in this column, of a certificate in the next.
    ///
    /// # Errors
    /// A fault when a column is not 32 bytes.
    pub fn confirmation(&self, column: usize) -> Result<Confirmation, Fault> {
        Ok(Confirmation { key: self.thumbprint(column)?, certificate: self.thumbprint(column + 1)? })
    }

    /// A client's identifier.
    ///
    /// # Errors
    /// A fault when the column is null or not a client identifier.
    pub fn client(&self, column: usize) -> Result<ClientId, Fault> {
        ClientId::from_stored(&self.text(column)?).ok_or_else(|| unreadable(column, "not a client identifier"))
    }
}
