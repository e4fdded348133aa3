//! PostgreSQL's arrays and JSON's lists, as text.

use crate::expected::laid::Cell;

/// The elements of `{a,"b c",NULL}`; none if it is no list of single values.
pub(super) fn elements(text: &str) -> Option<Vec<String>> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut found = Vec::new();
    if inner.is_empty() {
        return Some(found);
    }
    let (mut word, mut quoted, mut inside) = (String::new(), false, false);
    let mut letters = inner.chars();
    let mut finish = |word: &mut String, quoted: &mut bool| {
        let word = std::mem::take(word);
        // Without quotes it is no text, but the absence of one.
        if std::mem::take(quoted) || word != "NULL" {
            found.push(word);
        }
    };
    while let Some(letter) = letters.next() {
        match letter {
            '"' => (inside, quoted) = (!inside, true),
            '\\' => word.push(letters.next()?),
            ',' if !inside => finish(&mut word, &mut quoted),
            '{' | '}' if !inside => return None,
            letter => word.push(letter),
        }
    }
    finish(&mut word, &mut quoted);
    Some(found)
}

/// Hands on what a text of JSON holds.
pub(super) fn of_json(text: &str, put: impl FnOnce(&Cell<'_>)) {
    use serde_json::Value;
    match serde_json::from_str(text) {
        Ok(Value::Null) => put(&Cell::Null),
        Ok(Value::Bool(truth)) => put(&Cell::Truth(truth)),
        Ok(Value::String(text)) => put(&Cell::Text(&text)),
        // A number as it stands there, so that no digit is lost.
        Ok(Value::Number(_)) if text.trim().bytes().all(|byte| byte.is_ascii_digit()) => put(&Cell::Text(text.trim())),
        Ok(Value::Number(_)) => put(&Cell::Floating(text.trim())),
        Ok(Value::Array(list)) => match words(list) {
            Some(words) => put(&Cell::List(&words)),
            None => put(&Cell::Nested),
        },
        Ok(Value::Object(_)) => put(&Cell::Nested),
        Err(_) => put(&Cell::Text(text)),
    }
}

fn words(list: Vec<serde_json::Value>) -> Option<Vec<String>> {
    use serde_json::Value;
    let word = |value| match value {
        Value::Null => None,
        Value::String(text) => Some(Some(text)),
        Value::Bool(_) | Value::Number(_) => Some(Some(value.to_string())),
        Value::Array(_) | Value::Object(_) => Some(None),
    };
    list.into_iter().filter_map(word).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("{}", &[])]
    #[case("{a}", &["a"])]
    #[case("{a,NULL,b c}", &["a", "b c"])]
    #[case(r#"{"a,b","say \"x\"","back\\slash","NULL",""}"#, &["a,b", "say \"x\"", "back\\slash", "NULL", ""])]
    #[case(r#"{"{x}"}"#, &["{x}"])]
    fn an_array_is_read_as_postgresql_writes_it(#[case] text: &str, #[case] wanted: &[&str]) {
        assert_eq!(elements(text).unwrap(), wanted);
    }

    #[rstest]
    #[case("{{a},{b}}")]
    #[case("[0:1]={a,b}")]
    fn what_is_no_plain_array_is_not_guessed(#[case] text: &str) {
        assert_eq!(elements(text), None);
    }
}
