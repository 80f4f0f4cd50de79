// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>

#include "ckp.h"

namespace ckp {

// A failed call of the library.
class LibraryError : public std::runtime_error
{
 public:
  LibraryError(ckp_status status, const std::string& message)
      : std::runtime_error(message), status_(status)
  {
  }
  ckp_status status() const { return status_; }

 private:
  ckp_status status_;
};

// Frees a handle with the library's own function.
template <auto free_function>
struct HandleFree
{
  template <class T>
  void operator()(T* handle) const
  {
    free_function(handle);
  }
};

using ErrorHandle = std::unique_ptr<ckp_error, HandleFree<ckp_error_free>>;
using TextHandle = std::unique_ptr<ckp_text, HandleFree<ckp_text_free>>;
using StoreHandle = std::unique_ptr<ckp_store, HandleFree<ckp_store_free>>;
using ObjectsHandle
    = std::unique_ptr<ckp_objects, HandleFree<ckp_objects_free>>;
using OptionsHandle
    = std::unique_ptr<ckp_options, HandleFree<ckp_options_free>>;
using CaptureHandle
    = std::unique_ptr<ckp_capture, HandleFree<ckp_capture_abort>>;
using StageHandle
    = std::unique_ptr<const ckp_stage, HandleFree<ckp_stage_free>>;
using KeepHandle = std::unique_ptr<ckp_keep, HandleFree<ckp_keep_free>>;
using DiffQueryHandle
    = std::unique_ptr<ckp_diff_query, HandleFree<ckp_diff_query_free>>;
using PathQueryHandle
    = std::unique_ptr<ckp_path_query, HandleFree<ckp_path_query_free>>;
using AlignmentHandle
    = std::unique_ptr<ckp_alignment, HandleFree<ckp_alignment_free>>;

// Calls a function of the library; throws LibraryError when it fails.
template <class Function, class... Arguments>
void call(Function function, Arguments... arguments)
{
  ckp_error* raw_error = nullptr;
  const ckp_status status = function(arguments..., &raw_error);
  const ErrorHandle error(raw_error);
  if (status != CKP_OK) {
    throw LibraryError(
        status, error ? ckp_error_message(error.get()) : "No reason given.");
  }
}

// The same for functions whose last output is a new handle.
template <class Handle, class Function, class... Arguments>
Handle make(Function function, Arguments... arguments)
{
  typename Handle::pointer handle = nullptr;
  call(function, arguments..., &handle);
  return Handle(handle);
}

// The same for functions whose last output is a text.
template <class Function, class... Arguments>
std::string makeText(Function function, Arguments... arguments)
{
  const TextHandle text = make<TextHandle>(function, arguments...);
  return {ckp_text_data(text.get()), ckp_text_size(text.get())};
}

}  // namespace ckp
