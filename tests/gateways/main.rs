//! Gateways that others wrote, before an application, with our issuer behind them; everything over https.
//!
//! Owns starting nginx and Apache as an ordinary user from temporary folders, with the configuration that stands on the
//! pages of `docs/gateways`, and the cases of ECOSYSTEM §2.4 for each. What Apache can do is first shown on a certified
//! provider, the control: a case that fails there says nothing about us. HAProxy, Caddy, Envoy and Traefik are not here yet.

mod answers;
mod apache;
mod auth_request;
mod authority;
mod bound_tokens;
mod browser;
mod chromium;
mod control;
mod daemon;
mod issuer;
mod nginx;
mod portreeve;
mod recipe;
mod relying_party;
mod resource_server;
mod signed_identity;
mod site;
mod upstream;
