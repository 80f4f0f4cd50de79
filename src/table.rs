// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Answers as tables: for people, spreadsheets and documents. What programs read is JSON.

use std::borrow::Cow;
use std::fmt::Write;

/// What an answer looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: SI units, every bit of a float.
    Json,
    /// For spreadsheets: SI units, every bit of a float.
    Csv,
    /// For documents.
    Markdown,
}

/// On which side the cells of a column stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// A table of texts.
pub(crate) struct Table {
    columns: Vec<(&'static str, Side)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(columns: &[(&'static str, Side)]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    pub fn add(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    /// Comma-separated values with a line of titles: RFC 4180, with a line feed at the end of lines.
    pub fn csv(&self) -> String {
        let mut out = String::new();
        let titles = self.columns.iter().map(|(title, _)| (*title).to_owned()).collect();
        for row in std::iter::once(&titles).chain(&self.rows) {
            let cells: Vec<Cow<'_, str>> = row.iter().map(|cell| csv_field(cell)).collect();
            let _ = writeln!(out, "{}", cells.join(","));
        }
        out
    }

    /// A table as GitHub and others know it.
    pub fn markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut out = line(self.columns.iter().map(|(title, _)| (*title).to_owned()).collect());
        let rule = |(_, side): &(&str, Side)| if *side == Side::Left { "---" } else { "---:" };
        out.push_str(&line(self.columns.iter().map(|column| rule(column).to_owned()).collect()));
        for row in &self.rows {
            out.push_str(&line(row.iter().map(|cell| markdown_cell(cell)).collect()));
        }
        out
    }

    /// Columns as wide as they need, each line behind `indent`.
    pub fn text(&self, indent: &str) -> String {
        let titles: Vec<String> =
            self.columns.iter().map(|(title, _)| (*title).to_owned()).collect();
        let rows = || std::iter::once(&titles).chain(&self.rows);
        let width = |column: usize| {
            rows().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
        };
        let widths: Vec<usize> =
            (0..self.columns.len()).map(|column| width(column).unwrap_or(0)).collect();
        let mut out = String::new();
        for row in rows() {
            let mut line = indent.to_owned();
            for ((cell, (_, side)), width) in row.iter().zip(&self.columns).zip(&widths) {
                let _ = match side {
                    Side::Left => write!(line, "{cell:<width$}  "),
                    Side::Right => write!(line, "{cell:>width$}  "),
                };
            }
            let _ = writeln!(out, "{}", line.trim_end());
        }
        out
    }
}

/// A text as a field of comma-separated values: quoted where it has to be.
pub fn csv_field(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) {
        return Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")));
    }
    Cow::Borrowed(text)
}

/// Backslashes first: they escape the others.
pub(crate) fn markdown_cell(cell: &str) -> String {
    let mut out = String::new();
    for letter in cell.chars() {
        match letter {
            '\n' | '\r' => out.push(' '),
            '\\' | '|' | '[' | ']' | '*' | '_' | '`' | '<' | '&' => {
                out.push('\\');
                out.push(letter);
            }
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_need_to_be() {
        let mut table = Table::new(&[("pin", Side::Left), ("slack", Side::Right)]);
        table.add(vec!["a\\[0\\]/D".into(), "-1".into()]);
        table.add(vec!["say \"x, y\"\nz|".into(), "20".into()]);
        let csv = "pin,slack\na\\[0\\]/D,-1\n\"say \"\"x, y\"\"\nz|\",20\n";
        assert_eq!(table.csv(), csv);
        let markdown = "| pin | slack |\n| --- | ---: |\n| a\\\\\\[0\\\\\\]/D | -1 |\n\
                        | say \"x, y\" z\\| | 20 |\n";
        assert_eq!(table.markdown(), markdown);
    }

    #[test]
    fn text_is_aligned() {
        let mut table = Table::new(&[("a", Side::Left), ("number", Side::Right)]);
        table.add(vec!["long name".into(), "7".into()]);
        assert_eq!(table.text("  "), "  a          number\n  long name       7\n");
    }
}
