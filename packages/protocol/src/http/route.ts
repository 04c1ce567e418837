/** What a route is: data that the relay serves by and the client calls by. No server, no request. */
import type { TObject, TSchema } from "typebox";
import { type RefusalName, refusals } from "../refusals.ts";
import { refusalBody } from "./schemas.ts";

/** JSON of a schema, plain bytes of `application/octet-stream`, or no body at all. */
export type Content = TSchema | "octets" | "nothing";

export interface Route {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  /** A colon begins the name of a parameter. */
  readonly path: string;
  /** Nothing, a token issued on the socket, or a login signed for this request. */
  readonly auth: "none" | "token" | "login";
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: Content;
  readonly response: Readonly<Record<number, Content>>;
}

/** Any route may be refused for these. */
const always = [
  "InvalidField",
  "RequestTimeout",
  "RateLimited",
  "HeadersTooLarge",
  "Internal",
  "Overloaded",
] as const satisfies readonly RefusalName[];

/** The statuses of these refusals, all with the one body. */
export const refusedFor = (...names: readonly RefusalName[]): Readonly<Record<number, TSchema>> =>
  Object.fromEntries([...always, ...names].map((name) => [refusals[name].httpStatus, refusalBody]));

/** The path with its parameters filled in. Every one of them is an id or a number. */
export const pathOf = (
  { path }: Pick<Route, "path">,
  params: Readonly<Record<string, string | number>> = {},
): string =>
  Object.entries(params).reduce(
    (filled, [name, value]) => filled.replace(`:${name}`, encodeURIComponent(value)),
    path,
  );
