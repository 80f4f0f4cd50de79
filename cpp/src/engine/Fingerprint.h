// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <cstdint>

namespace ckp {

// Tells whether a row of numbers is the one that it was before, in the same
// process.
class Fingerprint
{
 public:
  void add(uint64_t number)
  {
    value_ = (value_ ^ number) * 0x9E3779B97F4A7C15;
    value_ ^= value_ >> 32;
  }

  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 1;
};

}  // namespace ckp
