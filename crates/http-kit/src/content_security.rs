//! What an HTML page may load, and where its forms may lead.
//!
//! Owns the text of `Content-Security-Policy` and the check of the sources that go into it. Leaves
//! the choice of redirect to the doors. No page has inline scripts or styles, so there is neither
//! nonce nor `unsafe-*`. CSP 3; decision 0039; SECURITY.md rule 22, S-130.

/// The Content-Security-Policy of one page: nothing but our own styles, images and form targets,
/// plus what was added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContentSecurity {
    scripts: Scripts,
    own_forms: OwnForms,
    form_targets: Vec<String>,
    frames: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Scripts {
    #[default]
    None,
    OwnFiles,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum OwnForms {
    #[default]
    Allowed,
    None,
}

/// A redirect URI that cannot become a source: not `scheme:…`, or with characters that would end the
/// directive or widen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the redirect URI cannot stand in a content security policy")]
pub struct InvalidFormTarget;

impl ContentSecurity {
    /// Allows script files of our own.
    #[must_use]
    pub fn with_own_scripts(self) -> Self {
        Self { scripts: Scripts::OwnFiles, ..self }
    }

    /// Allows a form, or the redirect that follows one of ours, to lead to `redirect_uri`, an absolute URI.
    ///
    /// Browsers apply `form-action` to the whole redirect chain. An http(s) URI adds its origin, any
    /// other its scheme. An IPv6 host adds the scheme alone, since the grammar of sources has no
    /// IPv6 literals (CSP 3 §2.3.1).
    ///
    /// # Errors
    /// A URI without a scheme, or an http(s) URI whose authority is empty, has user information,
    /// or has characters outside letters, digits, `.`, `-` and a port.
    pub fn with_form_target(mut self, redirect_uri: &str) -> Result<Self, InvalidFormTarget> {
        let target = form_target(redirect_uri).ok_or(InvalidFormTarget)?;
        if !self.form_targets.contains(&target) {
            self.form_targets.push(target);
        }
        Ok(self)
    }

    /// Allows the page to frame the site of `address`, an http(s) URI (FL-03).
    ///
    /// # Errors
    /// As [`Self::with_form_target`].
    pub fn with_frame(mut self, address: &str) -> Result<Self, InvalidFormTarget> {
        let site = form_target(address).filter(|site| site.starts_with("http")).ok_or(InvalidFormTarget)?;
        if !self.frames.contains(&site) {
            self.frames.push(site);
        }
        Ok(self)
    }

    /// The policy of a page whose only form goes to `redirect_uri`, sent by a script file of ours (S-011).
    ///
    /// # Errors
    /// As [`Self::with_form_target`].
    pub fn posting_to(redirect_uri: &str) -> Result<Self, InvalidFormTarget> {
        let policy = Self { scripts: Scripts::OwnFiles, own_forms: OwnForms::None, ..Self::default() };
        policy.with_form_target(redirect_uri)
    }

    /// The value of the header.
    pub fn policy(&self) -> String {
        let scripts = match self.scripts {
            Scripts::None => "",
            Scripts::OwnFiles => "script-src 'self'; ",
        };
        let mut form_action = "form-action".to_owned();
        if self.own_forms == OwnForms::Allowed {
            form_action.push_str(" 'self'");
        }
        for target in &self.form_targets {
            form_action.push(' ');
            form_action.push_str(target);
        }
        let frames = match self.frames.as_slice() {
            [] => String::new(),
            sites => format!("frame-src {}; ", sites.join(" ")),
        };
        format!(
            "default-src 'none'; {scripts}{frames}style-src 'self'; img-src 'self'; {form_action}; \
             frame-ancestors 'none'; base-uri 'none'"
        )
    }
}

fn form_target(redirect_uri: &str) -> Option<String> {
    let (scheme, rest) = redirect_uri.split_once(':')?;
    if !is_scheme(scheme) {
        return None;
    }
    if !matches!(scheme, "http" | "https") {
        return Some(format!("{scheme}:"));
    }
    let authority = rest.strip_prefix("//")?.split(['/', '?', '#']).next()?;
    if is_ipv6_authority(authority) {
        return Some(format!("{scheme}:"));
    }
    is_host_and_port(authority).then(|| format!("{scheme}://{authority}"))
}

/// RFC 3986 §3.1, in the lower case that registration requires.
fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.'))
}

fn is_ipv6_authority(authority: &str) -> bool {
    authority.strip_prefix('[').and_then(|literal| literal.split_once(']')).is_some_and(|(address, port)| {
        address.parse::<std::net::Ipv6Addr>().is_ok()
            && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
    })
}

fn is_host_and_port(authority: &str) -> bool {
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    !host.is_empty()
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
        && port.is_none_or(is_port)
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form_action(redirect_uri: &str) -> String {
        let policy = ContentSecurity::default().with_form_target(redirect_uri).unwrap().policy();
        let directive = policy.split("; ").find(|part| part.starts_with("form-action"));
        directive.unwrap().to_owned()
    }

    /// S-130: the directives of SECURITY.md rule 22.
    #[test]
    fn a_page_may_load_nothing_but_our_own_styles_and_images() {
        assert_eq!(
            ContentSecurity::default().policy(),
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
             frame-ancestors 'none'; base-uri 'none'"
        );
    }

    #[test]
    fn scripts_are_our_own_files_and_only_on_request() {
        let policy = ContentSecurity::default().with_own_scripts().policy();

        assert!(policy.contains("; script-src 'self'; "));
        assert!(!policy.contains("unsafe"));
    }

    #[test]
    fn a_web_redirect_adds_its_origin_without_path_and_query() {
        assert_eq!(form_action("https://rp.example:8443/cb?a=b;c#d"), "form-action 'self' https://rp.example:8443");
        assert_eq!(form_action("http://127.0.0.1:8081/cb"), "form-action 'self' http://127.0.0.1:8081");
    }

    /// S-011: the page that posts an answer may post to its relying party and to nobody else.
    #[test]
    fn a_page_that_posts_an_answer_posts_to_nobody_else() {
        let policy = ContentSecurity::posting_to("https://rp.example:8443/cb").unwrap().policy();

        assert!(policy.contains("; form-action https://rp.example:8443; "), "{policy}");
        assert!(policy.contains("; script-src 'self'; "), "{policy}");
        assert_eq!(ContentSecurity::posting_to("https://rp.example *"), Err(InvalidFormTarget));
    }

    /// FL-03: a logout page frames the sites of its relying parties, once each, and every other page frames nothing.
    #[test]
    fn only_named_sites_are_framed() {
        let policy = ContentSecurity::default()
            .with_frame("https://rp.example/fc?iss=x")
            .and_then(|policy| policy.with_frame("https://rp.example/other"))
            .and_then(|policy| policy.with_frame("https://two.example:8443/fc"))
            .unwrap()
            .policy();

        assert!(policy.contains("; frame-src https://rp.example https://two.example:8443; "), "{policy}");
        assert!(!ContentSecurity::default().policy().contains("frame-src"));
        for address in ["com.example.app:/fc", "https://rp.example *", "javascript:x", "*"] {
            assert_eq!(ContentSecurity::default().with_frame(address), Err(InvalidFormTarget), "{address}");
        }
    }

    #[test]
    fn a_private_use_redirect_adds_its_scheme() {
        assert_eq!(form_action("com.example.app:/cb"), "form-action 'self' com.example.app:");
    }

    #[test]
    fn an_ipv6_redirect_adds_its_scheme_as_sources_have_no_ipv6_literals() {
        assert_eq!(form_action("http://[::1]:8081/cb"), "form-action 'self' http:");
    }

    #[test]
    fn a_target_that_occurs_twice_stands_once() {
        let policy = ContentSecurity::default()
            .with_form_target("https://rp.example/a")
            .and_then(|policy| policy.with_form_target("https://rp.example/b"))
            .unwrap();

        assert_eq!(policy.form_targets, ["https://rp.example"]);
    }

    /// S-130: nothing in a redirect URI may end the directive or widen it.
    #[test]
    fn a_redirect_cannot_inject_a_directive_or_a_wildcard() {
        for uri in [
            "",
            "rp.example/cb",
            ":",
            "*:",
            "java script:",
            "a;script-src *:",
            "https://rp.example;script-src",
            "https://rp.example,https:",
            "https://rp.example *",
            "https://*.example",
            "https://u@rp.example",
            "https://rp.example:*",
            "https://rp.example:+80",
            "https://rp.example:99999",
            "https://[::1;]",
            "https://[::1]x",
            "https://",
            "https:rp.example",
            "https://rp.exämple",
        ] {
            let refused = ContentSecurity::default().with_form_target(uri);
            assert_eq!(refused, Err(InvalidFormTarget), "{uri}");
        }
    }
}
