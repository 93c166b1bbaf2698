//! Every SQL statement, once, for SQLite and PostgreSQL
