//! A store's folder as the file system sees it: its size, its content read bare, and the page cache over it.
//!
//! What it is not: able to read a store. Files are bytes here.

use anyhow::{Context, Result, ensure};
use rustix::fs::{Advice, fadvise, statvfs};
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Bytes of the blocks that `stat` counts, whatever the file system's own are.
const STAT_BLOCK_BYTES: u64 = 512;

const READ_BYTES: usize = 1024 * 1024;

/// Most bytes that are read bare.
const BARE_BYTES_MAX: u64 = 1_000_000_000;

/// What all files in `folder` take on disk, in bytes.
pub fn disk_bytes(folder: &Path) -> Result<u64> {
    let mut sum = 0;
    for file in files(folder)? {
        // A file that is gone by the time it is looked at takes nothing.
        sum += file.metadata().map_or(0, |metadata| metadata.blocks() * STAT_BLOCK_BYTES);
    }
    Ok(sum)
}

/// Has the kernel forget what it holds of the files in `folder`, which must be synced.
pub fn drop_cache(folder: &Path) -> Result<()> {
    for path in files(folder)? {
        let Some(file) = open(&path)? else { continue };
        fadvise(&file, 0, None, Advice::DontNeed).with_context(|| format!("dropping {}", path.display()))?;
    }
    Ok(())
}

/// Reads the files in `folder` one after another, from a cold cache and as far as a rate needs; bytes in a second.
pub fn read_bare(folder: &Path) -> Result<f64> {
    drop_cache(folder)?;
    let mut buffer = vec![0; READ_BYTES];
    let (begin, mut bytes) = (Instant::now(), 0);
    for path in files(folder)? {
        let Some(mut file) = open(&path)? else { continue };
        while bytes < BARE_BYTES_MAX {
            match file.read(&mut buffer)? {
                0 => break,
                read => bytes += read as u64,
            }
        }
    }
    let elapsed = begin.elapsed();
    drop_cache(folder)?;
    Ok(bytes as f64 / elapsed.as_secs_f64())
}

/// `None` for a file that is gone: a running store makes, renames and removes files.
fn open(path: &Path) -> Result<Option<File>> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => Ok(Some(opened.with_context(|| format!("opening {}", path.display()))?)),
    }
}

/// Refuses to begin where less than `bytes_min` are free.
pub fn check_room(folder: &Path, bytes_min: u64) -> Result<()> {
    let disk = statvfs(folder).context("asking for free space")?;
    let free = disk.f_bavail * disk.f_frsize;
    let (free_gb, gb_min) = (free as f64 / 1e9, bytes_min as f64 / 1e9);
    ensure!(
        free >= bytes_min,
        "{} has {free_gb:.1} GB of free disk, this takes {gb_min:.1} GB: choose another with --folder, or fewer messages",
        folder.display()
    );
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_takes_what_its_files_take() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        assert_eq!(disk_bytes(folder.path()).expect("it can be listed"), 0);
        fs::create_dir(folder.path().join("inner")).expect("a folder can be made");
        fs::write(folder.path().join("inner/file"), vec![1; 100_000]).expect("a file can be written");
        File::open(folder.path().join("inner/file")).and_then(|file| file.sync_all()).expect("it can be synced");
        let bytes = disk_bytes(folder.path()).expect("it can be listed");
        assert!((100_000..300_000).contains(&bytes), "{bytes}");
        assert!(read_bare(folder.path()).expect("it can be read") > 0.0);
    }

    #[test]
    fn a_full_disk_is_noticed_before_anything_is_written() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        check_room(folder.path(), 1).expect("one byte is free");
        let refused = check_room(folder.path(), u64::MAX).expect_err("nobody has that much").to_string();
        assert!(refused.contains("of free disk"), "{refused}");
    }
}
