// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "Json.h"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace ckp {

namespace {

std::string quoted(const std::string& text)
{
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      snprintf(escape, sizeof escape, "\\u%04x", c);
      json += escape;
    } else {
      json += c;
    }
  }
  return json + '"';
}

}  // namespace

void JsonObject::add(const char* name, const std::string& value)
{
  addJson(name, quoted(value));
}

void JsonObject::add(const char* name, const std::vector<std::string>& values)
{
  std::string list;
  for (const std::string& value : values) {
    list += (list.empty() ? "" : ", ") + quoted(value);
  }
  addJson(name, "[" + list + "]");
}

void JsonObject::add(const char* name, double value)
{
  // Whatever the locale.
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  addJson(name, std::isfinite(value) ? std::string(digits, end) : "null");
}

void JsonObject::addCount(const char* name, uint64_t value)
{
  addJson(name, std::to_string(value));
}

void JsonObject::addFlag(const char* name, bool value)
{
  addJson(name, value ? "true" : "false");
}

void JsonObject::addJson(const char* name, const std::string& value)
{
  members_ += (members_.empty() ? "\n  " : ",\n  ") + quoted(name) + ": ";
  for (const char c : value.substr(0, value.find_last_not_of('\n') + 1)) {
    members_ += c;
    // A line end inside JSON is only ever one between members.
    if (c == '\n') {
      members_ += "  ";
    }
  }
}

std::string JsonObject::text() const
{
  return "{" + members_ + "\n}\n";
}

}  // namespace ckp
