//! The autoscalers' manifests, and the figure that they are given.

use crate::figures::families;
use crate::queries;
use operating::{Installation, source};
use yaml_rust2::{Yaml, YamlLoader};

fn object(file: &str, kind: &str) -> Yaml {
    let objects = YamlLoader::load_from_str(&source::text(file)).expect("YAML");
    objects.into_iter().find(|object| object["kind"].as_str() == Some(kind)).unwrap_or_else(|| panic!("no {kind}"))
}

fn text(value: &Yaml) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text is needed, not {value:?}"))
}

const KEDA: &str = "packaging/kubernetes/keda.yaml";
const HPA: &str = "packaging/kubernetes/hpa.yaml";

#[test]
fn keda_is_answered_a_number_where_it_looks_for_one() {
    let scaled = object(KEDA, "ScaledObject");
    let trigger = &scaled["spec"]["triggers"][0];
    assert_eq!(text(&trigger["type"]), "metrics-api");
    assert_eq!(text(&trigger["metadata"]["targetValue"]), "1");
    let path =
        text(&trigger["metadata"]["url"]).strip_prefix("http://longshore:9325").expect("the service's admin port");
    let most = scaled["spec"]["maxReplicaCount"].as_i64().expect("a number");
    assert!(path.ends_with(&format!("&max={most}")), "{path}");

    let running = Installation::new().with(["serve", "--host", "longshore"]).serve();
    assert_eq!(running.sqs("/?Action=CreateQueue&QueueName=orders").status, 200);
    let advised = || {
        let answer = running.get(path, "longshore:9325");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()[text(&trigger["metadata"]["valueLocation"])].as_u64().expect("a number")
    };
    assert_eq!(advised(), 0);
    assert_eq!(running.sqs("/?Action=SendMessage&QueueUrl=orders&MessageBody=hello").status, 200);
    assert_eq!(advised(), 1);
    assert_eq!(running.sqs("/?Action=ReceiveMessage&QueueUrl=orders&VisibilityTimeout=60").status, 200);
    assert_eq!(advised(), 1, "whoever works is counted");
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let running = Installation::new().with(["serve"]).serve();
    assert_eq!(running.sqs("/?Action=CreateQueue&QueueName=orders").status, 200);
    for query in ["target_wait_ms=5", "min=3&max=2", "max=0", "per_worker=0", "mni=1"] {
        let answer = running.get(&format!("/v1/scaling/orders?{query}"), "localhost");
        assert_eq!((answer.status, answer.json()["error"]["code"].as_str()), (400, Some("bad_request")), "{query}");
    }
    assert_eq!(running.get("/v1/scaling/parcels", "localhost").status, 404);
}

#[test]
fn kedas_objects_find_each_other() {
    let (secret, authentication, scaled) =
        (object(KEDA, "Secret"), object(KEDA, "TriggerAuthentication"), object(KEDA, "ScaledObject"));
    let reference = &authentication["spec"]["secretTargetRef"][0];
    assert_eq!(reference["name"], secret["metadata"]["name"]);
    assert!(secret["stringData"][text(&reference["key"])].as_str().is_some());
    assert_eq!(scaled["spec"]["triggers"][0]["authenticationRef"]["name"], authentication["metadata"]["name"]);
}

#[test]
fn the_hpas_figure_is_one_that_there_is() {
    let adapter = object(HPA, "ConfigMap");
    let rules = YamlLoader::load_from_str(text(&adapter["data"]["config.yaml"])).expect("YAML");
    let rule = &rules[0]["externalRules"][0];
    queries::check(families(), text(&rule["seriesQuery"]));
    queries::check(families(), &text(&rule["metricsQuery"]).replace("<<.LabelMatchers>>", r#"queue="orders""#));
    let metric = &object(HPA, "HorizontalPodAutoscaler")["spec"]["metrics"][0]["external"]["metric"];
    assert_eq!(metric["name"], rule["name"]["as"]);
}
