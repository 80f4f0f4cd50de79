// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "Host.h"

namespace ckp {

std::string messageNumber(int id)
{
  const std::string digits = std::to_string(id);
  return std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

Error::Error(int id, const char* status, const std::string& message)
    : std::runtime_error("CKP-" + messageNumber(id) + ": " + message),
      id_(id),
      status_(status),
      message_(message)
{
}

void Host::error(ToolId, int id, const std::string& message)
{
  constexpr int first_engine_id = 20;
  constexpr int unsound_store_id = 27;
  constexpr int condition_id = 32;
  throw Error(id,
              id < first_engine_id     ? "INVALID_ARGUMENT"
              : id == unsound_store_id ? "CORRUPT"
              : id == condition_id     ? "CONDITION"
                                       : "ENGINE",
              message);
}

void Host::error(const LibraryError& failure)
{
  const char* message = failure.what();
  switch (failure.status()) {
    case CKP_INVALID_ARGUMENT:
      throw Error(40, "INVALID_ARGUMENT", message);
    case CKP_SHAPE_MISMATCH:
      throw Error(41, "SHAPE_MISMATCH", message);
    case CKP_NOT_FOUND:
      throw Error(42, "NOT_FOUND", message);
    case CKP_ALREADY_EXISTS:
      throw Error(43, "ALREADY_EXISTS", message);
    case CKP_IO:
      throw Error(44, "IO", message);
    case CKP_NO_SPACE:
      throw Error(45, "NO_SPACE", message);
    case CKP_LOCKED:
      throw Error(46, "LOCKED", message);
    case CKP_UNSUPPORTED:
      throw Error(47, "UNSUPPORTED", message);
    case CKP_CORRUPT:
      throw Error(48, "CORRUPT", message);
    case CKP_TRUNCATED:
      throw Error(49, "TRUNCATED", message);
    case CKP_BASE_MISSING:
      throw Error(50, "BASE_MISSING", message);
    case CKP_BASE_MISMATCH:
      throw Error(51, "BASE_MISMATCH", message);
    case CKP_STATE:
      throw Error(52, "STATE", message);
    case CKP_PANIC:
      throw Error(53, "PANIC", message);
    default:
      throw Error(54, "UNKNOWN", message);
  }
}

}  // namespace ckp
