//! `packaging/grafana/longshore.json`: a dashboard that Grafana can import, whose panels ask for what is there.

use crate::figures::families;
use crate::queries;
use operating::source;
use serde_json::Value;
use std::collections::BTreeSet;

fn dashboard() -> Value {
    serde_json::from_str(&source::text("packaging/grafana/longshore.json")).expect("JSON")
}

fn panels() -> Vec<Value> {
    dashboard()["panels"].as_array().expect("panels").clone()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("a number is needed, not {value}"))
}

#[test]
fn every_panel_asks_for_what_is_there() {
    let mut asked = 0;
    for panel in panels() {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let query = target["expr"].as_str().expect("an expression");
            queries::check(families(), &query.replace("$__rate_interval", "5m"));
            asked += 1;
        }
    }
    assert!(asked > 25, "{asked}");
}

#[test]
fn every_panel_says_what_it_shows_and_has_a_place_of_its_own() {
    let mut ids = BTreeSet::new();
    let mut cells = BTreeSet::new();
    for panel in panels() {
        assert!(ids.insert(number(&panel["id"])), "{panel}");
        let place = &panel["gridPos"];
        let (x, y) = (number(&place["x"]), number(&place["y"]));
        assert!(x + number(&place["w"]) <= 24, "{place}");
        for cell in (x..x + number(&place["w"])).flat_map(|x| (y..y + number(&place["h"])).map(move |y| (x, y))) {
            assert!(cells.insert(cell), "{} lies over another panel", panel["title"]);
        }
        assert!(panel["title"].as_str().is_some_and(|title| !title.is_empty()));
        assert!(
            panel["type"] == "row" || panel["description"].as_str().is_some_and(|text| !text.is_empty()),
            "{panel}"
        );
    }
}

#[test]
fn its_variables_are_defined_and_ask_for_what_is_there() {
    let dashboard = dashboard();
    let variables = dashboard["templating"]["list"].as_array().expect("variables");
    let names: Vec<&str> = variables.iter().filter_map(|variable| variable["name"].as_str()).collect();
    assert_eq!(names, ["datasource", "instance", "queue"]);
    for variable in &variables[1..] {
        let query = variable["definition"].as_str().expect("a query");
        let inside = query.strip_prefix("label_values(").and_then(|rest| rest.strip_suffix(')')).expect("its labels");
        let (selector, label) = inside.rsplit_once(", ").expect("a metric and a label");
        queries::check(families(), selector);
        let name = selector.split('{').next().expect("a metric");
        assert!(label == "instance" || families()[name].has_label(label), "{query}");
    }
    for panel in panels() {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let query = target["expr"].as_str().expect("an expression");
            for used in query.split('$').skip(1) {
                let end = used.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(used.len());
                assert!(names.contains(&&used[..end]) || &used[..end] == "__rate_interval", "{query}");
            }
            assert_eq!(target["datasource"]["uid"], "${datasource}", "{query}");
        }
    }
}
