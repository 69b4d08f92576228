//! Tables for terminals: a column is as wide as its widest cell; numbers stand right.

use std::io::{self, Write};

/// A table.
#[derive(Debug)]
pub struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    /// Columns at the left that hold words.
    words: usize,
}

impl Table {
    /// An empty table; the first `words` columns hold words, the others numbers.
    pub fn new(words: usize, head: &[&'static str]) -> Self {
        Self { head: head.to_vec(), rows: Vec::new(), words }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        assert_eq!(cells.len(), self.head.len(), "a row fits its table");
        self.rows.push(cells);
    }

    /// Writes it, with an empty line before it, if it has rows.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        writeln!(out)?;
        let head: Vec<String> = self.head.iter().map(ToString::to_string).collect();
        let all = || std::iter::once(&head).chain(&self.rows);
        let width = |column: usize| {
            all().map(|row| row[column].chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..head.len()).map(width).collect();
        for row in all() {
            let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
                if at < self.words {
                    format!("{cell:<width$}")
                } else {
                    format!("{cell:>width$}")
                }
            });
            writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}
