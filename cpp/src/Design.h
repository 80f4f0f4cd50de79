// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <memory>
#include <string>
#include <vector>

namespace sta {
class Sta;
}

namespace ckp {

class Host;

// The design that the host holds: what is timed, as far as it is not read again
// with every start of the shell. It is saved as attachments of a stage. Equal
// designs save equal bytes.
class Design
{
 public:
  virtual ~Design() = default;
  // Whether there is one.
  virtual bool isLoaded() const = 0;
  // Writes its files to `directory`. Returns their names, which begin with
  // kDesignPrefix.
  virtual std::vector<std::string> save(const std::string& directory) = 0;
  // Reads the files in `directory`, and refuses what does not fit into this
  // host. Nothing has changed yet.
  virtual void read(const std::string& directory) = 0;
  // Replaces the design by the one that was read, and forgets all timing. When
  // this fails, a part of it may be there.
  virtual void replace() = 0;
};

constexpr const char* kDesignPrefix = "design.";

// Null where the host has no design database.
std::unique_ptr<Design> makeDesign(sta::Sta* sta, Host& host);

}  // namespace ckp
