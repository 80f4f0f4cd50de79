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

std::string join(const std::vector<std::string>& words, const char* separator)
{
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : separator) + word;
  }
  return text;
}

}  // namespace ckp
