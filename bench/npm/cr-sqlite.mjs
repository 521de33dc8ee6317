import * as fs from 'node:fs';
import Module from './node_modules/@vlcn.io/wa-sqlite/dist/crsqlite-sync.mjs';
import * as SQLite from './node_modules/@vlcn.io/wa-sqlite/src/sqlite-api.js';
import * as VFS from './node_modules/@vlcn.io/wa-sqlite/src/VFS.js';
import {commits, keyOf, measure, parcel, scratch, version} from './measure.mjs';

// Real files, so that a sync is one.
class Files extends VFS.Base {
  name = 'files';
  open = new Map();
  constructor(dir) {
    super();
    this.dir = dir;
  }
  path(name) { return `${this.dir}/${name.replace(/[^\w.-]/g, '_')}`; }
  xOpen(name, id, flags, flagsOut) {
    const path = this.path(name ?? `unnamed-${id}`), there = fs.existsSync(path);
    if (!there && !(flags & VFS.SQLITE_OPEN_CREATE)) return VFS.SQLITE_CANTOPEN;
    this.open.set(id, {file: fs.openSync(path, there ? 'r+' : 'w+'), path, flags});
    flagsOut.setInt32(0, flags, true);
    return VFS.SQLITE_OK;
  }
  xClose(id) {
    const {file, path, flags} = this.open.get(id);
    fs.closeSync(file);
    if (flags & VFS.SQLITE_OPEN_DELETEONCLOSE) fs.rmSync(path, {force: true});
    this.open.delete(id);
    return VFS.SQLITE_OK;
  }
  xRead(id, data, at) {
    const read = fs.readSync(this.open.get(id).file, data, 0, data.length, Number(at));
    data.fill(0, read);
    return read < data.length ? VFS.SQLITE_IOERR_SHORT_READ : VFS.SQLITE_OK;
  }
  xWrite(id, data, at) { fs.writeSync(this.open.get(id).file, data, 0, data.length, Number(at)); return VFS.SQLITE_OK; }
  xTruncate(id, size) { fs.ftruncateSync(this.open.get(id).file, Number(size)); return VFS.SQLITE_OK; }
  xSync(id) { fs.fdatasyncSync(this.open.get(id).file); return VFS.SQLITE_OK; }
  xFileSize(id, out) { out.setBigInt64(0, BigInt(fs.fstatSync(this.open.get(id).file).size), true); return VFS.SQLITE_OK; }
  xDelete(name) { fs.rmSync(this.path(name), {force: true}); return VFS.SQLITE_OK; }
  xAccess(name, flags, out) { out.setInt32(0, fs.existsSync(this.path(name)) ? 1 : 0, true); return VFS.SQLITE_OK; }
}

const wasmBinary = fs.readFileSync(new URL('node_modules/@vlcn.io/wa-sqlite/dist/crsqlite-sync.wasm', import.meta.url));
const columns = '"table", pk, cid, val, col_version, db_version, site_id, cl, seq';

class Site {
  // since: what of this site the other one has, as a version of this site's database.
  static async made(name) {
    const site = new Site(), dir = `${scratch()}/${name}`;
    fs.mkdirSync(dir);
    site.api = SQLite.Factory(await Module({wasmBinary, locateFile: (file) => file}));
    site.api.vfs_register(new Files(dir), true);
    site.db = await site.api.open_v2('db', undefined, 'files');
    await site.run('PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-262144');
    await site.run('CREATE TABLE parcel(id TEXT PRIMARY KEY NOT NULL, owner TEXT, shares TEXT, area INT, address TEXT, status TEXT, ' +
      'updated INT, zone TEXT, note TEXT)');
    await site.run("SELECT crsql_as_crr('parcel')");
    site.since = 0;
    return site;
  }
  run(sql) { return this.api.exec(this.db, sql); }
  // The rows that the statement gives for each list of values.
  async each(sql, lists) {
    const text = this.api.str_new(this.db, sql), {stmt} = await this.api.prepare_v2(this.db, this.api.str_value(text)), rows = [];
    for (const values of lists) {
      values.forEach((value, i) => this.api.bind(stmt, i + 1, value));
      while ((await this.api.step(stmt)) === SQLite.SQLITE_ROW) rows.push(this.api.row(stmt));
      await this.api.reset(stmt);
    }
    await this.api.finalize(stmt);
    this.api.str_finish(text);
    return rows;
  }
  async transaction(work) {
    await this.run('BEGIN');
    await work();
    await this.run('COMMIT');
  }
}

// A compact encoding of one value: a byte for its type and length, then its bytes.
function sizeOf(value) {
  if (value === null) return 1;
  if (typeof value === 'string' || value instanceof Uint8Array) return 1 + value.length;
  return 1 + Math.max(1, Math.ceil(Math.log2(Math.abs(Number(value)) + 1) / 7));
}

async function pulled(from, to) {
  const [[self]] = await from.each('SELECT crsql_site_id()', [[]]);
  const rows = await from.each(`SELECT ${columns} FROM crsql_changes WHERE db_version > ? AND site_id = ?`, [[from.since, self]]);
  await to.transaction(() => to.each(`INSERT INTO crsql_changes(${columns}) VALUES(?,?,?,?,?,?,?,?,?)`, rows));
  [[from.since]] = await from.each('SELECT crsql_db_version()', [[]]);
  return rows.flat().reduce((sum, value) => sum + sizeOf(value), 0);
}

const peer = {
  async load(numbers) {
    const site = await Site.made('a');
    for (const commit of commits(numbers))
      await site.transaction(() => site.each('INSERT INTO parcel(id, owner, shares, area, address, status, updated, zone, note) ' +
        'VALUES(?,?,?,?,?,?,?,?,?)', commit.map((i) => [keyOf(i), ...Object.values(parcel(i))])));
    return site;
  },
  async fork(site) {
    const other = await Site.made('b');
    await pulled(site, other);
    [[other.since]] = await other.each('SELECT crsql_db_version()', [[]]);
    return other;
  },
  async apply(site, edits) {
    for (const commit of commits(edits))
      await site.transaction(async () => {
        for (const field of ['owner', 'status'])
          await site.each(`UPDATE parcel SET ${field}=? WHERE id=?`,
            commit.filter((edit) => edit.field === field).map((edit) => [edit.value, edit.key]));
      });
  },
  exchange: async (a, b) => (await pulled(a, b)) + (await pulled(b, a)),
  async equal(a, b) {
    const [ours, theirs] = await Promise.all([a, b].map((site) => site.each('SELECT * FROM parcel ORDER BY id', [[]])));
    return ours.length === theirs.length && ours.every((row, i) => row.every((value, j) => value === theirs[i][j]));
  },
  clashes: () => null,
};

await measure('cr-sqlite', peer, {version: version('@vlcn.io/wa-sqlite'), durable: true,
  note: 'compiled to wasm; a clash is decided silently; bytes are those of a compact encoding of its change rows'});
