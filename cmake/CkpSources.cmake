# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# The sources of the module, from the top of the project: ckp_module_sources for the engine of
# OpenSTA_GENERATION, ckp_openroad_sources for OpenROAD.

set(ckp_common_sources
  cpp/src/Checkpoint.cpp
  cpp/src/Constraints.cpp
  cpp/src/DesignSwap.cpp
  cpp/src/Host.cpp
  cpp/src/Json.cpp
  cpp/src/MakeCheckpoint.cpp
  cpp/src/ObjectTable.cpp
  cpp/src/RestoreReport.cpp
  cpp/src/StaCapture.cpp
  cpp/src/StaRestore.cpp
  cpp/src/StaRestoreLimits.cpp
  cpp/src/Text.cpp
  cpp/src/engine/EndpointSlacks.cpp
  cpp/src/engine/Engine.cpp)

set(ckp_debian_sources
  cpp/src/engine/EngineDebian.cpp
  cpp/src/engine/EngineDebianClocks.cpp
  cpp/src/engine/EngineDebianEndpoints.cpp
  cpp/src/engine/EngineDebianLibrary.cpp
  cpp/src/engine/EngineDebianLimits.cpp
  cpp/src/engine/EngineDebianLoops.cpp
  cpp/src/engine/EngineDebianPaths.cpp
  cpp/src/engine/EngineDebianRestore.cpp
  cpp/src/engine/EngineDebianSearch.cpp
  cpp/src/engine/WatchDebian.cpp)

# OpenSTA 2.7 and 3.
set(ckp_opensta_sources
  cpp/src/engine/EngineOpenSta.cpp
  cpp/src/engine/EngineOpenStaClocks.cpp
  cpp/src/engine/EngineOpenStaEndpoints.cpp
  cpp/src/engine/EngineOpenStaLibrary.cpp
  cpp/src/engine/EngineOpenStaLimits.cpp
  cpp/src/engine/EngineOpenStaPaths.cpp
  cpp/src/engine/EngineOpenStaPlanes.cpp
  cpp/src/engine/EngineOpenStaRestore.cpp
  cpp/src/engine/WatchOpenSta.cpp)

set(ckp_module_sources ${ckp_common_sources} cpp/src/HostOpenSta.cpp)
if(OpenSTA_GENERATION STREQUAL "debian")
  list(APPEND ckp_module_sources ${ckp_debian_sources})
else()
  list(APPEND ckp_module_sources ${ckp_opensta_sources})
endif()

set(ckp_openroad_sources
  ${ckp_common_sources}
  ${ckp_opensta_sources}
  cpp/src/DesignOpenRoad.cpp
  cpp/src/HostOpenRoad.cpp
  cpp/src/Wires.cpp)
