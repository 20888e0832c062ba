//! The SQS door as its users meet it: unmodified clients, raw requests right and wrong, crashes.

mod aws_cli;
mod bad_input;
mod boto3;
mod celery;
mod dialects;
mod host_rule;
mod in_flight;
mod javascript;
mod long_poll;
mod matrix;
mod rust_sdk;
mod signed;
mod speak;
mod stopping;
mod tls;
