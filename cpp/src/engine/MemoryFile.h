// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "FileSizeGuard.h"

namespace ckp {

// An unnamed file in memory, so that constraints can be written by the engine,
// which knows only files, without leaving anything on disk.
class MemoryFile
{
 public:
  MemoryFile() : descriptor_(memfd_create("ckp_sdc", MFD_CLOEXEC))
  {
    if (descriptor_ < 0) {
      throw std::system_error(errno, std::generic_category(), "memfd_create");
    }
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const
  {
    return "/proc/self/fd/" + std::to_string(descriptor_);
  }

  std::string contents() const
  {
    guard_.check("the constraints");
    std::string text(lseek(descriptor_, 0, SEEK_END), '\0');
    size_t done = 0;
    while (done < text.size()) {
      const ssize_t count
          = pread(descriptor_, &text[done], text.size() - done, done);
      if (count <= 0) {
        throw std::system_error(errno, std::generic_category(), "pread");
      }
      done += count;
    }
    return text;
  }

 private:
  FileSizeGuard guard_;
  int descriptor_;
};

}  // namespace ckp
