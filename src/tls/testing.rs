//! Hellos, records and certificates for tests, byte by byte.

/// The body of a hello that is being put together.
#[derive(Clone)]
pub(super) struct HelloBytes {
    head: Vec<u8>,
    extensions: Vec<u8>,
}

impl HelloBytes {
    /// A `ClientHello` of TLS 1.2 with these suites, and a session id of four bytes.
    pub(super) fn client(ciphers: &[u16]) -> Self {
        let mut head = vec![3, 3];
        head.extend([b'c'; 32]);
        head.extend([4, 9, 9, 9, 9]);
        head.extend(list_u16(ciphers));
        head.extend([1, 0]);
        Self {
            head,
            extensions: Vec::new(),
        }
    }

    /// A `ServerHello` of TLS 1.2 with this suite, and another session id.
    pub(super) fn server(cipher: u16) -> Self {
        Self::server_with(cipher, [b's'; 32], &[8, 8])
    }

    pub(super) fn server_with(cipher: u16, random: [u8; 32], session_id: &[u8]) -> Self {
        let mut head = vec![3, 3];
        head.extend(random);
        head.push(u8::try_from(session_id.len()).unwrap());
        head.extend(session_id);
        head.extend(cipher.to_be_bytes());
        head.push(0);
        Self {
            head,
            extensions: Vec::new(),
        }
    }

    pub(super) fn with(mut self, extension: &[u8]) -> Self {
        self.extensions.extend(extension);
        self
    }

    pub(super) fn body(&self) -> Vec<u8> {
        let mut body = self.head.clone();
        body.extend(prefixed_u16(&self.extensions));
        body
    }

    /// The hello as a message in a record.
    pub(super) fn record(&self, kind: u8) -> Vec<u8> {
        record(22, &message(kind, &self.body()))
    }
}

pub(super) fn extension(number: u16, body: &[u8]) -> Vec<u8> {
    let mut bytes = number.to_be_bytes().to_vec();
    bytes.extend(prefixed_u16(body));
    bytes
}

pub(super) fn sni(name: &[u8]) -> Vec<u8> {
    let mut entry = vec![0];
    entry.extend(prefixed_u16(name));
    extension(0, &prefixed_u16(&entry))
}

/// Values of two bytes behind their length in two bytes.
pub(super) fn list_u16(values: &[u16]) -> Vec<u8> {
    let bytes: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_be_bytes())
        .collect();
    prefixed_u16(&bytes)
}

pub(super) fn prefixed_u16(body: &[u8]) -> Vec<u8> {
    let mut bytes = u16::try_from(body.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend(body);
    bytes
}

fn prefixed_u24(body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len()).unwrap().to_be_bytes();
    let mut bytes = len[1..].to_vec();
    bytes.extend(body);
    bytes
}

/// A handshake message with its header.
pub(super) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind];
    bytes.extend(prefixed_u24(body));
    bytes
}

/// A record of TLS 1.2 on the wire.
pub(super) fn record(content: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![content, 3, 3];
    bytes.extend(prefixed_u16(body));
    bytes
}

/// A certificate message with one certificate.
pub(super) fn certificate(der: &[u8]) -> Vec<u8> {
    message(11, &prefixed_u24(&prefixed_u24(der)))
}
