import {createRequire} from 'node:module';
import {commits, keyOf, measure, parcel, scratch, version} from './measure.mjs';

const require = createRequire(import.meta.url);
const PouchDB = require('pouchdb-core').plugin(require('pouchdb-adapter-leveldb')).plugin(require('pouchdb-replication'));

// LevelDB writes are durable only when asked: ask, every time.
const level = require('leveldown').prototype;
for (const name of ['_batch', '_put', '_del']) {
  const write = level[name];
  level[name] = function (...args) {
    args[args.length - 2] = {...args[args.length - 2], sync: true};
    return write.apply(this, args);
  };
}

const dir = scratch();
let bytes = 0;
const count = (value) => { bytes += Buffer.byteLength(JSON.stringify(value) ?? ''); };

// What would cross the network if this site were remote: the calls of replication, and their answers, as JSON.
function remote(db) {
  for (const name of ['changes', 'bulkGet', 'revsDiff', 'bulkDocs', 'get', 'put']) {
    const call = db[name];
    db[name] = function (...args) {
      const document = args[0]?._id ?? args[0];
      const checkpoint = typeof document === 'string' && document.startsWith('_local/');
      if ((name === 'get' || name === 'put') && !checkpoint) return call.apply(this, args);
      if (name !== 'changes') count(args.filter((arg) => typeof arg !== 'function'));
      const answer = call.apply(this, args);
      if (name === 'changes') return answer.on('change', count);
      return answer?.then ? answer.then((value) => (count(value), value)) : answer;
    };
  }
  return db;
}

const opened = (name) => new PouchDB(`${dir}/${name}`, {adapter: 'leveldb'});
const copied = (from, to) => PouchDB.replicate(from, to, {batch_size: 1000});
async function documents(db) {
  const all = await db.allDocs({include_docs: true, conflicts: true});
  return new Map(all.rows.map((row) => [row.id, row.doc]));
}

const peer = {
  async load(numbers) {
    const db = opened('a');
    for (const commit of commits(numbers)) await db.bulkDocs(commit.map((i) => ({_id: keyOf(i), ...parcel(i)})));
    return db;
  },
  async fork(db) {
    const other = opened('b');
    await copied(db, other);
    return remote(other);
  },
  async apply(db, edits) {
    for (const commit of commits(edits)) {
      const found = await db.allDocs({keys: commit.map((edit) => edit.key), include_docs: true});
      await db.bulkDocs(found.rows.map((row, i) => ({...row.doc, [commit[i].field]: commit[i].value})));
    }
  },
  async exchange(a, b) {
    bytes = 0;
    await copied(a, b);
    await copied(b, a);
    return bytes;
  },
  async equal(a, b) {
    const ours = await documents(a), theirs = await documents(b);
    return [...ours].every(([key, document]) => document._rev === theirs.get(key)?._rev);
  },
  clashes: async (db) => [...(await documents(db)).values()].filter((document) => document._conflicts).length,
};

await measure('pouchdb', peer, {version: version('pouchdb-core'), durable: true, most: 20000,
  note: 'LevelDB, synced; clashes are told of documents, also where different fields were changed; bytes are those of the JSON'});
