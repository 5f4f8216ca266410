//! `spider content`: what was said in one session, lot by lot.

mod cipher;

use std::io::{self, Seek as _};
use std::ops::{ControlFlow, RangeInclusive};

use anyhow::{Context as _, Result};
use spider_pcap::analyze::{CaptureTables, Followed, FollowedPacket};
use spider_pcap::document::{PacketLot, TcpSession, write_pieces};
use spider_pcap::lot::decode::{self, Decoder};
use spider_pcap::lot::{Hold, LotPart, Overlap};
use spider_pcap::session::Direction;
use spider_pcap::tls::KeyLog;
use spider_pcap::view::{ContentStyle, ContentView, HumanBytes, JsonLayout, JsonWriter};
use tempfile::SpooledTempFile;

use crate::args::{ContentArgs, ContentFormat};
use crate::console::Console;
use crate::exit::Outcome;
use crate::failure::Hinted;
use crate::input::Inputs;
use crate::one::{self, OneSession, SessionView};
use crate::output::Output;
use crate::zone::Zone;
use cipher::{Cipher, Shown};

/// Runs the command.
pub(crate) fn run(args: &ContentArgs, console: Console) -> Result<Outcome> {
    let paths = Inputs::from_args(&args.input)?.paths;
    let mut output = Output::open_page(&args.page, &paths)?;
    let followed = write(args, console, &mut output)?;
    output.finish()?;
    report_too_late(&followed, console);
    Ok(one::report(&followed, console))
}

fn write(args: &ContentArgs, console: Console, output: &mut Output) -> Result<Followed> {
    let mut one = OneSession::from_args(&args.input, args.one.session.as_deref(), console)?;
    let hold = Hold::Lots {
        limit_bytes: usize::try_from(args.hold).unwrap_or(usize::MAX),
        overlap: Overlap::from(args.overlap),
    };
    let zone = Zone::system();
    let mut view = Content {
        lots: args.lot.clone(),
        direction: args.direction.map(Direction::from),
        session: String::new(),
        failed: output.describe(),
        sheet: Sheet::new(args, console, &zone, output)?,
        missing_bytes: 0,
        cipher: Cipher::new(args),
        cleartext_bytes: 0,
    };
    let followed = one.show(hold, &mut view)?;
    view.finish()?;
    view.report(args.format, console);
    view.sheet.finish().context(view.failed)?;
    Ok(followed)
}

fn report_too_late(followed: &Followed, console: Console) {
    if 0 < followed.too_late_bytes {
        console.note(&format!(
            "{} came after their lot had been shown, and are left out; raise --hold",
            HumanBytes(followed.too_late_bytes)
        ));
    }
}

/// Shows the lots that were asked for.
struct Content<'a> {
    lots: Option<RangeInclusive<u64>>,
    direction: Option<Direction>,
    session: String,
    sheet: Sheet<'a>,
    failed: String,
    /// Bytes missing in what was shown.
    missing_bytes: u64,
    /// Deciphers TLS.
    cipher: Cipher,
    /// Bytes outside TLS that were left out.
    cleartext_bytes: u64,
}

impl SessionView for Content<'_> {
    fn start(&mut self, session: &TcpSession<'_>, _: &CaptureTables) -> Result<()> {
        self.session.clone_from(&session.id);
        self.sheet.start(session);
        Ok(())
    }

    fn packet(&mut self, _: &FollowedPacket<'_>) -> Result<ControlFlow<()>> {
        Ok(ControlFlow::Continue(()))
    }

    fn lot(&mut self, part: LotPart) -> Result<ControlFlow<()>> {
        match self.cipher.push(part) {
            Some(part) => self.show(&Shown::captured(part)),
            None => self.show_deciphered(),
        }
    }

    fn learn(&mut self, keys: KeyLog) {
        self.cipher.learn(keys);
    }
}

impl Content<'_> {
    /// No more lots come.
    fn finish(&mut self) -> Result<()> {
        self.cipher.finish();
        self.show_deciphered().map(drop)
    }

    fn show_deciphered(&mut self) -> Result<ControlFlow<()>> {
        while let Some(shown) = self.cipher.next_part() {
            if self.show(&shown)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn show(&mut self, shown: &Shown) -> Result<ControlFlow<()>> {
        let lot = &shown.part.lot;
        let index = lot.index;
        if self.lots.as_ref().is_some_and(|lots| lots.end() < &index) {
            return Ok(ControlFlow::Break(()));
        }
        let is_wanted = self.lots.as_ref().is_none_or(|lots| lots.contains(&index))
            && self
                .direction
                .is_none_or(|direction| direction == lot.direction);
        if is_wanted {
            self.missing_bytes += shown.missing_bytes;
            self.cleartext_bytes += shown.cleartext_bytes();
            let written = self.sheet.write(&self.session, shown);
            written.with_context(|| self.failed.clone())?;
        } else {
            self.sheet.pass_over(&shown.part);
        }
        Ok(ControlFlow::Continue(()))
    }

    /// What is said beside the content.
    fn report(&self, format: ContentFormat, console: Console) {
        let is_raw = format == ContentFormat::Raw;
        if is_raw && 0 < self.missing_bytes {
            console.note(&format!(
                "{} of the stream were never captured, and are left out",
                HumanBytes(self.missing_bytes)
            ));
        }
        if is_raw && 0 < self.cleartext_bytes {
            console.note(&format!(
                "{} before or behind TLS are left out: only what TLS protects is written",
                HumanBytes(self.cleartext_bytes)
            ));
        }
        for note in self.cipher.notes(format != ContentFormat::Text) {
            console.note(&note);
        }
    }
}

/// How lots are written.
enum Sheet<'a> {
    Text(Box<ContentView<'a, &'a mut Output>>),
    Raw(&'a mut Output),
    Json(JsonSheet<'a>),
}

impl<'a> Sheet<'a> {
    fn new(
        args: &'a ContentArgs,
        console: Console,
        zone: &'a Zone,
        output: &'a mut Output,
    ) -> Result<Self> {
        let decoder = decoder(&args.decode)?;
        Ok(match (args.format, decoder) {
            (ContentFormat::Raw, _) | (ContentFormat::Text, Decode::Raw) => Self::Raw(output),
            (ContentFormat::Json, _) => Self::Json(JsonSheet::new(output, JsonLayout::Array)),
            (ContentFormat::Ndjson, _) => Self::Json(JsonSheet::new(output, JsonLayout::Lines)),
            (ContentFormat::Text, Decode::With(decoder)) => {
                let style = ContentStyle {
                    surface: console.surface(output.is_stdout()),
                    characters: args.page.characters(),
                    times: zone.times(args.page.time),
                    decoder,
                };
                Self::Text(Box::new(ContentView::new(output, style)))
            }
        })
    }

    fn start(&mut self, session: &TcpSession<'_>) {
        if let Self::Text(view) = self {
            view.start(session);
        }
    }

    fn write(&mut self, session: &str, shown: &Shown) -> io::Result<()> {
        match self {
            Self::Text(view) => view.write_with(&shown.part, &shown.remarks),
            Self::Raw(output) => shown.write_protected(output),
            Self::Json(sheet) => sheet.write(session, &shown.part),
        }
    }

    fn pass_over(&mut self, part: &LotPart) {
        if let Self::Text(view) = self {
            view.pass_over(part);
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Text(_) | Self::Raw(_) => Ok(()),
            Self::Json(sheet) => sheet.json.finish(),
        }
    }
}

/// What `--decode` asks for.
enum Decode {
    /// The bytes as they are.
    Raw,
    /// A decoder; the bytes decide without one.
    With(Option<&'static dyn Decoder>),
}

fn decoder(name: &str) -> Result<Decode> {
    match name {
        "auto" => Ok(Decode::With(None)),
        "raw" => Ok(Decode::Raw),
        name => {
            let found = decode::by_name(name).map(|found| Decode::With(Some(found)));
            let known = decode::all().iter().map(|known| known.name());
            let known: Vec<&str> = ["auto", "raw"].into_iter().chain(known).collect();
            found.ok_or_else(|| {
                Hinted::error(
                    format!("--decode: no decoder '{name}'"),
                    format!("choose one of {}", known.join(", ")),
                )
            })
        }
    }
}

/// Documents of lots; the pieces of a large lot wait in a temporary file, since its header is
/// known at its end only.
struct JsonSheet<'a> {
    json: JsonWriter<&'a mut Output>,
    pieces: SpooledTempFile,
    is_empty: bool,
}

impl<'a> JsonSheet<'a> {
    fn new(output: &'a mut Output, layout: JsonLayout) -> Self {
        Self {
            json: JsonWriter::new(output, layout),
            pieces: SpooledTempFile::new(SPOOL_BYTES),
            is_empty: true,
        }
    }

    fn write(&mut self, session: &str, part: &LotPart) -> io::Result<()> {
        write_pieces(&mut self.pieces, &part.bytes(), self.is_empty)?;
        self.is_empty = false;
        if part.is_last {
            let mut pieces = std::mem::replace(&mut self.pieces, SpooledTempFile::new(SPOOL_BYTES));
            self.is_empty = true;
            pieces.rewind()?;
            let document = PacketLot::new(session, &part.lot);
            self.json
                .write_with(|out| document.write_with_content(out, &mut pieces))?;
        }
        Ok(())
    }
}

/// Content of a lot that waits in memory; more waits in a file.
const SPOOL_BYTES: usize = 8 << 20;
