// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <string>

#include "CkpHandle.h"
#include "TemporaryDirectory.h"

namespace ckp {

class Design;
class Host;

// Puts the design of a stage into the host, and the one that was there back
// again unless it is told to keep the new one.
class DesignSwap
{
 public:
  // What cannot be used is refused here, before anything changes.
  DesignSwap(Design& design,
             Host& host,
             const ckp_store* store,
             const std::string& stage);
  ~DesignSwap();
  DesignSwap(const DesignSwap&) = delete;
  DesignSwap& operator=(const DesignSwap&) = delete;

  // Once.
  void replace();
  void keep() { is_replaced_ = false; }

 private:
  Design& design_;
  Host& host_;
  TemporaryDirectory stored_;
  TemporaryDirectory before_;
  // The design in the host is not the one of `before_`.
  bool is_replaced_ = false;
};

}  // namespace ckp
