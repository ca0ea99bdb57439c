//! How long this disk takes to make a small write durable, beside whatever is measured in the same
//! run: each commit of the store waits for it at least once.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use crate::Fallible;
use crate::figures::Figures;

const WRITES: usize = 200;

/// Measures appends of 4 KiB, each made durable, in `folder`.
pub(crate) fn print(folder: &Path) -> Fallible<()> {
    let path = folder.join("disk");
    let mut file = File::create(&path)?;
    let mut figures = Figures::default();
    for _ in 0..WRITES {
        let began = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        figures.add(began.elapsed());
    }
    std::fs::remove_file(path)?;
    figures.print("fdatasync of 4 KiB appended");
    Ok(())
}
