//! What is printed: a table of figures, a table of budgets with their verdicts, one line of JSON with everything.
//!
//! A load generator that needs too much of the processor takes it from the server, so a figure taken then has no verdict.

mod measured;

pub use measured::Measured;

use comfy_table::{Table, presets::ASCII_MARKDOWN};
use serde_json::{Value, json};

/// Most of one core that the load generator may use, or the run says nothing.
const GENERATOR_SHARE_MAX: f64 = 0.6;

/// Everything that one run found out.
pub struct Report {
    name: &'static str,
    machine: Value,
    settings: Value,
    figures: Vec<Value>,
    table: Table,
    budgets: Vec<Budget>,
    remarks: Vec<String>,
}

/// One promise and what was reached.
pub struct Budget {
    workload: String,
    what: &'static str,
    reached: f64,
    bound: Bound,
    generator_share: f64,
    bare: String,
}

enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Budget {
    /// `reached` must not be below `least`.
    pub fn at_least(workload: &str, what: &'static str, reached: f64, least: f64) -> Self {
        Self::new(workload, what, reached, Bound::AtLeast(least))
    }

    /// `reached` must not be above `most`.
    pub fn at_most(workload: &str, what: &'static str, reached: f64, most: f64) -> Self {
        Self::new(workload, what, reached, Bound::AtMost(most))
    }

    fn new(workload: &str, what: &'static str, reached: f64, bound: Bound) -> Self {
        Self { workload: workload.to_owned(), what, reached, bound, generator_share: 0.0, bare: String::new() }
    }

    /// The greatest share of a core that the load generator used meanwhile.
    pub fn generated_by(mut self, share: f64) -> Self {
        self.generator_share = share;
        self
    }

    /// What the bare machine did in the same run, in words.
    pub fn beside(mut self, bare: String) -> Self {
        self.bare = bare;
        self
    }

    /// Whether it was kept; `None` where the load generator was in the way.
    pub fn kept(&self) -> Option<bool> {
        let kept = match self.bound {
            Bound::AtLeast(least) => self.reached >= least,
            Bound::AtMost(most) => self.reached <= most,
        };
        (self.generator_share <= GENERATOR_SHARE_MAX).then_some(kept)
    }

    fn verdict(&self) -> &'static str {
        match self.kept() {
            Some(true) => "kept",
            Some(false) => "MISSED",
            None => "no verdict: load generator above 60 % of a core",
        }
    }

    fn bound(&self) -> String {
        match self.bound {
            Bound::AtLeast(least) => format!("≥ {least:.2}"),
            Bound::AtMost(most) => format!("≤ {most:.2}"),
        }
    }
}

impl Report {
    /// An empty report.
    pub fn new(name: &'static str, machine: Value, settings: Value) -> Self {
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN).set_header(Measured::HEADER);
        Self { name, machine, settings, figures: Vec::new(), table, budgets: Vec::new(), remarks: Vec::new() }
    }

    /// Adds what `who` reached, round by round.
    pub fn figure(&mut self, workload: &str, who: &str, rounds: &[Measured]) {
        self.table.add_row(Measured::row(workload, who, rounds));
        self.figures.push(json!({
            "workload": workload,
            "who": who,
            "rounds": rounds.iter().map(Measured::json).collect::<Vec<_>>(),
        }));
    }

    /// Adds figures that do not fit the table.
    pub fn detail(&mut self, workload: &str, who: &str, figures: Value) {
        self.figures.push(json!({ "workload": workload, "who": who, "figures": figures }));
    }

    /// Adds a promise and what was reached.
    pub fn judge(&mut self, budget: Budget) {
        self.budgets.push(budget);
    }

    /// Adds a line for the reader.
    pub fn remark(&mut self, text: String) {
        self.remarks.push(text);
    }

    /// Prints both tables and the line.
    pub fn print(&self) {
        if self.table.row_count() > 0 {
            println!("{}", self.table);
        }
        println!("{}", self.verdicts());
        for remark in &self.remarks {
            println!("{remark}");
        }
        println!("{}", self.json());
    }

    /// With a column for the bare machine where something is said of it.
    fn verdicts(&self) -> Table {
        let bare = self.budgets.iter().any(|budget| !budget.bare.is_empty());
        let columns = if bare { 6 } else { 5 };
        let mut table = Table::new();
        let header = ["workload", "budget", "bound", "reached", "verdict", "bare machine"];
        table.load_style(ASCII_MARKDOWN).set_header(&header[..columns]);
        for budget in &self.budgets {
            let (bound, reached) = (budget.bound(), format!("{:.2}", budget.reached));
            let row = [&budget.workload, budget.what, &bound, &reached, budget.verdict(), &budget.bare];
            table.add_row(&row[..columns]);
        }
        table
    }

    fn json(&self) -> Value {
        let budget = |budget: &Budget| {
            json!({
                "workload": budget.workload,
                "what": budget.what,
                "bound": budget.bound(),
                "reached": budget.reached,
                "kept": budget.kept(),
                "generator_share": budget.generator_share,
                "bare": budget.bare,
            })
        };
        json!({
            "bench": self.name,
            "machine": self.machine,
            "settings": self.settings,
            "figures": self.figures,
            "budgets": self.budgets.iter().map(budget).collect::<Vec<_>>(),
            "remarks": self.remarks,
        })
    }
}

/// The middle one, or the mean of the two in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    assert!(!values.is_empty(), "a median needs a value");
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_does_not_care_for_order() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]).to_bits(), 2.0_f64.to_bits());
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]).to_bits(), 2.5_f64.to_bits());
    }

    #[test]
    fn a_busy_load_generator_gives_no_verdict() {
        let budget = |share| Budget::at_most("w", "x", 1.0, 2.0).generated_by(share);
        assert_eq!(budget(0.3).kept(), Some(true));
        assert_eq!(budget(0.7).kept(), None);
        assert_eq!(Budget::at_least("w", "x", 1.0, 2.0).kept(), Some(false));
    }
}
