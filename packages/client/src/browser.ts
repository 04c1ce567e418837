/** What only a browser has. */
export { openDexieLocalStore } from "./store/dexieLocalStore.ts";
