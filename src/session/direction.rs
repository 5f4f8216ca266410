//! Directions and roles: `Out` is client to server, `In` is server to client.

use std::fmt;
use std::ops::{Index, IndexMut};

/// The direction of a packet in its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Client to server.
    Out,
    /// Server to client.
    In,
}

impl Direction {
    /// Both directions, `Out` first.
    pub const BOTH: [Self; 2] = [Self::Out, Self::In];

    /// The other direction.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Out => Self::In,
            Self::In => Self::Out,
        }
    }

    /// `out` or `in`, as the documents write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::In => "in",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One value a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerDirection<T> {
    /// Client to server.
    pub out: T,
    /// Server to client.
    pub r#in: T,
}

impl<T> PerDirection<T> {
    /// The values of `direction` and of its opposite, both to be changed.
    pub const fn pair_mut(&mut self, direction: Direction) -> (&mut T, &mut T) {
        match direction {
            Direction::Out => (&mut self.out, &mut self.r#in),
            Direction::In => (&mut self.r#in, &mut self.out),
        }
    }

    /// Exchanges the two directions.
    pub const fn swap(&mut self) {
        std::mem::swap(&mut self.out, &mut self.r#in);
    }
}

impl<T> Index<Direction> for PerDirection<T> {
    type Output = T;

    fn index(&self, direction: Direction) -> &T {
        match direction {
            Direction::Out => &self.out,
            Direction::In => &self.r#in,
        }
    }
}

impl<T> IndexMut<Direction> for PerDirection<T> {
    fn index_mut(&mut self, direction: Direction) -> &mut T {
        match direction {
            Direction::Out => &mut self.out,
            Direction::In => &mut self.r#in,
        }
    }
}
