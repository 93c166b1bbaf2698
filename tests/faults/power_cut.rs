//! A power cut: what was acknowledged is on the disk, whatever became of the rest.
//!
//! A kill does not show that, for the kernel keeps what a dead process wrote. So the server is recorded, and its disk is made as it was
//! at a step of the record, without what nobody had waited for, or with sectors of it as chance has it.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portreeve_crypto::sha256;
use portreeve_storage::{Store, Wall};
use portreeve_tests::{
    portreeve::binary,
    postgres::{Durability, PostgresCluster, PostgresUrls},
    process::ChildProcess,
    server::Deployment,
    temp::TempFolder,
    visitor::Nodes,
};

use crate::{
    dice::Dice,
    disk_trace::{Disk, Step, launcher, may_record, record},
    fleet::{Fleet, runtime},
    ledger::Family,
    report::{rounds, say},
};

const CONSUMED: &str = "SELECT secret_hash FROM authorization_codes WHERE consumed_at IS NOT NULL UNION ALL SELECT secret_hash FROM refresh_tokens WHERE consumed_at IS NOT NULL";
/// How soon a server that is refused its database ends: two seconds, on a machine that runs other tests.
const REFUSED: Duration = Duration::from_secs(10);
/// How long everybody works at most until enough is used up.
const LONGEST: Duration = Duration::from_secs(120);
/// One cut in so many is also looked at by a command.
const LOOK: usize = 40;

/// A code or a refresh token that was used up, and the step that said so to its client.
struct Consumption {
    told_at: usize,
    hash: [u8; 32],
}

/// SHA-256 of the secret in the text of a code or a token, as the database has it: 43 characters before the six of the checksum.
fn hash_of(token: &str) -> [u8; 32] {
    let secret = &token[token.len() - 49..token.len() - 6];
    *sha256(&URL_SAFE_NO_PAD.decode(secret).expect("base64url")).as_bytes()
}

/// The steps at which refresh tokens were sent first, by token.
fn sent(steps: &[Step]) -> BTreeMap<String, usize> {
    let mut sent = BTreeMap::new();
    for (at, step) in steps.iter().enumerate() {
        let Step::Sent { bytes } = step else { continue };
        let text = String::from_utf8_lossy(bytes);
        let Some((_, rest)) = text.split_once("\"refresh_token\":\"") else { continue };
        let token = rest.split('"').next().unwrap_or_default().to_owned();
        sent.entry(token).or_insert(at);
    }
    sent
}

/// What the clients were told to have used up: the tokens they got tell of it.
fn consumptions<'f>(families: impl Iterator<Item = &'f Family>, steps: &[Step]) -> Vec<Consumption> {
    let sent = sent(steps);
    let told = |used: &str, got: &str| Consumption { told_at: sent[got], hash: hash_of(used) };
    families
        .flat_map(|family| {
            let used = [&family.code].into_iter().chain(&family.refresh);
            used.zip(&family.refresh).map(|(used, got)| told(used, got)).collect::<Vec<_>>()
        })
        .collect()
}

/// The hashes of what is used up in a database.
async fn consumed(database: &Path) -> HashSet<Vec<u8>> {
    let store = Store::open(&format!("sqlite:{}", database.display())).expect("a database after a power cut");
    let mut conn = store.read(Wall::All).await.expect("the database");
    let state = conn.optional("PRAGMA quick_check", &[], |row| row.text(0)).await.expect("the database");
    assert_eq!(state.as_deref(), Some("ok"), "a power cut broke the database");
    conn.all(CONSUMED, &[], |row| row.bytes(0)).await.expect("the database").into_iter().collect()
}

/// How many cuts are made right after answers, and how many anywhere.
fn cuts_of_each() -> usize {
    rounds(100, 1000)
}

/// How many codes and refresh tokens the clients were told to have used up.
fn used_up(fleet: &Fleet) -> usize {
    fleet.members.iter().flat_map(|member| &member.ledger.families).map(|family| family.refresh.len()).sum()
}

/// Where to cut: right after each of many answers, when chance keeps nothing, and anywhere.
fn cuts(told: &[Consumption], steps: usize, dice: &Dice) -> BTreeSet<(usize, bool)> {
    let (number, mut cuts) = (cuts_of_each(), BTreeSet::new());
    assert!(told.len() > 2 * number, "there was hardly any load: {} used up", told.len());
    while cuts.len() < number {
        cuts.insert((told[dice.below(told.len())].told_at, true));
    }
    while cuts.len() < 2 * number {
        cuts.insert((dice.below(steps), false));
    }
    cuts
}

/// SQLite, recorded under load; the power is cut at 200 steps, 2000 in the long form, half of them right after an answer with
/// nothing on the disk that was not waited for, half of them anywhere with sectors as chance has it. Whatever a client was told to have
/// used up is used up, and the database and its audit log are whole.
#[test]
fn a_power_cut_undoes_nothing_that_was_acknowledged() {
    if !may_record() {
        return say("R-02 SQLite: not tested, as this machine lets no process record another (ptrace)");
    }
    let deployment = Deployment::quiet(None);
    let mut fleet = Fleet::new(&deployment);
    let mut disk = Disk::of(deployment.folder.path());
    let node = deployment.serve_by(&launcher(), &[]);
    fleet.go_to(&Nodes::new(vec![node.public]), deployment.public);
    let began = Instant::now();
    while used_up(&fleet) < 3 * cuts_of_each() && began.elapsed() < LONGEST {
        fleet.work_during(Duration::from_secs(2), || ());
    }
    node.signal("KILL");
    let steps = record(deployment.folder.path(), node.process.id());

    let families = fleet.members.iter().flat_map(|member| &member.ledger.families);
    let told = consumptions(families, &steps);
    let cuts = cuts(&told, steps.len(), &Dice::new(2));
    let (left, dice, mut looked_at) = (TempFolder::new("power"), Dice::new(3), 0);
    let database = left.path().join("portreeve.db");
    for (at, step) in steps.iter().enumerate() {
        disk.take(step);
        for (number, (_, nothing_more)) in cuts.range((at, false)..=(at, true)).enumerate() {
            for stale in ["portreeve.db-wal", "portreeve.db-shm"] {
                let _ = fs::remove_file(left.path().join(stale));
            }
            disk.cut(left.path(), || !nothing_more && dice.below(2) == 0);
            let there = runtime().block_on(consumed(&database));
            let undone = told.iter().filter(|one| one.told_at <= at && !there.contains(&one.hash[..])).count();
            assert_eq!(undone, 0, "undone by a power cut at step {at} of {}", steps.len());
            if (looked_at + number) % LOOK == 0 {
                let url = format!("database.url=sqlite:{}", database.display());
                let said = deployment.succeed(&["audit", "verify", "--set", &url], "");
                assert!(said.contains("tenant default: whole;"), "{said}");
            }
            looked_at += 1;
        }
    }

    let waited = steps.iter().filter(|step| matches!(step, Step::Waited { .. })).count();
    say(&format!(
        "R-02 SQLite: {} codes and refresh tokens used up, {waited} waits for the disk, {looked_at} power cuts: 0 undone, database and \
         audit log whole",
        told.len()
    ));
    assert!(waited > 50, "the disk was hardly waited for");
}

/// PostgreSQL that does not wait for the disk, as a whole or for the role of the server, is not served, and the doctor says so.
#[test]
fn a_postgres_that_does_not_wait_for_the_disk_is_not_served() {
    let sound = PostgresCluster::start(Durability::On);
    let hasty = PostgresCluster::start(Durability::Off);
    let urls = sound.fresh_database();
    let for_the_role = format!("{}&options=-csynchronous_commit%3Doff", urls.server_url);
    let loose = PostgresUrls { durability: Durability::On, ..hasty.fresh_database() };

    for (urls, named) in [
        (PostgresUrls { server_url: for_the_role, ..urls }, "(synchronous_commit=off)"),
        (loose, "(fsync=off, synchronous_commit=off)"),
    ] {
        let deployment = Deployment::quiet(Some(urls));
        let mut serve = Command::new(binary());
        serve.args(["serve", "--config", "portreeve.toml"]).current_dir(deployment.folder.path());
        let mut serve = ChildProcess::spawn(&mut serve);
        let (status, said) = (serve.wait_for_end(REFUSED), serve.printed());
        assert_eq!(status.code(), Some(78), "{said}");
        assert!(said.contains("acknowledges what a power cut undoes") && said.contains(named), "{said}");
        let found = deployment.command(&["doctor"], "");
        let told = String::from_utf8_lossy(&found.stdout).into_owned();
        assert!(!found.status.success() && told.contains(named), "{told}");
        drop(deployment.serve_with(&["--set", "database.durability=unchecked"]));
    }
    drop(Deployment::quiet(Some(sound.fresh_database())).serve());
}
