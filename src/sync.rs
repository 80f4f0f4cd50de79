// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The lock inside stages: that of parking_lot, or, in a build of its own, one whose waits a test schedules.

#[cfg(not(ckp_schedules))]
pub(crate) use parking_lot::Mutex;

#[cfg(ckp_schedules)]
pub(crate) use scheduled::Mutex;

#[cfg(ckp_schedules)]
mod scheduled {
    use std::sync::PoisonError;

    use shuttle::sync::MutexGuard;

    /// As far as it is used here.
    #[derive(Debug, Default)]
    pub(crate) struct Mutex<T>(shuttle::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }
}
