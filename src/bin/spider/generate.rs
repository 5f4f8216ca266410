//! What is made from the program itself: schema, completions, manual page.

use std::io::{self, Write as _};

use anyhow::{Context as _, Result};
use clap::CommandFactory as _;
use clap_complete::Shell;
use spider_pcap::document::{
    HTTP_COMMUNICATION_SCHEMA, HTTP_PARSING_LOG_SCHEMA, PACKET_DETAIL_SCHEMA, PACKET_LOT_SCHEMA,
    PACKET_SCHEMA, SESSION_TIMING_SCHEMA, STATISTICS_SCHEMA, TCP_SESSION_SCHEMA,
};

use crate::args::{DocumentChoice, LowArgs};
use crate::exit::Outcome;

/// Prints the JSON Schema of a document.
pub(crate) fn schema(document: DocumentChoice) -> Result<Outcome> {
    let schema = match document {
        DocumentChoice::Session => TCP_SESSION_SCHEMA,
        DocumentChoice::Packet => PACKET_SCHEMA,
        DocumentChoice::PacketDetail => PACKET_DETAIL_SCHEMA,
        DocumentChoice::Lot => PACKET_LOT_SCHEMA,
        DocumentChoice::Timing => SESSION_TIMING_SCHEMA,
        DocumentChoice::Http => HTTP_COMMUNICATION_SCHEMA,
        DocumentChoice::HttpLog => HTTP_PARSING_LOG_SCHEMA,
        DocumentChoice::Statistics => STATISTICS_SCHEMA,
    };
    let mut text = schema.trim_end().to_owned();
    text.push('\n');
    print(text.as_bytes())
}

/// Prints completions for a shell.
pub(crate) fn completions(shell: Shell) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut LowArgs::command(), "spider", &mut script);
    print(&script)
}

/// Prints the manual page of the program, or of one of its commands.
pub(crate) fn man(name: Option<&str>) -> Result<Outcome> {
    let mut command = LowArgs::command();
    command.build();
    let found = match name {
        Some(name) => command
            .find_subcommand(name)
            .with_context(|| format!("no command '{name}'"))?,
        None => &command,
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(found.clone()).render(&mut page)?;
    print(&page)
}

fn print(bytes: &[u8]) -> Result<Outcome> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
    written.context("cannot write to standard output")?;
    Ok(Outcome::Done)
}
