//! What operators are given, tried: it starts as the files say, and the files speak of what is there.

mod alerts; // rules for Prometheus
mod autoscaling; // how many workers there should be
mod clients; // who is connected, and who takes messages
mod container; // the Containerfile
mod dashboard; // for Grafana
mod figures; // a server in which everything has happened
mod kubernetes; // the manifest
mod queries; // PromQL against real figures
mod unit; // the systemd unit
mod webhooks; // alerts without Prometheus
