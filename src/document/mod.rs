//! Sessions as documents: the only types that are written as JSON.

mod analysis;
mod capture;
mod community_id;
mod context;
mod e_tag;
mod exact;
mod link_type;
mod parsers;
mod tcp_session;
mod times;
mod tls;

pub use analysis::{Analysis, Close, HalfAnalysis, Rtt};
pub use capture::Capture;
pub use community_id::CommunityId;
pub use context::{DocumentContext, Identity};
pub use e_tag::ETag;
pub use exact::{Seconds, Text};
pub use link_type::LinkTypeName;
pub use parsers::{HttpParser, ParserStatus, Parsers};
pub use tcp_session::{End, Half, TcpSession};
pub use times::{Date, Times, Timespan};
pub use tls::{Certificate, Cipher, Decrypted, Tls};
