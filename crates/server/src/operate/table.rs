//! Tables for people: no lines, a heading, numbers to the right.
//!
//! Invariant: what is in a cell is on one line and moves no cursor.

use super::output;
use super::words::visible;
use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement};

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Texts.
    Left,
    /// Numbers.
    Right,
}

/// A table that grows by rows.
pub(super) struct Table {
    table: comfy_table::Table,
    sides: Vec<Side>,
}

impl Table {
    /// With these columns.
    pub(super) fn new(columns: &[(&str, Side)]) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        let coloured = output::is_coloured();
        if coloured {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        let heading = |&(name, side): &(&str, Side)| {
            let cell = Cell::new(name).set_alignment(side.alignment());
            if coloured { cell.add_attribute(Attribute::Bold) } else { cell }
        };
        table.set_header(columns.iter().map(heading).collect::<Vec<_>>());
        Self { table, sides: columns.iter().map(|(_, side)| *side).collect() }
    }

    /// One more row, a text for each column.
    pub(super) fn row(&mut self, texts: impl IntoIterator<Item = String>) {
        let cells = texts.into_iter().zip(&self.sides);
        let cells = cells.map(|(text, side)| Cell::new(visible(&text)).set_alignment(side.alignment()));
        self.table.add_row(cells.collect::<Vec<_>>());
    }

    /// The table as text, without blanks at the ends of its lines.
    pub(super) fn to_text(&self) -> String {
        let lines = self.table.lines().map(|line| line.trim_end().trim_start_matches(' ').to_owned());
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl Side {
    fn alignment(self) -> CellAlignment {
        match self {
            Self::Left => CellAlignment::Left,
            Self::Right => CellAlignment::Right,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_to_the_right_and_nothing_breaks_a_row() {
        let mut table = Table::new(&[("QUEUE", Side::Left), ("READY", Side::Right)]);
        table.row(["orders".to_owned(), "12".to_owned()]);
        table.row(["a\nb".to_owned(), "1,204".to_owned()]);
        assert_eq!(table.to_text(), "QUEUE   READY\norders     12\na␊b     1,204");
    }
}
