//! What a schema describes and what documents hold, as paths such as `/content[]/text`.

use std::collections::BTreeMap;

use serde_json::Value;

/// Whether each property of a schema is required, by its path; checks on the way that each is
/// described, and that every object is closed.
pub(crate) fn properties(schema: &Value) -> BTreeMap<String, bool> {
    let mut found = BTreeMap::new();
    collect_properties(schema, schema, "", &mut found);
    found
}

fn collect_properties(
    root: &Value,
    schema: &Value,
    path: &str,
    found: &mut BTreeMap<String, bool>,
) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).unwrap();
        collect_properties(root, target, path, found);
    }
    for choice in schema["oneOf"].as_array().into_iter().flatten() {
        collect_properties(root, choice, path, found);
    }
    if let Some(items) = schema.get("items") {
        let path = format!("{path}[]");
        assert!(items["description"].is_string(), "{path} is not described");
        collect_properties(root, items, &path, found);
    }
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    assert_eq!(schema["additionalProperties"], false, "{path} is open");
    let required = schema["required"].as_array().unwrap();
    for (key, property) in properties {
        let path = format!("{path}/{key}");
        assert!(
            property["description"].is_string(),
            "{path} is not described"
        );
        collect_properties(root, property, &path, found);
        found.insert(path, required.iter().any(|name| name == key));
    }
}

/// All lists of names in a schema, by the JSON pointer of their owner.
pub(crate) fn name_lists(schema: &Value) -> BTreeMap<String, Vec<&str>> {
    let mut found = BTreeMap::new();
    collect_name_lists(schema, "", &mut found);
    found
}

fn collect_name_lists<'a>(
    schema: &'a Value,
    pointer: &str,
    found: &mut BTreeMap<String, Vec<&'a str>>,
) {
    for (key, value) in schema.as_object().into_iter().flatten() {
        if key == "enum" {
            let names = value.as_array().unwrap().iter();
            let names = names.map(|name| name.as_str().unwrap()).collect();
            found.insert(pointer.to_owned(), names);
        }
        collect_name_lists(value, &format!("{pointer}/{key}"), found);
    }
}

/// How often each key occurs in documents, and each object that may have keys.
#[derive(Default)]
pub(crate) struct Occurrences(BTreeMap<String, u64>);

impl Occurrences {
    /// Takes in a document.
    pub(crate) fn add(&mut self, document: &Value) {
        self.collect(document, "");
    }

    /// How often it occurs.
    pub(crate) fn of(&self, path: &str) -> u64 {
        self.0.get(path).copied().unwrap_or_default()
    }

    fn collect(&mut self, value: &Value, path: &str) {
        *self.0.entry(path.to_owned()).or_default() += 1;
        match value {
            Value::Object(members) => {
                for (key, value) in members {
                    self.collect(value, &format!("{path}/{key}"));
                }
            }
            Value::Array(values) => {
                // Numbers have no keys, and time lines have very many.
                for value in values.iter().filter(|value| value.is_object()) {
                    self.collect(value, &format!("{path}[]"));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

/// JSON with a member a line, indented by two spaces; numbers keep their digits.
pub(crate) fn pretty(json: &str) -> String {
    let mut out = String::new();
    let (mut depth, mut is_text, mut is_escaped) = (0, false, false);
    let mut before = ' ';
    for character in json.chars() {
        let is_empty = matches!((before, character), ('{', '}') | ('[', ']'));
        if !is_text && matches!(character, '}' | ']') {
            depth -= 1;
        }
        let starts_line = matches!(character, '}' | ']') || matches!(before, '{' | '[' | ',');
        if !is_text && starts_line && !is_empty {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        }
        out.push(character);
        match character {
            '{' | '[' if !is_text => depth += 1,
            ':' if !is_text => out.push(' '),
            '"' if !is_escaped => is_text = !is_text,
            _ => {}
        }
        is_escaped = is_text && character == '\\' && !is_escaped;
        // Inside of a text nothing starts a line.
        before = if is_text { '"' } else { character };
    }
    out
}
