import {LoroDoc, LoroMap, VersionVector} from 'loro-crdt';
import {commits, keyOf, measure, parcel, version} from './measure.mjs';

const recordOf = (doc, key) => doc.getMap('parcel').get(key);
function made(id, snapshot) {
  const doc = snapshot ? LoroDoc.fromSnapshot(snapshot) : new LoroDoc();
  doc.setPeerId(id);
  return doc;
}
const since = (doc, version) => doc.export({mode: 'update', from: VersionVector.decode(version)});

const peer = {
  load(numbers) {
    const doc = made(1n);
    for (const commit of commits(numbers)) {
      for (const i of commit) {
        const record = doc.getMap('parcel').setContainer(keyOf(i), new LoroMap());
        for (const [field, value] of Object.entries(parcel(i))) record.set(field, value);
      }
      doc.commit();
    }
    return doc;
  },
  fork: (doc) => made(2n, doc.export({mode: 'snapshot'})),
  apply(doc, edits) {
    for (const commit of commits(edits)) {
      for (const edit of commit) recordOf(doc, edit.key).set(edit.field, edit.value);
      doc.commit();
    }
  },
  exchange(a, b) {
    const haveA = a.version().encode(), haveB = b.version().encode();
    const forB = since(a, haveB), forA = since(b, haveA);
    b.import(forB);
    a.import(forA);
    return haveA.length + haveB.length + forA.length + forB.length;
  },
  equal(a, b) {
    const ours = a.toJSON().parcel, theirs = b.toJSON().parcel;
    return Object.keys(ours).every((key) => Object.keys(ours[key]).every((field) => ours[key][field] === theirs[key][field]));
  },
  clashes: () => null,
};

await measure('loro', peer, {version: version('loro-crdt'), durable: false, most: 10000,
  note: 'one document in memory; a clash is decided silently'});
