//! The history through its public face: what is recorded is told, whatever happens to its files.

mod damage;
mod disk;
mod lives;
mod model;
mod ring;
mod store;
