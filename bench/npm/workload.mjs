// The registry workload of bench/workload.h in JavaScript: the same numbers, and so the same bytes.

function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

const letters = '0123456789abcdefghijklmnopqrstuvwxyz';
function text(next, size) {
  let out = '';
  while (out.length < size) out += letters[next() % 36];
  return out;
}

export const keyOf = (number) => 'P' + String(number).padStart(15, '0');

export function parcel(number) {
  const next = generator(Math.imul(number, 2654435761 | 0) + 1);
  return {
    owner: text(next, 24),
    shares: text(next, 16),
    area: next() % 100000,
    address: text(next, 40),
    status: text(next, 8),
    updated: 1700000000000 + number,
    zone: text(next, 16),
    note: text(next, 68),
  };
}

// `count` different parcels of `parcels` in random order, each with a new value in one field.
export function edits(parcels, count, site) {
  const order = Uint32Array.from({length: parcels}, (_, i) => i);
  const shuffle = generator(1000 + site), next = generator(2000 + site);
  for (let i = 0; i < count; ++i) {
    const j = i + (shuffle() % (parcels - i));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return Array.from(order.subarray(0, count), (number) => {
    const field = next() & 1 ? 'owner' : 'status';
    return {key: keyOf(number), field, value: text(next, field === 'owner' ? 24 : 8)};
  });
}

// How many fields both lists change.
export function clashing(ours, theirs) {
  const changed = new Set(ours.map((edit) => edit.key + edit.field));
  return theirs.filter((edit) => changed.has(edit.key + edit.field)).length;
}

// Pieces of 1,000: what one transaction holds.
export function* commits(all) {
  for (let i = 0; i < all.length; i += 1000) yield all.slice(i, i + 1000);
}
