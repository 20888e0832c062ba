//! Deterministic simulation of the whole broker over a simulated disk.
