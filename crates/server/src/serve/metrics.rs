//! What `/metrics` tells, in the OpenMetrics text format.
//!
//! Owns the names. Labels come from closed sets (route patterns, methods, status codes): never a person, a client, an
//! address or anything a caller can invent.

use std::fmt::Write;
use std::sync::Arc;

use portreeve_http_kit::request_trace::{Observed, RequestObserver};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::state_metrics::StateMetrics;

/// Upper bounds of the request durations, in seconds: from an inline read to a queued password hash.
const DURATION_BUCKETS: [f64; 11] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 0.5, 1.0, 5.0];
/// The route of a request that no pattern matched.
const NO_ROUTE: &str = "none";

/// The metrics of one process. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    durations: Family<RequestLabels, Histogram, fn() -> Histogram>,
    panics: Counter,
    state: StateMetrics,
    draining: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    /// 0 when the client went away before there was an answer.
    status: u32,
}

impl Metrics {
    /// Registers every metric.
    pub(crate) fn new() -> Self {
        let mut registry = Registry::default();
        let durations: Family<_, _, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(DURATION_BUCKETS));
        let (panics, draining) = (Counter::default(), Gauge::default());
        registry.register_with_unit(
            "http_server_request_duration",
            "Time from the head of a request to the head of its answer",
            Unit::Seconds,
            durations.clone(),
        );
        registry.register("http_server_panics", "Requests whose handler panicked", panics.clone());
        let state = StateMetrics::register(&mut registry);
        registry.register("portreeve_draining", "1 while the process finishes its last requests", draining.clone());
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("portreeve_build", "The running version", build);
        Self(Arc::new(Inner { registry, durations, panics, state, draining }))
    }

    /// Counts and measures the requests of a door.
    pub(crate) fn observer(&self) -> RequestObserver {
        let metrics = self.clone();
        Arc::new(move |observed| metrics.observe(observed))
    }

    fn observe(&self, observed: &Observed<'_>) {
        let labels = RequestLabels {
            method: observed.method,
            route: observed.route.unwrap_or(NO_ROUTE).to_owned(),
            status: observed.status.map_or(0, |status| u32::from(status.as_u16())),
        };
        self.0.durations.get_or_create(&labels).observe(observed.duration.as_secs_f64());
        if observed.panicked {
            self.0.panics.inc();
        }
    }

    /// What stands in the database and in the use cases, to be read before a scrape.
    pub(crate) fn state(&self) -> &StateMetrics {
        &self.0.state
    }

    /// Says that the process is finishing.
    pub(crate) fn set_draining(&self) {
        self.0.draining.set(1);
    }

    /// Everything as text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if encode(&mut text, &self.0.registry).is_err() {
            // A String does not refuse text; a scrape that fails shows as such.
            let _ = write!(text, "# not complete");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::StatusCode;

    use super::*;

    #[test]
    fn a_request_is_counted_by_method_pattern_and_status() {
        let metrics = Metrics::new();

        metrics.observer()(&Observed {
            method: "GET",
            route: Some("/j/{journey}"),
            status: Some(StatusCode::OK),
            duration: Duration::from_millis(2),
            panicked: false,
        });

        let text = metrics.text();
        let line = r#"http_server_request_duration_seconds_count{method="GET",route="/j/{journey}",status="200"} 1"#;
        assert!(text.contains(line), "{text}");
        assert!(text.ends_with("# EOF\n"));
    }
}
