//! A broker over a store in memory, on a thread of its own, and the door's routes.

use crate::api::Api;
use crate::client::Client;
use crate::commands;
use crate::config::AdminConfig;
use crate::frame::routes::routes;
use crate::status::{Running, Status};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use broker::{Broker, Parts, Recovering, Signal, threads};
use door::access::{Access, Grant, Key, Permission, Secret, User, Users};
use door::{Connections, Tally, Trigger, shutdown};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use journal::memory::MemoryStore;
use serde_json::Value;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use vocab::clock::SystemClock;

/// The account of queues with a plain name.
const ACCOUNT: &str = "000000000000";

pub(super) struct Bench {
    pub(super) broker: Broker,
    pub(super) folder: TempDir,
    routes: TowerToHyperService<axum::Router>,
    trigger: Trigger,
}

/// What was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// Null where the body is no JSON.
    pub(super) json: Value,
}

impl Bench {
    /// A server that asks nobody who they are.
    pub(super) fn new() -> Self {
        Self::with(Access::anonymous())
    }

    pub(super) fn with(access: Access) -> Self {
        let mut recovering = Recovering::default();
        let (journal, opened) = MemoryStore::new().open(&mut recovering).expect("an empty store opens");
        let (clock, signal) = (Arc::new(SystemClock::new()), Arc::new(Signal::default()));
        let offload: broker::Offload = Arc::new(|job| job());
        let parts = Parts { journal, recovering, opened, clock, signal, offload, history: None, traces: None };
        let (broker, runner) = broker::start(parts).expect("an empty store is consistent");
        threads::run(runner).expect("a thread");

        let folder = tempfile::tempdir().expect("a folder");
        let (trigger, shutdown) = shutdown::pair();
        let status = Arc::new(Status::new(shutdown));
        let backup = Arc::new(|_: &mut dyn io::Write| Ok(()));
        let data: PathBuf = folder.path().to_owned();
        status.ready(Running {
            broker: broker.clone(),
            doors: Vec::new(),
            connections: Connections::default(),
            queues_listed_max: 10,
            data,
            backup,
        });
        let audit_folder = Some(folder.path().to_owned());
        let config = AdminConfig { access, audit_folder, ..AdminConfig::default() };
        let api = Arc::new(Api::new(status, config, Arc::new(Tally::new(commands::names()))));
        let routes = TowerToHyperService::new(routes(commands::calls(), &api));
        Self { broker, folder, routes, trigger }
    }

    /// The server is asked to stop.
    pub(super) fn stop(&self) {
        self.trigger.stop();
    }

    /// A call by nobody in particular, with the header that changes need.
    pub(super) async fn call(&self, method: &str, path: &str, body: &str) -> Answer {
        self.call_with(method, path, body, &[("longshore-change", "yes")]).await
    }

    pub(super) async fn call_with(&self, method: &str, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let response = self.begin(method, path, body, headers).await;
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a whole body");
        Answer { status: head.status, headers: head.headers, json: serde_json::from_slice(&body).unwrap_or_default() }
    }

    /// The answer's head, its body still to come.
    pub(super) async fn begin(
        &self,
        method: &str,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> axum::response::Response {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let peer = Arc::new(Client::new(SocketAddr::from(([127, 0, 0, 1], 50_000)), None));
        let request = request.extension(peer).body(Body::from(body.to_owned())).expect("a request");
        self.routes.call(request).await.expect("routes do not fail")
    }

    /// A call that must succeed; its JSON.
    pub(super) async fn done(&self, method: &str, path: &str, body: &str) -> Value {
        let answer = self.call(method, path, body).await;
        assert!(answer.status.is_success(), "{method} {path} {body}: {answer:?}");
        answer.json
    }

    /// A call that must be refused with this code; the error.
    pub(super) async fn refused(&self, method: &str, path: &str, body: &str, code: &str) -> Value {
        let answer = self.call(method, path, body).await;
        assert_eq!(answer.json["error"]["code"], code, "{method} {path} {body}: {answer:?}");
        answer.json["error"].clone()
    }
}

/// A user whose secret is their name, turned around.
pub(super) fn user(name: &str, grants: &[(&str, &[Permission])]) -> User {
    let key = Key { id: format!("key-{name}"), secret: Secret::new(secret(name)), enabled: true };
    let grant = |(queues, may): &(&str, &[Permission])| Grant {
        queues: (*queues).to_owned(),
        may: may.iter().copied().collect(),
    };
    let grants = grants.iter().map(grant).collect();
    User { name: name.to_owned(), account: ACCOUNT.to_owned(), keys: vec![Arc::new(key)], grants }
}

pub(super) fn secret(name: &str) -> String {
    name.chars().rev().collect()
}

/// Only these come in.
pub(super) fn guarded(users: impl IntoIterator<Item = User>) -> Access {
    Access::new(Some(Users::new(users).expect("they differ")), false)
}
