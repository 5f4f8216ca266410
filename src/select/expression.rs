//! Conditions on documents, in the Common Expression Language: `dst.port == 443 && latency > 0.2`.
//!
//! A comparison with a field that a document does not have is false, whatever the comparison.
//! Two names that the language cannot spell are understood all the same: `in` as a field
//! (`in.payload`), and names that start with `@`. `session` is the whole document, so that
//! `has(session.latency)` can ask for a field of its top level.
//!
//! Limits: [`MAX_BYTES`] of text, [`MAX_NESTING`] brackets or conditionals inside each other (the
//! parser is recursive).
//! Source: Common Expression Language specification 0.25, with its `strings` extension.

use std::collections::HashMap;
use std::sync::Arc;

use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, operators};
use cel::{Context, Env, ExecutionError, Program, Value};

use super::field::{FieldCatalog, FieldPath, Members, UnknownField};
use super::spelling::{nesting, spell, spell_name, unspell};

/// A condition that holds for a document or does not.
pub struct Condition {
    text: String,
    program: Program,
    environment: Arc<Env>,
    variables: Vec<String>,
}

/// Why a condition cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// The text is not an expression.
    #[error("at character {position}: {reason}")]
    Syntax {
        /// Position from 1.
        position: usize,
        /// What the parser found.
        reason: String,
    },
    /// The text is longer or deeper than is read.
    #[error("longer than {MAX_BYTES} bytes or nested deeper than {MAX_NESTING} levels")]
    TooLarge,
    /// No document has this field.
    #[error(transparent)]
    UnknownField(#[from] UnknownField),
    /// There is no such function.
    #[error("unknown function '{name}'")]
    UnknownFunction {
        /// As it was given.
        name: String,
    },
    /// It can be evaluated, but is neither true nor false, or compares what cannot be compared.
    #[error("'{text}': {reason}")]
    NotACondition {
        /// The whole expression.
        text: String,
        /// What it is instead.
        reason: String,
    },
}

impl Condition {
    /// Reads an expression and checks every field it names.
    ///
    /// # Errors
    ///
    /// Fails when it is not an expression, or names what no document has.
    pub fn parse(text: &str, catalog: &FieldCatalog) -> Result<Self, ConditionError> {
        let spelled = spell(text);
        if text.len() > MAX_BYTES || nesting(&spelled) > MAX_NESTING {
            return Err(ConditionError::TooLarge);
        }
        let environment = environment();
        let program = environment
            .compile(&spelled)
            .map_err(|errors| syntax(&errors))?;
        let mut scan = Scan {
            catalog,
            bound: Vec::new(),
            variables: Vec::new(),
        };
        scan.expression(program.expression())?;
        Ok(Self {
            text: text.to_owned(),
            variables: scan.variables,
            program,
            environment: Arc::new(environment),
        })
    }

    /// True when the condition holds for `document` (its JSON text).
    ///
    /// # Errors
    ///
    /// Fails when the expression gives neither true nor false, or compares what cannot be
    /// compared (a text with a number).
    pub fn holds(&self, document: &str) -> Result<bool, ConditionError> {
        let mut context = Context::with_env(Arc::clone(&self.environment));
        let members = Members::of(document);
        for variable in &self.variables {
            let text = if variable == WHOLE {
                Some(document)
            } else {
                let field = FieldPath::top(&unspell(variable));
                field.find(&members).map(serde_json::value::RawValue::get)
            };
            let value = text.and_then(|text| serde_json::from_str(text).ok());
            if let Some(value) = value {
                context.add_variable_from_value(variable.as_str(), to_value(value));
            }
        }
        self.truth(self.program.expression(), &context)
    }

    /// Evaluates the logic here, so that only the smallest comparison without its field is false.
    fn truth(&self, node: &IdedExpr, context: &Context<'_, '_>) -> Result<bool, ConditionError> {
        let call = match &node.expr {
            Expr::Call(call) if call.target.is_none() => call,
            _ => return self.comparison(node, context),
        };
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND, all) => {
                for part in all {
                    if !self.truth(part, context)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (operators::LOGICAL_OR, any) => {
                for part in any {
                    if self.truth(part, context)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            (operators::LOGICAL_NOT, [part]) => Ok(!self.truth(part, context)?),
            (operators::CONDITIONAL, [condition, yes, no]) => {
                let chosen = if self.truth(condition, context)? {
                    yes
                } else {
                    no
                };
                self.truth(chosen, context)
            }
            _ => self.comparison(node, context),
        }
    }

    fn comparison(
        &self,
        node: &IdedExpr,
        context: &Context<'_, '_>,
    ) -> Result<bool, ConditionError> {
        let reason = match Value::resolve(node, context) {
            Ok(Value::Bool(truth)) => return Ok(truth),
            // The field a document does not have is not a condition that fails.
            Err(ExecutionError::NoSuchKey(_) | ExecutionError::UndeclaredReference(_)) => {
                return Ok(false);
            }
            Ok(other) => format!("gives {}, not true or false", other.type_of()),
            Err(error) => error.to_string(),
        };
        Err(ConditionError::NotACondition {
            text: self.text.clone(),
            reason,
        })
    }
}

impl std::fmt::Debug for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Condition").field(&self.text).finish()
    }
}

/// A walk over an expression that checks its names.
struct Scan<'c> {
    catalog: &'c FieldCatalog,
    /// Names that a macro such as `exists` binds.
    bound: Vec<String>,
    variables: Vec<String>,
}

impl Scan<'_> {
    fn expression(&mut self, node: &IdedExpr) -> Result<(), ConditionError> {
        match &node.expr {
            Expr::Ident(_) | Expr::Select(_) => self.chain(node),
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::List(list) => list
                .elements
                .iter()
                .try_for_each(|part| self.expression(part)),
            Expr::Map(map) => map
                .entries
                .iter()
                .try_for_each(|entry| self.entry(&entry.expr)),
            Expr::Struct(object) => {
                let mut entries = object.entries.iter();
                entries.try_for_each(|entry| self.entry(&entry.expr))
            }
            Expr::Literal(_) | Expr::Unspecified => Ok(()),
        }
    }

    fn entry(&mut self, entry: &EntryExpr) -> Result<(), ConditionError> {
        match entry {
            EntryExpr::StructField(field) => self.expression(&field.value),
            EntryExpr::MapEntry(entry) => {
                self.expression(&entry.key)?;
                self.expression(&entry.value)
            }
        }
    }

    fn call(&mut self, call: &CallExpr) -> Result<(), ConditionError> {
        let name = call.func_name.as_str();
        let is_operator = !name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !is_operator && !FUNCTIONS.contains(&name) {
            let name = name.to_owned();
            return Err(ConditionError::UnknownFunction { name });
        }
        if let Some(target) = &call.target {
            self.expression(target)?;
        }
        call.args.iter().try_for_each(|part| self.expression(part))
    }

    fn comprehension(&mut self, node: &ComprehensionExpr) -> Result<(), ConditionError> {
        self.expression(&node.iter_range)?;
        self.expression(&node.accu_init)?;
        let outer = self.bound.len();
        self.bound.push(node.iter_var.clone());
        self.bound.push(node.accu_var.clone());
        self.bound.extend(node.iter_var2.clone());
        for part in [&node.loop_cond, &node.loop_step, &node.result] {
            self.expression(part)?;
        }
        self.bound.truncate(outer);
        Ok(())
    }

    /// A name, or selections on one: `a.b.c`.
    fn chain(&mut self, node: &IdedExpr) -> Result<(), ConditionError> {
        let mut segments = Vec::new();
        let mut part = node;
        let root = loop {
            match &part.expr {
                Expr::Select(select) => {
                    segments.push(unspell(&select.field));
                    part = &select.operand;
                }
                Expr::Ident(name) => break name,
                _ => return self.expression(part),
            }
        };
        if self.bound.contains(root) || TYPES.contains(&root.as_str()) {
            return Ok(());
        }
        if root != WHOLE {
            segments.push(unspell(root));
        }
        segments.reverse();
        self.catalog.check(&segments)?;
        if !self.variables.contains(root) {
            self.variables.push(root.clone());
        }
        Ok(())
    }
}

fn environment() -> Env {
    let mut environment = Env::stdlib();
    // Declaring twice is the only way to fail, and this is the only declaration.
    let declared = environment.add_extension(cel::extensions::strings);
    debug_assert!(declared.is_ok(), "strings extension: {declared:?}");
    environment
}

fn syntax(errors: &cel::ParseErrors) -> ConditionError {
    let first = errors.errors.first();
    let message = first.map_or("not an expression", |error| error.msg.as_str());
    let message = message.trim_start_matches("Syntax error: ");
    // What could have stood there is a list of every token of the language.
    let reason = message.split(" expecting ").next().unwrap_or(message);
    ConditionError::Syntax {
        position: first.map_or(1, |error| usize::try_from(error.pos.1).unwrap_or(1)),
        reason: reason.replace("'<EOF>'", "end of expression"),
    }
}

fn to_value(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(truth) => Value::Bool(truth),
        serde_json::Value::String(text) => Value::from(text),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Value::Int(number),
            (None, Some(number)) => Value::UInt(number),
            (None, None) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::Array(list) => list.into_iter().map(to_value).collect::<Vec<_>>().into(),
        serde_json::Value::Object(object) => {
            let members = object
                .into_iter()
                .map(|(name, value)| (spell_name(name), to_value(value)));
            members.collect::<HashMap<_, _>>().into()
        }
    }
}

/// Longest expression that is read, in bytes.
const MAX_BYTES: usize = 4096;
/// Most brackets and conditionals inside each other.
const MAX_NESTING: usize = 16;

const WHOLE: &str = "session";
const TYPES: [&str; 9] = [
    "bool",
    "bytes",
    "double",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "uint",
];
const FUNCTIONS: [&str; 27] = [
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "string",
    "int",
    "uint",
    "double",
    "bool",
    "bytes",
    "type",
    "dyn",
    "has",
    "charAt",
    "indexOf",
    "lastIndexOf",
    "join",
    "lowerAscii",
    "upperAscii",
    "quote",
    "replace",
    "reverse",
    "split",
    "substring",
    "trim",
    "format",
];

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = r#"{"properties": {
        "@id": {}, "state": {}, "latency": {}, "packetsCount": {},
        "dst": {"properties": {"port": {}, "name": {}}},
        "in": {"properties": {"payload": {}}},
        "tls": {"properties": {"serverName": {}}},
        "analysis": {"properties": {"in": {"properties": {"gaps": {}}}}},
        "capture": {"properties": {"vlans": {}}}
    }}"#;
    const DOCUMENT: &str = r#"{"@id":"a.b","state":"CLOSED","packetsCount":12,
        "dst":{"port":443,"name":"gate"},"in":{"payload":100},"analysis":{"in":{"gaps":2}},
        "capture":{"vlans":[5,7]}}"#;

    fn evaluate(text: &str) -> Result<bool, ConditionError> {
        Condition::parse(text, &FieldCatalog::from_schema(SCHEMA))?.holds(DOCUMENT)
    }

    #[test]
    fn comparisons_logic_and_functions() {
        for text in [
            "dst.port == 443 && state == 'CLOSED'",
            "in.payload > 10",
            "analysis.in.gaps >= 2",
            "@id.startsWith('a.')",
            "state in ['CLOSED', 'LAST_ACK']",
            "dst.name.matches('^g.t')",
            "dst.name.upperAscii() == 'GATE'",
            "capture.vlans.exists(v, v == 7)",
            "size(capture.vlans) == 2",
            "packetsCount > 11.5",
            "dst['port'] == 443",
            "has(dst.name) && !has(session.latency)",
            "state == 'CLOSED' ? true : false",
            "'in.@x' != state",
        ] {
            assert_eq!(evaluate(text), Ok(true), "{text}");
        }
    }

    #[test]
    fn an_absent_field_makes_its_comparison_false() {
        for (text, expect) in [
            ("latency > 0.2", false),
            ("latency != 0.2", false),
            ("latency > 0.2 || dst.port == 443", true),
            ("tls.serverName == 'x'", false),
            ("tls.serverName.contains('x') || state == 'CLOSED'", true),
            ("!(latency > 0.2)", true),
        ] {
            assert_eq!(evaluate(text), Ok(expect), "{text}");
        }
    }

    #[test]
    fn unknown_names_are_errors_with_the_nearest() {
        let error = evaluate("dst.prot == 443").unwrap_err();
        let ConditionError::UnknownField(field) = error else {
            panic!("{error:?}");
        };
        assert_eq!(field.name, "dst.prot");
        assert_eq!(field.nearest.as_deref(), Some("dst.port"));
        assert!(matches!(
            evaluate("stat == 'x'"),
            Err(ConditionError::UnknownField(_))
        ));
        assert!(matches!(
            evaluate("[1].exists(v, v == latencyy)"),
            Err(ConditionError::UnknownField(_))
        ));
        assert!(matches!(
            evaluate("lower(state) == 'x'"),
            Err(ConditionError::UnknownFunction { .. })
        ));
    }

    #[test]
    fn what_is_not_a_condition_says_so() {
        assert_eq!(
            evaluate("dst.port").unwrap_err().to_string(),
            "'dst.port': gives int, not true or false"
        );
        assert!(matches!(
            evaluate("state > 3"),
            Err(ConditionError::NotACondition { .. })
        ));
        assert_eq!(
            evaluate("dst.port == ").unwrap_err().to_string(),
            "at character 13: mismatched input end of expression"
        );
    }

    #[test]
    fn depth_and_length_are_limited() {
        let deep = format!("{}true{}", "(".repeat(MAX_NESTING), ")".repeat(MAX_NESTING));
        assert_eq!(evaluate(&deep), Ok(true));
        assert_eq!(
            evaluate(&format!("({deep})")),
            Err(ConditionError::TooLarge)
        );
        assert_eq!(evaluate(&"!".repeat(5000)), Err(ConditionError::TooLarge));
        assert!(evaluate(&format!("{}true", "!".repeat(4000))).is_ok());
    }
}
