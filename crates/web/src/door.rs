//! What every page request begins with: which tenant, which cookies, which language, which request.
//!
//! Owns finding these and counting the request against the tenant's quota; an unknown or default slug under `/t/` is a 404, never
//! the default tenant (OD-12).

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, RawPathParams};
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use portreeve_domain::{Client, Tenant, TenantId};
use portreeve_http_kit::client_address::ClientAddress;
use portreeve_http_kit::cookie::{CookieKind, CookiePolicy};
use portreeve_http_kit::locale::negotiate;
use portreeve_http_kit::origin_check::{OriginVerdict, permits_form_post, same_origin};
use portreeve_http_kit::request_trace::RequestId;
use portreeve_issuer::{Issuer, Journey, PostedFrom, TenantDirectory};
use portreeve_pages::{Brand, Frame, Locale};

use crate::error_page;
use crate::reply::Reply;
use crate::{TENANT_PREFIX, Web};

/// The answer for another method than an address has; axum adds `Allow`. What is not there is not there for any method (S-157).
pub(crate) async fn method_not_allowed(_: Door) -> StatusCode {
    StatusCode::METHOD_NOT_ALLOWED
}

/// The door a browser stands at.
pub(crate) struct Door {
    pub web: Arc<Web>,
    /// The tenant.
    pub at: Arc<TenantDirectory>,
    /// What the tenant's addresses begin with: empty, or `/t/{slug}`.
    pub base: String,
    /// The request's headers.
    pub headers: HeaderMap,
    /// The names and attributes of this tenant's cookies.
    pub cookies: CookiePolicy,
    /// What support finds this request by.
    pub reference: String,
    address: Option<ClientAddress>,
}

impl Door {
    pub(crate) fn issuer(&self) -> &Issuer {
        &self.web.issuer
    }

    /// The binding cookie the browser sent.
    pub(crate) fn browser_cookie(&self) -> Option<&str> {
        self.cookies.read(&self.headers, CookieKind::Browser)
    }

    /// The known-device cookie the browser sent.
    pub(crate) fn device_cookie(&self) -> Option<&str> {
        self.cookies.read(&self.headers, CookieKind::Device)
    }

    /// What the page before wants said.
    pub(crate) fn notice(&self) -> Option<&str> {
        self.cookies.read(&self.headers, CookieKind::Notice)
    }

    /// An address of this tenant.
    pub(crate) fn href(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The language to answer in: the client's wishes first, then the browser's.
    pub(crate) fn locale(&self, ui_locales: &[String]) -> Locale {
        let available: Vec<&str> = Locale::ALL.iter().map(|locale| locale.tag()).collect();
        let wishes: Vec<&str> = ui_locales.iter().map(String::as_str).collect();
        let accepted = self.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Locale::parse(negotiate(&wishes, accepted, &available)).unwrap_or_default()
    }

    /// What all pages have in common.
    pub(crate) fn frame(&self, ui_locales: &[String]) -> Frame {
        let locale = self.locale(ui_locales);
        Frame {
            locale,
            brand: Brand::of(&self.at.tenant.settings.branding, locale, &self.base),
            tenant_name: self.at.tenant.display_name().to_owned(),
            passwordless: self.at.tenant.settings.is_passwordless(),
            ..Frame::default()
        }
    }

    /// The same on the way to `client`, which may have a look of its own.
    pub(crate) fn frame_to(&self, client: Option<&Client>, ui_locales: &[String]) -> Frame {
        let frame = self.frame(ui_locales);
        match client.and_then(|client| client.metadata.branding.as_ref()) {
            Some(look) => Frame { brand: frame.brand.under(look, frame.locale), ..frame },
            None => frame,
        }
    }

    /// Whether a form may have been posted from one of our own pages, as far as headers tell.
    pub(crate) fn is_own_form(&self) -> bool {
        permits_form_post(same_origin(&self.headers, &self.web.origin))
    }

    /// Whether headers tell that a form was posted from one of our own pages.
    pub(crate) fn is_told_to_be_own_form(&self) -> bool {
        matches!(same_origin(&self.headers, &self.web.origin), OriginVerdict::Same | OriginVerdict::Null)
    }

    /// From where the request came, as far as limits tell networks apart.
    pub(crate) fn network(&self) -> IpAddr {
        let unknown = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
        self.address.as_ref().map_or(unknown, |address| address.rate_limit_prefix().network())
    }

    /// From where a form was posted, for limits and mails.
    pub(crate) fn posted_from(&self, locale: Locale) -> PostedFrom {
        PostedFrom {
            network: self.network(),
            device: self.device_cookie().map(str::to_owned),
            locale: locale.tag().to_owned(),
        }
    }
}

impl Door {
    /// Notes on a journey from where and with what a form of it was posted, as much of it as is kept.
    pub(crate) fn note_whence(&self, journey: &mut Journey) {
        let unknown = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
        let address = self.address.as_ref().map_or(unknown, |address| address.ip);
        let agent = self.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        self.issuer().note_whence(journey, address, agent.unwrap_or_default(), self.device_cookie());
    }
}

impl FromRequestParts<Arc<Web>> for Door {
    type Rejection = Reply;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Reply> {
        let slug = RawPathParams::from_request_parts(parts, web)
            .await
            .ok()
            .and_then(|params| params.iter().find(|(name, _)| *name == "slug").map(|(_, slug)| slug.to_owned()));
        let at = match slug.as_deref() {
            None => web.issuer.directory.by_id(TenantId::DEFAULT),
            Some(Tenant::DEFAULT_SLUG) => None,
            Some(slug) => web.issuer.directory.by_slug(slug),
        };
        let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let path = route.strip_prefix(TENANT_PREFIX).unwrap_or(route);
        let at = at.filter(|at| at.has_address(path)).ok_or_else(Reply::not_found)?;
        let cookies = CookiePolicy::new(web.transport, slug.as_deref()).map_err(|_| Reply::not_found())?;
        let reference = parts.extensions.get::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default();
        let admitted = web.issuer.admit(&at);
        let door = Self {
            web: Arc::clone(web),
            at,
            base: slug.map(|slug| format!("/t/{slug}")).unwrap_or_default(),
            headers: parts.headers.clone(),
            cookies,
            reference,
            address: parts.extensions.get::<ClientAddress>().copied(),
        };
        match admitted {
            Ok(()) => Ok(door),
            Err(wait) => Err(error_page::over_quota(&door, wait)),
        }
    }
}
