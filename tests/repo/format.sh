#!/usr/bin/env bash
# Every C++ file is as .clang-format says. Usage: format.sh ROOT
set -euo pipefail
cd "$1"
tool=$(command -v clang-format-14 || true)
if [[ -z $tool ]]; then
  echo "clang-format 14 is not here: apt-get install clang-format-14" >&2
  exit 1
fi
mapfile -d '' files < <(find engine net tests bench schemas docs -type f \( -name '*.h' -o -name '*.cc' \) -print0 | sort -z)
(( ${#files[@]} )) || { echo "no C++ files in $1" >&2; exit 1; }
if ! report=$("$tool" --dry-run -Werror "${files[@]}" 2>&1); then
  grep -oE '^[^ :]+:[0-9]+' <<< "$report" | sort -u -t: -k1,1 >&2
  echo "these files differ from .clang-format, first at the line named; to put one right: $tool -i FILE" >&2
  exit 1
fi
