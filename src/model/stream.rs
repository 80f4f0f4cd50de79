// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The arrays that a stage is made of: the columns, and the arrays of the object table, of the
//! endpoint table and of the texts, which are stored the same way.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Early (hold) or late (setup) analysis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MinMax {
    /// Early.
    Min = 0,
    /// Late.
    Max = 1,
}

/// The transition that a vertex column is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Transition {
    /// Low to high.
    Rise = 0,
    /// High to low.
    Fall = 1,
    /// Arc columns: the arc itself says its transitions. Also everything that is not a column.
    None = 2,
}

impl MinMax {
    /// From its number in files and in the C ABI.
    pub fn from_code(code: u32) -> Option<Self> {
        match code {
            0 => Some(Self::Min),
            1 => Some(Self::Max),
            _ => None,
        }
    }

    /// `min` or `max`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Max => "max",
        }
    }
}

impl Transition {
    /// From its number in files and in the C ABI.
    pub fn from_code(code: u32) -> Option<Self> {
        match code {
            0 => Some(Self::Rise),
            1 => Some(Self::Fall),
            2 => Some(Self::None),
            _ => None,
        }
    }
}

/// Size of one element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Bytes: names, texts, marks.
    Byte,
    /// Little-endian 32-bit words: indices, and floats by their bits.
    Word,
}

impl Width {
    /// Bytes of one element.
    pub fn bytes(self) -> usize {
        match self {
            Self::Byte => 1,
            Self::Word => 4,
        }
    }
}

macro_rules! stream_kinds {
    ($($name:ident = $code:literal, $width:ident, $text:literal, $doc:literal;)*) => {
        /// What an array holds. The numbers are those of files; columns use them in the C ABI too.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum StreamKind {
            $(#[doc = $doc] $name = $code,)*
        }

        impl StreamKind {
            /// Every kind, by rising number.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// From its number.
            pub fn from_code(code: u32) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Size of one element.
            pub fn width(self) -> Width {
                match self {
                    $(Self::$name => Width::$width,)*
                }
            }

            /// The word for it in messages.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

stream_kinds! {
    Slew = 0, Word, "slew", "Slew of vertices, seconds.";
    Arrival = 1, Word, "arrival", "Worst arrival of vertices over all tags, seconds.";
    Required = 2, Word, "required", "Worst required time of vertices over all tags, seconds.";
    Slack = 3, Word, "slack", "Worst slack of vertices over all tags, seconds.";
    Delay = 4, Word, "delay", "Delay of arcs, seconds.";
    SlewMark = 5, Byte, "slew mark", "1 where the user annotated the slew of a vertex.";
    DelayMark = 6, Byte, "delay mark", "1 where the user annotated the delay of an arc.";
    PulseWidth = 7, Word, "pulse width", "Least pulse width that the user annotated, seconds.";
    Period = 8, Word, "period", "Least clock period that the user annotated, seconds.";
    LoopMark = 9, Byte, "loop mark", "1 where the engine cut a loop, at the arcs of the edge.";
    Objects = 32, Byte, "object table", "The object table, coded as a whole.";
    DelayTables = 33, Byte, "delay tables", "Delay tables of arc types, coded as a whole.";
    EndpointVertex = 64, Word, "endpoint vertices", "Vertex row of an endpoint.";
    EndpointGroup = 65, Word, "endpoint groups", "Path group: index into the group names.";
    EndpointCheck = 66, Word, "endpoint checks", "Scene * 2 + min/max.";
    EndpointSlack = 67, Word, "endpoint slacks", "Worst slack of the row, seconds.";
    PathEnd = 68, Word, "path ends", "What is known of the ends of worst paths, field by field.";
    PathArc = 69, Word, "path arcs", "Arc of a point of a path, where the columns do not tell.";
    PathArrival = 70, Word, "path arrivals", "Arrival of a point of a path, against the column.";
    Sdc = 96, Byte, "SDC text", "Constraints as the engine wrote them.";
    Attachment = 97, Byte, "attachment", "A file of the user's.";
}

impl StreamKind {
    /// Rows are vertices.
    pub fn is_vertex_column(self) -> bool {
        use StreamKind::{Arrival, Period, PulseWidth, Required, Slack, Slew, SlewMark};
        matches!(self, Slew | Arrival | Required | Slack | SlewMark | PulseWidth | Period)
    }

    /// Rows are arcs.
    pub fn is_arc_column(self) -> bool {
        matches!(self, Self::Delay | Self::DelayMark | Self::LoopMark)
    }

    /// A column: rows are vertices or arcs.
    pub fn is_column(self) -> bool {
        self.is_vertex_column() || self.is_arc_column()
    }

    /// A column of what statistical timing has more than one float of.
    pub fn has_planes(self) -> bool {
        self.is_float_column() && !self.is_given()
    }

    /// A column of what the search of paths finds.
    pub(crate) fn is_path_column(self) -> bool {
        matches!(self, Self::Arrival | Self::Required | Self::Slack)
    }

    /// Whether its bytes depend on the base, and so are no part of the content.
    pub(crate) fn is_coding(self) -> bool {
        matches!(self, Self::Objects | Self::DelayTables)
    }

    /// A column of what the user gave: no tolerance applies.
    pub(crate) fn is_given(self) -> bool {
        matches!(self, Self::PulseWidth | Self::Period)
    }

    /// A column of values, not of marks.
    pub fn is_float_column(self) -> bool {
        self.is_column() && self.width() == Width::Word
    }
}

/// Names one array of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamKey {
    /// What it holds.
    pub kind: StreamKind,
    /// Scene number of columns, number of attachments; 0 where the kind is another.
    pub scene: u16,
    /// Min or max; `Min` where the kind is not a column.
    pub min_max: MinMax,
    /// Rise or fall of vertex columns, else `None`.
    pub transition: Transition,
    /// Which of a value's floats it is, below [`MAX_PLANES`]; 0 where there is one, and where the kind is not
    /// a column of values.
    pub plane: u8,
}

/// Planes of a value: its mean; with statistical timing its mean shift, variance and skewness, too.
pub const MAX_PLANES: u8 = 4;

const PLANE_NAMES: [&str; MAX_PLANES as usize] = ["mean", "mean shift", "variance", "skewness"];

impl StreamKey {
    /// The key of an array that is not a column.
    pub fn plain(kind: StreamKind) -> Self {
        let (min_max, transition) = (MinMax::Min, Transition::None);
        Self { kind, scene: 0, min_max, transition, plane: 0 }
    }

    /// The key of an attachment: its position in [`StageMetadata::attachments`].
    ///
    /// [`StageMetadata::attachments`]: super::StageMetadata::attachments
    pub fn attachment(number: u16) -> Self {
        Self { scene: number, ..Self::plain(StreamKind::Attachment) }
    }
}

impl fmt::Display for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind.name())?;
        if self.kind == StreamKind::Attachment {
            return write!(f, " {}", self.scene);
        }
        if !self.kind.is_column() {
            return Ok(());
        }
        write!(f, " {}", self.min_max.name())?;
        match self.transition {
            Transition::Rise => write!(f, " rise")?,
            Transition::Fall => write!(f, " fall")?,
            Transition::None => {}
        }
        write!(f, " of scene {}", self.scene)?;
        match PLANE_NAMES.get(usize::from(self.plane)) {
            Some(name) if self.plane > 0 => write!(f, " ({name})"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_number() {
        for kind in StreamKind::ALL {
            assert_eq!(StreamKind::from_code(*kind as u32), Some(*kind));
        }
        assert_eq!(StreamKind::from_code(10), None);
    }

    #[test]
    fn keys_read_as_a_user_says_them() {
        let key = StreamKey {
            kind: StreamKind::Slew,
            scene: 1,
            min_max: MinMax::Max,
            transition: Transition::Rise,
            plane: 0,
        };
        assert_eq!(key.to_string(), "slew max rise of scene 1");
        let variance = StreamKey { plane: 2, ..key };
        assert_eq!(variance.to_string(), "slew max rise of scene 1 (variance)");
        assert_eq!(StreamKey::plain(StreamKind::Sdc).to_string(), "SDC text");
        assert_eq!(StreamKey::attachment(3).to_string(), "attachment 3");
    }
}
