// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "Host.h"
#include "ord/OpenRoad.hh"
#include "utl/Logger.h"

namespace ckp {

namespace {

class HostOpenRoad : public Host
{
 public:
  explicit HostOpenRoad(utl::Logger* logger) : logger_(logger) {}
  void print(const std::string& text) override { logger_->reportLiteral(text); }
  std::string tellFailure(const Error& error) override;

 private:
  utl::Logger* logger_;
};

// An OpenROAD that was not built for ckp has no such tool in its logger. There
// the Tcl error carries the whole message, which the shell logs unless a script
// catches it.
std::string HostOpenRoad::tellFailure(const Error& error)
{
  const utl::ToolId tool = utl::Logger::findToolId("CKP");
  if (tool == utl::UKN) {
    return error.what();
  }
  try {
    logger_->error(tool, error.id(), "{}", error.message());
  } catch (const std::runtime_error& logged) {
    return logged.what();
  }
}

}  // namespace

std::unique_ptr<Host> makeHost(sta::Sta*)
{
  return std::make_unique<HostOpenRoad>(ord::OpenRoad::openRoad()->getLogger());
}

}  // namespace ckp
