// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "Text.h"

#include <cstdio>

namespace ckp {

std::string formatNumber(const char* format, double value)
{
  char text[64];
  snprintf(text, sizeof text, format, value);
  return text;
}

std::string unescape(const std::string& text, char escape, char escaped)
{
  std::string plain;
  for (size_t i = 0; i < text.size(); i++) {
    const bool is_escape = text[i] == escape && i + 1 < text.size();
    if (!is_escape || text[i + 1] != escaped) {
      plain += text[i];
    }
    if (is_escape) {
      // What it stands before, be it another escape character.
      i++;
      plain += text[i];
    }
  }
  return plain;
}

std::string join(const std::vector<std::string>& words, const char* separator)
{
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : separator) + word;
  }
  return text;
}

}  // namespace ckp
