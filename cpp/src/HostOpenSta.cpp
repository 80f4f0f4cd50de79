// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "Design.h"
#include "Host.h"
#include "engine/Sta.h"

namespace ckp {

namespace {

class HostOpenSta : public Host
{
 public:
  explicit HostOpenSta(sta::Sta* sta) : sta_(sta) {}
  void print(const std::string& text) override
  {
    sta_->report()->printString(text.data(), text.size());
  }

 private:
  sta::Sta* sta_;
};

}  // namespace

std::unique_ptr<Host> makeHost(sta::Sta* sta)
{
  return std::make_unique<HostOpenSta>(sta);
}

// OpenSTA has a netlist, which it reads again, and no database.
std::unique_ptr<Design> makeDesign(sta::Sta*, Host&)
{
  return nullptr;
}

}  // namespace ckp
