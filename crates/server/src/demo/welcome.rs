//! What a demo prints when it is ready.

use std::fmt::{self, Display, Formatter};
use std::path::Path;

use super::cast::{GATEWAY, RESOURCE, SERVICE};
use super::description::Description;

/// The table of everything a person needs.
pub(super) struct Welcome<'a> {
    pub(super) description: &'a Description,
    pub(super) file: &'a Path,
}

impl Display for Welcome<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let demo = self.description;
        let issuer = &demo.issuer;
        writeln!(f, "Portreeve demo. Open the relying party and sign in.\n")?;
        writeln!(f, "  relying party  {}", demo.rp_url)?;
        writeln!(f, "  issuer         {issuer}")?;
        writeln!(f, "  discovery      {issuer}/.well-known/openid-configuration")?;
        writeln!(f, "  health         {}/readyz", demo.admin_url)?;
        writeln!(f, "  mails          {}", demo.mail_dir.display())?;
        writeln!(f, "  text messages  {}", demo.text_message_dir.display())?;
        writeln!(f, "  for scripts    {}", self.file.display())?;
        let cacert = match &demo.ca_file {
            Some(ca_file) => {
                writeln!(
                    f,
                    "\n  Browsers warn until they trust the demo's authority, which can vouch for this machine only:\n"
                )?;
                let path = ca_file.display();
                writeln!(f, "    Firefox, Chromium  settings, certificates, authorities, import {path}")?;
                writeln!(
                    f,
                    "    Debian, Ubuntu     sudo cp {path} /usr/local/share/ca-certificates/portreeve-demo.crt"
                )?;
                writeln!(f, "                       sudo update-ca-certificates")?;
                writeln!(f, "    curl               curl --cacert {path} …")?;
                format!(" --cacert {path}")
            }
            None => String::new(),
        };
        writeln!(f, "\n  {:<19} {:<24} TOTP SECRET", "USER", "PASSWORD")?;
        for user in &demo.users {
            let totp = user.totp_secret.as_deref().unwrap_or("-");
            writeln!(f, "  {:<19} {:<24} {totp}", user.email, user.password)?;
        }
        writeln!(f, "\n  {:<19} {:<33} NOTE", "CLIENT", "SECRET")?;
        for client in &demo.clients {
            let secret = client.client_secret.as_deref().unwrap_or("-");
            writeln!(f, "  {:<19} {secret:<33} {}", client.client_id, client.note)?;
        }
        writeln!(f, "\n  A token for the API {RESOURCE}, and what the gateway learns of it:\n")?;
        let (service, gateway) =
            (demo.secret_of(SERVICE).unwrap_or_default(), demo.secret_of(GATEWAY).unwrap_or_default());
        writeln!(f, "    token=$(curl -s{cacert} -u {SERVICE}:{service} -d grant_type=client_credentials \\")?;
        writeln!(f, "      -d resource={RESOURCE} -d scope=orders.read {issuer}/oauth2/token \\")?;
        writeln!(f, r#"      | sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p')"#)?;
        writeln!(f, "    curl -s{cacert} -u {GATEWAY}:{gateway} -d token=\"$token\" {issuer}/oauth2/introspect")?;
        writeln!(f, "\n  For development only: it listens on this machine alone. Ctrl-C ends it.")
    }
}
