//! Machine doors: token, introspect, revoke, userinfo, JWKS, discovery, gateway
