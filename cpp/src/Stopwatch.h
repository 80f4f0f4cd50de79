// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <chrono>

namespace ckp {

// Adds up the time of the parts of a command that belong together.
class Stopwatch
{
 public:
  // Counts from its making to the end of its scope.
  class Lap
  {
   public:
    explicit Lap(Stopwatch& stopwatch)
        : stopwatch_(stopwatch), start_(Clock::now())
    {
    }
    ~Lap() { stopwatch_.total_ += Clock::now() - start_; }
    Lap(const Lap&) = delete;
    Lap& operator=(const Lap&) = delete;

   private:
    Stopwatch& stopwatch_;
    std::chrono::steady_clock::time_point start_;
  };

  double seconds() const
  {
    return std::chrono::duration<double>(total_).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::duration total_{};
};

}  // namespace ckp
