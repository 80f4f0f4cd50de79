// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "DesignSwap.h"

#include "Design.h"
#include "Host.h"

namespace ckp {

namespace {

// Returns whether there were any.
bool extractDesign(const ckp_stage* stage, const std::string& directory)
{
  uint32_t count = 0;
  bool has_design = false;
  call(ckp_stage_item_count, stage, CKP_LIST_ATTACHMENTS, &count);
  for (uint32_t i = 0; i < count; i++) {
    const std::string name
        = makeText(ckp_stage_item, stage, CKP_LIST_ATTACHMENTS, i);
    if (name.rfind(kDesignPrefix, 0) == 0) {
      has_design = true;
      const std::string path = directory + "/" + name;
      uint32_t written = 0;
      call(ckp_stage_extract_file, stage, name.c_str(), path.c_str(), &written);
    }
  }
  return has_design;
}

}  // namespace

DesignSwap::DesignSwap(Design& design,
                       Host& host,
                       const ckp_store* store,
                       const std::string& stage)
    : design_(design), host_(host)
{
  const auto opened = make<StageHandle>(ckp_stage_open, store, stage.c_str());
  if (!extractDesign(opened.get(), stored_.path())) {
    host_.error(CKP,
                64,
                "Stage " + stage
                    + " was saved without -with_design, so it has no design.");
  }
  design_.read(stored_.path());
}

void DesignSwap::replace()
{
  if (design_.isLoaded()) {
    design_.save(before_.path());
    is_replaced_ = true;
  }
  design_.replace();
}

DesignSwap::~DesignSwap()
{
  if (is_replaced_) {
    try {
      design_.read(before_.path());
      design_.replace();
    } catch (const std::exception& failure) {
      host_.print(
          std::string("The design that was there could not be put back: ")
          + failure.what() + "\n");
    }
  }
}

}  // namespace ckp
