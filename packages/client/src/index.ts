/** The door of the package. Adapters of one platform are behind `./node` and `./browser`. */
export {
  type CommitError,
  type Entry,
  type KeyRange,
  type LocalStore,
  type OpenError,
  type StoreBroken,
  type StoreClosed,
  type StoreFull,
  type StoreNewer,
  type StoreReader,
  type StoreTable,
  storeTables,
  storeVersion,
  wholeTable,
  type Write,
} from "./ports/localStore.ts";
