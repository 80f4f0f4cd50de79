// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <sys/resource.h>

#include <csignal>
#include <ctime>
#include <string>

#include "CkpHandle.h"

namespace ckp {

// While the object is there, what the engine writes in this thread beyond the
// limit of file sizes (RLIMIT_FSIZE) is not written, as on a full disk, instead
// of ending the process by the signal SIGXFSZ. Files in memory are under that
// limit, too. The engine looks at few of its writes, so check() has to be
// called after the last one.
class FileSizeGuard
{
 public:
  FileSizeGuard()
  {
    sigemptyset(&signal_);
    sigaddset(&signal_, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &signal_, &mask_before_);
  }
  ~FileSizeGuard()
  {
    takeSignal();
    pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  }
  FileSizeGuard(const FileSizeGuard&) = delete;
  FileSizeGuard& operator=(const FileSizeGuard&) = delete;

  // Throws when a write was refused; `what` was to be written.
  void check(const char* what) const
  {
    if (takeSignal()) {
      rlimit limit = {};
      getrlimit(RLIMIT_FSIZE, &limit);
      throw LibraryError(CKP_NO_SPACE,
                         std::string("The engine cannot write ") + what
                             + ": a file may have "
                             + std::to_string(limit.rlim_cur)
                             + " bytes here. Raise the limit (ulimit -f).");
    }
  }

 private:
  // The kernel sends the signal to the thread that writes.
  bool takeSignal() const
  {
    const timespec no_wait = {};
    return sigtimedwait(&signal_, nullptr, &no_wait) == SIGXFSZ;
  }

  sigset_t signal_;
  sigset_t mask_before_;
};

}  // namespace ckp
