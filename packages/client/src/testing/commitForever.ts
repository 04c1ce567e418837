/** A process that commits and says so, until it is killed: `commitForever.ts FILE`. */
import { openSqliteLocalStore } from "../store/sqliteLocalStore.ts";

const [path = ""] = process.argv.slice(2);
const opened = openSqliteLocalStore(path);
if (!opened.ok) throw new Error(opened.error.type);
const store = opened.value;

const bytesOf = (count: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, count);
  return bytes;
};

const counterKey = Uint8Array.of(1);
const stored = await store.get("facts", counterKey);
let count = stored === undefined ? 0 : new DataView(stored.buffer, stored.byteOffset).getUint32(0);
for (;;) {
  count += 1;
  const value = bytesOf(count);
  const committed = await store.commit([
    { kind: "put", table: "facts", key: counterKey, value },
    { kind: "put", table: "updates", key: value, value },
  ]);
  if (!committed.ok) throw new Error(committed.error.type);
  process.stdout.write(`${count}\n`);
}
