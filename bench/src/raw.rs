//! What the parts cost when nothing else does: bare signatures, database reads and rows, password hashes.
//!
//! Owns one process on the server's core that runs a loop when it is told its name and prints how often a second. An
//! endpoint's floor is made of these numbers: `report`.

use std::hint::black_box;
use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, UnparsedPublicKey,
};
use portreeve_test_parts::temp::TempFolder;
use rusqlite::{Connection, params};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::pinned;

/// How long one loop runs.
const PERIOD: Duration = Duration::from_millis(400);
/// About the signing input of an access token.
const MESSAGE: [u8; 420] = [b'x'; 420];
/// Rows in the table that is read.
const ROWS: i64 = 100_000;
/// Rows of one commit.
const BATCH: usize = 64;
/// The server's defaults, RFC 9106 §4 in the form that OWASP recommends.
const PASSWORD_MEMORY_KIB: u32 = 19_456;
const PASSWORD_PASSES: u32 = 2;

/// A part whose bare speed is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// ES256 signatures by aws-lc-rs.
    Signature,
    /// ES256 verifications by aws-lc-rs.
    Verification,
    /// Reads by key of a table of 10^5 rows, by bare rusqlite.
    Read,
    /// Rows at 64 a commit with full sync, by bare rusqlite.
    Row,
    /// Argon2id hashes with the server's parameters, in memory that is kept.
    PasswordHash,
}

/// The process that runs the loops; ends when dropped.
pub(crate) struct RawParts {
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    _process: Child,
    /// Where its database is.
    _folder: TempFolder,
}

impl Part {
    pub(crate) const ALL: [Self; 5] = [Self::Signature, Self::Verification, Self::Read, Self::Row, Self::PasswordHash];

    /// The name in the table and on the way to the process.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Signature => "ES256 signature",
            Self::Verification => "ES256 verification",
            Self::Read => "read by key, bare rusqlite",
            Self::Row => "row, 64 a commit, full sync, bare rusqlite",
            Self::PasswordHash => "argon2id hash, 19 MiB, t=2",
        }
    }
}

impl RawParts {
    /// Starts this program again on the server's core.
    pub(crate) fn start() -> Result<Self> {
        let folder = TempFolder::new("bench-raw");
        let mut command: Command = pinned(&std::env::current_exe()?);
        command.arg("raw").arg(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn()?;
        let stdin = process.stdin.take().context("no standard input")?;
        let stdout = process.stdout.take().context("no standard output")?;
        Ok(Self { stdin, lines: BufReader::new(stdout).lines(), _process: process, _folder: folder })
    }

    /// How often a second `part` was done, alone.
    pub(crate) async fn rate(&mut self, part: Part) -> Result<f64> {
        self.stdin.write_all(format!("{}\n", part.name()).as_bytes()).await?;
        let line = self.lines.next_line().await?.context("the loops have ended")?;
        Ok(line.parse()?)
    }
}

/// Runs loops by name until standard input ends, with a database in `folder`.
pub(crate) fn serve(folder: &Path) -> Result<()> {
    let mut database = open(folder)?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let part = Part::ALL.into_iter().find(|part| part.name() == line).context("no such part")?;
        let rate = match part {
            Part::Signature => signatures()?,
            Part::Verification => verifications()?,
            Part::Read => reads(&database)?,
            Part::Row => rows(&mut database)?,
            Part::PasswordHash => password_hashes()?,
        };
        println!("{rate}");
        std::io::stdout().flush()?;
    }
    Ok(())
}

/// Does `work` until the period is over; it says how much was done.
fn repeat(mut work: impl FnMut() -> Result<usize>) -> Result<f64> {
    let began = Instant::now();
    let mut done = 0;
    while began.elapsed() < PERIOD {
        done += work()?;
    }
    Ok(done as f64 / began.elapsed().as_secs_f64())
}

fn signatures() -> Result<f64> {
    let random = SystemRandom::new();
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
    repeat(|| {
        black_box(key.sign(&random, black_box(&MESSAGE))?);
        Ok(1)
    })
}

fn verifications() -> Result<f64> {
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
    let signature = key.sign(&SystemRandom::new(), &MESSAGE)?;
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.public_key().as_ref());
    repeat(|| {
        if public.verify(black_box(&MESSAGE), signature.as_ref()).is_err() {
            bail!("a good signature was refused");
        }
        Ok(1)
    })
}

fn open(folder: &Path) -> Result<Connection> {
    let mut database = Connection::open(folder.join("raw.db"))?;
    database.pragma_update(None, "journal_mode", "WAL")?;
    database.pragma_update(None, "synchronous", "FULL")?;
    database.execute_batch(
        "CREATE TABLE tokens (id INTEGER PRIMARY KEY, tenant BIGINT, hash BLOB, client TEXT, expires BIGINT)",
    )?;
    let tx = database.transaction()?;
    for id in 0..ROWS {
        insert(&tx, id)?;
    }
    tx.commit()?;
    Ok(database)
}

fn insert(database: &Connection, id: i64) -> Result<()> {
    let mut statement = database.prepare_cached("INSERT INTO tokens VALUES ($1, 1, $2, 'client', $3)")?;
    statement.execute(params![id, [7_u8; 32], id + 600_000])?;
    Ok(())
}

fn reads(database: &Connection) -> Result<f64> {
    let mut id = 1_i64;
    repeat(|| {
        // Every row once before one comes again, in no order.
        id = (id * 48_271) % ROWS;
        let mut statement = database.prepare_cached("SELECT hash, client, expires FROM tokens WHERE id = $1")?;
        let row: ([u8; 32], String, i64) =
            statement.query_row([id.max(1)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        black_box(row);
        Ok(1)
    })
}

fn rows(database: &mut Connection) -> Result<f64> {
    let mut next: i64 = database.query_row("SELECT max(id) + 1 FROM tokens", [], |row| row.get(0))?;
    repeat(|| {
        let tx = database.transaction()?;
        for _ in 0..BATCH {
            insert(&tx, next)?;
            next += 1;
        }
        tx.commit()?;
        Ok(BATCH)
    })
}

fn password_hashes() -> Result<f64> {
    let params = Params::new(PASSWORD_MEMORY_KIB, PASSWORD_PASSES, 1, Some(32)).map_err(anyhow::Error::msg)?;
    let mut memory = vec![Block::default(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    repeat(|| {
        let mut hash = [0; 32];
        let hashed =
            argon2.hash_password_into_with_memory(b"a pass phrase", b"a salt of 16 by.", &mut hash, &mut memory);
        hashed.map_err(anyhow::Error::msg)?;
        black_box(hash);
        Ok(1)
    })
}
