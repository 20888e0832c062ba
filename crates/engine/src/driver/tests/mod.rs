//! Tests of the driver over a journal that does what the test says.

mod inquiries;
mod scripted;
