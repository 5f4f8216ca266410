//! Names of documents that the expression language cannot spell, and others that it can.
//!
//! `in` is an operator there, and no name starts with `@`. Outside of quoted text, `in` before a
//! point is the field, and `@` before a letter starts a name.

/// Replaces names that the language cannot spell, outside of quoted text.
pub(super) fn spell(text: &str) -> String {
    let mut spelled = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut word = String::new();
    while let Some(character) = rest.next() {
        if character.is_alphanumeric() || character == '_' {
            word.push(character);
            continue;
        }
        flush(&mut spelled, &mut word, character == '.');
        match character {
            '@' if rest.peek().is_some_and(|next| next.is_alphabetic()) => word.push_str(AT),
            '\'' | '"' => {
                spelled.push(character);
                copy_quoted(&mut spelled, &mut rest, character);
            }
            _ => spelled.push(character),
        }
    }
    flush(&mut spelled, &mut word, false);
    spelled
}

/// Copies a quoted text up to and with its closing quote.
fn copy_quoted(spelled: &mut String, rest: &mut impl Iterator<Item = char>, quote: char) {
    while let Some(character) = rest.next() {
        spelled.push(character);
        if character == '\\' {
            spelled.extend(rest.next());
        } else if character == quote {
            break;
        }
    }
}

fn flush(spelled: &mut String, word: &mut String, is_selected: bool) {
    spelled.push_str(if is_selected && word == "in" {
        IN
    } else {
        word
    });
    word.clear();
}

/// The name in the document of a name in the spelled expression.
pub(super) fn unspell(name: &str) -> String {
    match name.strip_prefix(AT) {
        Some(rest) => format!("@{rest}"),
        None if name == IN => "in".to_owned(),
        None => name.to_owned(),
    }
}

/// How deep brackets and conditionals stand in each other; quoted text is counted too.
pub(super) fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest, mut conditionals) = (0_usize, 0, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'?' => conditionals += 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest + conditionals
}

/// The name in the spelled expression of a name in the document.
pub(super) fn spell_name(name: String) -> String {
    match name.strip_prefix('@') {
        Some(rest) => format!("{AT}{rest}"),
        None if name == "in" => IN.to_owned(),
        None => name,
    }
}

const IN: &str = "in_";
const AT: &str = "at_";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_spelled_and_operators_and_texts_stay() {
        for (text, expect) in [
            ("in.payload > 1", "in_.payload > 1"),
            ("analysis.in.gaps in [1]", "analysis.in_.gaps in [1]"),
            ("@id == 'in.@x'", "at_id == 'in.@x'"),
            (r#""a\"in." == min.x"#, r#""a\"in." == min.x"#),
        ] {
            assert_eq!(spell(text), expect);
        }
        assert_eq!(unspell("in_"), "in");
        assert_eq!(unspell("at_id"), "@id");
    }
}
