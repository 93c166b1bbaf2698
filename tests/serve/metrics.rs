//! `/metrics` of a running server: what waits is there, and no label tells of anybody. S-112, S-142.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use http::Method;
use portreeve_tests::{
    deployment::Database,
    server::{Deployment, Node},
    visitor::Visitor,
};
use tokio::runtime::Runtime;

/// The labels there may be: each from a closed set that no caller can add to.
const LABELS: [&str; 7] = ["algorithm", "le", "level", "method", "route", "status", "version"];

/// What the second column of a described metric says.
const KINDS: [&str; 4] = ["counter", "gauge", "histogram", "info"];

/// How long a busy machine may take to make RSA keys.
const SOON: Duration = Duration::from_secs(20);

/// The metrics, once one of them begins like this: the next signing key is made a moment after the first start.
async fn metrics_with(node: &Node, start: &str) -> String {
    let began = Instant::now();
    loop {
        let text = Visitor::new(node.admin).send(Method::GET, "/metrics", &[], String::new()).await.text();
        if text.lines().any(|line| line.starts_with(start)) {
            return text;
        }
        assert!(began.elapsed() < SOON, "{start} is not in\n{text}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// S-112, S-132: what operators see is not on the public listener; every metric is documented, and every documented one is there, without a label for a person, client or tenant.
#[test]
fn every_metric_is_documented_and_names_nobody() {
    for database in [Database::Sqlite, Database::Postgres] {
        let deployment = Deployment::new(database, "json");
        let node = deployment.serve();
        let (elsewhere, text) = Runtime::new().unwrap().block_on(async {
            let public = Visitor::new(node.public);
            public.visit("/recover").await;
            let mut elsewhere = vec![];
            for path in ["/metrics", "/livez", "/readyz", "/debug", "/debug/pprof", "/openapi.json"] {
                elsewhere.push(public.visit(path).await.reply.status.as_u16());
            }
            (elsewhere, metrics_with(&node, "portreeve_signing_key_rotation_seconds{").await)
        });
        assert_eq!(elsewhere, [404; 6], "on the public listener");

        let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/metrics.md")).unwrap();
        let mut documented: Vec<_> = page
            .lines()
            .filter(|line| KINDS.iter().any(|kind| line.contains(&format!("| {kind} |"))))
            .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
            .collect();
        let mut told: Vec<_> =
            text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
        documented.sort_unstable();
        told.sort_unstable();
        assert_eq!(told, documented);
        let sets = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split(['{', '}']).nth(1));
        for label in sets.flat_map(|set| set.split("\",")).filter_map(|pair| pair.split('=').next()) {
            assert!(LABELS.contains(&label), "the label {label} is new; can a caller add values to it?\n{text}");
        }
        // A new key signs for 90 days.
        let rotation = text.lines().find_map(|line| {
            line.strip_prefix("portreeve_signing_key_rotation_seconds{algorithm=\"ES256\"} ")?.parse::<i64>().ok()
        });
        assert!(rotation.is_some_and(|seconds| (89 * 86_400..=90 * 86_400).contains(&seconds)), "{rotation:?}");
    }
}
