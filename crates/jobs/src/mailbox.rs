//! Messages as files in a folder, for demos and tests.

use std::io;
use std::path::Path;

use tokio::fs::{self, OpenOptions};
use tokio::io::AsyncWriteExt;

/// Makes a file appear whole, readable by its owner alone: a reader never sees half a message.
pub(crate) async fn put(folder: &Path, name: &str, extension: &str, bytes: &[u8]) -> io::Result<()> {
    let partial = folder.join(format!("{name}.part"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial).await?;
    file.write_all(bytes).await?;
    file.sync_all().await?;
    fs::rename(&partial, folder.join(format!("{name}.{extension}"))).await
}
