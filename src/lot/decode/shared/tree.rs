//! Values within values, laid out: short ones on one line, others on a line for each item.
//!
//! A decoder adds what it reads, in order; nothing is written before the whole value was read, so
//! that nothing must be taken back. The layout is that of JSON without commas at the ends of lines.
//!
//! Limits: a caller limits the depth, and asks for room; a tree has 262,144 nodes of about 80 bytes.
//! Indentation ends at 16 levels.

use std::borrow::Cow;
use std::ops::Range;

use super::cursor::Stop;
use super::decoded::{Decoded, LineEnd, SpanKind};
use super::lot_bytes::LotBytes;
use super::plain;

/// A value and what is in it.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    /// The nodes that are open.
    open: Vec<usize>,
    /// True when the next node is the value of the key before it.
    is_value: bool,
}

#[derive(Debug)]
struct Node {
    mark: Mark,
    /// True for the value of a key.
    is_value: bool,
    /// Characters of all that is in it, about.
    width: usize,
}

#[derive(Debug)]
enum Mark {
    Open(&'static str),
    Close(&'static str),
    Key(Leaf),
    Leaf(Leaf),
}

/// A value with nothing in it.
#[derive(Debug)]
pub(crate) enum Leaf {
    /// Bytes of the lot as text, in quotes.
    Quoted(Range<usize>),
    /// Bytes of the lot as the name of a value, in quotes.
    QuotedKey(Range<usize>),
    /// Bytes of the lot as text of a kind.
    Text(SpanKind, Range<usize>),
    /// Bytes of the lot as text with its own lines, below.
    Lines(Range<usize>),
    /// Bytes of the lot in hexadecimal.
    Bytes(Range<usize>),
    /// What bytes of the lot stand for.
    Made(SpanKind, Cow<'static, str>, Range<usize>),
}

impl Leaf {
    /// A number that bytes of the lot stand for.
    pub(crate) fn number(number: impl ToString, range: Range<usize>) -> Self {
        Self::Made(SpanKind::Number, number.to_string().into(), range)
    }

    /// A word that bytes of the lot stand for.
    pub(crate) fn word(word: impl Into<Cow<'static, str>>, range: Range<usize>) -> Self {
        Self::Made(SpanKind::Word, word.into(), range)
    }

    /// Bytes of the lot in quotes when they are text, else in hexadecimal.
    pub(crate) fn text_or_bytes(bytes: &[u8], range: Range<usize>) -> Self {
        let shown = bytes.get(range.clone()).unwrap_or_default();
        if shown.is_empty() || plain::looks_like_text(shown) {
            Self::Quoted(range)
        } else {
            Self::Bytes(range)
        }
    }

    /// Bytes of the lot in quotes, or below when they have lines.
    pub(crate) fn text(bytes: &[u8], range: Range<usize>) -> Self {
        let shown = bytes.get(range.clone()).unwrap_or_default();
        if shown.contains(&b'\n') {
            Self::Lines(range)
        } else {
            Self::Quoted(range)
        }
    }

    fn width(&self) -> usize {
        match self {
            Self::Quoted(range) | Self::QuotedKey(range) => range.len() + 2,
            Self::Text(_, range) => range.len(),
            Self::Lines(_) => LINE_WIDTH,
            Self::Bytes(range) => 2 + 2 * range.len(),
            Self::Made(_, text, _) => text.len(),
        }
    }

    fn write(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        match self {
            Self::Quoted(range) => show_quoted(lot, range, SpanKind::Quoted, out),
            Self::QuotedKey(range) => show_quoted(lot, range, SpanKind::Key, out),
            Self::Text(kind, range) => {
                plain::show_range(lot, range.clone(), plain::inline(*kind), out);
            }
            Self::Lines(range) => {
                out.end_line(LineEnd::Own);
                plain::show_range(lot, range.clone(), plain::LINES, out);
            }
            Self::Bytes(range) => {
                let late = lot.is_any_late(range);
                out.add(SpanKind::Bytes, "0x", late);
                for (at, byte) in range
                    .clone()
                    .zip(lot.bytes.get(range.clone()).unwrap_or_default())
                {
                    let late = lot.lateness(at).is_late;
                    out.add(SpanKind::Bytes, format_args!("{byte:02x}"), late);
                }
            }
            Self::Made(kind, text, range) => out.add(*kind, text, lot.is_any_late(range)),
        }
    }
}

fn show_quoted(lot: &LotBytes<'_>, range: &Range<usize>, kind: SpanKind, out: &mut Decoded) {
    let late = lot.is_any_late(range);
    out.add(kind, '"', late);
    plain::show_range(lot, range.clone(), plain::inline(kind), out);
    out.add(kind, '"', late);
}

/// A place to come back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TreeMark {
    nodes: usize,
    open: usize,
    width: usize,
    is_value: bool,
}

impl Tree {
    /// Opens a value with others in it: `[`.
    pub(crate) fn open(&mut self, bracket: &'static str) {
        self.open.push(self.nodes.len());
        self.push(Mark::Open(bracket), bracket.len());
    }

    /// Closes the value that was opened last.
    pub(crate) fn close(&mut self, bracket: &'static str) {
        self.push(Mark::Close(bracket), bracket.len());
        let open = self.open.pop().and_then(|open| self.nodes.get(open));
        self.widen(open.map_or(0, |node| node.width));
    }

    /// Adds the name of the value that comes next.
    pub(crate) fn key(&mut self, key: Leaf) {
        let width = key.width() + 2;
        self.push(Mark::Key(key), width);
        self.is_value = true;
    }

    /// Adds the name of the value that comes next, which is not in the bytes.
    pub(crate) fn name(&mut self, name: impl Into<Cow<'static, str>>) {
        self.key(Leaf::Made(SpanKind::Key, name.into(), 0..0));
    }

    /// Adds a name and its value.
    pub(crate) fn field(&mut self, name: &'static str, leaf: Leaf) {
        self.name(name);
        self.leaf(leaf);
    }

    /// Adds a value with nothing in it.
    pub(crate) fn leaf(&mut self, leaf: Leaf) {
        let width = leaf.width() + 2;
        self.push(Mark::Leaf(leaf), width);
    }

    /// Writes the values, and forgets them.
    pub(crate) fn flush(&mut self, lot: &LotBytes<'_>, out: &mut Decoded) {
        self.write(lot, out);
        *self = Self::default();
    }

    fn push(&mut self, mark: Mark, width: usize) {
        let is_value = std::mem::take(&mut self.is_value);
        let is_open = matches!(mark, Mark::Open(_));
        self.nodes.push(Node {
            mark,
            is_value,
            width,
        });
        if !is_open {
            self.widen(width);
        }
    }

    /// Counts characters to the innermost open value.
    fn widen(&mut self, width: usize) {
        let open = self.open.last().and_then(|open| self.nodes.get_mut(*open));
        if let Some(node) = open {
            node.width = node.width.saturating_add(width);
        }
    }

    /// A place to come back to.
    pub(crate) fn mark(&self) -> TreeMark {
        let open = self.open.last().and_then(|open| self.nodes.get(*open));
        TreeMark {
            nodes: self.nodes.len(),
            open: self.open.len(),
            width: open.map_or(0, |node| node.width),
            is_value: self.is_value,
        }
    }

    /// Takes back what was added since the mark; what was open then is open still.
    pub(crate) fn take_back(&mut self, mark: TreeMark) {
        self.nodes.truncate(mark.nodes);
        self.open.truncate(mark.open);
        self.is_value = mark.is_value;
        let open = self.open.last().and_then(|open| self.nodes.get_mut(*open));
        if let Some(node) = open {
            node.width = mark.width;
        }
    }

    /// The bytes that are in quotes.
    pub(crate) fn quoted(&self) -> impl Iterator<Item = Range<usize>> {
        self.nodes.iter().filter_map(|node| match &node.mark {
            Mark::Key(leaf) | Mark::Leaf(leaf) => match leaf {
                Leaf::Quoted(range) | Leaf::QuotedKey(range) => Some(range.clone()),
                Leaf::Text(..) | Leaf::Lines(_) | Leaf::Bytes(_) | Leaf::Made(..) => None,
            },
            Mark::Open(_) | Mark::Close(_) => None,
        })
    }

    /// Whether more can be added.
    pub(crate) fn check_room(&self) -> Result<(), Stop> {
        if MAX_NODES < self.nodes.len() {
            return Err(Stop::odd(format!("more than {MAX_NODES} values in one")));
        }
        Ok(())
    }

    /// Writes all values, and ends the last line.
    pub(crate) fn write(&self, lot: &LotBytes<'_>, out: &mut Decoded) {
        let mut layout = Layout {
            depth: 0,
            flat_from: None,
            before: None,
        };
        for node in &self.nodes {
            layout.place(node, out);
            match &node.mark {
                Mark::Open(text) | Mark::Close(text) => out.add(SpanKind::Text, text, false),
                Mark::Key(leaf) => {
                    leaf.write(lot, out);
                    out.add(SpanKind::Text, ": ", false);
                }
                Mark::Leaf(leaf) => leaf.write(lot, out),
            }
            layout.enter(node);
        }
        out.close_line();
    }
}

/// Where nodes go.
struct Layout {
    depth: usize,
    /// The depth from which on all stands on one line.
    flat_from: Option<usize>,
    before: Option<Before>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Open,
    Other,
}

impl Layout {
    /// What stands between a node and the one before.
    fn place(&mut self, node: &Node, out: &mut Decoded) {
        let is_close = matches!(node.mark, Mark::Close(_));
        if is_close {
            self.depth = self.depth.saturating_sub(1);
        }
        let is_first = self.before == Some(Before::Open);
        if node.is_value || self.before.is_none() || (is_close && is_first) {
            return;
        }
        match self.flat_from {
            Some(_) if is_close || is_first => {}
            Some(_) => out.add(SpanKind::Text, ", ", false),
            None => {
                out.end_line(LineEnd::Own);
                let width = self.depth.min(INDENTED_LEVELS) * LEVEL_WIDTH;
                out.add(SpanKind::Text, format_args!("{:width$}", ""), false);
            }
        }
    }

    /// Goes into an open node, and out of a closed one.
    fn enter(&mut self, node: &Node) {
        self.before = Some(Before::Other);
        match node.mark {
            Mark::Open(_) => {
                if node.width <= LINE_WIDTH {
                    self.flat_from.get_or_insert(self.depth);
                }
                self.depth += 1;
                self.before = Some(Before::Open);
            }
            Mark::Close(_) => self.flat_from = self.flat_from.filter(|from| *from < self.depth),
            Mark::Key(_) | Mark::Leaf(_) => {}
        }
    }
}

const MAX_NODES: usize = 1 << 18;
const LINE_WIDTH: usize = 120;
const LEVEL_WIDTH: usize = 2;
/// Deeper values are indented no further, so that what is nested deeply is not much longer than the
/// lot.
const INDENTED_LEVELS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Direction;

    fn number(tree: &mut Tree, number: u32) {
        tree.leaf(Leaf::number(number, 0..1));
    }

    fn shown(tree: &Tree) -> String {
        let mut out = Decoded::default();
        tree.write(&LotBytes::whole(Direction::In, b"a\x00b"), &mut out);
        out.to_string()
    }

    #[test]
    fn a_short_value_stands_on_one_line() {
        let mut tree = Tree::default();
        tree.open("{");
        tree.key(Leaf::Quoted(0..3));
        tree.open("[");
        number(&mut tree, 1);
        number(&mut tree, 2);
        tree.close("]");
        tree.key(Leaf::Text(SpanKind::Key, 2..3));
        tree.leaf(Leaf::Bytes(0..3));
        tree.open("[");
        tree.close("]");
        tree.close("}");
        assert_eq!(shown(&tree), "{\"a\\x00b\": [1, 2], b: 0x610062, []}\n");
    }

    #[test]
    fn a_long_value_has_a_line_for_each_item() {
        let mut tree = Tree::default();
        tree.open("[");
        for _ in 0..2 {
            tree.open("{");
            tree.key(Leaf::Text(SpanKind::Key, 0..1));
            number(&mut tree, 1);
            tree.close("}");
        }
        tree.open("[");
        (0..3).for_each(|n| number(&mut tree, n * 1_111_111));
        (0..40).for_each(|n| number(&mut tree, n));
        tree.close("]");
        tree.close("]");
        let text = shown(&tree);
        let start = "[\n  {a: 1}\n  {a: 1}\n  [\n    0\n    1111111\n    2222222\n    0\n";
        assert!(text.starts_with(start), "{text}");
        assert!(text.ends_with("    39\n  ]\n]\n"), "{text}");
    }
}
