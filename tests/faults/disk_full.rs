//! The disk of an embedded database is full for a while.

use std::{
    fs::{self, File},
    io::Write,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use http::{Method, StatusCode};
use portreeve_tests::{
    server::Deployment,
    visitor::{Nodes, Visitor},
};

use crate::{
    fleet::{Fleet, MEMBERS, runtime},
    member::Member,
    report::say,
};

/// How long the disk stays full.
const FULL: Duration = Duration::from_secs(3);
/// How soon everything works once there is room.
const BACK: Duration = Duration::from_secs(4);
/// How often a request that writes is sent meanwhile, at least.
const TRIES: usize = 5;

/// A file system of a few megabytes; unmounted when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// None when the tests may not mount.
    fn mount(at: &Path) -> Option<Self> {
        fs::create_dir(at).expect("a folder to mount at");
        let is_root = fs::metadata("/proc/self").expect("read /proc/self").uid() == 0;
        let mounted = is_root
            && Command::new("mount")
                .args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"])
                .arg(at)
                .status()
                .is_ok_and(|status| status.success());
        mounted.then(|| Self(at.to_owned()))
    }

    fn filling(&self) -> PathBuf {
        self.0.join("filling")
    }

    /// Takes all the room there is.
    fn fill(&self) {
        let mut file = File::create(self.filling()).expect("a file");
        while file.write_all(&[0; 4096]).is_ok() {}
    }

    fn free(&self) {
        fs::remove_file(self.filling()).expect("remove the filling");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the node may still have its files open while a failing test unwinds.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// SQLite on a full file system of 24 MB: what writes is turned away, what reads goes on, nothing is corrupt or without
/// its event, and it ends without a restart. The volume of a log is the operator's: the server logs to standard error.
#[test]
fn a_full_disk_turns_writes_away_and_harms_nothing() {
    let deployment = Deployment::quiet(None);
    let mut fleet = Fleet::new(&deployment);
    let folder = deployment.folder.path();
    let Some(disk) = SmallDisk::mount(&folder.join("small")) else {
        return say("R-10: skipped, as only root may mount a small file system");
    };
    fs::copy(folder.join("portreeve.db"), folder.join("small/portreeve.db")).expect("copy the database");
    let url = format!("database.url=sqlite:{}", folder.join("small/portreeve.db").display());
    let node = deployment.serve_with(&["--set", &url]);
    fleet.go_to(&Nodes::new(vec![node.public]), deployment.public);
    let mut prober = Member::new(MEMBERS, node.public);
    runtime().block_on(prober.begin()).expect("an answer");
    let access = prober.ledger.families[0].access.clone();

    let (turned_away, back) = fleet.work_during(FULL + BACK, || {
        thread::sleep(Duration::from_millis(500));
        disk.fill();
        let full = Instant::now();
        let turned_away = runtime().block_on(async {
            let (public, mut turned_away) = (Visitor::new(node.public), 0);
            while full.elapsed() < FULL {
                // A few pages may still be there to be written to.
                let reply = prober.present_newest(0).await.expect("an answer");
                assert_ne!(reply.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", reply.text());
                if reply.status == StatusCode::SERVICE_UNAVAILABLE {
                    assert!(reply.header("retry-after").is_some(), "{:?}", reply.headers);
                    turned_away += 1;
                }
                let jwks = public.send(Method::GET, "/oauth2/jwks", &[], String::new()).await;
                assert_eq!(jwks.status, StatusCode::OK);
                assert!(prober.sees_active(&access).await.expect("an answer"));
            }
            turned_away
        });
        disk.free();
        let free = Instant::now();
        runtime().block_on(async {
            while prober.present_newest(0).await.expect("an answer").status != StatusCode::OK {
                assert!(free.elapsed() < BACK, "still turned away");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        (turned_away, free.elapsed())
    });

    assert!(turned_away >= TRIES, "the disk was not full: {turned_away}");
    fleet.check_members();
    fleet.check_members_log(&deployment, &node, &["--set", &url]);
    say(&format!(
        "R-10: full for {} s, {turned_away} token requests turned away, reads and JWKS always there; service {} ms after \
         there was room, without a restart; {} acknowledged changes, 0 lost, asked again {:?}, one event each, log whole",
        FULL.as_secs(),
        back.as_millis(),
        fleet.acknowledged(),
        fleet.settled()
    ));
}
