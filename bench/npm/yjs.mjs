import * as Y from 'yjs';
import {commits, keyOf, measure, parcel, version} from './measure.mjs';

const parcelsOf = (doc) => doc.getMap('parcel');
function made(id) {
  const doc = new Y.Doc();
  doc.clientID = id;
  return doc;
}

const peer = {
  load(numbers) {
    const doc = made(1);
    for (const commit of commits(numbers))
      doc.transact(() => commit.forEach((i) => parcelsOf(doc).set(keyOf(i), new Y.Map(Object.entries(parcel(i))))));
    return doc;
  },
  fork(doc) {
    const other = made(2);
    Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
    return other;
  },
  apply(doc, edits) {
    for (const commit of commits(edits))
      doc.transact(() => commit.forEach((edit) => parcelsOf(doc).get(edit.key).set(edit.field, edit.value)));
  },
  exchange(a, b) {
    const haveA = Y.encodeStateVector(a), haveB = Y.encodeStateVector(b);
    const forB = Y.encodeStateAsUpdate(a, haveB), forA = Y.encodeStateAsUpdate(b, haveA);
    Y.applyUpdate(b, forB);
    Y.applyUpdate(a, forA);
    return haveA.length + haveB.length + forA.length + forB.length;
  },
  equal(a, b) {
    const theirs = parcelsOf(b);
    for (const [key, record] of parcelsOf(a))
      for (const [field, value] of record) if (theirs.get(key).get(field) !== value) return false;
    return true;
  },
  clashes: () => null,
};

await measure('yjs', peer, {version: version('yjs'), durable: false, note: 'one document in memory; a clash is decided silently'});
