//! The use cases: authorize, log in, enrol, issue, introspect, revoke, log out, rotate
