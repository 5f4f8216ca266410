//! One session: from what a person calls it to its packets and lots, in one pass where possible.
//!
//! A number, two sockets or an id are looked for while the capture is read. Any other form needs
//! the list of all sessions first, so that the capture is read twice; standard input is then kept
//! in a temporary file.

use std::ops::ControlFlow;

use anyhow::{Context as _, Result};
use spider_pcap::analyze::{
    Analysis, CaptureTables, Followed, FollowedPacket, Follower, NoProgress, follow,
};
use spider_pcap::capture::Input;
use spider_pcap::config::Config;
use spider_pcap::document::{Seconds, TcpSession};
use spider_pcap::lot::{Hold, LotPart};
use spider_pcap::select::target_of;
use spider_pcap::session::{SessionSummary, Target};
use spider_pcap::time::Timestamp;
use spider_pcap::tls::KeyLog;

use crate::args::InputArgs;
use crate::choose::{find_one, no_session};
use crate::console::Console;
use crate::exit::Outcome;
use crate::failure::{self, Hinted};
use crate::input::Inputs;
use crate::known::SideFiles;
use crate::listing::{Listing, document};
use crate::progress::analyze_shown;
use crate::spool::Spool;

/// Shows one session while it is read. A break ends the reading.
pub(crate) trait SessionView {
    /// The session starts; `session` is the document of its first packets.
    fn start(&mut self, session: &TcpSession<'_>, tables: &CaptureTables) -> Result<()>;

    /// Takes in the next packet.
    fn packet(&mut self, packet: &FollowedPacket<'_>) -> Result<ControlFlow<()>>;

    /// Takes in content of the next lot.
    fn lot(&mut self, part: LotPart) -> Result<ControlFlow<()>>;

    /// Takes in the TLS secrets that are known from here on.
    fn learn(&mut self, _: KeyLog) {}

    /// As [`Follower::reads_on`].
    fn reads_on(&self) -> bool {
        false
    }
}

/// The one session that was asked for, and how it is read.
pub(crate) struct OneSession<'a> {
    args: &'a InputArgs,
    wanted: Option<&'a str>,
    config: Config,
    files: SideFiles<'a>,
    console: Console,
    /// Standard input, when it is read twice.
    spool: Option<Spool>,
}

impl<'a> OneSession<'a> {
    /// The session that was asked for.
    pub(crate) fn from_args(
        args: &'a InputArgs,
        wanted: Option<&'a str>,
        console: Console,
    ) -> Result<Self> {
        let files = SideFiles::read(args)?;
        Ok(Self {
            args,
            wanted,
            config: files.config(),
            files,
            console,
            spool: None,
        })
    }

    /// Reads inputs that cannot be read again from what is kept of them.
    pub(crate) fn read_spool(&mut self, spool: Spool) {
        self.spool = Some(spool);
    }

    /// Reads the session and shows it.
    pub(crate) fn show(&mut self, hold: Hold, view: &mut dyn SessionView) -> Result<Followed> {
        let reads_stdin = self.spool.is_none() && Inputs::from_args(self.args)?.reads_stdin;
        if let Some(target) = self.wanted.and_then(target_of) {
            let followed = self.follow(self.inputs()?, (target, hold), view)?;
            let is_found = followed.session.is_some() || followed.is_stopped;
            match (is_found, followed.others.is_empty()) {
                (true, true) => return Ok(followed),
                // Several sessions fit: the list says which.
                (_, false) if !reads_stdin => self.find().map(drop)?,
                (_, false) => return Err(self.ambiguous(followed.others.len() + 1)),
                (false, true) if reads_stdin => return Err(self.not_found()),
                (false, true) => {}
            }
        } else if reads_stdin {
            self.spool = Some(Spool::of_stdin()?);
        }
        let target = self.find()?;
        let inputs = self.inputs()?;
        let followed = self.follow(inputs, (target, hold), view)?;
        if followed.session.is_some() || followed.is_stopped {
            Ok(followed)
        } else {
            Err(self.not_found())
        }
    }

    /// Hands out the document of the session that was shown.
    pub(crate) fn with_document(
        &self,
        followed: &Followed,
        hand_out: impl FnOnce(&TcpSession<'_>) -> Result<()>,
    ) -> Result<()> {
        let Some(record) = &followed.session else {
            return Ok(());
        };
        let tables = &followed.capture.tables;
        let known = self.files.with(tables);
        hand_out(&document(record, &known.context(tables)))
    }

    fn follow(
        &self,
        inputs: Vec<Input>,
        (target, hold): (Target, Hold),
        view: &mut dyn SessionView,
    ) -> Result<Followed> {
        let mut guide = Guide {
            one: self,
            view,
            secrets: None,
            failure: None,
        };
        let followed = follow(
            inputs,
            &self.config,
            (target, hold),
            &NoProgress,
            &mut guide,
        );
        if let Some(failure) = guide.failure {
            return Err(failure);
        }
        followed.map_err(|error| failure::from_analysis(&error))
    }

    /// Looks for the session among all.
    fn find(&self) -> Result<Target> {
        let analysis = analyze_shown(self.inputs()?, &self.config, self.console)?;
        let position = self.position(&analysis)?;
        let found = analysis.sessions.get(position);
        let found = found.with_context(|| format!("no session {position}"))?;
        Ok(Target::FirstPacket(found.summary.first_packet))
    }

    fn position(&self, analysis: &Analysis) -> Result<usize> {
        let tables = &analysis.capture.tables;
        let known = self.files.with_sessions(analysis);
        let listing = Listing {
            analysis,
            context: known.context(tables),
        };
        match (self.wanted, analysis.sessions.len()) {
            (Some(wanted), _) => find_one(wanted, &listing.names()),
            (None, 1) => Ok(0),
            (None, _) => Err(no_session(&listing)),
        }
    }

    fn inputs(&self) -> Result<Vec<Input>> {
        match &self.spool {
            Some(spool) => spool.inputs(self.args),
            None => Ok(Inputs::from_args(self.args)?.inputs),
        }
    }

    fn not_found(&self) -> anyhow::Error {
        let wanted = self.wanted.unwrap_or_default();
        Hinted::error(
            format!("no session '{wanted}' in the capture"),
            "'spider sessions' lists all of them",
        )
    }

    fn ambiguous(&self, fitting: usize) -> anyhow::Error {
        let wanted = self.wanted.unwrap_or_default();
        Hinted::error(
            format!("session '{wanted}' is ambiguous: {fitting} sessions fit, the first was shown"),
            "'spider sessions' lists all of them with their numbers",
        )
    }
}

/// Time of the first packet.
pub(crate) fn first_time(session: &TcpSession<'_>) -> Option<Timestamp> {
    let Seconds(first) = session.times.first?;
    Some(Timestamp::from_nanos(first.nanos()))
}

/// What is said of a session that was shown, beside it.
pub(crate) fn report(followed: &Followed, console: Console) -> Outcome {
    let outcome = console.notices(&followed.capture.notices);
    if let Some(number) = followed.turned_at {
        console.note(&format!(
            "packet {number} shows that the ends are the other way round: packets before it are \
             shown with client and server exchanged"
        ));
    }
    outcome
}

/// Stands between the reading and a view: makes documents, and keeps what went wrong.
struct Guide<'a, 'v> {
    one: &'a OneSession<'a>,
    view: &'v mut dyn SessionView,
    /// Secrets of the capture that the view knows, and derived ones.
    secrets: Option<[usize; 2]>,
    failure: Option<anyhow::Error>,
}

impl Guide<'_, '_> {
    /// Hands on the secrets when there are others than before.
    fn teach(&mut self, tables: &CaptureTables) {
        let secrets = Some([tables.secrets.len(), tables.derived.len()]);
        if self.secrets != secrets {
            self.secrets = secrets;
            self.view.learn(self.one.files.keys(tables));
        }
    }

    fn take(&mut self, result: Result<ControlFlow<()>>) -> ControlFlow<()> {
        result.unwrap_or_else(|failure| {
            self.failure = Some(failure);
            ControlFlow::Break(())
        })
    }
}

impl Follower for Guide<'_, '_> {
    fn start(&mut self, summary: &SessionSummary, tables: &CaptureTables) -> ControlFlow<()> {
        self.teach(tables);
        let known = self.one.files.with(tables);
        let session = TcpSession::new(summary, &Default::default(), &known.context(tables));
        let started = self.view.start(&session, tables);
        self.take(started.map(ControlFlow::Continue))
    }

    fn packet(&mut self, packet: &FollowedPacket<'_>) -> ControlFlow<()> {
        self.teach(packet.tables);
        let shown = self.view.packet(packet);
        self.take(shown)
    }

    fn lot(&mut self, part: LotPart) -> ControlFlow<()> {
        let shown = self.view.lot(part);
        self.take(shown)
    }

    fn reads_on(&self) -> bool {
        self.view.reads_on()
    }
}
