//! What the TLS handshake showed.

use super::block::{Block, Paper};
use crate::document::{Cipher, Decrypted, TcpSession, Tls};

/// The TLS section; bare where TLS was not recognised.
pub(super) fn section(session: &TcpSession<'_>, paper: Paper) -> Block {
    let mut block = Block::titled("TLS", paper);
    if let Some(tls) = &session.tls {
        fill(&mut block, tls);
    }
    block
}

fn fill(block: &mut Block, tls: &Tls) {
    let resumed = match tls.resumed {
        Some(true) => ", resumed",
        Some(false) | None => "",
    };
    let version = tls.tls_version.as_deref();
    block.pair_if(
        "Version",
        version.map(|version| format!("{version}{resumed}")),
    );
    block.pair_if("Cipher", tls.cipher.as_ref().map(cipher));
    block.pair_if("Server name", tls.server_name.as_deref());
    block.pair_if("ALPN", tls.alpn.as_deref());
    block.pair_if("JA3", tls.ja3.as_deref());
    block.pair_if("JA4", tls.ja4.as_deref());
    if let Some(certificate) = &tls.certificate {
        block.pair_if("Certificate", certificate.subject.as_deref());
        block.pair_if("Issuer", certificate.issuer.as_deref());
        let validity = certificate.not_before.zip(certificate.not_after);
        let validity = validity.map(|(from, to)| format!("{from} to {to}"));
        block.pair_if("Valid", validity);
        block.pair("SHA-256", &certificate.sha256);
    }
    block.pair_if("EtM", encrypt_then_mac(tls));
    let secrets = (!tls.secrets.is_empty()).then(|| tls.secrets.join(", "));
    block.pair_if("Secrets", secrets);
    block.pair_if("Decrypted", tls.decrypted.as_ref().map(decrypted));
}

fn cipher(cipher: &Cipher) -> String {
    match &cipher.name {
        Some(name) => format!("{name} ({})", cipher.id),
        None => cipher.id.clone(),
    }
}

/// Encrypt-then-MAC of both sides.
fn encrypt_then_mac(tls: &Tls) -> Option<String> {
    let side = |who, is_on: Option<bool>| {
        let word = if is_on? { "yes" } else { "no" };
        Some(format!("{who} {word}"))
    };
    let sides = [
        side("client", tls.client_encrypt_then_mac),
        side("server", tls.server_encrypt_then_mac),
    ];
    let told: Vec<_> = sides.into_iter().flatten().collect();
    (!told.is_empty()).then(|| told.join(", "))
}

fn decrypted(decrypted: &Decrypted) -> String {
    match decrypted {
        Decrypted::Yes => "yes".to_owned(),
        Decrypted::No => "no".to_owned(),
        Decrypted::Failed(reason) => format!("no: {reason}"),
    }
}
