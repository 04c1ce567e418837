/** What an operator reads when the relay is up. */
import type { ServeConfig, StorePlace } from "./command.ts";
import { bold } from "./say.ts";
import { shellWord } from "./shellWord.ts";

export interface Started {
  readonly url: string;
  /** What was done with Postgres. */
  readonly sentence: string;
  readonly metricsUrl: string | undefined;
}

export const welcomeText = (
  { store, registration, publicUrls }: ServeConfig,
  { url, sentence, metricsUrl }: Started,
  hasColour: boolean,
): string =>
  [
    `The relay listens on ${bold(url, hasColour)}${publicUrls.length === 0 ? "" : `, for clients of ${publicUrls.join(" and ")}`}`,
    `  data     ${store.database.kind === "embedded" ? store.dataFolder : `in Postgres; the key in ${store.keyFile}`}`,
    `  database ${sentence}`,
    ...(metricsUrl === undefined ? [] : [`  metrics  ${metricsUrl}`]),
    `  users    ${registrationText(registration, store)}`,
    `  connect  duro init --server ${publicUrls[0] ?? url}`,
    "  stop     Ctrl-C",
  ].join("\n");

const registrationText = (registration: ServeConfig["registration"], store: StorePlace): string => {
  switch (registration) {
    case "open":
      return "anybody who reaches this relay may register";
    case "invite":
      return `the first may simply register; for others: duro-relay admin invite${placeFlags(store)}`;
    case "closed":
      return "the first may register, and nobody after";
  }
};

/** So that the command finds the same relay. A database is named in the environment, not here. */
const placeFlags = ({ database, dataFolder }: StorePlace): string =>
  database.kind === "embedded" ? ` --data ${shellWord(dataFolder)}` : "";
