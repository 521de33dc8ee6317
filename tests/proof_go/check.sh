#!/usr/bin/env bash
# Lets Go's own packages judge the proofs that engine/proof writes in this very run, and the receipts of three stores: all are
# accepted, and none with one bit changed. Usage: check.sh SOURCE PROOF_FILES RECEIPT_FILES
set -euo pipefail
gopath=/usr/share/gocode
if ! command -v go > /dev/null || [[ ! -d $gopath/src/golang.org/x/mod/sumdb/tlog ]]; then
  echo "NOT TESTED: there is no Go with golang.org/x/mod: apt-get install golang-go golang-golang-x-mod-dev"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GO111MODULE=off GOPATH=$gopath GOCACHE=$work/cache GOFLAGS=
go build -o "$work/verify" "$1/verify.go"
mkdir "$work/proofs"
"$2" "$work/proofs"
cd "$work/proofs"
"$work/verify" policy ./*.tlog-proof
"$work/verify" -flip policy 0-1.tlog-proof 0-2.tlog-proof 4-7.tlog-proof 6-7.tlog-proof large.tlog-proof

# An honest file with the leaf of another is nothing either.
cp 5-7.tlog-proof.leaf 4-7.tlog-proof.leaf
if "$work/verify" policy 4-7.tlog-proof 2> "$work/said"; then
  echo "check.sh: the leaf of another was accepted" >&2
  exit 1
fi

# Receipts: each by the policy that is made with it, and by no other.
mkdir "$work/receipts"
"$3" "$work/receipts"
for kind in accepted accepted-elsewhere witnessed settled settled-elsewhere; do
  cd "$work/receipts/$kind"
  "$work/verify" policy ./*.tlog-proof
  "$work/verify" -flip policy 3.tlog-proof 17.tlog-proof
done
if "$work/verify" ../witnessed/policy 3.tlog-proof 2> "$work/said"; then
  echo "check.sh: a receipt was accepted by the policy of another" >&2
  exit 1
fi
