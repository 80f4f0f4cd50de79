// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Residuals of one block: what is left of its values after a prediction, laid out for a general
//! compressor. Every function pair is a bijection on all bit patterns.

use super::shuffle::{shuffle, unshuffle};
use crate::error::{Result, corrupt};

/// What a value is predicted from. The numbers are those of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Predictor {
    /// Nothing: the residual is the value.
    None = 0,
    /// The same row of the base.
    Temporal = 1,
    /// The element before it in the block.
    Previous = 2,
}

/// How residuals are laid out. The numbers are those of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// All residuals are zero: no bytes.
    Zero = 0,
    /// All residuals, shuffled.
    Dense = 1,
    /// A bit mask of the residuals that are not zero, then those, shuffled.
    Sparse = 2,
}

impl Predictor {
    pub fn from_code(code: u8) -> Result<Self> {
        match code {
            0 => Ok(Self::None),
            1 => Ok(Self::Temporal),
            2 => Ok(Self::Previous),
            _ => Err(corrupt(format!("Predictor {code} is not known."))),
        }
    }
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
}

/// Residuals of `values` against `base` (as long as `values`; read for `Temporal` only), laid out
/// into `out`. Floats are compared in the order of their values, so that a small change is a small
/// residual whatever the sign.
pub(crate) fn encode_words(
    predictor: Predictor,
    is_float: bool,
    values: &[u32],
    base: &[u32],
    out: &mut Vec<u8>,
) -> Layout {
    let residuals: Vec<u32> = match predictor {
        Predictor::None => values.to_vec(),
        Predictor::Temporal if is_float => {
            let difference =
                |(value, base): (&u32, &u32)| zigzag(ordered(*value).wrapping_sub(ordered(*base)));
            values.iter().zip(base).map(difference).collect()
        }
        Predictor::Temporal => values
            .iter()
            .zip(base)
            .map(|(v, b)| zigzag(v.wrapping_sub(*b)))
            .collect(),
        Predictor::Previous => {
            let before = std::iter::once(&0).chain(values);
            values
                .iter()
                .zip(before)
                .map(|(v, b)| zigzag(v.wrapping_sub(*b)))
                .collect()
        }
    };
    lay_out(&residuals, out)
}

/// The values of a block of `count` elements. `base` is asked for `Temporal` only.
pub(crate) fn decode_words(
    predictor: Predictor,
    layout: Layout,
    is_float: bool,
    count: usize,
    bytes: &[u8],
    base: &[u32],
) -> Result<Vec<u32>> {
    let mut values = read_layout(layout, count, bytes)?;
    match predictor {
        Predictor::None => {}
        Predictor::Temporal if base.len() != count => {
            return Err(corrupt("The base has other rows than the delta."));
        }
        Predictor::Temporal if is_float => {
            for (value, base) in values.iter_mut().zip(base) {
                *value = unordered(ordered(*base).wrapping_add(unzigzag(*value)));
            }
        }
        Predictor::Temporal => {
            for (value, base) in values.iter_mut().zip(base) {
                *value = base.wrapping_add(unzigzag(*value));
            }
        }
        Predictor::Previous => {
            let mut before = 0u32;
            for value in &mut values {
                before = before.wrapping_add(unzigzag(*value));
                *value = before;
            }
        }
    }
    Ok(values)
}

/// Byte arrays know two predictors: none and temporal.
pub(crate) fn encode_bytes(
    predictor: Predictor,
    values: &[u8],
    base: &[u8],
    out: &mut Vec<u8>,
) -> Layout {
    let start = out.len();
    match predictor {
        Predictor::Temporal => {
            out.extend(
                values
                    .iter()
                    .zip(base)
                    .map(|(value, base)| value.wrapping_sub(*base)),
            );
        }
        Predictor::None | Predictor::Previous => out.extend_from_slice(values),
    }
    if out[start..].iter().all(|byte| *byte == 0) {
        out.truncate(start);
        return Layout::Zero;
    }
    Layout::Dense
}

/// The bytes of a block of `count` elements.
pub(crate) fn decode_bytes(
    predictor: Predictor,
    layout: Layout,
    count: usize,
    bytes: &[u8],
    base: &[u8],
) -> Result<Vec<u8>> {
    let mut values = match layout {
        Layout::Zero if bytes.is_empty() => vec![0; count],
        Layout::Dense if bytes.len() == count => bytes.to_vec(),
        _ => return Err(corrupt("A byte block has a wrong layout.")),
    };
    match predictor {
        Predictor::None => {}
        Predictor::Temporal if base.len() == count => {
            for (value, base) in values.iter_mut().zip(base) {
                *value = value.wrapping_add(*base);
            }
        }
        Predictor::Temporal => return Err(corrupt("The base has other rows than the delta.")),
        Predictor::Previous => return Err(corrupt("A byte block has a wrong predictor.")),
    }
    Ok(values)
}

/// The most bytes that laid-out residuals of `count` words may take.
pub(crate) fn max_laid_out(count: usize) -> usize {
    count * 4 + count.div_ceil(8)
}

/// Bytes of a sparse block when few residuals differ from zero; else dense.
fn lay_out(residuals: &[u32], out: &mut Vec<u8>) -> Layout {
    let changed = residuals.iter().filter(|residual| **residual != 0).count();
    if changed == 0 {
        return Layout::Zero;
    }
    if changed > residuals.len() / 2 {
        shuffle(residuals, out);
        return Layout::Dense;
    }
    for eight in residuals.chunks(8) {
        let bits = eight.iter().enumerate();
        out.push(bits.fold(0, |mask, (bit, residual)| {
            mask | (u8::from(*residual != 0) << bit)
        }));
    }
    let packed: Vec<u32> = residuals
        .iter()
        .copied()
        .filter(|residual| *residual != 0)
        .collect();
    shuffle(&packed, out);
    Layout::Sparse
}

fn read_layout(layout: Layout, count: usize, bytes: &[u8]) -> Result<Vec<u32>> {
    match layout {
        Layout::Zero if bytes.is_empty() => Ok(vec![0; count]),
        Layout::Dense if bytes.len() == count * 4 => Ok(unshuffle(bytes)),
        Layout::Sparse if bytes.len() >= count.div_ceil(8) => {
            let (mask, packed) = bytes.split_at(count.div_ceil(8));
            let changed: usize = mask.iter().map(|byte| byte.count_ones() as usize).sum();
            let beyond = mask
                .last()
                .is_some_and(|last| !count.is_multiple_of(8) && last >> (count % 8) != 0);
            if beyond || packed.len() != changed * 4 {
                return Err(corrupt(
                    "The mask of a sparse block does not fit its values.",
                ));
            }
            let mut packed = unshuffle(packed).into_iter();
            let is_set = |row: usize| mask[row / 8] >> (row % 8) & 1 == 1;
            Ok((0..count)
                .map(|row| {
                    if is_set(row) {
                        packed.next().unwrap_or(0)
                    } else {
                        0
                    }
                })
                .collect())
        }
        _ => Err(corrupt("The bytes of a block do not fit its layout.")),
    }
}

/// Float bits as integers that rise with the value: -inf < -1 < -0 < 0 < 1 < inf.
fn ordered(bits: u32) -> u32 {
    if bits >> 31 == 1 {
        !bits
    } else {
        bits | 0x8000_0000
    }
}

fn unordered(value: u32) -> u32 {
    if value >> 31 == 1 {
        value & 0x7fff_ffff
    } else {
        !value
    }
}

/// Differences near zero, of either sign, become small numbers.
fn zigzag(difference: u32) -> u32 {
    (difference << 1) ^ ((difference as i32 >> 31) as u32)
}

fn unzigzag(value: u32) -> u32 {
    (value >> 1) ^ (value & 1).wrapping_neg()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOSTILE: [u32; 12] = [
        0,
        0x8000_0000,
        0x7f80_0000,
        0xff80_0000,
        0x7fc0_0000,
        0xffc1_2345,
        0x7f80_0001,
        0xffff_ffff,
        1,
        0x8000_0001,
        0x3f80_0000,
        0x7149_f2ca,
    ];

    fn round_trip(predictor: Predictor, is_float: bool, values: &[u32], base: &[u32]) -> Layout {
        let mut bytes = Vec::new();
        let layout = encode_words(predictor, is_float, values, base, &mut bytes);
        assert!(bytes.len() <= max_laid_out(values.len()));
        let decoded =
            decode_words(predictor, layout, is_float, values.len(), &bytes, base).unwrap();
        assert_eq!(decoded, values);
        layout
    }

    #[test]
    fn hostile_bits_survive_every_predictor() {
        for shift in 0..HOSTILE.len() {
            let mut base = HOSTILE;
            base.rotate_left(shift);
            for predictor in [Predictor::None, Predictor::Temporal, Predictor::Previous] {
                for is_float in [false, true] {
                    round_trip(predictor, is_float, &HOSTILE, &base);
                }
            }
        }
    }

    #[test]
    fn layouts_follow_the_number_of_changes() {
        let base: Vec<u32> = (0..1000).collect();
        let mut values = base.clone();
        assert_eq!(
            round_trip(Predictor::Temporal, true, &values, &base),
            Layout::Zero
        );
        values[17] = 99;
        assert_eq!(
            round_trip(Predictor::Temporal, true, &values, &base),
            Layout::Sparse
        );
        values.iter_mut().for_each(|value| *value += 5);
        assert_eq!(
            round_trip(Predictor::Temporal, true, &values, &base),
            Layout::Dense
        );
        assert_eq!(round_trip(Predictor::None, true, &[], &[]), Layout::Zero);
    }

    #[test]
    fn a_step_of_one_ulp_is_a_small_residual_on_both_sides_of_zero() {
        let base = [1.0f32.to_bits(), (-1.0f32).to_bits(), 0.0f32.to_bits()];
        let next = [base[0] + 1, base[1] + 1, (-0.0f32).to_bits()];
        let mut bytes = Vec::new();
        assert_eq!(
            encode_words(Predictor::Temporal, true, &next, &base, &mut bytes),
            Layout::Dense
        );
        assert_eq!(unshuffle(&bytes), [2, 1, 1]);
    }

    #[test]
    fn damaged_layouts_are_refused() {
        let decode = |layout, count, bytes: &[u8]| {
            decode_words(Predictor::None, layout, false, count, bytes, &[])
        };
        assert!(decode(Layout::Zero, 4, &[0]).is_err());
        assert!(decode(Layout::Dense, 4, &[0; 15]).is_err());
        assert!(decode(Layout::Sparse, 9, &[1]).is_err());
        assert!(
            decode(Layout::Sparse, 4, &[0b1_0000, 0, 0, 0, 0]).is_err(),
            "bit beyond the rows"
        );
        assert!(decode(Layout::Sparse, 4, &[1, 0, 0, 0]).is_err());
        assert!(decode(Layout::Sparse, 4, &[1, 7, 0, 0, 0]).is_ok());
        assert!(decode_words(Predictor::Temporal, Layout::Zero, true, 2, &[], &[1]).is_err());
        assert!(decode_bytes(Predictor::Temporal, Layout::Zero, 2, &[], &[1]).is_err());
        assert!(decode_bytes(Predictor::Previous, Layout::Zero, 2, &[], &[]).is_err());
        assert!(decode_bytes(Predictor::None, Layout::Sparse, 2, &[1, 2], &[]).is_err());
        assert!(Predictor::from_code(3).is_err());
        assert!(Layout::from_code(3).is_err());
    }

    proptest! {
        #[test]
        fn words_round_trip(
            pairs in prop::collection::vec((any::<u32>(), any::<u32>(), any::<bool>()), 0..300),
            is_float in any::<bool>(),
        ) {
            let base: Vec<u32> = pairs.iter().map(|(_, base, _)| *base).collect();
            let values: Vec<u32> =
                pairs.iter().map(|(v, b, same)| if *same { *b } else { *v }).collect();
            for predictor in [Predictor::None, Predictor::Temporal, Predictor::Previous] {
                round_trip(predictor, is_float, &values, &base);
            }
        }

        #[test]
        fn bytes_round_trip(pairs in prop::collection::vec((any::<u8>(), any::<u8>()), 0..300)) {
            let (values, base): (Vec<u8>, Vec<u8>) = pairs.into_iter().unzip();
            for predictor in [Predictor::None, Predictor::Temporal] {
                let mut bytes = Vec::new();
                let layout = encode_bytes(predictor, &values, &base, &mut bytes);
                let decoded =
                    decode_bytes(predictor, layout, values.len(), &bytes, &base).unwrap();
                prop_assert_eq!(decoded, values.clone());
            }
        }
    }
}
