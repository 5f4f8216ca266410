//! Rows of lists, made and drawn on all cores.

use std::io::Write as _;

use anyhow::Result;
use spider_pcap::view::{Drawing, TimeText};

use crate::output::Output;
use crate::parts::Parts;

/// Rows of a list of `total` that are made together: all where one depends on the one before, else
/// `usual`.
pub(crate) const fn rows_a_part(total: usize, usual: usize, times: &TimeText<'_>) -> usize {
    if times.depends_on_order() && 0 < total {
        total
    } else {
        usual
    }
}

/// Writes a table; its blocks are drawn in parts.
pub(crate) fn write_drawing(
    drawing: &Drawing<'_>,
    parts: &Parts,
    output: &mut Output,
) -> Result<()> {
    output.write_all(&drawing.heading())?;
    let blocks: Vec<usize> = (0..drawing.blocks()).collect();
    let lines = |part: &[usize]| Ok(part.iter().map(|block| drawing.block(*block)).collect());
    parts.each(&blocks, 1, lines, |lines: Vec<Vec<u8>>| {
        Ok(lines.iter().try_for_each(|lines| output.write_all(lines))?)
    })
}
