// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Arithmetic on float bits that gives the same bits on every machine: `docs/format.md`, "Arithmetic".
//!
//! Only single additions, subtractions, multiplications and divisions, each rounded once (Rust never
//! fuses them). Subnormal operands and results count as zero, because a host process may have told its
//! floating-point unit so; NaN never enters, because its payload after an operation is anybody's guess.

/// The engine's infinity: no path.
pub(crate) const INFINITE: u32 = 0x7149_f2ca;

/// The value of finite bits; subnormals are zero.
pub(crate) fn finite(bits: u32) -> Option<f32> {
    match bits >> 23 & 0xff {
        0 => Some(0.0),
        0xff => None,
        _ => Some(f32::from_bits(bits)),
    }
}

/// The bits of a result; subnormals and zeros of either sign are plain zero.
pub(crate) fn bits(value: f32) -> u32 {
    let bits = value.to_bits();
    if bits >> 23 & 0xff == 0 { 0 } else { bits }
}

/// `a - b` in 32 bits.
pub(crate) fn subtract(a: u32, b: u32) -> Option<u32> {
    Some(bits(finite(a)? - finite(b)?))
}

/// `a + (b - c)` in 64 bits, rounded to 32.
pub(crate) fn offset(a: u32, b: u32, c: u32) -> Option<u32> {
    let (a, b, c) = (f64::from(finite(a)?), f64::from(finite(b)?), f64::from(finite(c)?));
    Some(bits((a + (b - c)) as f32))
}

/// `a * (b / c)` in 64 bits, rounded to 32; `a` where `c` is zero.
pub(crate) fn scale(a: u32, b: u32, c: u32) -> Option<u32> {
    let (a, b, c) = (f64::from(finite(a)?), f64::from(finite(b)?), f64::from(finite(c)?));
    Some(bits(if c == 0.0 { a as f32 } else { (a * (b / c)) as f32 }))
}

/// Float bits as integers that rise with the value: -inf < -1 < -0 < 0 < 1 < inf.
pub(crate) fn ordered(bits: u32) -> u32 {
    if bits >> 31 == 1 { !bits } else { bits | 0x8000_0000 }
}

/// The inverse of [`ordered`].
pub(crate) fn unordered(value: u32) -> u32 {
    if value >> 31 == 1 { value & 0x7fff_ffff } else { !value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_bits_do_not_enter() {
        let one = 1.0f32.to_bits();
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(subtract(one, bad.to_bits()), None);
            assert_eq!(scale(bad.to_bits(), one, one), None);
            assert_eq!(offset(one, one, bad.to_bits()), None);
        }
        assert_eq!(subtract(1, 2), Some(0), "subnormals are zero");
        assert_eq!(subtract((-0.0f32).to_bits(), 0), Some(0), "zero has no sign");
        let least = f32::MIN_POSITIVE.to_bits();
        assert_eq!(scale(least, one, 2.0f32.to_bits()), Some(0), "so are subnormal results");
        assert_eq!(scale(one, one, 0), Some(one));
        assert_eq!(f32::from_bits(INFINITE), 1e30);
    }

    #[test]
    fn every_step_is_rounded_once() {
        let value = |x: f32| x.to_bits();
        assert_eq!(subtract(value(3.0), value(0.1)), Some(value(3.0f32 - 0.1f32)));
        assert_eq!(offset(value(1.0), value(0.3), value(0.1)), Some(value(1.2)));
        assert_eq!(scale(value(2.0), value(3.0), value(4.0)), Some(value(1.5)));
    }

    #[test]
    fn order_is_that_of_values() {
        let rising = [f32::NEG_INFINITY, -1.0, -1e-40, -0.0, 0.0, 1e-40, 1.0, f32::INFINITY];
        let order: Vec<u32> = rising.iter().map(|value| ordered(value.to_bits())).collect();
        assert!(order.is_sorted());
        assert!(order.iter().zip(&rising).all(|(o, v)| unordered(*o) == v.to_bits()));
    }
}
