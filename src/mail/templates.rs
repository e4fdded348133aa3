//! Templates: built in, replaced by files of the same name in the configured folder.
//!
//! Invariant: whatever a template prints is escaped by the template's kind (`.mjml`: HTML) before MJML is parsed, so
//! that no name can become markup; a variable that does not exist is a fault, not a hole.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use fluent_bundle::{FluentArgs, FluentValue};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Value, ValueKind};
use minijinja::{AutoEscape, Environment, ErrorKind, HtmlEscape, State, UndefinedBehavior};

use super::texts::{FILES, Form, Texts};
use crate::config;
use crate::domain::Language;

/// Makes a struct visible to templates, field by field under the field's name.
macro_rules! visible {
    ($type:ident: $($field:ident),+ $(,)?) => {
        impl From<$type> for minijinja::Value {
            fn from(it: $type) -> Self {
                Self::from_pairs([$((stringify!($field), Self::from(it.$field))),+])
            }
        }
    };
}
pub(super) use visible;

/// What is wrong with a template or text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFault {
    /// The file, such as `letter.mjml`; the built-in one if the configured folder has none of that name.
    pub file: String,
    /// Line in it, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
}

impl TemplateFault {
    pub(super) fn new(file: &str, line: Option<usize>, what: String) -> Self {
        Self { file: file.to_owned(), line, what }
    }
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "template {}, line {line}: {}", self.file, self.what),
            None => write!(f, "template {}: {}", self.file, self.what),
        }
    }
}

impl std::error::Error for TemplateFault {}

/// All faults of all templates, each on its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFaults(pub Vec<TemplateFault>);

impl fmt::Display for TemplateFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.0.iter().enumerate() {
            write!(f, "{}{fault}", if i > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}

impl std::error::Error for TemplateFaults {}

/// The built-in templates.
const BUILT_IN: [(&str, &str); 4] = [
    ("letter.mjml", include_str!("templates/letter.mjml")),
    ("letter.txt", include_str!("templates/letter.txt")),
    ("digest.mjml", include_str!("templates/digest.mjml")),
    ("digest.txt", include_str!("templates/digest.txt")),
];

/// MJML's tags that make sense in a mail without images; mrml drops others without a word.
const TAGS: [&str; 21] = [
    "mjml",
    "mj-head",
    "mj-title",
    "mj-preview",
    "mj-attributes",
    "mj-all",
    "mj-class",
    "mj-style",
    "mj-raw",
    "mj-body",
    "mj-section",
    "mj-column",
    "mj-group",
    "mj-wrapper",
    "mj-text",
    "mj-table",
    "mj-button",
    "mj-divider",
    "mj-spacer",
    "mj-breakpoint",
    "mj-font",
];

/// Texts and templates, ready to be filled.
pub(super) struct Templates {
    environment: Environment<'static>,
    pub(super) texts: Arc<Texts>,
}

impl Templates {
    /// Reads everything; faults are added to the list.
    pub(super) fn new(folder: Option<&Path>, faults: &mut Vec<TemplateFault>) -> Self {
        let missing = folder.and_then(missing);
        let folder = folder.filter(|_| missing.is_none());
        faults.extend(missing);
        let texts = FILES.map(|(language, file, built_in)| (language, file, source(folder, file, built_in, faults)));
        let texts = Arc::new(Texts::new(&texts, faults));
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        match SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
            Ok(syntax) => environment.set_syntax(syntax),
            Err(error) => faults.push(fault("syntax", &error)),
        }
        environment.set_auto_escape_callback(
            |file| {
                if file.ends_with(".mjml") { AutoEscape::Html } else { AutoEscape::None }
            },
        );
        let spoken = Arc::clone(&texts);
        environment.add_function("t", move |state: &State, key: &str, args: Kwargs| say(&spoken, state, key, &args));
        for (file, built_in) in BUILT_IN {
            let source = source(folder, file, built_in, faults);
            if file.ends_with(".mjml") {
                faults.extend(unknown_tags(file, &source));
            }
            if let Err(error) = environment.add_template_owned(file, source) {
                faults.push(fault(file, &error));
            }
        }
        Self { environment, texts }
    }

    /// Fills a text template.
    pub(super) fn text(&self, file: &'static str, view: &(impl Clone + Into<Value>)) -> Result<String, TemplateFault> {
        let template = self.environment.get_template(file).map_err(|e| fault(file, &e))?;
        template.render(view.clone()).map_err(|e| fault(file, &e))
    }

    /// Fills an MJML template and makes HTML of it.
    pub(super) fn html(&self, file: &'static str, view: &(impl Clone + Into<Value>)) -> Result<String, TemplateFault> {
        let filled = self.text(file, view)?;
        let parsed = mrml::parse(&filled).map_err(|e| TemplateFault::new(file, None, format!("MJML: {e}")))?;
        if let Some(warning) = parsed.warnings.first() {
            return Err(TemplateFault::new(file, None, format!("MJML: {warning}")));
        }
        let options = mrml::prelude::render::RenderOptions {
            disable_comments: true,
            // No font is fetched: it would be a link, and it would tell who reads.
            fonts: std::collections::HashMap::new(),
            ..Default::default()
        };
        parsed.element.render(&options).map_err(|e| TemplateFault::new(file, None, format!("MJML: {e}")))
    }
}

/// What is wrong with the folder itself.
fn missing(folder: &Path) -> Option<TemplateFault> {
    let what = match folder.metadata() {
        Ok(there) if there.is_dir() => return None,
        Ok(_) => "this is no folder".to_owned(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        Err(error) => format!("cannot be read: {error}"),
    };
    let remedy = "mount or create it, or remove mail.templates";
    Some(TemplateFault::new(&folder.display().to_string(), None, format!("{what}; {remedy}")))
}

/// For `check`: what lies in the configured folder and replaces nothing. Hidden files are a volume's or an editor's own;
/// those in Markdown are notes for people.
#[must_use]
pub fn strays(settings: &config::Mail) -> Vec<TemplateFault> {
    let known = || FILES.map(|(_, file, _)| file).into_iter().chain(BUILT_IN.map(|(file, _)| file));
    // That there is none is told by whoever reads it.
    let entries = settings.templates.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.starts_with('.') && !name.ends_with(".md") && !known().any(|file| file == name));
    names.sort();
    let what = format!("this replaces nothing; what can be replaced: {}", known().collect::<Vec<_>>().join(", "));
    names.iter().map(|name| TemplateFault::new(name, None, what.clone())).collect()
}

/// A template's source: the operator's file, else the built-in one.
fn source(folder: Option<&Path>, file: &'static str, built_in: &str, faults: &mut Vec<TemplateFault>) -> String {
    let Some(path) = folder.map(|folder| folder.join(file)) else { return built_in.to_owned() };
    match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => built_in.to_owned(),
        Err(error) => {
            faults.push(TemplateFault::new(&path.display().to_string(), None, format!("cannot be read: {error}")));
            built_in.to_owned()
        }
    }
}

/// The template function `t("key", name=value)`: a sentence in the letter's language, in the template's form.
fn say(texts: &Texts, state: &State, key: &str, given: &Kwargs) -> Result<Value, minijinja::Error> {
    let invalid = |what: String| minijinja::Error::new(ErrorKind::InvalidOperation, what);
    let language = state.lookup("lang").and_then(|lang| Language::parse(lang.as_str()?));
    let language = language.ok_or_else(|| invalid("`lang` is not known here, as in a macro".to_owned()))?;
    let form = if matches!(state.auto_escape(), AutoEscape::Html) { Form::Html } else { Form::Plain };
    let mut args = FluentArgs::new();
    for name in given.args() {
        let value: Value = given.get(name)?;
        let value = match (value.kind(), form) {
            (ValueKind::Undefined, _) => return Err(invalid(format!("`{name}` of the text `{key}` is not there"))),
            (ValueKind::Number, _) => FluentValue::from(i64::try_from(value).map_err(|e| invalid(e.to_string()))?),
            (_, Form::Html) => FluentValue::from(HtmlEscape(&value.to_string()).to_string()),
            (_, Form::Plain) => FluentValue::from(value.to_string()),
        };
        args.set(name.to_owned(), value);
    }
    let said = texts.say(language, form, key, &args).map_err(invalid)?;
    Ok(match form {
        Form::Html => Value::from_safe_string(said),
        Form::Plain => Value::from(said),
    })
}

/// Tags of a template that mean nothing in MJML.
fn unknown_tags(file: &str, source: &str) -> Vec<TemplateFault> {
    let mut faults = Vec::new();
    for (i, line) in source.lines().enumerate() {
        for tail in line.split('<').skip(1) {
            let tag = tail.trim_start_matches('/');
            let tag = tag.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).next().unwrap_or_default();
            if tag.starts_with("mj") && !TAGS.contains(&tag) {
                faults.push(TemplateFault::new(file, Some(i + 1), format!("<{tag}> is not allowed here")));
            }
        }
    }
    faults
}

/// minijinja's error in our words.
fn fault(file: &str, error: &minijinja::Error) -> TemplateFault {
    let detail =
        error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()));
    TemplateFault::new(error.name().unwrap_or(file), error.line(), detail)
}
