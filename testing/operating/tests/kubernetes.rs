//! `packaging/kubernetes/longshore.yaml`: its parts fit each other, and the server runs as they say.

use operating::{Installation, source};
use yaml_rust2::{Yaml, YamlLoader};

const MANIFEST: &str = "packaging/kubernetes/longshore.yaml";
const POD_IP: &str = "10.1.2.3";

fn objects() -> Vec<Yaml> {
    YamlLoader::load_from_str(&source::text(MANIFEST)).expect("YAML")
}

fn object(kind: &str) -> Yaml {
    objects().into_iter().find(|object| object["kind"].as_str() == Some(kind)).unwrap_or_else(|| panic!("no {kind}"))
}

fn pod() -> Yaml {
    object("StatefulSet")["spec"]["template"].clone()
}

fn container() -> Yaml {
    pod()["spec"]["containers"][0].clone()
}

fn text(value: &Yaml) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text is needed, not {value:?}"))
}

fn texts(list: &Yaml, key: &str) -> Vec<String> {
    list.as_vec().expect("a list").iter().map(|item| text(&item[key]).to_owned()).collect()
}

/// The server as the pod starts it.
fn installation() -> Installation {
    let mut installation = Installation::new();
    let configuration = object("ConfigMap");
    let configuration = text(&configuration["data"]["longshore.toml"]);
    installation.file("longshore.toml", &configuration.replace("/run/longshore/secrets/", ""));
    installation.file("shop", "hush-hush\n");
    for variable in container()["env"].as_vec().expect("a list") {
        if let Some(value) = variable["value"].as_str() {
            installation.environment(text(&variable["name"]), &value.replace("$(POD_IP)", POD_IP));
        }
    }
    let arguments = container()["args"].clone();
    let arguments = arguments.as_vec().expect("a list").iter().map(text);
    installation.with(arguments.map(|argument| argument.strip_prefix("/etc/longshore/").unwrap_or(argument)))
}

#[test]
fn every_object_says_what_it_is() {
    for object in objects() {
        for place in [&object["apiVersion"], &object["kind"], &object["metadata"]["name"]] {
            assert!(!text(place).is_empty(), "{object:?}");
        }
        assert_eq!(text(&object["metadata"]["labels"]["app.kubernetes.io/name"]), "longshore");
    }
}

#[test]
fn selectors_find_the_pod() {
    let labels = pod()["metadata"]["labels"].clone();
    let (set, budget) = (object("StatefulSet"), object("PodDisruptionBudget"));
    assert_eq!(set["spec"]["selector"]["matchLabels"], labels);
    assert_eq!(budget["spec"]["selector"]["matchLabels"], labels);
    let services: Vec<Yaml> =
        objects().into_iter().filter(|object| object["kind"].as_str() == Some("Service")).collect();
    assert!(services.iter().all(|service| service["spec"]["selector"] == labels));
    assert!(services.iter().any(|service| service["metadata"]["name"] == set["spec"]["serviceName"]));
    let ports = texts(&container()["ports"], "name");
    for service in &services {
        for target in texts(&service["spec"]["ports"], "targetPort") {
            assert!(ports.contains(&target), "{target}");
        }
    }
}

#[test]
fn what_is_mounted_is_there() {
    let mut volumes = texts(&pod()["spec"]["volumes"], "name");
    let claims = object("StatefulSet")["spec"]["volumeClaimTemplates"].clone();
    volumes.extend(claims.as_vec().expect("a list").iter().map(|claim| text(&claim["metadata"]["name"]).to_owned()));
    let mut mounted = texts(&container()["volumeMounts"], "name");
    volumes.sort();
    mounted.sort();
    assert_eq!(volumes, mounted);
    let places = texts(&container()["volumeMounts"], "mountPath");
    // A mount below one that is read-only cannot be made.
    let nested = |a: &String| places.iter().any(|b| a != b && a.starts_with(&format!("{b}/")));
    assert!(!places.iter().any(nested), "{places:?}");
}

#[test]
fn its_ports_are_the_doors_own() {
    for port in container()["ports"].as_vec().expect("a list") {
        let number = port["containerPort"].as_i64().expect("a number").to_string();
        assert_eq!(number, source::default_of(text(&port["name"])));
    }
}

#[test]
fn a_stop_gets_more_time_than_it_takes() {
    let seconds = pod()["spec"]["terminationGracePeriodSeconds"].as_i64().expect("seconds");
    assert!(seconds > source::default_of("drain").parse().expect("seconds"));
}

#[test]
fn it_runs_as_the_images_user_and_can_write_its_data_alone() {
    let user = pod()["spec"]["securityContext"]["runAsUser"].as_i64().expect("a number");
    assert!(source::text("packaging/Containerfile").contains(&format!("USER {user}:{user}\n")));
    assert_eq!(container()["securityContext"]["readOnlyRootFilesystem"].as_bool(), Some(true));
    let writable = container()["volumeMounts"].clone();
    let writable = writable.as_vec().expect("a list").iter().filter(|mount| mount["readOnly"].as_bool() != Some(true));
    assert_eq!(writable.map(|mount| text(&mount["mountPath"])).collect::<Vec<_>>(), ["/var/lib/longshore"]);
}

#[test]
fn the_server_runs_as_the_pod_starts_it_and_its_probes_are_answered() {
    let running = installation().serve();
    for probe in ["livenessProbe", "readinessProbe"] {
        let container = container();
        let path = text(&container[probe]["httpGet"]["path"]);
        assert_eq!(text(&container[probe]["httpGet"]["port"]), "admin");
        assert_eq!(running.get(path, &format!("{POD_IP}:9325")).status, 200, "{path}");
    }
}

#[test]
fn another_image_than_this_version_is_not_named() {
    assert_eq!(text(&container()["image"]), concat!("longshore:", env!("CARGO_PKG_VERSION")));
}
