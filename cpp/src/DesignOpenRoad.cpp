// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include <tcl.h>

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "Design.h"
#include "Host.h"
#include "Wires.h"
#include "db_sta/dbNetwork.hh"
#include "db_sta/dbSta.hh"
#include "engine/MemoryFile.h"
#include "odb/db.h"
#include "odb/dbStream.h"
#include "ord/OpenRoad.hh"
#include "sta/Mode.hh"
#include "sta/Units.hh"

namespace odb {

class _dbBlock;
class _dbDatabase;

// OpenDB's own functions for one block, which its headers do not declare. Tried
// with the OpenROAD of August 2026.
dbOStream& operator<<(dbOStream& stream, const _dbBlock& block);
dbIStream& operator>>(dbIStream& stream, _dbBlock& block);

}  // namespace odb

namespace ckp {

namespace {

const std::string kDatabaseFile = std::string(kDesignPrefix) + "odb";
const std::string kWiresFile = std::string(kDesignPrefix) + "wires";

// The constraints of one mode.
std::string constraintsFile(const sta::Mode* mode)
{
  return kDesignPrefix + mode->name() + ".sdc";
}

std::string readText(const std::string& path)
{
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || !text) {
    throw std::runtime_error("cannot read " + path);
  }
  return std::move(text).str();
}

void writeText(const std::string& path, const std::string& text)
{
  std::ofstream file(path, std::ios::binary);
  file << text << std::flush;
  if (!file) {
    throw std::runtime_error("cannot write " + path);
  }
}

struct DatabaseDeleter
{
  void operator()(odb::dbDatabase* db) const { odb::dbDatabase::destroy(db); }
};
using DatabaseHandle = std::unique_ptr<odb::dbDatabase, DatabaseDeleter>;

odb::dbBlock* blockOf(odb::dbDatabase* db)
{
  odb::dbChip* chip = db->getChip();
  return chip == nullptr ? nullptr : chip->getBlock();
}

template <class Objects>
void addNames(Objects&& objects, const char* kind, std::string& text)
{
  for (auto* object : objects) {
    text += std::string(kind) + " " + std::to_string(object->getId()) + " "
            + object->getName() + "\n";
  }
}

// What a block refers to by number, and where the block itself stands: a block
// fits into another database when these are the same.
std::string frameOf(odb::dbDatabase* db)
{
  std::string text;
  odb::dbChip* chip = db->getChip();
  text += "chip " + std::to_string(chip->getId()) + " of "
          + std::to_string(db->getChips().size()) + "\n";
  text += "block " + std::to_string(chip->getBlock()->getId()) + "\n";
  text += db->hasHierarchy() ? "hierarchical\n" : "flat\n";
  for (odb::dbTech* tech : db->getTechs()) {
    text += "technology " + tech->getName() + "\n";
    addNames(tech->getLayers(), "layer", text);
    addNames(tech->getVias(), "via", text);
    addNames(tech->getNonDefaultRules(), "rule", text);
  }
  for (odb::dbLib* lib : db->getLibs()) {
    text += "library " + std::to_string(lib->getId()) + " " + lib->getName()
            + "\n";
    addNames(lib->getSites(), "site", text);
    for (odb::dbMaster* master : lib->getMasters()) {
      text += "master " + std::to_string(master->getId()) + " "
              + master->getName() + "\n";
      addNames(master->getMTerms(), "pin", text);
    }
  }
  return text;
}

// The first line that only one of two frames has.
std::string firstDifference(const std::string& a, const std::string& b)
{
  std::istringstream lines_a(a);
  std::istringstream lines_b(b);
  std::string line_a;
  std::string line_b;
  do {
    line_a = line_b = "nothing";
    std::getline(lines_a, line_a);
    std::getline(lines_b, line_b);
  } while (line_a == line_b);
  return "\"" + line_a + "\" and here \"" + line_b + "\"";
}

// The units of the shell are those of the SI for as long as the object is
// there: values that are converted from other units and back are rounded.
class SiUnits
{
 public:
  explicit SiUnits(sta::Sta* sta) : units_(*sta->units()), before_(units_)
  {
    for (sta::Unit* unit : {units_.timeUnit(),
                            units_.capacitanceUnit(),
                            units_.resistanceUnit(),
                            units_.voltageUnit(),
                            units_.currentUnit(),
                            units_.powerUnit(),
                            units_.distanceUnit()}) {
      unit->setScale(1.0F);
    }
  }
  ~SiUnits() { units_ = before_; }
  SiUnits(const SiUnits&) = delete;
  SiUnits& operator=(const SiUnits&) = delete;

 private:
  sta::Units& units_;
  const sta::Units before_;
};

// The first line of saved constraints, for who reads them with read_sdc.
constexpr const char* kUnitsCommand
    = "set_cmd_units -time 1s -capacitance 1f -resistance 1ohm -voltage 1v "
      "-current 1A -distance 1m\n";

class DesignOpenRoad : public Design
{
 public:
  DesignOpenRoad(ord::OpenRoad* openroad, Host& host)
      : openroad_(openroad), sta_(openroad->getSta()), host_(host)
  {
  }
  bool isLoaded() const override
  {
    return blockOf(openroad_->getDb()) != nullptr;
  }
  std::vector<std::string> save(const std::string& directory) override;
  void read(const std::string& directory) override;
  void replace() override;

 private:
  std::string constraints(const sta::Mode* mode) const;
  void replaceBlock();
  void loadConstraints(const sta::Mode* mode, const std::string& sdc);

  ord::OpenRoad* openroad_;
  sta::dbSta* sta_;
  Host& host_;
  // What was read.
  DatabaseHandle database_;
  std::map<const sta::Mode*, std::string> constraints_;
  std::string wires_;
};

std::vector<std::string> DesignOpenRoad::save(const std::string& directory)
{
  openroad_->writeDb((directory + "/" + kDatabaseFile).c_str());
  writeText(directory + "/" + kWiresFile, saveWires(sta_));
  std::vector<std::string> names = {kDatabaseFile, kWiresFile};
  for (const sta::Mode* mode : sta_->modes()) {
    names.push_back(constraintsFile(mode));
    writeText(directory + "/" + names.back(), constraints(mode));
  }
  return names;
}

std::string DesignOpenRoad::constraints(const sta::Mode* mode) const
{
  // Enough digits after the point for all of a float of 1e-20.
  constexpr int digits = 30;
  const SiUnits units(sta_);
  const MemoryFile file;
  sta_->writeSdc(mode->sdc(), file.path(), false, true, digits, false, true);
  return kUnitsCommand + file.contents();
}

void DesignOpenRoad::read(const std::string& directory)
{
  database_.reset(odb::dbDatabase::create());
  database_->setLogger(openroad_->getLogger());
  std::ifstream stream(directory + "/" + kDatabaseFile, std::ios::binary);
  stream.exceptions(std::ios::failbit | std::ios::badbit | std::ios::eofbit);
  database_->read(stream);
  if (blockOf(database_.get()) == nullptr) {
    throw std::runtime_error("the database of the stage has no block");
  }
  if (isLoaded()) {
    const std::string stored = frameOf(database_.get());
    const std::string live = frameOf(openroad_->getDb());
    if (stored != live) {
      host_.error(CKP,
                  65,
                  "The technology or the library cells of the stage's design "
                  "are not those here: first, the stage has "
                      + firstDifference(stored, live)
                      + ". Restore the design in a new process.");
    }
  }
  for (const sta::Mode* mode : sta_->modes()) {
    constraints_[mode] = readText(directory + "/" + constraintsFile(mode));
  }
  wires_ = readText(directory + "/" + kWiresFile);
}

void DesignOpenRoad::replace()
{
  if (isLoaded()) {
    replaceBlock();
  } else {
    std::stringstream bytes;
    database_->write(bytes);
    openroad_->readDb(bytes);
  }
  database_.reset();
  const std::string command_mode = sta_->cmdMode()->name();
  for (const auto& [mode, sdc] : constraints_) {
    loadConstraints(mode, sdc);
  }
  sta_->setCmdMode(command_mode);
  loadWires(sta_, wires_);
}

// Only the block: the tools of OpenROAD keep pointers to the technology and to
// library cells from command to command.
void DesignOpenRoad::replaceBlock()
{
  std::stringstream bytes;
  bytes.exceptions(std::ios::failbit | std::ios::badbit);
  {
    odb::dbDatabase* from = database_.get();
    odb::dbOStream out(reinterpret_cast<odb::_dbDatabase*>(from), bytes);
    out << *reinterpret_cast<odb::_dbBlock*>(blockOf(from));
  }
  odb::dbDatabase* db = openroad_->getDb();
  odb::dbBlock* block = blockOf(db);
  // Timing, constraints and parasitics point to objects of the block.
  sta_->networkChanged();
  sta::dbNetwork* network = sta_->getDbNetwork();
  for (odb::dbModule* module : block->getModules()) {
    network->unregisterHierModule(network->dbToSta(module));
  }
  // A new one, because dbBlock::clear() forgets the number of the block. It
  // takes the place of the old one, which is the first free one.
  const char delimiter = block->getHierarchyDelimiter();
  odb::dbBlock::destroy(block);
  block = odb::dbBlock::create(db->getChip(), "", delimiter);
  odb::dbIStream in(reinterpret_cast<odb::_dbDatabase*>(db), bytes);
  in >> *reinterpret_cast<odb::_dbBlock*>(block);
  // Tells the timer and the other observers, as after read_db.
  openroad_->designCreated();
}

// As the engine's read_sdc does, without a file. What this sets the
// units to is taken back.
void DesignOpenRoad::loadConstraints(const sta::Mode* mode,
                                     const std::string& sdc)
{
  sta_->setCmdMode(mode->name());
  const SiUnits units(sta_);
  Tcl_Interp* interp = sta_->tclInterp();
  if (Tcl_EvalEx(interp, sdc.c_str(), -1, TCL_EVAL_GLOBAL) != TCL_OK) {
    throw std::runtime_error("the stored constraints of mode " + mode->name()
                             + " cannot be read: "
                             + Tcl_GetStringResult(interp));
  }
  Tcl_ResetResult(interp);
}

}  // namespace

std::unique_ptr<Design> makeDesign(sta::Sta*, Host& host)
{
  return std::make_unique<DesignOpenRoad>(ord::OpenRoad::openRoad(), host);
}

}  // namespace ckp
