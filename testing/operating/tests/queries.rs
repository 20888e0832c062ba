//! PromQL against a real answer of `/metrics`: it parses, and every name, label and value that it asks for is there.

use operating::exposition::Families;
use promql_parser::label::{MatchOp, Matcher};
use promql_parser::parser::{self, Expr, LabelModifier, VectorSelector};

/// What Prometheus itself adds to every sample.
const OF_THE_SCRAPE: [&str; 2] = ["job", "instance"];

/// The one family that Prometheus makes of its scrapes.
const UP: &str = "up";

/// Checks an expression.
pub(crate) fn check(families: &Families, query: &str) {
    let expression = parser::parse(query).unwrap_or_else(|error| panic!("{query}\n{error}"));
    walk(families, query, &expression);
}

fn walk(families: &Families, query: &str, expression: &Expr) {
    match expression {
        Expr::VectorSelector(selector) => selected(families, query, selector),
        Expr::MatrixSelector(matrix) => selected(families, query, &matrix.vs),
        Expr::Aggregate(aggregate) => {
            labels_exist(families, query, aggregate.modifier.as_ref());
            walk(families, query, &aggregate.expr);
        }
        Expr::Binary(binary) => {
            labels_exist(families, query, binary.modifier.as_ref().and_then(|modifier| modifier.matching.as_ref()));
            walk(families, query, &binary.lhs);
            walk(families, query, &binary.rhs);
        }
        Expr::Unary(unary) => walk(families, query, &unary.expr),
        Expr::Paren(paren) => walk(families, query, &paren.expr),
        Expr::Subquery(subquery) => walk(families, query, &subquery.expr),
        Expr::Call(call) => call.args.args.iter().for_each(|argument| walk(families, query, argument)),
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) => {}
        Expr::Extension(_) => panic!("the parser makes none: {query}"),
    }
}

fn selected(families: &Families, query: &str, selector: &VectorSelector) {
    let name = selector.name.as_deref().unwrap_or_else(|| panic!("a selector has a name: {query}"));
    if name == UP {
        return;
    }
    let family = families.get(name).unwrap_or_else(|| panic!("there is no metric {name}: {query}"));
    assert!(selector.matchers.or_matchers.is_empty(), "{query}");
    for Matcher { op, name: label, value } in &selector.matchers.matchers {
        if OF_THE_SCRAPE.contains(&label.as_str()) {
            continue;
        }
        assert!(family.has_label(label), "{name} has no label {label}: {query}");
        let values: Vec<&str> = match op {
            MatchOp::Equal | MatchOp::NotEqual => vec![value],
            MatchOp::Re(_) | MatchOp::NotRe(_) => value.split('|').collect(),
        };
        for value in values.into_iter().filter(|value| !value.starts_with('$')) {
            assert!(family.has(label, value), "{name} has no {label}={value:?}: {query}");
        }
    }
}

fn labels_exist(families: &Families, query: &str, modifier: Option<&LabelModifier>) {
    for label in modifier.into_iter().flat_map(|modifier| &modifier.labels().labels) {
        let known = OF_THE_SCRAPE.contains(&label.as_str()) || families.values().any(|family| family.has_label(label));
        assert!(known, "no metric has the label {label}: {query}");
    }
}

#[test]
fn a_query_for_what_is_not_there_is_found_out() {
    let text = "# HELP a_total What.\n# TYPE a_total counter\na_total{x=\"1\"} 2\n";
    let families = operating::exposition::read(text).expect("it is as it should be");
    check(&families, r#"sum by (x) (rate(a_total{x="1", job="longshore"}[5m])) > 0 and up == 1"#);
    for wrong in [
        "rate(a_total[5m]",
        "rate(a_total)",
        "rate(b_total[5m])",
        r#"a_total{y="1"}"#,
        r#"a_total{x="2"}"#,
        r#"a_total{x=~"1|2"}"#,
        "sum by (y) (a_total)",
        "a_total / on (y) a_total",
    ] {
        assert!(std::panic::catch_unwind(|| check(&families, wrong)).is_err(), "{wrong}");
    }
}
