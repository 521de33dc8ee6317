#!/usr/bin/env bash
# Installs this build into a prefix of its own, then builds and runs strangers against it: the example of docs/how-to/embed.md by
# find_package, a program by pkg-config. Usage: install.sh SOURCE BUILD COMPILER "CXX FLAGS" "LINKER FLAGS"
set -euo pipefail
source=$1 build=$2 compiler=$3 cxx_flags=$4 linker_flags=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "install.sh: $1" >&2; exit 1; }
said() { grep -Eq "$1" "$2" || { cat "$2" >&2; fail "$2 does not say: $1"; }; }

cmake --install "$build" --prefix "$work/prefix" > "$work/installed"
prefix=$work/prefix
for file in bin/chancery bin/chancery-verify include/chancery/chancery.h include/chancery/testing.h; do
  [[ -f $prefix/$file ]] || fail "$file is not installed"
done
[[ $("$prefix/bin/chancery" --version) == chancery\ * ]] || fail "the installed command does not run"
if grep -rl -- "$source\|$build" "$prefix/include" "$(find "$prefix" -name cmake -type d)" "$(find "$prefix" -name pkgconfig)"; then
  fail "these files name the tree they were built in"
fi

echo "== find_package"
cp -r "$source/docs/examples/land-register" "$work/source"
cmake -S "$work/source" -B "$work/example" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_COMPILER="$compiler" \
  -DCMAKE_CXX_FLAGS="$cxx_flags -Wall -Wextra -Werror" -DCMAKE_EXE_LINKER_FLAGS="$linker_flags" > "$work/configured"
cmake --build "$work/example"
for run in first second; do
  "$work/example/land-register" "$work/source/land.toml" "$work/offices" > "$work/$run"
  said '^Both offices hold the same$' "$work/$run"
  said '^  owner in Tallinn: (Jaan|Liis); in Tartu: \1$' "$work/$run"
  said 'not filed\. .*\[parcel-number\]; ' "$work/$run"
  said '20 parcels filed; readers saw 0 entries half done' "$work/$run"
done
said '^  owner in Tallinn: CONTESTED: Jaan or Liis$' "$work/first"
said '^  case parcel\.owner parcel/1, open$' "$work/first"
said '^  ruled: tallinn-' "$work/first"
said '^  parcel/1 for Mari: was filed already, tallinn-' "$work/second"

echo "== pkg-config"
cat > "$work/small.cc" <<'END'
#include <chancery/chancery.h>
#include <cstdio>
int main() {
  const auto pack = chancery::CheckPack("[pack]\nname = \"land\"\nversion = 1\n[register.parcel.fields]\nowner = { type = \"text\" }\n", "land.toml");
  if (!pack.ok()) return 1;
  const auto none = chancery::Database::Open("no-such-store");
  std::printf("%s: %s\n", pack->name.c_str(), chancery::Explain(none.status()).message.c_str());
  return 0;
}
END
export PKG_CONFIG_PATH=$(find "$prefix" -name pkgconfig)
# shellcheck disable=SC2046,SC2086  # flags are words
"$compiler" -std=c++20 $cxx_flags $(pkg-config --cflags chancery) "$work/small.cc" -o "$work/small" $linker_flags $(pkg-config --static --libs chancery)
(cd "$work" && ./small > small.out)
said '^land: no store in no-such-store$' "$work/small.out"
