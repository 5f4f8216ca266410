//! What differs between two texts, for people.

use std::fmt::Write as _;

/// The lines that differ, `-` before and `+` now, with a few equal ones around them.
///
/// Lines are paired by their longest common run from the start and from the end; between these
/// they are compared one by one while their numbers are equal.
pub(crate) fn lines(before: &str, now: &str) -> String {
    let before: Vec<_> = before.lines().collect();
    let now: Vec<_> = now.lines().collect();
    let shorter = before.len().min(now.len());
    let is_equal = |(a, b): &(&&str, &&str)| a == b;
    let head = before.iter().zip(&now).take_while(is_equal).count();
    let tail = before.iter().rev().zip(now.iter().rev());
    let tail = tail.take(shorter - head).take_while(is_equal).count();
    let mut out = String::new();
    for line in &before[head.saturating_sub(CONTEXT)..head] {
        writeln!(out, "  {line}").unwrap();
    }
    let (old, new) = (
        &before[head..before.len() - tail],
        &now[head..now.len() - tail],
    );
    if old.len() == new.len() {
        let changed = old.iter().zip(new).filter(|pair| !is_equal(pair));
        for (old, new) in changed.take(LIMIT) {
            writeln!(out, "- {old}\n+ {new}").unwrap();
        }
    } else {
        for line in old.iter().take(LIMIT) {
            writeln!(out, "- {line}").unwrap();
        }
        for line in new.iter().take(LIMIT) {
            writeln!(out, "+ {line}").unwrap();
        }
    }
    if LIMIT < old.len().max(new.len()) {
        writeln!(out, "  ... {} lines before, {} now", old.len(), new.len()).unwrap();
    }
    out
}

/// Equal lines that are shown before a difference.
const CONTEXT: usize = 3;

/// Lines of each text that are shown.
const LIMIT: usize = 40;
