//! `longshore backup`: the store at one moment, from a server that runs or from a folder whose server is stopped.
//!
//! What it is not: the choice of that moment (`journal_file::backup`'s). Invariant: what has the name that was asked for is a
//! whole backup.

use super::ToolError;
use super::archive::{self, FileReader};
use super::folders::{NewFile, NewFolder};
use super::output::print;
use super::progress::Progress;
use crate::ask::{Client, Path as Question};
use crate::cli::BackupArgs;
use door_admin::WriteBackup;
use journal_file::{Backup, ReadOnlyDisk};
use longshore::embed::Store;
use serde_json::json;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;
use ureq::http::Method;

/// What writes a backup of an open store, for the admin door.
pub(crate) fn writer(store: &Store) -> WriteBackup {
    let backups = store.backups().clone();
    Arc::new(move |out: &mut dyn Write| {
        let backup = backups.take().map_err(io::Error::other)?;
        let (bytes, position) = (backup.bytes(), backup.position);
        archive::write(&backup, out, &mut |_| {})?;
        tracing::info!(bytes, %position, "backup given");
        Ok(())
    })
}

/// Takes a backup.
pub(crate) fn run(arguments: &BackupArgs) -> Result<u8, ToolError> {
    let is_archive = arguments.to.extension().is_some_and(|extension| extension == "tar");
    let bar = Progress::of_bytes("copying");
    let bytes = match &arguments.folder {
        Some(folder) => of_folder(folder, &arguments.to, is_archive, &bar)?,
        None => of_server(&Client::new(&arguments.ask.server)?, &arguments.to, is_archive, &bar)?,
    };
    drop(bar);
    let to = arguments.to.display();
    print(&if arguments.ask.json {
        json!({ "to": to.to_string(), "bytes": bytes }).to_string()
    } else {
        format!("backup of {bytes} bytes in {to}; longshore restore {to} NEWDIR makes a data folder of it")
    })?;
    Ok(0)
}

fn of_folder(folder: &Path, to: &Path, is_archive: bool, bar: &Progress) -> Result<u64, ToolError> {
    let disk = ReadOnlyDisk::open(folder)?;
    let backup = Backup::of_folder(&*disk, &folder.display().to_string())?;
    let all = backup.bytes();
    if is_archive {
        let mut file = NewFile::create(to)?;
        let written = archive::write(&backup, file.writer(), &mut |done| bar.show(done, all));
        written.map_err(ToolError::io(to.display().to_string()))?;
        file.keep()?;
    } else {
        let mut folder = NewFolder::create(to)?;
        let mut done = 0;
        for file in &backup.files {
            done += folder.add(&file.name, &mut FileReader { file, at: 0 })?;
            bar.show(done, all);
        }
        folder.keep()?;
    }
    Ok(all)
}

/// The server does not say beforehand how much will come.
fn of_server(client: &Client, to: &Path, is_archive: bool, bar: &Progress) -> Result<u64, ToolError> {
    let address = client.address();
    let mut counted = Counted { bytes: 0, from: client.stream(&Method::POST, &Question::new("/backup"))?, bar };
    if is_archive {
        let mut file = NewFile::create(to)?;
        let copied = io::copy(&mut counted, file.writer());
        copied.map_err(ToolError::io(format!("copying from the server at {address}")))?;
        file.keep()?;
    } else {
        let mut folder = NewFolder::create(to)?;
        archive::unpack(&mut counted, &format!("the answer of {address}"), &mut folder, &mut |_| {})?;
        // What follows the archive's end marks the answer as whole.
        io::copy(&mut counted, &mut io::sink())
            .map_err(ToolError::io(format!("copying from the server at {address}")))?;
        folder.keep()?;
    }
    Ok(counted.bytes)
}

/// Counts what is read.
struct Counted<'a, R> {
    bytes: u64,
    from: R,
    bar: &'a Progress,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.bytes += read as u64;
        self.bar.show(self.bytes, self.bytes);
        Ok(read)
    }
}
