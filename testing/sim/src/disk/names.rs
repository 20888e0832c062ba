//! The folder: which name means which file, as the running system sees it and as the platter has it.
//!
//! Invariant: the durable names with every unsynced change applied in order are the live names.

use std::collections::BTreeMap;

/// Names one file's content for ever, whatever it is called.
pub type FileId = u64;

/// The folder's two faces and the changes between them.
#[derive(Clone, Debug, Default)]
pub struct Names {
    live: BTreeMap<String, FileId>,
    durable: BTreeMap<String, FileId>,
    unsynced: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Created { name: String, file: FileId },
    Renamed { from: String, to: String, file: FileId },
    Removed { name: String, file: FileId },
}

impl Names {
    /// The file of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<FileId> {
        self.live.get(name).copied()
    }

    /// All names.
    pub fn iter(&self) -> impl Iterator<Item = (&String, FileId)> {
        self.live.iter().map(|(name, file)| (name, *file))
    }

    /// How many changes a power loss would decide about.
    #[must_use]
    pub fn unsynced(&self) -> usize {
        self.unsynced.len()
    }

    /// Gives a new file its name.
    pub fn create(&mut self, name: &str, file: FileId) {
        self.change(Change::Created { name: name.to_owned(), file });
    }

    /// Gives a file another name; says whether there is one of the first name.
    pub fn rename(&mut self, from: &str, to: &str) -> bool {
        let file = self.get(from);
        if let Some(file) = file {
            self.change(Change::Renamed { from: from.to_owned(), to: to.to_owned(), file });
        }
        file.is_some()
    }

    /// Takes a name away; says whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        let file = self.get(name);
        if let Some(file) = file {
            self.change(Change::Removed { name: name.to_owned(), file });
        }
        file.is_some()
    }

    /// Every change so far is durable.
    pub fn sync(&mut self) {
        self.unsynced.clear();
        self.durable.clone_from(&self.live);
    }

    /// The power goes: only the changes that are true survive. Says how many did not.
    pub fn lose_power(&mut self, kept: &[bool]) -> u64 {
        let mut lost = 0;
        for (change, kept) in self.unsynced.drain(..).zip(kept) {
            if *kept {
                change.apply(&mut self.durable);
            } else {
                lost += 1;
            }
        }
        self.live.clone_from(&self.durable);
        lost
    }

    /// Whether any name, or any that may come back after a power loss, means this file.
    #[must_use]
    pub fn mention(&self, file: FileId) -> bool {
        let changed = |change: &Change| match change {
            Change::Created { file: changed, .. }
            | Change::Renamed { file: changed, .. }
            | Change::Removed { file: changed, .. } => *changed == file,
        };
        self.live.values().any(|named| *named == file)
            || self.durable.values().any(|named| *named == file)
            || self.unsynced.iter().any(changed)
    }

    fn change(&mut self, change: Change) {
        change.clone().apply(&mut self.live);
        self.unsynced.push(change);
    }
}

impl Change {
    /// Changes are about one file, whatever else a crash made of its names: a rename that survives without the creation
    /// before it still names the file, and a removal takes nobody else's name.
    fn apply(self, names: &mut BTreeMap<String, FileId>) {
        match self {
            Self::Created { name, file } => {
                names.insert(name, file);
            }
            Self::Renamed { from, to, file } => {
                take(names, &from, file);
                names.insert(to, file);
            }
            Self::Removed { name, file } => take(names, &name, file),
        }
    }
}

fn take(names: &mut BTreeMap<String, FileId>, name: &str, file: FileId) {
    if names.get(name) == Some(&file) {
        names.remove(name);
    }
}
