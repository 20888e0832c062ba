//! Recovery, row by row.
