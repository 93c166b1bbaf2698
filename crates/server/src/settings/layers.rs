//! Three sources of settings, merged: the file, then the environment, then `--set`; the last one counts.
//!
//! Owns names, origins and the notation of values outside the file. Leaves what a value means to `read`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::Path;

use super::file;
use super::keys::{Named, named, suggestion};

/// What every environment variable of ours begins with.
const PREFIX: &str = "PORTREEVE__";

/// Where a value was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// In the settings file, at a line.
    File { path: String, line: usize },
    /// In an environment variable.
    Environment(String),
    /// On the command line.
    CommandLine,
    /// Nowhere.
    Default,
}

/// A value as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Raw {
    /// Text, also of a number or a list outside the file.
    Text(String),
    /// A boolean of the file.
    Flag(bool),
    /// An integer of the file.
    Integer(i64),
    /// A list of texts of the file.
    List(Vec<String>),
    /// The path of a file that holds the value.
    InFile(String),
}

/// A value with its origin.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) raw: Raw,
    pub(super) origin: Origin,
}

/// The merged sources: by name of the setting, never of its `_file` form.
#[derive(Default)]
pub(super) struct Layers(BTreeMap<&'static str, Given>);

/// The variables that are text. One of ours that is none is a mistake: what it was to set would silently be something else.
pub(super) fn environment(
    variables: impl Iterator<Item = (OsString, OsString)>,
    mistakes: &mut Vec<String>,
) -> BTreeMap<String, String> {
    let mut environment = BTreeMap::new();
    for (name, value) in variables {
        let shown = name.to_string_lossy().into_owned();
        match (name.into_string(), value.into_string()) {
            (Ok(name), Ok(value)) => {
                environment.insert(name, value);
            }
            _ if shown.starts_with(PREFIX) => {
                mistakes.push(format!("environment {shown}: is not UTF-8; write it as such"))
            }
            _ => {}
        }
    }
    environment
}

impl Layers {
    /// Merges the sources. Mistakes are added to `mistakes`; what is not one is merged all the same. `None` when the
    /// file cannot be read at all: whatever else is missing may well stand in it.
    pub(super) fn merge(
        file: Option<&Path>,
        environment: BTreeMap<String, String>,
        overrides: &[String],
        mistakes: &mut Vec<String>,
    ) -> Option<Self> {
        let mut layers = Self::default();
        if let Some(path) = file {
            layers.put(file::read(path, mistakes)?, mistakes);
        }
        let variables = environment.into_iter().filter_map(|(variable, value)| {
            let name = variable.strip_prefix(PREFIX)?.to_ascii_lowercase().replace("__", ".");
            Some((name, Given { raw: Raw::Text(value), origin: Origin::Environment(variable) }))
        });
        layers.put(variables.collect(), mistakes);
        let mut given = Vec::new();
        for text in overrides {
            match text.split_once('=') {
                Some((name, value)) => given.push((
                    name.trim().to_owned(),
                    Given { raw: Raw::Text(value.trim().to_owned()), origin: Origin::CommandLine },
                )),
                None => mistakes.push(format!("--set {text}: there is no =; write --set section.key=value")),
            }
        }
        layers.put(given, mistakes);
        Some(layers)
    }

    /// The value of a setting; `None` when nobody gave one.
    pub(super) fn get(&self, name: &str) -> Option<&Given> {
        self.0.get(name)
    }

    /// Puts one source over those before it.
    fn put(&mut self, source: Vec<(String, Given)>, mistakes: &mut Vec<String>) {
        let mut layer: BTreeMap<&'static str, Given> = BTreeMap::new();
        for (name, given) in source {
            let (key, given) = match (named(&name), given.raw) {
                (None, _) => {
                    mistakes.push(format!("{}: unknown setting {name}; {}", given.origin, suggestion(&name)));
                    continue;
                }
                (Some(Named::Value(key)), raw) => (key, Given { raw, ..given }),
                (Some(Named::File(key)), Raw::Text(path)) => (key, Given { raw: Raw::InFile(path), ..given }),
                (Some(Named::File(_)), _) => {
                    mistakes.push(format!("{}: {name} must be a path; write it in quotes", given.origin));
                    continue;
                }
            };
            // In the environment the same name can be written in two ways, and a secret beside its file.
            if let (Some(first), false) = (layer.get(key), given.origin == Origin::CommandLine) {
                mistakes.push(format!("{}: {key} is given already at {}; give it once", given.origin, first.origin));
            }
            layer.insert(key, given);
        }
        self.0.extend(layer);
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{path}:{line}"),
            Self::Environment(variable) => write!(f, "environment {variable}"),
            Self::CommandLine => f.write_str("--set"),
            Self::Default => f.write_str("settings"),
        }
    }
}
