// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Scenes of a stage matched with those of its base, by name.

use crate::model::StreamKey;

/// For every scene of a stage, the scene of the base that has its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SceneMap {
    /// The same scenes in the same order.
    Identity,
    /// `None` where the base has no such scene.
    Scenes(Vec<Option<u16>>),
}

impl SceneMap {
    /// Match the names of the scenes of a stage with those of its base.
    pub fn new(base: &[String], own: &[String]) -> Self {
        if base == own {
            return Self::Identity;
        }
        let find = |name| {
            let found = base.iter().position(|known| known == name);
            found.and_then(|scene| u16::try_from(scene).ok())
        };
        Self::Scenes(own.iter().map(find).collect())
    }

    /// The key in the base of a column of the stage.
    pub fn key(&self, key: StreamKey) -> Option<StreamKey> {
        match self {
            Self::Scenes(scenes) if key.kind.is_column() => {
                let scene = *scenes.get(usize::from(key.scene))?;
                scene.map(|scene| StreamKey { scene, ..key })
            }
            _ => Some(key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::StreamKind;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn scenes_are_matched_by_name() {
        let base = names(&["slow", "typical", "fast"]);
        assert_eq!(SceneMap::new(&base, &base), SceneMap::Identity);
        let map = SceneMap::new(&base, &names(&["fast", "cold", "slow"]));
        assert_eq!(map, SceneMap::Scenes(vec![Some(2), None, Some(0)]));
        let key = |kind, scene| StreamKey { scene, ..StreamKey::plain(kind) };
        let slew = |scene| key(StreamKind::Slew, scene);
        assert_eq!(map.key(slew(0)), Some(slew(2)));
        assert_eq!(map.key(slew(1)), None);
        assert_eq!(map.key(slew(3)), None, "no such scene");
        assert_eq!(map.key(key(StreamKind::Sdc, 0)), Some(key(StreamKind::Sdc, 0)));
    }
}
