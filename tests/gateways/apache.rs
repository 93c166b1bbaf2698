//! Apache with mod_auth_openidc and mod_oauth2 around virtual hosts of its page.

use std::{fs, time::Duration};

use portreeve_tests::{address::free_address, process::ChildProcess, temp::TempFolder};

use crate::{
    authority::Authority,
    daemon::daemon,
    issuer::{Issuer, Resources},
    site::Site,
    upstream::Upstream,
};

const PATIENCE: Duration = Duration::from_secs(120);
const MODULES: [&str; 11] = [
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
    "oauth2",
];

/// What surrounds the virtual hosts: everything that Debian's `apache2.conf` would bring.
const FRAME: &str = r#"
ServerRoot FOLDER
PidFile FOLDER/apache.pid
DefaultRuntimeDir FOLDER
ErrorLog FOLDER/error.log
LogLevel warn auth_openidc:info oauth2:info
ServerName localhost
Listen READY
<VirtualHost READY>
    Redirect 200 /
</VirtualHost>
"#;

/// A running Apache.
pub(crate) struct Apache {
    /// Ends before its folder goes: fields are dropped in their order.
    _process: ChildProcess,
    folder: TempFolder,
}

impl Apache {
    /// Starts Apache with `sites` between clients and `upstream`.
    pub(crate) fn start(
        sites: &[&Site],
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
        let frame = FRAME.replace("FOLDER", &folder.path().display().to_string()).replace("READY", &ready.to_string());
        let files = authority.install(folder.path());
        let hosts: String = sites
            .iter()
            .map(|site| format!("Listen {}\n{}", site.address, site.virtual_host(&files, issuer, upstream)))
            .collect();
        fs::write(folder.path().join("apache.conf"), format!("{modules}{frame}{hosts}")).expect("write apache.conf");
        let mut command = daemon("apache2", &folder);
        // One process, which is gone when it is killed.
        command.arg("-X").arg("-d").arg(folder.path()).args(["-f", "apache.conf"]);
        command.envs(resources.secrets.iter().map(|(name, secret)| (name, secret)));
        let mut process = ChildProcess::spawn(&mut command);
        process.wait_for_ok(ready, "/", PATIENCE);
        Self { _process: process, folder }
    }

    /// Returns what Apache has logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default()
    }
}
