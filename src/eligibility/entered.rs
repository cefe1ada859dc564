//! Who entered what is known, and how.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How something came to be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// A person typed it.
    Typed,
    /// It stood in a list.
    Import,
    /// Another system said it.
    System,
    /// Nobody noted it: earlier versions did not.
    #[default]
    Unknown,
}

impl How {
    /// Says whether nobody noted it.
    pub fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }
}

/// Who entered something, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Entered {
    /// How.
    pub how: How,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "staff:7f3a")]
    pub by: Option<String>,
}

impl fmt::Display for Entered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.how {
            How::Typed => "typed",
            How::Import => "import",
            How::System => "system",
            How::Unknown => "unknown",
        })?;
        self.by.iter().try_for_each(|by| write!(f, " by {by}"))
    }
}
