import { afterAll } from "vitest";
import { shareTidyStores } from "../testing/postgresTidyStores.ts";
import { tidyStoreContract } from "../testing/tidyStore.contract.ts";
import { tidyingContract } from "../testing/tidying.contract.ts";

const shared = shareTidyStores();
afterAll(shared.end);

tidyStoreContract("Postgres", shared.open);
tidyingContract("Postgres", shared.open);
