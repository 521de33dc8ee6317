#!/usr/bin/env bash
# One seed is one run, whichever compiler made the simulator: that of BUILD against one that clang++-14 makes in BUILD-clang.
#   compilers.sh BUILD [SEEDS]
set -euo pipefail
build=${1%/} seeds=${2:-10}
source=$(cd "$(dirname "$0")/../.." && pwd)
cmake -S "$source" -B "$build-clang" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG="-O0 -g0" \
  -DCMAKE_C_COMPILER=clang-14 -DCMAKE_CXX_COMPILER=clang++-14 > /dev/null
nice ninja -C "$build-clang" -j "${CHANCERY_JOBS:-2}" sim_test > "$build-clang/build.log" || { tail -n 20 "$build-clang/build.log"; exit 1; }
hashes() {
  CHANCERY_SEED=1 CHANCERY_SEEDS=$seeds "$1" --gtest_filter=Simulation.WhateverHappensWhatIsPromisedHolds | grep '^seed [0-9]* hash '
}
here=$(hashes "$build/tests/sim_test")
there=$(hashes "$build-clang/tests/sim_test")
echo "$here"
if [[ $here != "$there" ]]; then
  printf 'another compiler makes of one seed another run:\n%s\n' "$there"
  exit 1
fi
echo "the same with clang++-14"
echo "figure rerun.seeds $seeds"
