#!/bin/sh
# Two roles: one owns the tables, the server logs in as the other, so that row-level security binds it.
set -eu
psql --set ON_ERROR_STOP=1 --username postgres <<SQL
CREATE ROLE portreeve_owner LOGIN PASSWORD '$OWNER_PASSWORD';
CREATE ROLE portreeve LOGIN PASSWORD '$SERVER_PASSWORD';
CREATE DATABASE portreeve OWNER portreeve_owner;
\connect portreeve
ALTER SCHEMA public OWNER TO portreeve_owner;
ALTER DEFAULT PRIVILEGES FOR ROLE portreeve_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO portreeve;
SQL
