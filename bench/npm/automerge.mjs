import * as A from '@automerge/automerge';
import {commits, keyOf, measure, parcel, version} from './measure.mjs';

// A site is {doc}: each change makes a new document. Texts are scalars: nobody edits letters of an owner.
const scalar = (value) => (typeof value === 'string' ? new A.ImmutableString(value) : value);
const record = (i) => Object.fromEntries(Object.entries(parcel(i)).map(([field, value]) => [field, scalar(value)]));

const peer = {
  load(numbers) {
    let doc = A.change(A.init(), (d) => { d.parcel = {}; });
    for (const commit of commits(numbers)) doc = A.change(doc, (d) => commit.forEach((i) => { d.parcel[keyOf(i)] = record(i); }));
    return {doc};
  },
  fork: (site) => ({doc: A.clone(site.doc)}),
  apply(site, edits) {
    for (const commit of commits(edits))
      site.doc = A.change(site.doc, (d) => commit.forEach((edit) => { d.parcel[edit.key][edit.field] = scalar(edit.value); }));
  },
  exchange(a, b) {
    const ends = [{site: a, state: A.initSyncState()}, {site: b, state: A.initSyncState()}];
    let bytes = 0, silent = 0;
    for (let turn = 0; silent < 2; turn ^= 1) {
      const from = ends[turn], to = ends[turn ^ 1];
      let message;
      [from.state, message] = A.generateSyncMessage(from.site.doc, from.state);
      silent = message ? 0 : silent + 1;
      if (!message) continue;
      bytes += message.length;
      [to.site.doc, to.state] = A.receiveSyncMessage(to.site.doc, to.state, message);
    }
    return bytes;
  },
  equal: (a, b) => A.getHeads(a.doc).join() === A.getHeads(b.doc).join(),
  clashes: (site, edits) =>
    edits.filter((edit) => Object.keys(A.getConflicts(site.doc.parcel[edit.key], edit.field) ?? {}).length > 1).length,
};

await measure('automerge', peer, {version: version('@automerge/automerge'), durable: false, most: 10000,
  note: 'one document in memory; clashes are told of a field that is asked for'});
