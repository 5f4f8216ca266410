//! The `spider` command.
fn main() {}
