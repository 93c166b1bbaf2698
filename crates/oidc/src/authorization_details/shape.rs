//! What an object of a type must look like: the JSON Schema its resource server gave, closed and bounded.
//!
//! Operators write schemas, strangers write what is looked at. So a schema stands alone: it refers to nothing, neither to
//! another document, which would have to be asked for, nor to itself, which could go on for ever; its expressions are matched
//! in linear time; and it is small. RFC 9396 §2, §5; JSON Schema 2020-12; SECURITY rules 20 and 23.

use jsonschema::{PatternOptions, Validator};
use portreeve_domain::DetailsType;
use serde_json::{Map, Value, json};

/// How large a schema may be as JSON, in bytes.
const MAX_SCHEMA_BYTES: usize = 16 * 1024;
/// How deep it may be nested.
const MAX_SCHEMA_DEPTH: usize = 24;
/// How much memory each of its expressions may take, in bytes.
const MAX_EXPRESSION_BYTES: usize = 256 * 1024;
/// The dialect that every schema is read in.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
/// Keywords that refer to a schema elsewhere, or give one a name to be referred to by.
const REFERENCES: [&str; 7] =
    ["$ref", "$dynamicRef", "$recursiveRef", "$id", "$anchor", "$dynamicAnchor", "$recursiveAnchor"];

/// A type's schema, ready for use.
pub(super) struct Shape {
    type_name: String,
    validator: Validator,
}

impl Shape {
    /// The shape of a type.
    ///
    /// # Errors
    /// Why its schema cannot be used, for the operator.
    pub(super) fn of(known: &DetailsType) -> Result<Self, String> {
        let unusable = |why: String| format!("the schema of {} {why}", known.name);
        if known.schema.to_string().len() > MAX_SCHEMA_BYTES {
            return Err(unusable("is too long".to_owned()));
        }
        check_schema(&known.schema, 0).map_err(unusable)?;
        let expressions = PatternOptions::regex().size_limit(MAX_EXPRESSION_BYTES).dfa_size_limit(MAX_EXPRESSION_BYTES);
        let validator = jsonschema::draft202012::options()
            .with_pattern_options(expressions)
            .should_validate_formats(true)
            .should_ignore_unknown_formats(false)
            .build(&closed(known)?)
            .map_err(|error| unusable(format!("cannot be used: {error}")))?;
        Ok(Self { type_name: known.name.clone(), validator })
    }

    pub(super) fn type_name(&self) -> &str {
        &self.type_name
    }

    /// Where an object is not as it must be, as a JSON pointer; `None` when it is.
    pub(super) fn violation(&self, members: &Map<String, Value>) -> Option<String> {
        let object = Value::Object(members.clone());
        self.validator.validate(&object).err().map(|error| format!("{:?}", error.instance_path().as_str()))
    }
}

/// Whether a type can be registered: its name, and a schema that stands alone.
///
/// # Errors
/// What is wrong, for the operator.
pub fn check_type(details_type: &DetailsType) -> Result<(), String> {
    if !is_type_name(&details_type.name) {
        return Err("type must be 1 to 255 visible ASCII characters".to_owned());
    }
    Shape::of(details_type).map(drop)
}

/// Whether `name` can be the name of a type.
pub fn is_type_name(name: &str) -> bool {
    (1..=255).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic())
}

/// Also members that only look like keywords are refused: nobody names a field so.
fn check_schema(schema: &Value, depth: usize) -> Result<(), String> {
    if depth > MAX_SCHEMA_DEPTH {
        return Err("is nested too deep".to_owned());
    }
    match schema {
        Value::Array(items) => items.iter().try_for_each(|item| check_schema(item, depth + 1)),
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            check_keyword(name, value)?;
            check_schema(value, depth + 1)
        }),
        _ => Ok(()),
    }
}

fn check_keyword(name: &str, value: &Value) -> Result<(), String> {
    match name {
        name if REFERENCES.contains(&name) => Err(format!("holds {name}: it must stand alone")),
        "$schema" if value != DIALECT => Err(format!("is not of {DIALECT}")),
        // An expression of a stranger would be made ready to look at it.
        "format" if value == "regex" => Err("holds the format regex".to_owned()),
        _ => Ok(()),
    }
}

/// The schema with what RFC 9396 §5 adds: the type is this one, and what is not named is not there.
fn closed(known: &DetailsType) -> Result<Value, String> {
    let Value::Object(mut members) = known.schema.clone() else {
        return Err(format!("the schema of {} must be an object", known.name));
    };
    members.entry("type").or_insert(json!("object"));
    members.entry("additionalProperties").or_insert(json!(false));
    match members.entry("properties").or_insert(json!({})) {
        Value::Object(properties) => properties.insert("type".to_owned(), json!({ "const": known.name })),
        _ => return Err(format!("the properties of {} must be an object", known.name)),
    };
    Ok(Value::Object(members))
}
