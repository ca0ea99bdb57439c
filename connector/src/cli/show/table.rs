//! Aligned columns. Cells are escaped; the widest is cut.

use super::safe;

/// The most characters of one cell.
const CELL_CHARS_MAX: usize = 60;

/// Rows below a heading, two spaces between columns.
pub(super) fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> String {
    let cell = |text: &str| safe(text, CELL_CHARS_MAX);
    let mut lines: Vec<[String; N]> = vec![heading.map(str::to_uppercase)];
    lines.extend(rows.iter().map(|row| row.each_ref().map(|text| cell(text))));
    let mut widths = [0; N];
    for line in &lines {
        for (width, text) in widths.iter_mut().zip(line) {
            *width = text.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for line in &lines {
        let mut row = String::new();
        for (cell, width) in line.iter().zip(widths) {
            row.push_str(cell);
            let gap = width.saturating_sub(cell.chars().count()) + 2;
            row.extend(std::iter::repeat_n(' ', gap));
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}
