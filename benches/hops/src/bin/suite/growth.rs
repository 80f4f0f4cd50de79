// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! How a figure grows with the number of instances.

/// The exponent of the power of the size that comes nearest to the values: least squares of logarithms. None
/// for fewer than two sizes.
pub fn exponent(points: &[(f64, f64)]) -> Option<f64> {
    let logarithms: Vec<(f64, f64)> = points
        .iter()
        .filter(|(size, value)| *size > 0.0 && *value > 0.0)
        .map(|(size, value)| (size.ln(), value.ln()))
        .collect();
    let count = logarithms.len() as f64;
    let mean_size = logarithms.iter().map(|(size, _)| size).sum::<f64>() / count;
    let mean_value = logarithms.iter().map(|(_, value)| value).sum::<f64>() / count;
    let spread: f64 = logarithms.iter().map(|(size, _)| (size - mean_size).powi(2)).sum();
    let common: f64 =
        logarithms.iter().map(|(size, value)| (size - mean_size) * (value - mean_value)).sum();
    (spread > 0.0).then_some(common / spread)
}

#[cfg(test)]
mod tests {
    use super::exponent;

    #[test]
    fn powers_have_their_exponents() {
        for power in [0.5, 1.0, 1.05, 2.0] {
            let points = [50e3_f64, 250e3, 1e6, 3e6].map(|size| (size, 3e-6 * size.powf(power)));
            assert!((exponent(&points).unwrap() - power).abs() < 1e-12, "{power}");
        }
    }

    #[test]
    fn one_size_has_no_exponent() {
        assert_eq!(exponent(&[]), None);
        assert_eq!(exponent(&[(1e6, 2.0), (1e6, 3.0)]), None);
    }
}
