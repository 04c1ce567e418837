import { logStoreContract } from "../testing/logStore.contract.ts";
import { openPostgresStores } from "../testing/postgresStores.ts";

logStoreContract("Postgres", openPostgresStores);
