//! The application behind a gateway: it answers every request with what it was told.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use std::{collections::BTreeMap, net::SocketAddr};

use axum::{Json, Router, extract::Request};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// An application on a loopback port; it ends on drop.
pub(crate) struct Upstream {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
    serving: JoinHandle<()>,
}

impl Upstream {
    /// Starts an application.
    pub(crate) async fn start() -> Self {
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        let application = Router::new().fallback(async move |request: Request| {
            counter.fetch_add(1, Ordering::Relaxed);
            Json(described(&request))
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let serving = tokio::spawn(async move {
            axum::serve(listener, application).await.expect("serve");
        });
        Self { address, requests, serving }
    }

    /// Returns where it listens, as a URL that ends with a slash.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Returns how many requests have reached it.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// `path` and `headers`, names in lower case; the values of a name are joined by a line feed, which no value can hold.
fn described(request: &Request) -> Value {
    let mut headers = BTreeMap::<&str, Vec<String>>::new();
    for (name, value) in request.headers() {
        headers.entry(name.as_str()).or_default().push(String::from_utf8_lossy(value.as_bytes()).into_owned());
    }
    let headers: BTreeMap<_, _> = headers.into_iter().map(|(name, values)| (name, values.join("\n"))).collect();
    json!({ "path": request.uri().path(), "headers": headers })
}
