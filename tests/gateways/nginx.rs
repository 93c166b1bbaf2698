//! nginx with `auth_request` around the server of its page.

use std::{fs, time::Duration};

use portreeve_tests::{address::free_address, process::ChildProcess, temp::TempFolder};

use crate::{
    authority::{Authority, CertificateFiles, origin},
    daemon::daemon,
    issuer::Issuer,
    recipe::Recipe,
    upstream::Upstream,
};

const PAGE: &str = "nginx.md";
const PATIENCE: Duration = Duration::from_secs(120);

/// What surrounds the blocks of the page: everything that Debian's `nginx.conf` would bring. One process, which is gone
/// when it is killed.
const FRAME: &str = r#"
daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {
        listen READY;
        return 200;
    }
    include api.conf;
}
"#;

/// A running nginx.
pub(crate) struct Nginx {
    /// Where clients reach the server, without a slash at the end.
    pub(crate) url: String,
    process: ChildProcess,
    /// Removed after the process has ended: fields are dropped in their order.
    _folder: TempFolder,
}

impl Nginx {
    /// Starts nginx between clients and `upstream`, with what a reader might `change` on the page.
    pub(crate) fn start(
        authority: &Authority,
        issuer: &Issuer,
        upstream: &Upstream,
        change: impl FnOnce(Recipe) -> Recipe,
    ) -> Self {
        let (address, ready, folder) = (free_address(), free_address(), TempFolder::new("nginx"));
        let files = authority.install(folder.path());
        let api = recipe(&files, issuer, upstream).with("listen 443 ssl", format!("listen {address} ssl"));
        fs::write(folder.path().join("nginx.conf"), FRAME.replace("READY", &ready.to_string()))
            .expect("write nginx.conf");
        fs::write(folder.path().join("api.conf"), change(api).into_text()).expect("write api.conf");
        let mut command = daemon("nginx", &folder);
        command.arg("-p").arg(folder.path()).args(["-e", "stderr", "-c", "nginx.conf"]);
        let mut process = ChildProcess::spawn(&mut command);
        process.wait_for_ok(ready, "/", PATIENCE);
        Self { url: origin(address), process, _folder: folder }
    }

    /// Waits for a line of the error log that contains `text`.
    pub(crate) fn wait_for_log(&mut self, text: &str) {
        self.process.wait_for_line(text, PATIENCE);
    }

    /// Returns what nginx has logged.
    pub(crate) fn log(&self) -> String {
        self.process.printed()
    }
}

/// Returns the resources of the page.
pub(crate) fn resources() -> String {
    Recipe::read(PAGE, &["In Portreeve"], "toml").into_text()
}

/// Adds what the page says about paths that demand more of a token.
pub(crate) fn demanding(recipe: Recipe) -> Recipe {
    let block =
        |heading| Recipe::read(PAGE, &["Demanding a stronger or a recent sign-in", heading], "nginx").into_text();
    let closed = "        try_files /.none @orders;\n    }\n";
    let [path, internal, beside] = ["In location /", "In location /.portreeve", "Beside location @orders"].map(block);
    recipe.with(closed, closed.replace("    }\n", &format!("{path}    }}\n{beside}"))).with(
        "location = /.portreeve {\n        internal;\n",
        format!("location /.portreeve {{\n        internal;\n{internal}"),
    )
}

fn recipe(files: &CertificateFiles, issuer: &Issuer, upstream: &Upstream) -> Recipe {
    let issuer_address = issuer.url.replace("https://localhost", "127.0.0.1");
    Recipe::read(PAGE, &["In nginx"], "nginx")
        .with("server id.example.com:443;", format!("server {issuer_address};"))
        .with("proxy_ssl_name id.example.com;", "proxy_ssl_name localhost;")
        .with("Host id.example.com;", "Host localhost;")
        .with_file("/etc/nginx/api.example.com.crt", &files.certificate)
        .with_file("/etc/nginx/api.example.com.key", &files.key)
        .with_file("/etc/ssl/certs/ca-certificates.crt", &files.ca)
        .with("http://127.0.0.1:8000", upstream.url().trim_end_matches('/'))
}
