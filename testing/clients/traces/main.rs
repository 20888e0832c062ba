//! Traces as a collector of OpenTelemetry sees them: the real server under unmodified clients, and its spans decoded by what
//! OpenTelemetry generates from its own definitions.

mod collector;
mod crossing;
mod trouble;
