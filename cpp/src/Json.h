// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ckp {

// A JSON object for programs, put together member by member.
class JsonObject
{
 public:
  void add(const char* name, const std::string& value);
  void add(const char* name, const std::vector<std::string>& values);
  // With all its digits; null where JSON has no number for it.
  void add(const char* name, double value);
  void addCount(const char* name, uint64_t value);
  void addFlag(const char* name, bool value);
  // `value` is JSON already.
  void addJson(const char* name, const std::string& value);
  // The object and a line end.
  std::string text() const;

 private:
  std::string members_;
};

}  // namespace ckp
