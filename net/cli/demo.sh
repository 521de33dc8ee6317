#!/bin/bash
# demo.sh BINARY [land]: the IEEE register through a cut between sites; or the story of one house and two buyers.
# Its stores stay in ./demo-run, so that one can go on from there.
set -euo pipefail
export LC_ALL=C.UTF-8

binary=$(realpath "${1:?usage: demo.sh BINARY [land]}")
here=$(cd "$(dirname "$0")/demo" && pwd)
list=${IEEE_LIST:-/usr/share/ieee-data/oui.csv}
run=demo-run

say() { printf '%s\n' "$@"; }
step() { printf '\n\033[1m%s\033[0m  %s\n' "$1" "$2"; }
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] || step() { printf '\n%s  %s\n' "$1" "$2"; }

# at SITE VERB …: the command on a site's store. Findings (exit 3) are no failure.
at() {
  local site=$1 code=0
  shift
  "$binary" --store "$run/$site" "$@" || code=$?
  [ "$code" = 0 ] || [ "$code" = 3 ] || { say "demo: chancery $* at $site ended with $code" >&2; exit 1; }
}
number() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" | tail -n 1; }   # of the last JSON line
text() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | tail -n 1; }
comma() { printf "%'d" "$1" 2>/dev/null | sed 's/^\([0-9]*\)\([0-9]\{3\}\)$/\1,\2/'; }
seconds() { awk -v a="$1" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f s", b - a }'; }
docket() { at "$1" case ls | grep -E '^  [a-z]|^            [^ ]'; }   # its cases, without heading and commands
equal_everywhere() {
  local site first="" now
  for site in tallinn luxembourg tartu; do
    now=$(at "$site" --json status)
    now="$(text digest <<<"$now") $(text docket <<<"$now")"
    [ -z "$first" ] || [ "$first" = "$now" ] || return 1
    first=$now
  done
}

# The drill's own remarks between what each of its lines did.
land() {
  say "Three sites in one process, in virtual time. What follows \"holds\" was checked."
  (cd "$here" && "$binary" rehearse land.drill) | awk '
    NR == FNR { if ($1 ~ /^[0-9]+$/) done[$1] = $0; else last = $0; next }
    /^#/ { print "\n" substr($0, 3) }
    FNR in done && FNR > 3 { print "   " substr(done[FNR], 5) }
    END { print "\n" last }' - "$here/land.drill"
  say "" "The story is a drill. Copy it, change it, run it again:" "" \
    "Next  cp $here/land.* ." "      $binary rehearse land.drill"
}

# What both offices do while cut off, made from the list itself: tidy addresses (each office its own half), the same three addresses
# in two ways, and two prefixes that are free on both sides. Lines of the list that are one plain row keep the key simple: its line.
filings() {
  awk -F, -v site="$1" -v from="$2" -v to="$3" '
    function esc(s) { gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); return s }
    function file(op) { printf "{\"officer\":\"clerk-%s\",\"ops\":[%s]}\n", site, op }
    { sub(/\r$/, "") }
    NF != 4 || /"/ || $1 != "MA-L" || $4 !~ /  / { next }
    NR >= from && NR < to && tidied < 400 {
      gsub(/ +/, " ", $4); sub(/ $/, "", $4)
      file(sprintf("{\"record\":\"block/%d\",\"set\":{\"address\":\"%s\"}}", NR, esc($4))); tidied++; next
    }
    NR > 20000 && both < 3 {
      gsub(/ +/, " ", $4); sub(/ $/, "", $4)
      file(sprintf("{\"record\":\"block/%d\",\"set\":{\"address\":\"%s (%s)\"}}", NR, esc($4), site)); both++
    }
    END {
      for (i = 1; i <= 2; i++)
        file(sprintf("{\"create\":\"block/%s-%d\",\"set\":{\"assignment\":\"FFFF0%d\",\"organisation\":\"applicant %d in %s\"}}", site, i, i, i, site))
    }' "$list"
}

main() {
  [ -r "$list" ] || { say "demo: $list is missing: apt-get install ieee-data" >&2; exit 1; }
  rm -rf "$run"
  mkdir -p "$run"
  local start out cut held opened entries

  step 1 "The IEEE list of address prefixes becomes a register in Tallinn"
  start=$(date +%s.%N)
  at tallinn -q init --site tallinn --pack "$here/ieee.toml"
  out=$(at tallinn --json -q import --register block --key @line --map Registry= --map "Organization Name=organisation" \
    --map "Organization Address=address" --admit-breaches --officer importer --basis "IEEE MA-L, as published" "$list")
  opened=$(number opened <<<"$out")
  say "   $(comma "$(number rows <<<"$out")") rows in $(seconds "$start"), $(number refused <<<"$out") refused. The published list breaks its own rule" \
      "   $opened times, each breach is a case:" ""
  docket tallinn

  step 2 "Luxembourg and Tartu join, by file"
  start=$(date +%s.%N)
  at tallinn -q bundle export --since 0 -o "$run/all.cbn"
  for site in luxembourg tartu; do
    at "$site" -q init --site "$site" --join "$run/all.cbn"
    at tallinn -q site admit "$run/$site.site"
  done
  cut=$(at tallinn --json bundle export --since 0 -o "$run/all.cbn" | text frontier)   # what all three hold when the link breaks
  for site in luxembourg tartu; do at "$site" -q bundle apply "$run/all.cbn"; done
  rm "$run/all.cbn"
  held=$(at tartu --json status | number entries)
  equal_everywhere || { say "demo: the three sites differ" >&2; exit 1; }
  say "   Three sites hold the same $(comma "$held") entries after $(seconds "$start")."

  step 3 "The link to Luxembourg is cut; both sides go on"
  filings tallinn 2 15000 >"$run/tallinn.json"
  filings luxembourg 15000 20000 >"$run/luxembourg.json"
  for site in tallinn luxembourg; do
    start=$(date +%s.%N)
    out=$(at "$site" -q file "$run/$site.json" | wc -l)
    say "   $(printf '%-11s' "$site") $out entries filed in $(seconds "$start"), each on disk before its receipt"
  done
  say "   Partly about the same: three addresses, two free prefixes. Nobody can see it."

  step 4 "The link is back: a bundle each way"
  start=$(date +%s.%N)
  entries=0
  at tallinn -q bundle export --since "$cut" -o "$run/from-tallinn.cbn"
  at luxembourg -q bundle export --since "$cut" -o "$run/from-luxembourg.cbn"
  for pair in "tallinn luxembourg" "luxembourg tallinn" "tartu tallinn" "tartu luxembourg"; do
    read -r to from <<<"$pair"
    out=$(at "$to" --json bundle apply "$run/from-$from.cbn")
    [ "$to" = tartu ] || entries=$((entries + $(number entries <<<"$out")))
    [ "$to" != tallinn ] || opened=$(number opened <<<"$out")
  done
  equal_everywhere || { say "demo: the three sites differ" >&2; exit 1; }
  say "   $entries entries exchanged in $(seconds "$start"); records and cases are equal at all three." \
      "   $((entries - 2 * opened)) came together by themselves. $opened new cases wait beside the old ones:" ""
  docket luxembourg

  step 5 "A person decides, at any site: who holds 080030?"
  at luxembourg case show prefix '"080030"' | sed -n '1,3p'
  held=$(at luxembourg --json log block/31243 | head -n 1 | text short)
  at luxembourg -q case rule prefix '"080030"' --keep "$held" --officer registrar --reason "the assignment in use" >/dev/null
  at luxembourg -q bundle export --since "$cut" -o "$run/ruling.cbn"
  for site in tallinn tartu; do at "$site" -q bundle apply "$run/ruling.cbn"; done
  equal_everywhere || { say "demo: the three sites differ" >&2; exit 1; }
  say "   Ruled at luxembourg: CERN keeps 080030. $(at tallinn --json status | number cases) cases still wait; all three agree, byte for byte."

  say "" "The stores stay in ./$run. Go on from there:" "" \
    "Next  export CHANCERY_STORE=$run/tallinn PATH=$(dirname "$binary"):\$PATH" \
    "      chancery case ls" "      chancery case show prefix '\"ffff01\"'" "      chancery get block/31243" "      chancery log block/5227" \
    "      chancery status"
}

if [ "${2:-}" = land ]; then land; else main; fi
