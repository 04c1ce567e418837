import { accountStoreContract } from "../testing/accountStore.contract.ts";
import { openPostgresStores } from "../testing/postgresStores.ts";

accountStoreContract("Postgres", openPostgresStores);
