// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <string>
#include <vector>

namespace ckp {

// `format` has one conversion of a double, as "%.2f".
std::string formatNumber(const char* format, double value);
std::string join(const std::vector<std::string>& words, const char* separator);

}  // namespace ckp
