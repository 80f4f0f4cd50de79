// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Names near to one that does not exist, for messages.

use strsim::generic_levenshtein;

/// Names in a message, at most.
pub(crate) const MOST_NEAR: usize = 5;

/// Edits by which a name may be off and still be meant.
pub(crate) fn reach(wanted: &[u8]) -> usize {
    (wanted.len() / 3).max(2)
}

/// Edits between a name that is there and the one that was wanted; `None` where they are too many. A name of
/// which the wanted one is a part of the hierarchy is off by nothing.
pub(crate) fn distance(wanted: &[u8], name: &[u8]) -> Option<usize> {
    if is_part(wanted, name) {
        return Some(0);
    }
    let edits = generic_levenshtein(&Bytes(wanted), &Bytes(name));
    (edits <= reach(wanted)).then_some(edits)
}

/// `name` is a pin of the instance `wanted`, or is `wanted` inside of an instance.
pub(crate) fn is_part(wanted: &[u8], name: &[u8]) -> bool {
    let below = name.strip_prefix(wanted).is_some_and(|rest| rest.first() == Some(&b'/'));
    let inside = name.strip_suffix(wanted).is_some_and(|rest| rest.last() == Some(&b'/'));
    !wanted.is_empty() && (below || inside)
}

/// The names that are nearest to the wanted one, the nearest first.
pub(crate) fn nearest<'a>(
    wanted: &[u8],
    names: impl IntoIterator<Item = &'a [u8]>,
) -> Vec<&'a [u8]> {
    let names = names.into_iter();
    let mut near: Vec<(usize, &[u8])> =
        names.filter_map(|name| Some((distance(wanted, name)?, name))).collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().map(|(_, name)| name).take(MOST_NEAR).collect()
}

/// Names in a message.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a [u8]>) -> String {
    let names = names.into_iter().map(|name| String::from_utf8_lossy(name).into_owned());
    names.collect::<Vec<_>>().join(", ")
}

/// What the crate compares: something to go through again and again.
struct Bytes<'a>(&'a [u8]);

impl<'a> IntoIterator for &'a Bytes<'_> {
    type Item = &'a u8;
    type IntoIter = std::slice::Iter<'a, u8>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_come_nearest_first() {
        let names = ["place", "places", "palce", "route", "cts"];
        let near = nearest(b"plac", names.map(str::as_bytes));
        assert_eq!(listed(near), "place, places");
        assert!(nearest(b"zzzzzzz", names.map(str::as_bytes)).is_empty());
        assert!(nearest(b"", ["abc"].map(str::as_bytes)).is_empty());
    }

    #[test]
    fn a_part_of_the_hierarchy_is_near() {
        let names = ["top/u1/A", "top/u1/Z", "top/u2/A", "u10/A"];
        assert_eq!(listed(nearest(b"top/u1", names.map(str::as_bytes))), "top/u1/A, top/u1/Z");
        assert_eq!(nearest(b"u2/A", names.map(str::as_bytes))[0], b"top/u2/A");
    }
}
