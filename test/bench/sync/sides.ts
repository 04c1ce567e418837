/** Starts client processes, and has what every part needs of them. */
import { type Side, startSide } from "../relay/jobs.ts";
import type { ClientSide } from "./clientSide.ts";

export type Clients = Side<ClientSide>;

export const startClients = (): Clients =>
  startSide<ClientSide>(new URL("./clientSide.ts", import.meta.url));

export const namesOf = (first: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `c${first + at}`);
