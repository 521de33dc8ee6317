#!/usr/bin/env bash
# Planted bugs are in no release: an optimised build has none unless asked for, and with them it cannot be installed.
# Usage: planted.sh SOURCE
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "planted.sh: $1" >&2; exit 1; }
configure() { cmake -S "$1" -B "$work/build" -G Ninja -DBUILD_TESTING=OFF "${@:2}" > "$work/configured"; }

for type in Release RelWithDebInfo ""; do
  rm -rf "$work/build"
  configure "$1" -DCMAKE_BUILD_TYPE="$type"
  if grep -q CHANCERY_PLANTED_BUGS "$work/build/compile_commands.json"; then fail "a build of type '$type' has planted bugs"; fi
done
configure "$1" -DCMAKE_BUILD_TYPE=Release -DCHANCERY_PLANTED_BUGS=ON
grep -q CHANCERY_PLANTED_BUGS "$work/build/compile_commands.json" || fail "asked for, they are not there"
if cmake --install "$work/build" --prefix "$work/prefix" 2> "$work/said"; then fail "they were installed"; fi
grep -q "planted bugs" "$work/said" || fail "the install fails, but not because of them: $(cat "$work/said")"
[[ ! -e $work/prefix ]] || fail "something was installed"
