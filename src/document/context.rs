//! What a document needs to know beyond its session.

use crate::capture::Interface;
use crate::names::Names;
use crate::packet::Encapsulation;
use crate::tls::KeyLog;

/// Who captured, as documents name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Who captured: the `whisperer` of a document.
    pub whisperer: String,
    /// Which instance of it: the `instanceId` of a document.
    pub instance: String,
}

/// What all documents of one capture share.
#[derive(Clone, Copy, Debug)]
pub struct DocumentContext<'a> {
    /// Who captured.
    pub identity: &'a Identity,
    /// Names of addresses.
    pub names: &'a Names,
    /// TLS secrets; only their labels get into a document.
    pub keys: &'a KeyLog,
    /// The interfaces of the capture, by [`InterfaceId`](crate::capture::InterfaceId).
    pub interfaces: &'a [Interface],
    /// The encapsulations of the capture, by
    /// [`EncapsulationId`](crate::packet::EncapsulationId).
    pub encapsulations: &'a [Encapsulation],
}
