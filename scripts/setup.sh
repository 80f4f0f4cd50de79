#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Installs what the build, the tests and the demo need on Debian 12, and fetches the two OpenSTA
# headers that the packaged opensta-dev lacks. Rust is expected to be there already. Run as root.
# With CKP_SETUP_BROWSER=no it leaves out the browser that reports are tested in (100 MB to load, 310 MB on disk).
# A run with nothing to do takes a fraction of a second and needs neither root nor network.

set -eu

root=$(cd "$(dirname "$0")/.." && pwd)

# Build, tests (util-linux has flock; Python's are for its reader, and to check JSON), and the demo's
# synthesis with its 0.18um liberty.
packages="
  binutils
  clang-format-16
  cmake
  dpkg-dev
  g++
  libreadline-dev
  ninja-build
  opensta
  opensta-dev
  pkg-config
  python3-jsonschema
  python3-numpy
  qflow-tech-osu018
  tcl
  tcl8.6-dev
  util-linux
  xz-utils
  yosys
  zlib1g-dev
"

[ "${CKP_SETUP_BROWSER:-yes}" = no ] || packages="$packages chromium-headless-shell"

header_dir="$root/third_party/opensta"
headers="ArrayTable.hh VertexId.hh"

fail()
{
  echo "setup.sh: $*" >&2
  exit 1
}

missing_packages()
{
  for package in $packages; do
    # ${Status} ends in "installed" only when the package is unpacked and configured.
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
      *" installed") ;;
      *) echo "$package" ;;
    esac
  done
}

have_headers()
{
  for header in $headers; do
    [ -s "$header_dir/$header" ] || return 1
  done
}

require_root()
{
  [ "$(id -u)" -eq 0 ] || fail "run this script as root; it has to $1."
}

install_packages()
{
  require_root "install packages: $*"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  apt-get install -q -y --no-install-recommends "$@"
}

# Turns the machine's own binary package sources into source package sources, in private
# directories: the machine's configuration and its package lists stay as they are.
private_sources()
{
  mkdir -p "$1/parts" "$1/lists/partial" "$1/cache/archives/partial"
  : >"$1/sources.list"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ ! -f "$file" ] \
      || sed -n -E 's/^[[:space:]]*deb([[:space:]])/deb-src\1/p' "$file" >>"$1/sources.list"
  done
  for file in /etc/apt/sources.list.d/*.sources; do
    [ ! -f "$file" ] \
      || sed -E 's/^Types:.*/Types: deb-src/I' "$file" >"$1/parts/$(basename "$file")"
  done
}

fetch_headers()
{
  require_root "read the package sources"
  version=$(dpkg-query -W -f '${Version}' opensta-dev)
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  # apt downloads as an unprivileged user, who has to be able to write there.
  chown _apt "$work"
  private_sources "$work"
  set -- \
    -q \
    -o "Dir::Etc::sourcelist=$work/sources.list" \
    -o "Dir::Etc::sourceparts=$work/parts" \
    -o "Dir::State::lists=$work/lists" \
    -o "Dir::Cache=$work/cache"
  apt-get "$@" update
  (
    cd "$work"
    apt-get "$@" source --tar-only "opensta=$version"
    tar -xJf opensta_*.orig.tar.xz --strip-components=2 --wildcards \
      '*/util/ArrayTable.hh' '*/util/VertexId.hh'
  )
  mkdir -p "$header_dir"
  for header in $headers; do
    install -m 644 "$work/$header" "$header_dir/$header"
  done
}

missing=$(missing_packages)
# The list is split into words on purpose.
# shellcheck disable=SC2086
[ -z "$missing" ] || install_packages $missing
have_headers || fetch_headers
command -v cargo >/dev/null || fail "cargo is not on the path; install Rust, then build."
echo "setup.sh: everything is in place."
