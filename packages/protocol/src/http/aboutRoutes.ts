/** Routes about the relay itself, open to everyone. */
import { relayGenerations } from "@duro/crypto/types";
import { type Static, Type } from "typebox";
import { loginNonces } from "../ids.ts";
import { refusedFor, type Route } from "./route.ts";
import { closed, idText, signKeyText, wholeNumber } from "./schemas.ts";

const version = Type.Integer({ minimum: 1, maximum: 255 });

export const about = closed({
  name: Type.Literal("duro"),
  versionMin: version,
  versionMax: version,
  relayKey: signKeyText,
  generation: idText(relayGenerations),
  registration: Type.Enum(["open", "invite", "closed"]),
});
export type About = Static<typeof about>;

export const state = closed({ state: Type.Enum(["ok", "ready"]) });

/** For a login over HTTP: good for one request. */
export const challenge = closed({
  nonce: idText(loginNonces),
  relayKey: signKeyText,
  generation: idText(relayGenerations),
  nowMs: wholeNumber(),
});
export type HttpChallenge = Static<typeof challenge>;

export const aboutRoutes = {
  about: {
    method: "GET",
    path: "/.well-known/duro",
    auth: "none",
    response: { 200: about, ...refusedFor() },
  },
  /** The process answers. */
  healthz: {
    method: "GET",
    path: "/healthz",
    auth: "none",
    response: { 200: state, ...refusedFor() },
  },
  /** The database answers too. */
  readyz: {
    method: "GET",
    path: "/readyz",
    auth: "none",
    response: { 200: state, ...refusedFor("NotReady", "ShuttingDown") },
  },
  challenge: {
    method: "POST",
    path: "/v1/challenges",
    auth: "none",
    response: { 200: challenge, ...refusedFor("OriginRefused") },
  },
} as const satisfies Record<string, Route>;
