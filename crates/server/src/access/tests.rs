//! Users from the configuration, and what a reload may change.

use super::*;
use std::path::Path;

#[derive(Debug, Default, Serialize)]
struct NoFlags {}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    #[expect(clippy::disallowed_methods, reason = "the test plays the operator")]
    std::fs::write(&path, text).expect("a file");
    path
}

fn sources(file: PathBuf) -> Sources<NoFlags> {
    Sources { file: Some(file), environment: Vec::new(), flags: NoFlags::default() }
}

fn user(name: &str, key: &str) -> String {
    format!("[[users]]\nname = \"{name}\"\nkeys = [{{ {key} }}]\nallow = [{{ queues = \"*\", may = \"send\" }}]\n")
}

fn started(folder: &Path, text: &str) -> Result<(Access, Sources<NoFlags>), AccessError> {
    let sources = sources(write(folder, "my.toml", text));
    Ok((from(&config::load(&sources)?)?, sources))
}

#[test]
fn a_secret_may_be_in_a_file_beside_the_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "shop.secret", "hush\n");
    let (access, _) = started(folder.path(), &user("shop", r#"id = "a", secret_file = "shop.secret""#)).expect("users");
    let users = access.users().expect("there is one");
    let found = users.key("a").expect("it is enabled");
    assert!(found.key.secret.is(b"hush"));
    assert_eq!((found.user.account.as_str(), access.allows_anonymous()), ("000000000000", false));
}

#[test]
fn a_key_that_has_no_secret_keeps_the_server_from_starting() {
    let folder = tempfile::tempdir().expect("a folder");
    let check = |key: &str, part: &str| {
        let message = started(folder.path(), &user("shop", key)).expect_err("no secret").to_string();
        assert!(message.contains(part), "{message}");
    };
    check(r#"id = "a""#, "either `secret` or `secret_file`");
    check(r#"id = "a", secret = "x", secret_file = "x""#, "either `secret` or `secret_file`");
    check(r#"id = "a", secret_file = "nowhere""#, "nowhere");
    check(r#"id = "a", secret = """#, "is empty");
}

#[test]
fn a_reload_puts_other_users_in_force() {
    let folder = tempfile::tempdir().expect("a folder");
    let (access, sources) = started(folder.path(), &user("shop", r#"id = "a", secret = "x""#)).expect("users");
    write(folder.path(), "my.toml", &user("shop", r#"id = "b", secret = "y""#));
    assert_eq!(reload(&sources, &access).expect("a good file"), 1);
    let users = access.users().expect("there is one");
    assert!(users.key("a").is_none() && users.key("b").is_some());
}

#[test]
fn a_reload_that_fails_or_would_open_the_door_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (access, sources) = started(folder.path(), &user("shop", r#"id = "a", secret = "x""#)).expect("users");
    let twice = user("shop", r#"id = "b", secret = "y""#).repeat(2);
    for (text, part) in
        [("drian = 3", "drain"), (&twice, "two users"), ("", "no users any more"), ("[[users", "my.toml")]
    {
        write(folder.path(), "my.toml", text);
        let message = reload(&sources, &access).expect_err("a bad file").to_string();
        assert!(message.contains(part), "{message}");
        assert!(access.users().expect("there is one").key("a").is_some(), "{text}");
    }
}
