//! Lists for people and for scripts.

use portreeve_domain::Timestamp;
use serde_json::{Map, Value};

use crate::command_line::Output;
use crate::failure::Failure;
use crate::print;

/// Prints rows under column names: aligned, or as a JSON array of objects with the names in lower case.
///
/// # Errors
/// A refusal when they cannot be written.
pub(super) fn print<const N: usize>(names: [&str; N], rows: &[[String; N]], output: Output) -> Result<(), Failure> {
    print::text(render(names, rows, output))
}

fn render<const N: usize>(names: [&str; N], rows: &[[String; N]], output: Output) -> String {
    match output {
        Output::Json => {
            let key = |name: &str| name.to_lowercase().replace(' ', "_");
            let object = |row: &[String; N]| -> Map<String, Value> {
                names.iter().zip(row).map(|(name, cell)| (key(name), Value::String(cell.clone()))).collect()
            };
            let list: Vec<Value> = rows.iter().map(|row| Value::Object(object(row))).collect();
            format!("{}\n", Value::Array(list))
        }
        Output::Table => {
            let header = names.map(str::to_owned);
            let lines = || std::iter::once(&header).chain(rows);
            let mut widths = [0; N];
            for line in lines() {
                for (width, cell) in widths.iter_mut().zip(line) {
                    *width = (*width).max(cell.chars().count());
                }
            }
            let line = |cells: &[String; N]| {
                let padded: Vec<_> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
                format!("{}\n", padded.join("  ").trim_end())
            };
            lines().map(line).collect()
        }
    }
}

/// How long ago something was, in the largest whole unit: `3d`, `5h`, `20m`, `4s`.
pub(super) fn age(since: Timestamp, now: Timestamp) -> String {
    let seconds = now.since(since).as_seconds();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a".to_owned(), "x".to_owned()], ["longer".to_owned(), "y".to_owned()]];

        assert_eq!(render(["ID", "B"], &rows, Output::Table), "ID      B\na       x\nlonger  y\n");
    }

    #[test]
    fn scripts_get_objects() {
        let rows = [["a".to_owned()]];

        assert_eq!(render(["CLIENT ID"], &rows, Output::Json), "[{\"client_id\":\"a\"}]\n");
    }
}
