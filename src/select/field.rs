//! Fields of a document by their dotted path, known from the JSON Schema.
//!
//! Values are found in the document's JSON text and keep it, so that no digit is lost on the way.
//! Lists have no paths of their own; a field that a schema leaves open (`additionalProperties`)
//! accepts any name below it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// The path of a field, such as `out.payload`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPath {
    segments: Vec<String>,
}

/// The members of a JSON object with the text of their values, taken apart once for many paths.
#[derive(Clone, Debug, Default)]
pub struct Members<'j>(Vec<(Cow<'j, str>, &'j RawValue)>);

/// A path that no document can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown field '{name}'")]
pub struct UnknownField {
    /// The path as it was given.
    pub name: String,
    /// The known path that is most like it.
    pub nearest: Option<String>,
}

/// All fields that documents can have.
#[derive(Clone, Debug)]
pub struct FieldCatalog {
    schema: Value,
}

impl FieldPath {
    /// The path as it was given, not checked against any schema.
    pub fn new(text: &str) -> Self {
        Self {
            segments: text.split('.').map(str::to_owned).collect(),
        }
    }

    /// The path of a field at the top of a document, whatever its name.
    pub fn top(name: &str) -> Self {
        Self {
            segments: vec![name.to_owned()],
        }
    }

    /// The value at this path in a document; `None` where the document does not have it.
    pub fn find<'j>(&self, document: &Members<'j>) -> Option<&'j RawValue> {
        let mut segments = self.segments.iter();
        let mut value = document.get(segments.next()?)?;
        for segment in segments {
            value = Members::of(value.get()).get(segment)?;
        }
        Some(value)
    }

    /// The value at this path as plain text: texts without quotes, nothing for null or an absent
    /// field, all else as it stands in the document.
    pub fn plain_text(&self, document: &Members<'_>) -> String {
        match self.find(document).map_or("null", RawValue::get) {
            "null" => String::new(),
            text if text.starts_with('"') => serde_json::from_str(text).unwrap_or_default(),
            text => text.to_owned(),
        }
    }
}

impl<'j> Members<'j> {
    /// The members of `object`, its JSON text; none when it is not an object.
    pub fn of(object: &'j str) -> Self {
        let mut reader = serde_json::Deserializer::from_str(object);
        Self(reader.deserialize_map(Collect).unwrap_or_default())
    }

    fn get(&self, name: &str) -> Option<&'j RawValue> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| *value)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.segments.join("."))
    }
}

impl FieldCatalog {
    /// Reads the fields of a JSON Schema; one that is not JSON knows no fields.
    pub fn from_schema(schema: &str) -> Self {
        Self {
            schema: serde_json::from_str(schema).unwrap_or_default(),
        }
    }

    /// The path `name`.
    ///
    /// # Errors
    ///
    /// Fails when no document can have it.
    pub fn path(&self, name: &str) -> Result<FieldPath, UnknownField> {
        let path = FieldPath::new(name);
        self.check(&path.segments)?;
        Ok(path)
    }

    /// Checks a path given in segments.
    ///
    /// # Errors
    ///
    /// Fails when no document can have it.
    pub fn check(&self, segments: &[impl AsRef<str>]) -> Result<(), UnknownField> {
        let mut node = &self.schema;
        for segment in segments {
            match self.step(node, segment.as_ref()) {
                Step::To(next) => node = next,
                Step::Open => return Ok(()),
                Step::Nowhere => return Err(self.unknown(segments)),
            }
        }
        Ok(())
    }

    /// True when documents have a field of this name at their top.
    pub fn has_top(&self, name: &str) -> bool {
        matches!(self.step(&self.schema, name), Step::To(_))
    }

    /// Every known path, in the order of the schema.
    pub fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        self.collect(&self.schema, "", 0, &mut paths);
        paths
    }

    fn unknown(&self, segments: &[impl AsRef<str>]) -> UnknownField {
        let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
        let name = segments.join(".");
        let nearest = nearest_path(&name, self.paths());
        UnknownField { name, nearest }
    }

    fn step<'s>(&'s self, node: &'s Value, segment: &str) -> Step<'s> {
        let node = self.resolve(node);
        if let Some(next) = node.pointer("/properties").and_then(|all| all.get(segment)) {
            return Step::To(next);
        }
        for keyword in ["anyOf", "oneOf", "allOf"] {
            for option in list(node.get(keyword)) {
                if let Step::To(next) = self.step(option, segment) {
                    return Step::To(next);
                }
            }
        }
        let is_open = node
            .get("additionalProperties")
            .is_some_and(|rest| !is_false(rest));
        if is_open { Step::Open } else { Step::Nowhere }
    }

    /// Follows references, at most [`MAX_DEPTH`] of them.
    fn resolve<'s>(&'s self, mut node: &'s Value) -> &'s Value {
        for _ in 0..MAX_DEPTH {
            let target = node.get("$ref").and_then(Value::as_str);
            let Some(pointer) = target.and_then(|target| target.strip_prefix('#')) else {
                break;
            };
            match self.schema.pointer(pointer) {
                Some(next) => node = next,
                None => break,
            }
        }
        node
    }

    fn collect(&self, node: &Value, prefix: &str, depth: usize, paths: &mut Vec<String>) {
        if depth > MAX_DEPTH {
            return;
        }
        let node = self.resolve(node);
        if let Some(Value::Object(properties)) = node.get("properties") {
            for (name, child) in properties {
                let path = match prefix {
                    "" => name.clone(),
                    prefix => format!("{prefix}.{name}"),
                };
                paths.push(path.clone());
                self.collect(child, &path, depth + 1, paths);
            }
        }
        for keyword in ["anyOf", "oneOf", "allOf"] {
            for option in list(node.get(keyword)) {
                self.collect(option, prefix, depth + 1, paths);
            }
        }
    }
}

/// Where one segment of a path leads.
enum Step<'s> {
    /// To this part of the schema.
    To(&'s Value),
    /// To something that the schema leaves open.
    Open,
    /// To nothing.
    Nowhere,
}

/// Takes an object apart.
struct Collect;

impl<'de> Visitor<'de> for Collect {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(USUAL_MEMBERS);
        while let Some(Name(name)) = map.next_key()? {
            members.push((name, map.next_value()?));
        }
        Ok(members)
    }
}

/// A member's name, borrowed unless it has escapes.
#[derive(serde::Deserialize)]
struct Name<'j>(#[serde(borrow)] Cow<'j, str>);

/// The path most like `name`: one that ends in the same words wins over one that is spelled alike.
fn nearest_path(name: &str, paths: Vec<String>) -> Option<String> {
    let wanted = name.to_lowercase();
    let last = wanted.rsplit('.').next().unwrap_or_default().to_owned();
    let rank = |path: &String| {
        let path = path.to_lowercase();
        let path_last = path.rsplit('.').next().unwrap_or_default();
        let by_last = strsim::damerau_levenshtein(path_last, &last);
        let by_whole = strsim::damerau_levenshtein(&path, &wanted);
        (
            by_whole.min(by_last + usize::from(path != path_last)),
            by_whole,
        )
    };
    let nearest = paths.into_iter().min_by_key(rank)?;
    let (distance, _) = rank(&nearest);
    // Further away than half of its letters, a suggestion is noise.
    (distance <= last.chars().count().div_ceil(2)).then_some(nearest)
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn is_false(value: &Value) -> bool {
    *value == Value::Bool(false)
}

const MAX_DEPTH: usize = 16;
const USUAL_MEMBERS: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = r##"{
        "properties": {
            "@id": {"type": "string"},
            "latency": {"type": "number"},
            "dst": {"$ref": "#/$defs/end"},
            "tls": {"type": "object", "additionalProperties": false,
                    "properties": {"serverName": {"type": "string"}}},
            "extra": {"additionalProperties": {"type": "string"}}
        },
        "$defs": {"end": {"properties": {"ip": {}, "port": {}}}}
    }"##;

    fn nearest(name: &str) -> Option<String> {
        FieldCatalog::from_schema(SCHEMA)
            .path(name)
            .unwrap_err()
            .nearest
    }

    #[test]
    fn paths_follow_references_and_open_objects() {
        let catalog = FieldCatalog::from_schema(SCHEMA);
        for name in [
            "@id",
            "dst",
            "dst.port",
            "tls.serverName",
            "extra.anything.below",
        ] {
            assert!(catalog.path(name).is_ok(), "{name}");
        }
        for name in ["", "dst.prt", "latency.x", "dst.ip.x", "nope"] {
            assert!(catalog.path(name).is_err(), "{name}");
        }
    }

    #[test]
    fn unknown_fields_name_the_nearest_one() {
        assert_eq!(nearest("latencyy").as_deref(), Some("latency"));
        assert_eq!(nearest("dst.prot").as_deref(), Some("dst.port"));
        assert_eq!(nearest("serverName").as_deref(), Some("tls.serverName"));
        assert_eq!(nearest("servername").as_deref(), Some("tls.serverName"));
        assert_eq!(nearest("qqqqqq"), None);
    }

    #[test]
    fn values_keep_their_digits() {
        let document = r#"{"a":{"b":[1,{"c":2}],"t":1705268606.416464000},"s":"x"}"#;
        let find = |path: &str| {
            FieldPath::new(path)
                .find(&Members::of(document))
                .map(RawValue::get)
        };
        assert_eq!(find("a.t"), Some("1705268606.416464000"));
        assert_eq!(find("a.b"), Some(r#"[1,{"c":2}]"#));
        assert_eq!(find("s"), Some(r#""x""#));
        assert_eq!(find("s.x"), None);
        assert_eq!(find("a.x"), None);
    }
}
