/** A map that forgets what was longest unused, so that what is stored costs no memory. */
export interface Recent<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
  delete(key: Key): void;
  readonly size: number;
}

export const createRecent = <Key, Value>(countMax: number): Recent<Key, Value> => {
  // A Map keeps the order in which keys were set.
  const values = new Map<Key, Value>();
  return {
    get: (key) => {
      const value = values.get(key);
      if (value === undefined) return undefined;
      values.delete(key);
      values.set(key, value);
      return value;
    },
    set: (key, value) => {
      values.delete(key);
      values.set(key, value);
      if (values.size <= countMax) return;
      const oldest = values.keys().next();
      if (oldest.done !== true) values.delete(oldest.value);
    },
    delete: (key) => {
      values.delete(key);
    },
    get size() {
      return values.size;
    },
  };
};
