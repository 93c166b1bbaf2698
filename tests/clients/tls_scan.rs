//! What a scanner of others says of our TLS: `testssl.sh`, which looks at the bytes of the handshake with tools of its own.
//!
//! First it is shown that it finds what is wrong, on a server that offers an old cipher.

use std::{
    collections::BTreeMap,
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use portreeve_tests::{portreeve::Demo, temp::TempFolder};
use serde_json::Value;

/// What is no fault of a server: a private authority publishes no list of revoked certificates.
const NO_FAULT: [&str; 1] = ["cert_revocation"];

/// What was found at `address`, with its severity, by the scanner's names.
fn scan(address: &str, authority: &Path, checks: &[&str]) -> BTreeMap<String, (String, String)> {
    let folder = TempFolder::new("tls-scan");
    let found = folder.path().join("found.json");
    let printed = Command::new("testssl")
        .args(["--quiet", "--color", "0", "--warnings", "batch", "--ip", "127.0.0.1", "--nodns", "none", "--jsonfile"])
        .arg(&found)
        .arg(format!("--add-ca={}", authority.display()))
        .args(checks)
        .arg(address)
        .output()
        .expect("testssl.sh is not installed; run scripts/install test");
    let text = fs::read_to_string(&found).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&printed.stdout)));
    let all: Value = serde_json::from_str(&text).expect("JSON");
    let word = |finding: &Value, name: &str| finding[name].as_str().expect("text").to_owned();
    let found = all.as_array().expect("a list").iter();
    found.map(|one| (word(one, "id"), (word(one, "severity"), word(one, "finding")))).collect()
}

/// What is wrong among what was found. WARN is what the scanner could not find out, such as without an engine of OpenSSL.
fn faults(found: &BTreeMap<String, (String, String)>) -> Vec<&String> {
    let is_fault = |id: &str, severity: &str| !["OK", "INFO", "WARN"].contains(&severity) && !NO_FAULT.contains(&id);
    found.iter().filter(|(id, (severity, _))| is_fault(id, severity)).map(|(id, _)| id).collect()
}

/// A server of OpenSSL with the demo's certificate and a cipher without forward secrecy or authenticated encryption.
struct OldServer(Child);

impl OldServer {
    fn start(folder: &Path) -> (Self, String) {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port").local_addr().expect("a port").port();
        let child = Command::new("openssl")
            .args(["s_server", "-www", "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"])
            .args(["-accept", &format!("127.0.0.1:{port}")])
            .arg("-cert")
            .arg(folder.join("tls.pem"))
            .arg("-key")
            .arg(folder.join("tls.key"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("run openssl");
        let (server, began) = (Self(child), Instant::now());
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(10), "openssl does not listen");
            thread::sleep(Duration::from_millis(50));
        }
        (server, format!("https://localhost:{port}"))
    }
}

impl Drop for OldServer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// F2-01, OA-API-2, OA-API-6, OA-AZ-1, OA-AZ-17, OA-DV-3, OA-TK-1, OA-TK-18: TLS 1.2 and 1.3 with authenticated encryption and forward secrecy alone, a whole chain, and none of the weaknesses
/// that the scanner knows. The server beside it, with an old cipher, is found out.
#[test]
fn a_scanner_finds_nothing_wrong_with_native_tls() {
    let demo = Demo::start_with(&["--tls"]);
    let description: Value = serde_json::from_slice(&fs::read(demo.description()).unwrap()).unwrap();
    let authority = demo.folder().join("ca.pem");
    let (_server, old) = OldServer::start(demo.folder());

    let (control, found) = thread::scope(|scope| {
        let control = scope.spawn(|| scan(&old, &authority, &["-p", "-s"]));
        let found = scan(description["issuer"].as_str().unwrap(), &authority, &["-p", "-s", "-f", "-S", "-U"]);
        (control.join().unwrap(), found)
    });

    assert!(!faults(&control).is_empty(), "the scanner found nothing in an old cipher: {control:?}");
    assert_eq!(faults(&found), Vec::<&String>::new(), "{found:?}");
    for (id, severity, finding) in [
        ("SSLv3", "OK", "not offered"),
        ("TLS1", "INFO", "not offered"),
        ("TLS1_1", "INFO", "not offered"),
        ("TLS1_2", "OK", "offered"),
        ("cipherlist_AVERAGE", "INFO", "not offered"),
        ("cipherlist_STRONG", "OK", "offered"),
        ("PFS", "OK", "offered"),
        ("cert_chain_of_trust", "OK", "passed."),
    ] {
        assert_eq!(found.get(id), Some(&(severity.to_owned(), finding.to_owned())), "{id}");
    }
    assert!(found.len() > 50, "only {} findings: {found:?}", found.len());
}
