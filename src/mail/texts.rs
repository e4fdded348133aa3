//! Sentences by language, through Fluent.
//!
//! Invariant: every language has the same sentences; one that lacks a variable is an error, never a hole in a mail.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

mod compare;

use self::compare::sentences;
use super::templates::TemplateFault;
use crate::domain::Language;

/// Whether a sentence goes into the HTML or the text part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Variables must be escaped by the caller.
    Html,
    Plain,
}

/// The sentences of one language, in both forms.
struct Spoken {
    language: Language,
    html: FluentBundle<FluentResource>,
    plain: FluentBundle<FluentResource>,
}

/// The sentences of all languages; English is always there.
pub(super) struct Texts {
    spoken: Vec<Spoken>,
}

/// Languages, with the file of each.
pub(super) const FILES: [(Language, &str, &str); 5] = [
    (Language::English, "en.ftl", include_str!("texts/en.ftl")),
    (Language::Danish, "da.ftl", include_str!("texts/da.ftl")),
    (Language::Swedish, "sv.ftl", include_str!("texts/sv.ftl")),
    (Language::Norwegian, "nb.ftl", include_str!("texts/nb.ftl")),
    (Language::German, "de.ftl", include_str!("texts/de.ftl")),
];

impl Texts {
    /// Reads all languages from `(language, file, source)`; the built-in English says which sentences there are, and
    /// which variables each may use.
    pub(super) fn new(sources: &[(Language, &'static str, String)], faults: &mut Vec<TemplateFault>) -> Self {
        let [(_, _, english), ..] = FILES;
        let wanted = sentences(english);
        for (_, file, source) in sources {
            let there = sentences(source);
            let mut note = |what: String| faults.push(TemplateFault::new(file, None, what));
            for (key, known) in &wanted {
                match there.get(key) {
                    None => note(format!("`{key}` is missing")),
                    Some(said) => said
                        .uses
                        .difference(&known.uses)
                        .filter(|used| used.starts_with('$'))
                        .for_each(|used| note(format!("`{key}` has no `{used}`"))),
                }
            }
            for (key, said) in &there {
                if !wanted.contains_key(key) {
                    note(format!("nothing uses `{key}`"));
                }
                if said.text.contains(['<', '&']) {
                    note(format!("`{key}` holds < or &, which is no text in the HTML part"));
                }
            }
        }
        let spoken = sources
            .iter()
            .map(|(language, file, source)| Spoken {
                language: *language,
                html: bundle(*language, file, source, Form::Html, faults),
                plain: bundle(*language, file, source, Form::Plain, &mut Vec::new()),
            })
            .collect();
        let texts = Self { spoken };
        if faults.is_empty() {
            for (language, file, source) in sources {
                let broken = |what| TemplateFault::new(file, None, what);
                faults.extend(texts.broken(*language, source).into_iter().map(broken));
            }
        }
        texts
    }

    /// Says each sentence in each of its forms, and tells what fails.
    fn broken(&self, language: Language, source: &str) -> Vec<String> {
        let mut broken = BTreeSet::new();
        for (key, said) in sentences(source) {
            let counts = if key == "date" { 0..13 } else { 0..3 };
            for count in counts {
                let variables = said.uses.iter().filter_map(|used| used.strip_prefix('$'));
                let args: FluentArgs = variables
                    .map(|name| match said.text.contains(&format!("${name} ->")) {
                        true => (name, FluentValue::from(count)),
                        false => (name, FluentValue::from("x")),
                    })
                    .collect();
                let forms = [Form::Html, Form::Plain].map(|form| self.say(language, form, key, &args));
                broken.extend(forms.into_iter().filter_map(Result::err));
            }
        }
        broken.into_iter().collect()
    }

    /// A sentence.
    ///
    /// # Errors
    /// What is missing, in words.
    pub(super) fn say(&self, language: Language, form: Form, key: &str, args: &FluentArgs) -> Result<String, String> {
        let lacking = || format!("the text `{key}` is missing in language `{}`", language.code());
        let spoken = self.spoken.iter().find(|s| s.language == language).ok_or_else(lacking)?;
        let bundle = match form {
            Form::Html => &spoken.html,
            Form::Plain => &spoken.plain,
        };
        let pattern = bundle.get_message(key).and_then(|message| message.value()).ok_or_else(lacking)?;
        let mut errors = Vec::new();
        let said = bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
        match errors.first() {
            None => Ok(said),
            Some(error) => Err(format!("the text `{key}` in language `{}`: {error}", language.code())),
        }
    }

    /// A day as the language writes it, such as `23 November 2026`.
    pub(super) fn day(&self, language: Language, day: NaiveDate) -> Result<String, String> {
        let mut args = FluentArgs::new();
        args.set("day", day.day().to_string());
        args.set("month", day.month());
        args.set("year", day.year().to_string());
        self.say(language, Form::Plain, "date", &args)
    }
}

/// One language in one form.
fn bundle(
    language: Language,
    file: &'static str,
    source: &str,
    form: Form,
    faults: &mut Vec<TemplateFault>,
) -> FluentBundle<FluentResource> {
    let resource = match FluentResource::try_new(source.to_owned()) {
        Ok(resource) => resource,
        Err((resource, errors)) => {
            for error in errors {
                let line = source.get(..error.pos.start).map(|before| before.matches('\n').count() + 1);
                faults.push(TemplateFault::new(file, line, error.kind.to_string()));
            }
            resource
        }
    };
    let locale: LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![locale]);
    // The marks would be copied along with ids and addresses; foreign names are cleaned of direction marks anyway.
    bundle.set_use_isolating(false);
    let (open, close) = match language {
        Language::English => ("“", "”"),
        Language::Danish | Language::Swedish => ("”", "”"),
        Language::Norwegian => ("«", "»"),
        Language::German => ("„", "“"),
    };
    let functions = [
        bundle.add_function("MENU", move |given, _| match form {
            Form::Html => wrapped(given, "<strong>", "</strong>"),
            Form::Plain => wrapped(given, open, close),
        }),
        bundle.add_function("CODE", move |given, _| match form {
            Form::Html => wrapped(given, "<code class=\"id\">", "</code>"),
            Form::Plain => wrapped(given, "", ""),
        }),
    ];
    for error in functions.into_iter().filter_map(Result::err) {
        faults.push(TemplateFault::new(file, None, error.to_string()));
    }
    for error in bundle.add_resource(resource).err().unwrap_or_default() {
        faults.push(TemplateFault::new(file, None, error.to_string()));
    }
    bundle
}

/// The function's one argument between two marks.
fn wrapped<'a>(given: &[FluentValue<'a>], before: &str, after: &str) -> FluentValue<'a> {
    match given.first() {
        Some(FluentValue::String(text)) => FluentValue::from(format!("{before}{text}{after}")),
        _ => FluentValue::Error,
    }
}
