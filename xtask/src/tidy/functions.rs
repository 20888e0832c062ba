//! Functions fit a screen.

use super::Finding;
use super::scrub::scrub;
use super::tree::Tree;

/// Every function of more than `lines_max` lines, from its `fn` to its closing brace.
pub(super) fn check(tree: &Tree, lines_max: usize) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.rust() {
        for function in functions(&scrub(&file.text)) {
            if function.lines > lines_max {
                found.push(Finding {
                    rule: "long-function",
                    path: file.path.clone(),
                    line: function.line,
                    what: function.name,
                    lines: Some(function.lines),
                    fix: format!("{} lines, a screen holds {lines_max}: name its parts", function.lines),
                });
            }
        }
    }
    found
}

struct Function {
    name: String,
    line: usize,
    lines: usize,
}

fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    for (at, _) in code.match_indices("fn ") {
        let name: String = code[at + 3..].chars().take_while(|&c| is_name(c)).collect();
        if name.is_empty() || code[..at].ends_with(is_name) {
            continue;
        }
        if let Some(length) = body_end(&code[at..]) {
            let line = code[..at].matches('\n').count() + 1;
            found.push(Function { name, line, lines: code[at..at + length].matches('\n').count() + 1 });
        }
    }
    found
}

/// How far it is to the function's closing brace; nothing for a function without a body.
fn body_end(code: &str) -> Option<usize> {
    let (mut braces, mut brackets) = (0_usize, 0_usize);
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets = brackets.saturating_sub(1),
            ';' if braces == 0 && brackets == 0 => return None,
            '{' => braces += 1,
            '}' => {
                braces = braces.saturating_sub(1);
                if braces == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}
