//! The page that relying parties frame to ask whether the sign-in has changed.
//!
//! Nobody sees it: it has a script file of ours and the name of the cookie that the script reads. Session Management 1.0
//! §3.2, §3.3.

use askama::Template;

use crate::{RenderError, assets};

/// Makes the page of a tenant; `cookie_name` is that of its state cookie.
///
/// # Errors
/// [`RenderError`] when the template fails.
pub fn check_session(tenant_name: &str, cookie_name: &str) -> Result<String, RenderError> {
    Ok(View { script_href: assets::check_session_href(), tenant_name, cookie_name }.render()?)
}

#[derive(Template)]
#[template(path = "check_session.html")]
struct View<'a> {
    script_href: &'static str,
    tenant_name: &'a str,
    cookie_name: &'a str,
}
