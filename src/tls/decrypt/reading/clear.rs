//! The way out of the clear: which record is the first that is encrypted, and under what.

use super::super::classic::Classic;
use super::super::hellos::{Agreement, Answer};
use super::super::keys::Sealed;
use super::super::modern::Modern;
use super::super::record::{ContentType, Undeciphered};
use super::{Context, Protection, Reading, Verdict};

impl Reading {
    /// A record of a direction that was in the clear so far.
    pub(super) fn take_clear(
        &mut self,
        content: ContentType,
        sealed: Sealed<'_>,
        context: &mut Context<'_>,
        out: &mut Vec<u8>,
    ) -> Verdict {
        if self.is_changing || content == ContentType::ApplicationData {
            // Who has come here without a hello will not send one.
            self.is_final = true;
            return self.leave_clear(content, sealed, context, out);
        }
        if self.is_change_missed && content != ContentType::ChangeCipherSpec {
            match self.try_missed_change(sealed, context, out) {
                Answer::Wait => return Verdict::Wait,
                Answer::Known(()) => return self.deciphered(content, context, out),
                Answer::Unknown(_) => {}
            }
        }
        match content {
            ContentType::Handshake => {
                self.read_messages(sealed.body, context);
            }
            ContentType::ChangeCipherSpec if context.hellos.awaits_second() => {}
            ContentType::ChangeCipherSpec => {
                self.is_changing = true;
                self.is_final = true;
            }
            _ => {}
        }
        Verdict::Clear(content)
    }

    /// A record that seems to be encrypted comes behind those in the clear.
    fn leave_clear(
        &mut self,
        content: ContentType,
        sealed: Sealed<'_>,
        context: &mut Context<'_>,
        out: &mut Vec<u8>,
    ) -> Verdict {
        let agreement = context.agreement(0);
        let agreement = match agreement {
            Answer::Wait => return Verdict::Wait,
            Answer::Unknown(reason) => {
                self.protection = Protection::Locked(reason);
                self.is_changing = false;
                return Verdict::Unknown(content, reason);
            }
            Answer::Known(agreement) => agreement,
        };
        if agreement.version.is_tls_1_3() {
            self.is_changing = false;
            if content != ContentType::ApplicationData {
                return self.take_clear(content, sealed, context, out);
            }
            return self.enter_modern(agreement, sealed, context, out);
        }
        self.is_changing = true;
        self.protection = Protection::Locked(Undeciphered::NoSecrets);
        match self.change_keys(context) {
            Ok(()) => self.take_classic(content, sealed, context, out),
            Err(None) => Verdict::Wait,
            Err(Some(reason)) => self.lock(content, reason),
        }
    }

    /// Tries whether a record in the clear is one under keys whose start was missed.
    fn try_missed_change(
        &mut self,
        sealed: Sealed<'_>,
        context: &Context<'_>,
        out: &mut Vec<u8>,
    ) -> Answer<()> {
        let agreement = match context.agreement(0) {
            Answer::Wait => return Answer::Wait,
            Answer::Unknown(reason) => return Answer::Unknown(reason),
            Answer::Known(agreement) => agreement,
        };
        let role = context.hellos.role(context.direction);
        let mut sequence = self.sequence;
        let opened = Classic::of(&agreement, role, context.keys).and_then(|mut classic| {
            // What was deflated before may be missing.
            classic.lose_deflated();
            classic.open(sealed, &mut sequence, &mut self.budget, out)?;
            Ok(classic)
        });
        match opened {
            Ok(classic) => {
                self.protection = Protection::Classic(Box::new(classic));
                self.sequence = sequence;
                self.changes = 1;
                Answer::Known(())
            }
            Err(reason) => Answer::Unknown(reason),
        }
    }

    fn enter_modern(
        &mut self,
        agreement: Agreement,
        sealed: Sealed<'_>,
        context: &mut Context<'_>,
        out: &mut Vec<u8>,
    ) -> Verdict {
        let role = context.hellos.role(context.direction);
        match Modern::new(role, agreement, context.keys, self.sequence) {
            Ok(modern) => {
                self.protection = Protection::Modern(Box::new(modern));
                self.take_modern(ContentType::ApplicationData, sealed, context, out)
            }
            Err(reason) => {
                self.protection = Protection::Locked(reason);
                Verdict::Unknown(ContentType::ApplicationData, reason)
            }
        }
    }
}
