// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Residuals: what is left of values after a prediction, and how the residuals of a block are laid out.
//! Every function pair is a bijection on all bit patterns.

use crate::codec::{unzigzag, zigzag};
use crate::error::{Result, corrupt};

/// How residuals are laid out. The numbers are those of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// All residuals are zero: no bytes.
    Zero = 0,
    /// All residuals.
    Dense = 1,
    /// A bit mask of the residuals that are not zero, then those.
    Sparse = 2,
}

impl Layout {
    pub fn from_code(code: u8) -> Result<Self> {
        match code {
            0 => Ok(Self::Zero),
            1 => Ok(Self::Dense),
            2 => Ok(Self::Sparse),
            _ => Err(corrupt(format!("Layout {code} is not known."))),
        }
    }

    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zero => "zero",
            Self::Dense => "dense",
            Self::Sparse => "sparse",
        }
    }
}

/// Residual of an integer.
pub(crate) fn integer_residual(value: u32, prediction: u32) -> u32 {
    zigzag(value.wrapping_sub(prediction))
}

/// The inverse of [`integer_residual`].
pub(crate) fn integer_value(residual: u32, prediction: u32) -> u32 {
    prediction.wrapping_add(unzigzag(residual))
}

/// Residuals split into the mask of those that are not zero, empty for a dense layout, and the words.
#[derive(Debug, PartialEq)]
pub(crate) struct LaidOut {
    pub layout: Layout,
    pub mask: Vec<u8>,
    pub words: Vec<u32>,
}

/// Lay residuals out: sparse where few of them differ from zero.
pub(crate) fn lay_out(residuals: &[u32]) -> LaidOut {
    let changed = residuals.iter().filter(|residual| **residual != 0).count();
    if changed == 0 {
        return LaidOut { layout: Layout::Zero, mask: Vec::new(), words: Vec::new() };
    }
    if changed > residuals.len() / 2 {
        return LaidOut { layout: Layout::Dense, mask: Vec::new(), words: residuals.to_vec() };
    }
    let mask = residuals.chunks(8).map(|eight| {
        let bits = eight.iter().enumerate();
        bits.fold(0, |mask, (bit, residual)| mask | (u8::from(*residual != 0) << bit))
    });
    LaidOut {
        layout: Layout::Sparse,
        mask: mask.collect(),
        words: residuals.iter().copied().filter(|residual| *residual != 0).collect(),
    }
}

/// Bytes of the mask of `count` residuals.
pub(crate) fn mask_size(count: usize) -> usize {
    count.div_ceil(8)
}

/// The residuals of a block of `count` rows.
pub(crate) fn read_layout(count: usize, laid_out: LaidOut) -> Result<Vec<u32>> {
    let LaidOut { layout, mask, words } = laid_out;
    match layout {
        Layout::Zero if mask.is_empty() && words.is_empty() => Ok(vec![0; count]),
        Layout::Dense if mask.is_empty() && words.len() == count => Ok(words),
        Layout::Sparse if mask.len() == mask_size(count) => {
            let changed: usize = mask.iter().map(|byte| byte.count_ones() as usize).sum();
            let beyond = mask
                .last()
                .is_some_and(|last| !count.is_multiple_of(8) && last >> (count % 8) != 0);
            if beyond || words.len() != changed {
                return Err(corrupt("The mask of a sparse block does not fit its values."));
            }
            let mut words = words.into_iter();
            let is_set = |row: usize| mask[row / 8] >> (row % 8) & 1 == 1;
            Ok((0..count)
                .map(|row| if is_set(row) { words.next().unwrap_or(0) } else { 0 })
                .collect())
        }
        _ => Err(corrupt("The bytes of a block do not fit its layout.")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn layouts_follow_the_number_of_changes() {
        let mut residuals = vec![0; 1001];
        let round_trip = |residuals: &[u32]| {
            let laid_out = lay_out(residuals);
            let layout = laid_out.layout;
            assert_eq!(read_layout(residuals.len(), laid_out).unwrap(), residuals);
            layout
        };
        assert_eq!(round_trip(&residuals), Layout::Zero);
        residuals[17] = 99;
        residuals[1000] = 1;
        assert_eq!(round_trip(&residuals), Layout::Sparse);
        residuals.fill(5);
        assert_eq!(round_trip(&residuals), Layout::Dense);
        assert_eq!(round_trip(&[]), Layout::Zero);
    }

    #[test]
    fn damaged_layouts_are_refused() {
        let read = |layout, count, mask: &[u8], words: &[u32]| {
            read_layout(count, LaidOut { layout, mask: mask.to_vec(), words: words.to_vec() })
        };
        assert!(read(Layout::Zero, 4, &[], &[0]).is_err());
        assert!(read(Layout::Zero, 4, &[0], &[]).is_err());
        assert!(read(Layout::Dense, 4, &[], &[0; 3]).is_err());
        assert!(read(Layout::Dense, 4, &[0], &[0; 4]).is_err());
        assert!(read(Layout::Sparse, 9, &[1], &[7]).is_err());
        assert!(read(Layout::Sparse, 4, &[0b1_0000], &[7]).is_err(), "bit beyond the rows");
        assert!(read(Layout::Sparse, 4, &[1], &[]).is_err());
        assert_eq!(read(Layout::Sparse, 4, &[2], &[7]).unwrap(), [0, 7, 0, 0]);
        assert!(Layout::from_code(3).is_err());
    }

    proptest! {
        #[test]
        fn residuals_are_a_bijection(value in any::<u32>(), prediction in any::<u32>()) {
            let residual = integer_residual(value, prediction);
            prop_assert_eq!(integer_value(residual, prediction), value);
            prop_assert_eq!(residual == 0, value == prediction);
        }

        #[test]
        fn layouts_round_trip(
            residuals in prop::collection::vec(prop_oneof![Just(0u32), any::<u32>()], 0..300),
        ) {
            let laid_out = lay_out(&residuals);
            prop_assert_eq!(read_layout(residuals.len(), laid_out).unwrap(), residuals);
        }
    }
}
