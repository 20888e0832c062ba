//! `GET /v1/users`: who may come in, and what they may do. Never a secret.

use crate::api::Api;
use crate::errors::ApiError;
use crate::frame::Json;
use axum::extract::State;
use door::access::{Grant, Permission, User};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// All users.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Users {
    /// In order of name; empty where nobody is asked who they are.
    users: Vec<UserView>,
    /// Whether those who do not say who they are may do anything.
    anonymous: bool,
}

/// A user.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "User")]
struct UserView {
    name: String,
    /// The account that their queues are in.
    account: String,
    /// The ids of their keys that may be used.
    keys: Vec<String>,
    permissions: Vec<PermissionsView>,
}

/// What a user may do with some queues.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Permissions")]
struct PermissionsView {
    /// A pattern of names, with `*` and `?`.
    queues: String,
    /// `send`, `receive`, `manage`.
    may: Vec<&'static str>,
}

/// The users in force.
pub(crate) async fn answer(State(api): State<Arc<Api>>) -> Result<Json<Users>, ApiError> {
    let users = api.access.users();
    let anonymous = users.is_none() || api.access.allows_anonymous();
    let users = users.iter().flat_map(|users| users.iter()).map(|user| view(user)).collect();
    Ok(Json(Users { users, anonymous }))
}

fn view(user: &User) -> UserView {
    UserView {
        name: user.name.clone(),
        account: user.account.clone(),
        keys: user.keys.iter().filter(|key| key.enabled).map(|key| key.id.clone()).collect(),
        permissions: user.grants.iter().map(permissions).collect(),
    }
}

fn permissions(grant: &Grant) -> PermissionsView {
    let granted = Permission::ALL.into_iter().filter(|permission| grant.may.include(*permission));
    PermissionsView { queues: grant.queues.clone(), may: granted.map(Permission::name).collect() }
}
