# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# The sources of the module, relative to the top of the project: what every engine needs, the engines,
# and what OpenROAD needs besides.

set(ckp_module_sources
  cpp/src/Checkpoint.cpp
  cpp/src/Host.cpp
  cpp/src/MakeCheckpoint.cpp
  cpp/src/ObjectTable.cpp
  cpp/src/StaCapture.cpp
  cpp/src/StaRestore.cpp
  cpp/src/Text.cpp
  cpp/src/engine/EndpointSlacks.cpp
  cpp/src/engine/Engine.cpp)

set(ckp_debian_sources
  cpp/src/HostOpenSta.cpp
  cpp/src/engine/EngineDebian.cpp
  cpp/src/engine/EngineDebianEndpoints.cpp
  cpp/src/engine/EngineDebianLibrary.cpp
  cpp/src/engine/EngineDebianRestore.cpp
  cpp/src/engine/WatchDebian.cpp)

# OpenSTA 2.6, 2.7 and 3.
set(ckp_engine_sources
  cpp/src/engine/EngineOpenSta.cpp
  cpp/src/engine/EngineOpenStaEndpoints.cpp
  cpp/src/engine/EngineOpenStaLibrary.cpp
  cpp/src/engine/EngineOpenStaRestore.cpp
  cpp/src/engine/WatchOpenSta.cpp)

set(ckp_openroad_sources
  ${ckp_module_sources}
  ${ckp_engine_sources}
  cpp/src/DesignOpenRoad.cpp
  cpp/src/HostOpenRoad.cpp
  cpp/src/Wires.cpp)
