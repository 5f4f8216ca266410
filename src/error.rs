//! Why an analysis could not go on: which step, and the error of its layer.
//!
//! Damage inside a capture is no error; it comes as notices beside the results.

use crate::capture::OpenError;

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An input could not be used.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl Error {
    /// What the user can do, as a lower-case fragment; `None` when nothing comes to mind.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Open(error) => error.hint(),
        }
    }
}
