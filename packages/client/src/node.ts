/** What only Node has. */
export { openSqliteLocalStore } from "./store/sqliteLocalStore.ts";
