// W4 and W5 of one peer. A peer is {load, fork, apply, exchange, equal, clashes}; sites are its own affair:
//   load(numbers)      a site with these parcels          fork(site)   a second one that is equal
//   apply(site, edits) in transactions of 1,000           exchange(a, b)   both ways, until equal; returns the bytes carried
//   equal(a, b)        whether both say the same           clashes(site, edits)   how many it reports; null: it reports none
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {commits, clashing, edits, keyOf, parcel} from './workload.mjs';

export {commits, keyOf, parcel};

export const version = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;

// A directory beside the build, gone at the end.
export function scratch() {
  const dir = mkdtempSync(new URL('run-', import.meta.url).pathname);
  process.on('exit', () => rmSync(dir, {recursive: true, force: true}));
  return dir;
}

async function timed(work) {
  const start = process.hrtime.bigint();
  const result = await work();
  return [Number(process.hrtime.bigint() - start) / 1e9, result];
}

// most: more parcels than that take this peer minutes.
export async function measure(system, peer, {version, durable, note, most = Infinity}) {
  const wanted = Number(process.argv[2] ?? 100000), parcels = Math.min(wanted, most);
  const print = (workload, count, seconds, bytes, more) =>
    console.log(JSON.stringify({system, version, workload, parcels, edits: count, seconds: +seconds.toFixed(4),
      items_per_second: +(count / seconds).toFixed(1), bytes, bytes_an_edit: +(bytes / count).toFixed(1), durable, ...more,
      note: parcels < wanted ? `reduced from ${wanted} parcels: ${note}` : note}));

  const a = await peer.load(Array.from({length: parcels}, (_, i) => i));
  const b = await peer.fork(a);
  const here = edits(parcels, parcels / 2, 1), there = edits(parcels, parcels / 2, 2);
  await peer.apply(a, here);
  await peer.apply(b, there);
  const [healed, bytes] = await timed(() => peer.exchange(a, b));
  print('W4', here.length + there.length, healed, bytes, {
    equal: await peer.equal(a, b), clashing: clashing(here, there), clashes_reported: await peer.clashes(a, there)});

  for (const uncounted of [8, 9]) {  // after a heal some peers go through its echo once more
    await peer.apply(a, edits(parcels, 10, uncounted));
    await peer.exchange(a, b);
  }
  await peer.apply(a, edits(parcels, 10, 7));
  const [caught, few] = await timed(() => peer.exchange(a, b));
  print('W5', 10, caught, few, {equal: await peer.equal(a, b)});
}
