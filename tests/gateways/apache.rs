//! Apache with mod_auth_openidc around the virtual host of a page.

use std::{fs, net::SocketAddr, time::Duration};

use portreeve_tests::{address::free_address, process::ChildProcess, temp::TempFolder};

use crate::{
    authority::{Authority, CertificateFiles, origin},
    daemon::daemon,
    issuer::{Issuer, Resources},
    recipe::Recipe,
    upstream::Upstream,
};

const PAGE: &str = "apache.md";
const PATIENCE: Duration = Duration::from_secs(120);
const MODULES: [&str; 10] = [
    "mpm_event",
    "authz_core",
    "authn_core",
    "authz_user",
    "alias",
    "ssl",
    "headers",
    "proxy",
    "proxy_http",
    "auth_openidc",
];

/// What surrounds a virtual host: everything that Debian's `apache2.conf` would bring.
const FRAME: &str = r#"
ServerRoot FOLDER
PidFile FOLDER/apache.pid
DefaultRuntimeDir FOLDER
ErrorLog FOLDER/error.log
LogLevel warn auth_openidc:info
ServerName localhost
Listen 127.0.0.1:PORT
Listen READY
<VirtualHost READY>
    Redirect 200 /
</VirtualHost>
"#;

/// A running Apache.
pub(crate) struct Apache {
    /// Where clients reach the virtual host, without a slash at the end.
    pub(crate) url: String,
    /// Ends before its folder goes: fields are dropped in their order.
    _process: ChildProcess,
    folder: TempFolder,
}

/// A half of the page.
#[derive(Clone, Copy)]
pub(crate) enum Half {
    /// Signing people in.
    RelyingParty,
    /// Protecting an API.
    ResourceServer,
}

impl Half {
    fn block(self, heading: &str, language: &str) -> Recipe {
        let half = match self {
            Self::RelyingParty => "Signing people in",
            Self::ResourceServer => "Protecting an API",
        };
        Recipe::read(PAGE, &[half, heading], language)
    }

    /// Returns the resources of the page for an Apache at `address`.
    pub(crate) fn resources(self, address: SocketAddr) -> String {
        let recipe = self.block("In Portreeve", "toml");
        match self {
            Self::RelyingParty => recipe.with("https://intranet.example.com", origin(address)).into_text(),
            // The audience of an API is a name, not an address.
            Self::ResourceServer => recipe.into_text(),
        }
    }

    fn virtual_host(
        self,
        address: SocketAddr,
        files: &CertificateFiles,
        issuer: &Issuer,
        upstream: &Upstream,
    ) -> String {
        let recipe = self.block("In Apache", "apache");
        let (recipe, host) = match self {
            Self::RelyingParty => {
                let recipe = recipe.with("https://intranet.example.com", origin(address));
                (recipe.with("https://id.example.com", &issuer.url), "intranet.example.com")
            }
            Self::ResourceServer => {
                let endpoint = issuer.endpoint("introspection_endpoint");
                (recipe.with("https://id.example.com/oauth2/introspect", endpoint), "reports.example.com")
            }
        };
        recipe
            .with("*:443", address)
            .with_file(&format!("/etc/apache2/{host}.crt"), &files.certificate)
            .with_file(&format!("/etc/apache2/{host}.key"), &files.key)
            .with_file("/etc/ssl/certs/ca-certificates.crt", &files.ca)
            .with("http://127.0.0.1:8000/", upstream.url())
            .into_text()
    }
}

impl Apache {
    /// Starts Apache at `address` between clients and `upstream`.
    pub(crate) fn start(
        half: Half,
        address: SocketAddr,
        authority: &Authority,
        (issuer, resources): (&Issuer, &Resources),
        upstream: &Upstream,
    ) -> Self {
        let folder = TempFolder::new("apache");
        let ready = free_address();
        let modules: String = MODULES
            .iter()
            .map(|module| format!("LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so\n"))
            .collect();
        let frame = FRAME
            .replace("FOLDER", &folder.path().display().to_string())
            .replace("PORT", &address.port().to_string())
            .replace("READY", &ready.to_string());
        let virtual_host = half.virtual_host(address, &authority.install(folder.path()), issuer, upstream);
        fs::write(folder.path().join("apache.conf"), format!("{modules}{frame}{virtual_host}"))
            .expect("write apache.conf");
        let mut command = daemon("apache2", &folder);
        // One process, which is gone when it is killed.
        command.arg("-X").arg("-d").arg(folder.path()).args(["-f", "apache.conf"]);
        command.envs(resources.secrets.iter().map(|(name, secret)| (name, secret)));
        let mut process = ChildProcess::spawn(&mut command);
        process.wait_for_ok(ready, "/", PATIENCE);
        Self { url: origin(address), _process: process, folder }
    }

    /// Returns what Apache has logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default()
    }
}
