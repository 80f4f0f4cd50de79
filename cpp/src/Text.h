// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <string>
#include <vector>

namespace ckp {

// `format` has one conversion of a double, as "%.2f".
std::string formatNumber(const char* format, double value);
// Without the escape characters that stand before `escaped`.
std::string unescape(const std::string& text, char escape, char escaped);
std::string join(const std::vector<std::string>& words, const char* separator);

}  // namespace ckp
