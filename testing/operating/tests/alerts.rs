//! `packaging/prometheus/alerts.yaml`: rules that Prometheus takes, over metrics that are there, with pages that say what to do.

use crate::figures::families;
use crate::queries;
use operating::source;
use std::collections::BTreeSet;
use yaml_rust2::{Yaml, YamlLoader};

const RULES: &str = "packaging/prometheus/alerts.yaml";
const PAGE: &str = "docs/operating/monitoring.md";

fn rules() -> Vec<Yaml> {
    let file = YamlLoader::load_from_str(&source::text(RULES)).expect("YAML");
    let groups = file[0]["groups"].as_vec().expect("groups").clone();
    groups.iter().flat_map(|group| group["rules"].as_vec().expect("rules").clone()).collect()
}

fn text<'a>(rule: &'a Yaml, key: &str) -> &'a str {
    rule[key].as_str().unwrap_or_else(|| panic!("{key} is needed: {rule:?}"))
}

#[test]
fn every_expression_asks_for_what_is_there() {
    for rule in rules() {
        queries::check(families(), text(&rule, "expr"));
    }
}

#[test]
fn every_rule_is_whole_and_has_a_name_of_its_own() {
    let known = ["alert", "expr", "for", "labels", "annotations"];
    let mut names = BTreeSet::new();
    for rule in rules() {
        for key in rule.as_hash().expect("a rule is a mapping").keys() {
            assert!(key.as_str().is_some_and(|key| known.contains(&key)), "{key:?}");
        }
        let name = text(&rule, "alert");
        assert!(name.starts_with("Longshore") && names.insert(name.to_owned()), "{name}");
        assert!(["warning", "critical"].contains(&text(&rule["labels"], "severity")), "{name}");
        for annotation in ["summary", "description"] {
            let text = text(&rule["annotations"], annotation);
            assert_eq!(text.matches("{{").count(), text.matches("}}").count(), "{text}");
        }
        if let Some(duration) = rule["for"].as_str() {
            assert!(duration.strip_suffix('m').is_some_and(|minutes| minutes.parse::<u32>().is_ok()), "{duration}");
        }
    }
    assert!(names.len() >= 9, "{names:?}");
}

#[test]
fn every_alert_leads_to_what_it_means_and_what_to_do() {
    let manifest: toml::Table = source::text("Cargo.toml").parse().expect("TOML");
    let repository = manifest["workspace"]["package"]["repository"].as_str().expect("a URL");
    let anchors = source::anchors(PAGE);
    for rule in rules() {
        let link = text(&rule["annotations"], "runbook_url");
        let anchor = link.strip_prefix(&format!("{repository}/blob/main/{PAGE}#")).unwrap_or_else(|| panic!("{link}"));
        assert!(anchors.iter().any(|found| found == anchor), "{PAGE} has no heading for {link}");
        assert_eq!(anchor, text(&rule, "alert").to_lowercase());
    }
}

#[test]
fn the_page_tells_of_no_alert_that_is_not_there() {
    let page = source::text(PAGE);
    let told =
        page.lines().filter_map(|line| line.strip_prefix("### Longshore")).map(|rest| format!("Longshore{rest}"));
    let rules = rules();
    let known: BTreeSet<String> = rules.iter().map(|rule| text(rule, "alert").to_owned()).collect();
    assert_eq!(told.collect::<BTreeSet<_>>(), known);
}
