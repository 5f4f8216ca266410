//! The identities that hold in every document, whatever the capture.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

/// A document, to be questioned.
pub(crate) struct Facts<'a> {
    document: Value,
    /// The texts of the top-level values, digit by digit.
    raw: BTreeMap<&'a str, &'a RawValue>,
}

impl<'a> Facts<'a> {
    pub(crate) fn of(line: &'a str) -> Self {
        Self {
            document: serde_json::from_str(line).unwrap(),
            raw: serde_json::from_str(line).unwrap(),
        }
    }

    /// The text at a pointer.
    pub(crate) fn text(&self, pointer: &str) -> String {
        self.document
            .pointer(pointer)
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The identities that do not hold, with their numbers.
    pub(crate) fn broken(&self) -> Vec<String> {
        let mut broken = self.broken_names();
        broken.extend(self.broken_times());
        broken.extend(self.broken_counts());
        for direction in ["out", "in"] {
            broken.extend(self.broken_half(direction));
        }
        broken.extend(self.broken_acknowledgment());
        broken
    }

    fn broken_names(&self) -> Vec<String> {
        let mut broken = Vec::new();
        let initial_seq = self.number_or_zero("/out/initialSeq");
        let parts = ["/whisperer", "/instanceId", "/name"].map(|part| self.text(part));
        let id = format!("{}.{initial_seq}", parts.join("."));
        let found = self.text("/@id");
        let rest = found.strip_prefix(&id);
        if !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('~')) {
            broken.push(format!("@id {found} is not {id}"));
        }
        let ends = ["/src/ip", "/dst/ip"].map(|ip| self.text(ip));
        let ports = ["/src/port", "/dst/port"].map(|port| self.number(port));
        let hour = self.decimal("first").map_or_else(
            || "-".to_owned(),
            |(first, scale)| {
                let hour = scale * 3600;
                (first + hour / 2).div_euclid(hour).to_string()
            },
        );
        let name = format!("{hour}.{}-{}-{}-{}", ends[0], ports[0], ends[1], ports[1]);
        if self.text("/name") != name {
            broken.push(format!("name {} is not {name}", self.text("/name")));
        }
        broken
    }

    fn broken_times(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for (from, to, distance) in [("first", "last", "duration"), ("syn", "connect", "latency")] {
            let found = self.decimal(distance);
            let expected = self.decimal(from).zip(self.decimal(to)).map(|(from, to)| {
                assert_eq!(from.1, to.1, "digits of {line:?}", line = self.raw);
                (to.0 - from.0, to.1)
            });
            if found != expected {
                broken.push(format!(
                    "{distance} {found:?} is not {to} - {from}: {expected:?}"
                ));
            }
        }
        if self.raw_text("synchro") != self.raw_text("last") {
            broken.push("synchro is not last".into());
        }
        for (one, other) in [
            ("/timespan/gte", "/firstDate"),
            ("/timespan/lte", "/lastDate"),
            ("/dateCreated", "/firstDate"),
            ("/dateModified", "/lastDate"),
        ] {
            if self.document.pointer(one) != self.document.pointer(other) {
                broken.push(format!("{one} is not {other}"));
            }
        }
        broken
    }

    fn broken_counts(&self) -> Vec<String> {
        let packets = self.number("/packetsCount");
        let halves = |key: &str| {
            let [out, r#in] =
                ["out", "in"].map(|half| self.number(&format!("/analysis/{half}/{key}")));
            out + r#in
        };
        let data_packets = halves("dataPackets");
        let last_data = self.document.pointer("/lastPacketToParse");
        let last_data = last_data.map(|index| index.as_u64().unwrap());
        let mut checks = vec![
            ("out + in packets", halves("packets") == packets),
            (
                "_maxPacketsToParse",
                self.number("/_maxPacketsToParse") == packets,
            ),
            (
                "_update",
                self.number("/_update") == self.number("/capture/lastPacket"),
            ),
            (
                "first and last packet are packetsCount apart",
                self.number("/capture/firstPacket") + packets <= self.number("/_update") + 1,
            ),
            (
                "data packets and lastPacketToParse",
                last_data.map_or(data_packets == 0, |index| {
                    index < packets && data_packets <= index + 1
                }),
            ),
            (
                "missedSyn and syn",
                self.raw_text("first").is_none()
                    || self.flag("/missedSyn") == self.raw_text("syn").is_none(),
            ),
            (
                "closedBy and CLOSED",
                self.document.pointer("/analysis/closedBy").is_some()
                    == (self.text("/state") == "CLOSED"),
            ),
        ];
        if !self.text("/src/ip").contains(':') {
            let headers = self.number("/out/ip") + self.number("/in/ip");
            checks.push((
                "out.ip/20 + in.ip/20 = packetsCount",
                headers == 20 * packets,
            ));
        }
        broken_of("", &checks)
    }

    fn broken_half(&self, direction: &str) -> Vec<String> {
        let basic = |key: &str| self.number(&format!("/{direction}/{key}"));
        let half = |key: &str| self.number(&format!("/analysis/{direction}/{key}"));
        let counted = half("streamBytes") + half("resentBytes");
        // The bytes of these are not counted again.
        let apart = half("duplicates") + half("keepAlives") + half("invalidSequences");
        let headers = basic("ip") + basic("tcp") + basic("payload");
        broken_of(
            direction,
            &[
                (
                    "streamBytes + resentBytes <= payload",
                    counted <= basic("payload"),
                ),
                (
                    "streamBytes + resentBytes = payload where nothing is left apart",
                    counted == basic("payload") || 0 < apart,
                ),
                (
                    "dataPackets <= packets",
                    half("dataPackets") <= half("packets"),
                ),
                (
                    "resentPackets <= dataPackets",
                    half("resentPackets") <= half("dataPackets"),
                ),
                (
                    "dataPackets <= payload",
                    half("dataPackets") <= basic("payload"),
                ),
                (
                    "gaps and missingBytes",
                    half("gaps") <= half("missingBytes"),
                ),
                (
                    "headers and payload <= wireBytes",
                    headers <= half("wireBytes"),
                ),
                (
                    "tcp headers",
                    20 * half("packets") <= basic("tcp") && basic("tcp") <= 60 * half("packets"),
                ),
            ],
        )
    }

    /// The server acknowledges no more than the client sent.
    fn broken_acknowledgment(&self) -> Vec<String> {
        let number =
            |pointer: &str| Some(u32::try_from(self.document.pointer(pointer)?.as_u64()?).unwrap());
        let (Some(ack), Some(initial)) = (number("/in/lastAck"), number("/out/initialSeq")) else {
            return Vec::new();
        };
        let half = |key: &str| self.number(&format!("/analysis/out/{key}"));
        let fin = u64::from(self.text("/analysis/history").contains(['F', 'I']));
        let sent = half("streamBytes") + half("missingBytes") + fin;
        // Of a session that starts in its middle, older bytes may be acknowledged.
        let acknowledged = ack.wrapping_sub(initial).wrapping_sub(1).cast_signed();
        if acknowledged <= i32::try_from(sent).unwrap() {
            return Vec::new();
        }
        vec![format!("{acknowledged} bytes acknowledged, {sent} sent")]
    }

    fn number(&self, pointer: &str) -> u64 {
        let number = self.document.pointer(pointer).and_then(Value::as_u64);
        assert!(number.is_some(), "{pointer} in {:?}", self.raw);
        number.unwrap()
    }

    fn number_or_zero(&self, pointer: &str) -> u64 {
        self.document
            .pointer(pointer)
            .map_or(0, |number| number.as_u64().unwrap())
    }

    fn flag(&self, pointer: &str) -> bool {
        self.document.pointer(pointer).unwrap().as_bool().unwrap()
    }

    fn raw_text(&self, key: &str) -> Option<&str> {
        self.raw.get(key).map(|value| value.get())
    }

    /// A decimal as its digits without the point, and ten to the number of those after it.
    fn decimal(&self, key: &str) -> Option<(i128, i128)> {
        let text = self.raw_text(key)?;
        let decimals = text
            .split_once('.')
            .map_or(0, |(_, decimals)| decimals.len());
        let scale = 10_i128.pow(u32::try_from(decimals).unwrap());
        Some((text.replace('.', "").parse().unwrap(), scale))
    }
}

/// The names of the checks that failed.
fn broken_of(direction: &str, checks: &[(&str, bool)]) -> Vec<String> {
    let failed = checks.iter().filter(|(_, holds)| !holds);
    failed
        .map(|(name, _)| format!("{direction} {name}").trim().to_owned())
        .collect()
}
