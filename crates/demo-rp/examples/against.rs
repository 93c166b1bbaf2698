//! Runs the demo relying party against any OpenID provider, to compare the client with providers that others wrote.
//!
//! Settings come from the environment: `ISSUER`, `PORT` (default 8081), `RESOURCE` (optional). The clients `web`
//! (confidential) and `second` (public) and the introspecting client `api` must be registered at the provider with
//! the secret `demo-secret-demo-secret-demo-secret`.

use std::env;
use std::error::Error;

use portreeve_demo_rp::{ApiConfig, ClientConfig, Config, Secret, router};
use tokio::net::TcpListener;

const SECRET: &str = "demo-secret-demo-secret-demo-secret";
const SCOPES: &str = "openid profile email orders.read";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = env::var("PORT").unwrap_or_else(|_| "8081".to_owned()).parse()?;
    let client = |name: &str, mount: &str, client_id: &str, client_secret| ClientConfig {
        name: name.to_owned(),
        mount: mount.to_owned(),
        client_id: client_id.to_owned(),
        client_secret,
        scopes: SCOPES.to_owned(),
    };
    let application = router(Config {
        issuer: env::var("ISSUER")?,
        base_url: format!("http://127.0.0.1:{port}"),
        clients: vec![
            client("Gate orders", "", "web", Some(Secret::new(SECRET))),
            client("Workshop", "/second", "second", None),
        ],
        api: ApiConfig {
            resource: env::var("RESOURCE").ok(),
            client_id: "api".to_owned(),
            client_secret: Secret::new(SECRET),
        },
        ca_pem: None,
    })?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, application).await?;
    Ok(())
}
