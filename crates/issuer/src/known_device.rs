//! Known devices: a signed cookie that says "this account has signed in here before".
//!
//! It proves nothing at a sign-in; it only keeps a stranger from locking the owner out (S-073). It names accounts by a
//! keyed tag, holds at most five of them, and is of no use on another tenant.

use portreeve_crypto::{hex, hmac_sha256};
use portreeve_domain::UserId;

use crate::directory::TenantDirectory;

/// How many accounts one device remembers.
const MAX_ACCOUNTS: usize = 5;

/// The cookie after `user` signed in at a device that had `former`: 32 hexadecimal characters an account, joined by dots.
pub fn remember(at: &TenantDirectory, former: Option<&str>, user: UserId) -> String {
    let newest = tag(at, user);
    let others = former.unwrap_or_default().split('.').filter(|known| known.len() == newest.len() && **known != newest);
    std::iter::once(newest.as_str()).chain(others).take(MAX_ACCOUNTS).collect::<Vec<_>>().join(".")
}

/// Whether the cookie names `user`.
pub(crate) fn knows(at: &TenantDirectory, cookie: Option<&str>, user: UserId) -> bool {
    let expected = tag(at, user);
    cookie
        .unwrap_or_default()
        .split('.')
        .take(MAX_ACCOUNTS)
        .any(|known| portreeve_crypto::sha256(known.as_bytes()).ct_eq(&portreeve_crypto::sha256(expected.as_bytes())))
}

fn tag(at: &TenantDirectory, user: UserId) -> String {
    let tag = hmac_sha256(at.keys.devices.expose(), &[user.as_bytes()]);
    hex(tag.iter().take(16))
}
