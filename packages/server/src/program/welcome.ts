/** What an operator reads when the relay is up. */
import type { ServeConfig, StorePlace } from "./command.ts";
import { bold } from "./say.ts";
import { shellWord } from "./shellWord.ts";

export interface Started {
  readonly url: string;
  /** What was done with Postgres. */
  readonly sentence: string;
  readonly metricsUrl: string | undefined;
  /** Then nobody is the first any more. */
  readonly hadUsers: boolean;
}

export const welcomeText = (
  { store, registration, publicUrls }: ServeConfig,
  { url, sentence, metricsUrl, hadUsers }: Started,
  hasColour: boolean,
): string =>
  [
    `The relay listens on ${bold(url, hasColour)}${publicUrls.length === 0 ? "" : `, for clients of ${publicUrls.join(" and ")}`}`,
    `  data     ${store.database.kind === "embedded" ? store.dataFolder : `in Postgres; the key in ${store.keyFile}`}`,
    `  database ${sentence}`,
    ...(metricsUrl === undefined ? [] : [`  metrics  ${metricsUrl}`]),
    `  users    ${hadUsers ? laterText(registration, store) : firstText(registration, store)}`,
    `  connect  duro init --server ${publicUrls[0] ?? url}`,
    "  stop     Ctrl-C",
  ].join("\n");

const firstText = (registration: ServeConfig["registration"], store: StorePlace): string => {
  switch (registration) {
    case "open":
      return laterText(registration, store);
    case "invite":
      return `the first may simply register; for others: duro-relay admin invite${placeFlags(store)}`;
    case "closed":
      return "the first may register, and nobody after";
  }
};

const laterText = (registration: ServeConfig["registration"], store: StorePlace): string => {
  switch (registration) {
    case "open":
      return "anybody who reaches this relay may register";
    case "invite":
      return `register with an invite: duro-relay admin invite${placeFlags(store)}`;
    case "closed":
      return "nobody may register";
  }
};

/** So that the command finds the same relay. A database is named in the environment, not here. */
const placeFlags = ({ database, dataFolder }: StorePlace): string =>
  database.kind === "embedded" ? ` --data ${shellWord(dataFolder)}` : "";
