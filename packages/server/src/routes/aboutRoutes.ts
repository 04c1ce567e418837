/** Routes about the relay itself, open to everyone. */
import type { RelayGeneration, SignPublicKey } from "@duro/crypto/types";
import { bytesToHex } from "@duro/crypto/types";
import {
  type About,
  aboutRoutes,
  type HttpChallenge,
  protocolVersionMax,
  protocolVersionMin,
} from "@duro/protocol";
import type { FastifyPluginCallback } from "fastify";
import { routeOptions } from "../http/routeOptions.ts";
import type { LoginNonces } from "../login/loginNonces.ts";
import { refuse } from "./refuse.ts";

export interface AboutDeps {
  readonly relayKey: SignPublicKey;
  readonly generation: RelayGeneration;
  readonly registration: About["registration"];
  readonly nonces: LoginNonces;
  /** Resolves when the database has answered. */
  readonly askDatabase: () => Promise<unknown>;
  readonly nowMs: () => number;
}

/** Whoever asks whether we are ready waits for seconds at most; a database this slow is not. */
const databaseAnswerMs = 2_000;

export const registerAbout: FastifyPluginCallback<AboutDeps> = (app, deps, done) => {
  const { generation, registration, nonces, nowMs } = deps;
  const relayKey = bytesToHex(deps.relayKey);
  const about: About = {
    name: "duro",
    versionMin: protocolVersionMin,
    versionMax: protocolVersionMax,
    relayKey,
    generation,
    registration,
  };
  const isReady = sharedWhileOpen(async () => answersInTime(deps.askDatabase));
  app.route({ ...routeOptions(aboutRoutes.about), handler: async () => about });
  app.route({ ...routeOptions(aboutRoutes.healthz), handler: async () => ({ state: "ok" }) });
  app.route({
    ...routeOptions(aboutRoutes.readyz),
    handler: async (_request, reply) =>
      (await isReady()) ? { state: "ready" } : refuse(reply, "NotReady"),
  });
  app.route({
    ...routeOptions(aboutRoutes.challenge),
    handler: async (): Promise<HttpChallenge> => ({
      nonce: nonces.create(),
      relayKey,
      generation,
      nowMs: nowMs(),
    }),
  });
  done();
};

/** However many ask at once, the database is asked once. */
const sharedWhileOpen = <T>(ask: () => Promise<T>): (() => Promise<T>) => {
  let open: Promise<T> | undefined;
  return async () => {
    open ??= ask().finally(() => {
      open = undefined;
    });
    return open;
  };
};

const answersInTime = async (ask: () => Promise<unknown>): Promise<boolean> => {
  const late = Promise.withResolvers<false>();
  const timer = setTimeout(() => late.resolve(false), databaseAnswerMs);
  const answered = ask().then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answered, late.promise]);
  } finally {
    clearTimeout(timer);
  }
};
