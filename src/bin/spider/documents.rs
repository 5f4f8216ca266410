//! Documents of sessions as JSON, made in parts on all cores.

use std::num::NonZeroUsize;

use anyhow::Result;
use spider_pcap::document::SessionTiming;
use spider_pcap::view::{JsonLayout, JsonWriter};

use crate::choose::Chosen;
use crate::listing::Listing;
use crate::output::Output;
use crate::parts::{Buffers, Parts};
use crate::sessions::List;

/// Writes documents in order.
pub(crate) fn write(
    listing: &Listing<'_>,
    (chosen, list): (&[Chosen], List),
    layout: JsonLayout,
    threads: Option<NonZeroUsize>,
    output: &mut Output,
) -> Result<()> {
    let mut writer = JsonWriter::new(output, layout);
    let buffers = Buffers::default();
    Parts::new(threads)?.each(
        chosen,
        PART_DOCUMENTS,
        |part| documents(listing, (part, list), buffers.take()),
        |text| {
            writer.write_block(&text)?;
            buffers.give_back(text);
            Ok(())
        },
    )?;
    Ok(writer.finish()?)
}

/// Documents one behind the other, appended to `json`.
fn documents(
    listing: &Listing<'_>,
    (chosen, list): (&[Chosen], List),
    mut json: Vec<u8>,
) -> Result<Vec<u8>> {
    json.reserve((chosen.len() + 2) * USUAL_DOCUMENT_BYTES);
    for Chosen { position, .. } in chosen {
        let written = listing.with_session(*position, |session| {
            match list {
                List::Sessions => session.write_json(&mut json)?,
                List::Timing => SessionTiming::new(session).write_json(&mut json)?,
            }
            json.push(JsonWriter::<&mut Output>::SEPARATOR);
            anyhow::Ok(())
        });
        written.transpose()?;
    }
    Ok(json)
}

/// Documents that one thread makes at a time: some 200 kB of text, small against the caches.
const PART_DOCUMENTS: usize = 64;

/// Room for a document, so that a part grows once at most.
const USUAL_DOCUMENT_BYTES: usize = 3000;
