//! JWK, JWS and claims, with the caller's list of algorithms
