// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "CkpHandle.h"

namespace sta {
class Sta;
}

namespace ckp {

// The tool of a message, as OpenROAD's logger takes it.
enum ToolId
{
  CKP
};

// A refused or failed command. The text begins with the message id.
class Error : public std::runtime_error
{
 public:
  Error(int id, const char* status, const std::string& message);
  int id() const { return id_; }
  const char* status() const { return status_; }
  // The text without the id.
  const std::string& message() const { return message_; }

 private:
  int id_;
  const char* status_;
  std::string message_;
};

// "0012" for 12.
std::string messageNumber(int id);

// Messages to the user. The call shape is the one of OpenROAD's logger, which
// another host may be built on; ids are literals listed in docs/messages.md.
class Host
{
 public:
  virtual ~Host() = default;
  // Prints `text`, which brings its own line ends, to the shell's output and
  // to wherever that is redirected or logged.
  virtual void print(const std::string& text) = 0;
  // Tells the shell that a command failed, in the way of its own commands.
  // Returns the text of the Tcl error.
  virtual std::string tellFailure(const Error& error) { return error.what(); }
  [[noreturn]] void error(ToolId tool, int id, const std::string& message);
  // Gives a failure of the library its message id.
  [[noreturn]] void error(const LibraryError& failure);
};

std::unique_ptr<Host> makeHost(sta::Sta* sta);

}  // namespace ckp
