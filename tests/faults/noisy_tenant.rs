//! More people sign in at one tenant than there is time to hash passwords for; at another nobody is turned away.

use std::{
    net::Ipv4Addr,
    thread,
    time::{Duration, Instant},
};

use portreeve_tests::{
    authorization::AuthorizationRequest,
    relying_party::basic,
    server::{Deployment, Node},
    visitor::Visitor,
};

use crate::{
    fleet::runtime,
    login_storm::{Door, enrol_people, millis, storm},
    member::{PASSWORD, REDIRECT_URI, SECRET},
    report::{quantile, rounds, say},
};

/// How many sign in at once at the noisy tenant: twenty times as many as may wait for a thread.
const BROWSERS: usize = 640;
/// How many people the quiet one has; each signs in from addresses of their own.
const PEOPLE: usize = 20;
/// How long the quiet tenant is looked at before.
const CALM: Duration = Duration::from_secs(4);

/// How long people and machines of the quiet tenant waited.
#[derive(Default)]
pub(crate) struct Quiet {
    sign_ins: Vec<Duration>,
    tokens: Vec<Duration>,
    introspections: Vec<Duration>,
}

/// Puts the quiet tenant into a deployment.
pub(crate) fn enrol_quiet(deployment: &Deployment) {
    let person = |number| {
        format!(
            "[[users]]\ntenant = \"quiet\"\nemail = \"calm-{number}@example.com\"\nemail_verified = true\n\
             password = {{ file = \"password\" }}\n"
        )
    };
    let people: String = (0..PEOPLE).map(person).collect();
    deployment.apply(&format!(
        "[[tenants]]\nslug = \"quiet\"\n[[clients]]\ntenant = \"quiet\"\nclient_id = \"calm\"\n\
         client_secret = {{ file = \"secret\" }}\nfirst_party = true\nredirect_uris = [\"{REDIRECT_URI}\"]\n\
         grant_types = [\"authorization_code\", \"client_credentials\"]\n{people}"
    ));
}

/// People and a machine of the quiet tenant do one thing after the other; nobody is turned away.
///
/// `first` is the first number of theirs that nobody else has.
pub(crate) async fn look(deployment: &Deployment, node: &Node, (first, until): (usize, Instant)) -> Quiet {
    let mut quiet = Quiet::default();
    let request = AuthorizationRequest::new("calm", REDIRECT_URI, "openid").at_tenant("quiet");
    let own = basic("calm", SECRET);
    for number in first.. {
        if Instant::now() > until {
            break;
        }
        let [high, low] = u16::try_from(number).expect("few sign-ins").to_be_bytes();
        let address = Ipv4Addr::new(100, 120, high, low).into();
        let browser = Visitor::new(node.public).through_proxy(deployment.public, address);
        let page = browser.visit(&request.path()).await;
        let email = format!("calm-{}@example.com", number % PEOPLE);
        let asked = Instant::now();
        let page = browser.press(&page, "submit", &[("email", &email), ("password", PASSWORD)]).await;
        quiet.sign_ins.push(asked.elapsed());
        assert!(page.is_redirect(), "somebody is turned away: {} {}", page.reply.status, page.html());

        let headers = [("authorization", own.as_str())];
        let asked = Instant::now();
        let issued = browser.post("/t/quiet/oauth2/token", &headers, &[("grant_type", "client_credentials")]).await;
        quiet.tokens.push(asked.elapsed());
        let token = issued.success()["access_token"].as_str().expect("a token").to_owned();
        let asked = Instant::now();
        let seen = browser.post("/t/quiet/oauth2/introspect", &headers, &[("token", &token)]).await;
        quiet.introspections.push(asked.elapsed());
        assert_eq!(seen.success()["active"], true);
    }
    quiet
}

impl Quiet {
    /// Adds what was seen another time.
    pub(crate) fn add(&mut self, other: Self) {
        self.sign_ins.extend(other.sign_ins);
        self.tokens.extend(other.tokens);
        self.introspections.extend(other.introspections);
    }

    /// How often everything was done.
    pub(crate) fn rounds(&self) -> usize {
        self.introspections.len()
    }

    pub(crate) fn shown(&self) -> String {
        let shown =
            |times: &[Duration]| format!("{:.1}/{:.1}", millis(quantile(times, 50)), millis(quantile(times, 99)));
        format!(
            "sign-ins {}, client credentials {}, introspection {}",
            shown(&self.sign_ins),
            shown(&self.tokens),
            shown(&self.introspections)
        )
    }
}

/// Part of R-21: twenty times as many people as may wait for a thread sign in at one tenant. At another nobody is turned away, and
/// a sign-in waits for no more than a hash that has begun. This tenant has no quota of requests, only places and turns at the
/// threads that hash, and a wait is compared with that of the noisy tenant, within one run. The long form storms for two minutes.
#[test]
fn a_storm_at_one_tenant_turns_nobody_of_another_away() {
    let deployment = Deployment::quiet(None);
    enrol_people(&deployment);
    enrol_quiet(&deployment);
    let node = deployment.serve();
    let door = Door { public: deployment.public, node: node.public };
    let time = Duration::from_secs(rounds(8, 120) as u64);

    let calm = runtime().block_on(look(&deployment, &node, (0, Instant::now() + CALM)));
    let (told, noisy) = thread::scope(|scope| {
        let storm = scope.spawn(|| storm(door, BROWSERS, 300_000, time));
        // The storm is there.
        thread::sleep(Duration::from_secs(1));
        let noisy = runtime().block_on(look(&deployment, &node, (10_000, Instant::now() + time - CALM / 2)));
        (storm.join().expect("everybody was answered rightly"), noisy)
    });

    let (here, there) = (quantile(&noisy.sign_ins, 99), quantile(&told.served, 50));
    say(&format!(
        "R-21: {BROWSERS} browsers at one tenant for {} s: {} signed in, half of them after {:.0} ms, {} turned away; at another, half/99 % in \
         ms: before: {}; meanwhile: {}; {} sign-ins, 0 turned away",
        time.as_secs(),
        told.served.len(),
        millis(there),
        told.turned_away.len(),
        calm.shown(),
        noisy.shown(),
        noisy.sign_ins.len()
    ));
    assert!(told.turned_away.len() > 50, "there was hardly a storm");
    assert!(here * 2 < there, "the quiet tenant waits {here:?}, the noisy one {there:?}");
}
