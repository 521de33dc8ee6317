// The peers work on the same bytes as the benches: the sums are those of workload_test.cc.
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {clashing, edits, keyOf, parcel} from '../../bench/npm/workload.mjs';

function little(value, size) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes.subarray(0, size);
}

function bytesOf(number) {
  const p = parcel(number);
  return Buffer.concat([Buffer.from(keyOf(number) + p.owner + p.shares), little(p.area, 4), Buffer.from(p.address + p.status),
    little(p.updated, 8), Buffer.from(p.zone + p.note)]);
}

function sumOf(pieces) {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

const changes = [1, 2].map((site) => edits(100000, 50000, site));
assert.equal(sumOf(Array.from({length: 10000}, (_, i) => bytesOf(i))), 'b2887c8d9a8978daab358b237a973783713964b35e76cc5a9640a0517c155b43');
assert.equal(sumOf(changes[0].map((edit) => edit.key + edit.field + edit.value)), 'ff27219b290e29d512048bca26c420228b57c586753bf29941aab4a2e5cdab94');
assert.equal(sumOf(changes[1].map((edit) => edit.key + edit.field + edit.value)), '7425f3f30963d7c21a55aba33194b6172965b14f7862e63b8d8207dc3862e796');
assert.equal(clashing(...changes), 12342);
