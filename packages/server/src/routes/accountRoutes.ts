/** Routes of a user's account: opened, looked at, taken along, given up. */
import { DeviceScope, err, ok, type Result } from "@duro/crypto/types";
import {
  type Account,
  accountRoutes,
  type Deletion,
  inviteCodes,
  type Refused,
  refused,
  type Registered,
  type Registration,
  type Route,
} from "@duro/protocol";
import type {
  FastifyInstance,
  FastifyPluginCallback,
  FastifyReply,
  FastifyRequest,
  RouteHandlerMethod,
} from "fastify";
import { refusalOfStale } from "../domain/judgeRecord.ts";
import { exportAccount, type ExportDeps } from "../export/exportAccount.ts";
import { answerRefused } from "../http/answerRefused.ts";
import { exportMsMax } from "../http/httpLimits.ts";
import { routeOptions } from "../http/routeOptions.ts";
import { checkLoginHeader, type LoginDeps } from "../login/checkLogin.ts";
import { inviteHashOf } from "../login/inviteHash.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { AccountStore, Admission } from "../ports/accountStore.ts";
import type { DeviceRow } from "../ports/logStore.ts";
import { parseRegistration } from "./parseRegistration.ts";

export interface AccountDeps extends LoginDeps, ExportDeps {
  readonly accountStore: AccountStore;
  readonly metrics: Metrics;
  /** That a login may be signed for, as they are now. */
  readonly hostsFor: (dialled: string) => readonly string[];
  readonly registration: Admission["kind"];
  readonly deviceCountMax: number;
  /** Of accounts without a quota of their own; undefined: as much as there is room for. */
  readonly quotaByteLength: number | undefined;
}

const dayMs = 86_400_000;

/** Long enough to notice what somebody else did with one's machine, short enough to be kept. */
export const accountDeletionDelayMs = 7 * dayMs;

export const registerAccounts: FastifyPluginCallback<AccountDeps> = (app, deps, done) => {
  app.route<{ Body: Registration }>({
    ...routeOptions(accountRoutes.register),
    handler: async (request, reply) => {
      const registered = await register(deps, request.body);
      if (!registered.ok) return answerRefused(request, reply, registered.error);
      return reply.code(201).send(registered.value);
    },
  });
  const route = (of: Route, limit: Limit, answer: Answer): void => {
    app.route({ ...routeOptions(of), handler: withLogin(app, deps, limit, answer) });
  };
  route(accountRoutes.account, "device", async (device) => readAccount(deps, device));
  route(accountRoutes.deleteAccount, "device", async (device, reply) => {
    const deletion = await deleteAccount(deps, device);
    if (deletion.ok) reply.code(202);
    return deletion;
  });
  app.route({
    ...routeOptions(accountRoutes.exportAccount),
    // A slow line may take its time; one on which nothing moves is cut before.
    handlerTimeout: exportMsMax,
    handler: withLogin(app, deps, "export", async (device, reply) => {
      reply.type("application/octet-stream");
      return ok(exportAccount(deps, device));
    }),
  });
  done();
};

// With a login

type Limit = "device" | "export";
type Answer = (device: DeviceRow, reply: FastifyReply) => Promise<Result<unknown, Refused>>;

const withLogin =
  (app: FastifyInstance, deps: AccountDeps, limit: Limit, answer: Answer): RouteHandlerMethod =>
  async (request, reply) => {
    const device = await loggedIn(app, deps, limit, request);
    if (!device.ok) return answerRefused(request, reply, device.error);
    const answered = await answer(device.value, reply);
    return answered.ok ? reply.send(answered.value) : answerRefused(request, reply, answered.error);
  };

const loggedIn = async (
  app: FastifyInstance,
  deps: AccountDeps,
  limit: Limit,
  request: FastifyRequest,
): Promise<Result<DeviceRow, Refused>> => {
  const hosts = { allowed: deps.hostsFor(request.host), dialled: request.host };
  const device = await checkLoginHeader(deps, request.headers.authorization, hosts);
  const outcome = device.ok ? "ok" : device.error.name;
  deps.metrics.logins.inc({ over: "http", outcome });
  if (!device.ok) return device;
  const limited = await app.rates.checkDevice(request, device.value.device, limit);
  return limited === undefined ? device : err(limited);
};

// What each of them does

const register = async (
  { accountStore, registration, deviceCountMax, nowMs }: AccountDeps,
  body: Registration,
): Promise<Result<Registered, Refused>> => {
  const parsed = parseRegistration(body, deviceCountMax);
  if (!parsed.ok) return parsed;
  const account = { ...parsed.value, nowMs: nowMs() };
  const stored = await accountStore.register(account, admissionOf(registration, body));
  if (stored.ok) return ok({ user: account.user });
  return err(
    stored.error.type === "HeadMoved"
      ? refusalOfStale(stored.error.head)
      : refused(stored.error.type),
  );
};

const admissionOf = (registration: Admission["kind"], { invite }: Registration): Admission => {
  if (registration !== "invite") return { kind: registration };
  const code = invite === undefined ? undefined : inviteCodes.parse(invite);
  return { kind: "invite", codeHash: code?.ok === true ? inviteHashOf(code.value) : undefined };
};

const readAccount = async (
  { accountStore, quotaByteLength: otherwise }: AccountDeps,
  { user }: DeviceRow,
): Promise<Result<Account, Refused>> => {
  const usage = await accountStore.usage(user);
  if (usage === undefined) return err(refused("NotFound"));
  const quotaByteLength = usage.quotaByteLength ?? otherwise ?? Number.MAX_SAFE_INTEGER;
  return ok({
    user,
    usedByteLength: usage.usedByteLength,
    quotaByteLength,
    isReadOnly: usage.usedByteLength >= quotaByteLength,
    vaults: usage.vaults.map(({ vault, usedByteLength }) => ({ vault, usedByteLength })),
  });
};

/** Only said here: somebody who was wished away twice goes when the first wish said. */
const deleteAccount = async (
  { accountStore, nowMs }: AccountDeps,
  { user, scope }: DeviceRow,
): Promise<Result<Deletion, Refused>> => {
  if (scope !== DeviceScope.Full) return err(refused("RoleForbids", { why: "not a full device" }));
  const usage = await accountStore.usage(user);
  if (usage === undefined) return err(refused("NotFound"));
  if (usage.deleteAfterMs !== undefined) return ok({ goneByMs: usage.deleteAfterMs });
  const heldUp = await accountStore.vaultsHeldUp(user);
  if (heldUp.length > 0)
    return err(
      refused("RoleForbids", { why: "others would lose their last owner", vaults: heldUp.length }),
    );
  const goneByMs = nowMs() + accountDeletionDelayMs;
  const isSet = await accountStore.setDeletion(user, goneByMs);
  return isSet ? ok({ goneByMs }) : err(refused("NotFound"));
};
