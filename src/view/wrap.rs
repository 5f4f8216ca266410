//! Text on as many lines as it needs.

use unicode_width::UnicodeWidthChar as _;

use super::table::width_of;

/// The lines of a text of which none is wider than `room`; breaks at spaces where it can.
pub(super) fn lines(text: &str, room: Option<usize>) -> Vec<String> {
    let Some(room) = room else {
        return vec![text.to_owned()];
    };
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let width = width_of(word);
        let needed = if used == 0 { width } else { used + 1 + width };
        if room < needed && used != 0 {
            lines.push(String::new());
            used = 0;
        }
        let Some(line) = lines.last_mut() else { break };
        if used != 0 {
            line.push(' ');
            used += 1;
        }
        used = push_word(&mut lines, word, used, room);
    }
    lines
}

/// Adds a word, broken where it is wider than a line; gives the width of the last line.
fn push_word(lines: &mut Vec<String>, word: &str, used: usize, room: usize) -> usize {
    let mut used = used;
    for character in word.chars() {
        let width = character.width().unwrap_or(0);
        if room < used + width && used != 0 {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            line.push(character);
            used += width;
        }
    }
    used
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn lines_break_at_spaces_and_long_words_anywhere() {
        assert_eq!(lines("one two three", Some(8)), ["one two", "three"]);
        assert_eq!(lines("a 0123456789", Some(4)), ["a", "0123", "4567", "89"]);
        assert_eq!(lines("", Some(4)), [""]);
    }

    #[test]
    fn without_a_width_nothing_breaks() {
        assert_eq!(lines("one two three", None), ["one two three"]);
    }
}
