//! What a program sees of the disk between one start and the next: [`journal_file::io::Io`] and [`journal_file::io::File`].
//!
//! Invariant: once the power is off, or the program was started again, everything that was opened before fails for ever.

use super::content::Content;
use super::drive::{Drive, input_output, lock, power_off};
use super::faults::Fault;
use super::names::FileId;
use journal_file::io::{BLOCK, File, Io, Mode, Space};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

/// The folder, for the start of this number.
pub(super) fn folder(drive: Arc<Mutex<Drive>>, start: u64) -> Arc<dyn Io> {
    Arc::new(Mount { drive, start })
}

/// The folder as one start of the program sees it.
struct Mount {
    drive: Arc<Mutex<Drive>>,
    start: u64,
}

impl Mount {
    fn drive(&self) -> io::Result<MutexGuard<'_, Drive>> {
        live(&self.drive, self.start)
    }

    fn file(&self, drive: &mut Drive, file: FileId, mode: Mode) -> Arc<dyn File> {
        drive.content(file).handles += 1;
        let direct = mode == Mode::Direct && drive.takes_direct;
        Arc::new(OpenFile { drive: self.drive.clone(), start: self.start, file, writable: mode != Mode::Read, direct })
    }
}

impl Io for Mount {
    fn create(&self, name: &str, mode: Mode) -> io::Result<Arc<dyn File>> {
        let mut drive = self.drive()?;
        let powered = drive.begin()?;
        if drive.names.get(name).is_some() {
            return Err(io::Error::from(io::ErrorKind::AlreadyExists));
        }
        let file = drive.next_file;
        drive.next_file += 1;
        drive.contents.insert(file, Content::default());
        drive.names.create(name, file);
        drive.tally.created += 1;
        if powered { Ok(self.file(&mut drive, file, mode)) } else { Err(power_off()) }
    }

    fn open(&self, name: &str, mode: Mode) -> io::Result<Arc<dyn File>> {
        let mut drive = self.drive()?;
        let file = drive.names.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(self.file(&mut drive, file, mode))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut drive = self.drive()?;
        let powered = drive.begin()?;
        if !drive.names.rename(from, to) {
            return Err(io::ErrorKind::NotFound.into());
        }
        drive.tally.renamed += 1;
        drive.tally.went(from);
        drive.tally.made(from, to);
        if powered { Ok(()) } else { Err(power_off()) }
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut drive = self.drive()?;
        let powered = drive.begin()?;
        if !drive.names.remove(name) {
            return Err(io::ErrorKind::NotFound.into());
        }
        drive.tally.removed += 1;
        drive.tally.went(name);
        if powered { Ok(()) } else { Err(power_off()) }
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.drive()?.names.iter().map(|(name, _)| name.clone()).collect())
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.drive()?.sync_names()
    }

    fn space(&self) -> io::Result<Space> {
        let drive = self.drive()?;
        Ok(Space { free_bytes: drive.capacity.saturating_sub(drive.used()), total_bytes: drive.capacity })
    }
}

/// One open file.
struct OpenFile {
    drive: Arc<Mutex<Drive>>,
    start: u64,
    file: FileId,
    writable: bool,
    direct: bool,
}

impl OpenFile {
    fn drive(&self) -> io::Result<MutexGuard<'_, Drive>> {
        live(&self.drive, self.start)
    }
}

impl File for OpenFile {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        if !self.writable {
            return Err(io::Error::from(io::ErrorKind::PermissionDenied));
        }
        if self.direct && !(offset.is_multiple_of(BLOCK as u64) && bytes.len().is_multiple_of(BLOCK)) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a direct write is not aligned"));
        }
        self.drive()?.write(self.file, offset, bytes)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut drive = self.drive()?;
        drive.dawdle();
        let odds = drive.plan.read_error;
        if drive.dice.one_in(odds) {
            drive.tally.fired(Fault::ReadError, 1);
            return Err(input_output("read"));
        }
        drive.tally.reads += 1;
        let offset = usize::try_from(offset).expect("simulated files are small");
        Ok(drive.content(self.file).read(offset, buffer))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.drive()?.sync(self.file)
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.drive()?.content(self.file).len() as u64)
    }

    fn is_direct(&self) -> bool {
        self.direct
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        let mut drive = lock(&self.drive);
        if drive.start == self.start {
            drive.content(self.file).handles -= 1;
            drive.sweep();
        }
    }
}

fn live(drive: &Mutex<Drive>, start: u64) -> io::Result<MutexGuard<'_, Drive>> {
    let drive = lock(drive);
    if drive.powered && drive.start == start { Ok(drive) } else { Err(power_off()) }
}
