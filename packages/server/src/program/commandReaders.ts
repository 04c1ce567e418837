/** Each command, from what was given for it. */
import { userIds } from "@duro/crypto/types";
import { BadUsage, quoted } from "./badUsage.ts";
import type { Command, CommandName, ServeConfig } from "./command.ts";
import { isOn, list, one, path, type Settings, shared } from "./settings.ts";
import * as values from "./values.ts";

const portMax = 65_535;
/** A log holds no more of them; docs/protocol.md §10. */
const deviceCountMax = 256;
const vaultCountMax = 256;

const serveOf = (settings: Settings): ServeConfig => {
  const quota = one(settings, "quota", values.byteLengthOrUnlimited, "unlimited");
  const port = values.wholeNumber(0, portMax);
  return {
    ...shared(settings),
    host: one(settings, "host", values.listenHost, "127.0.0.1"),
    port: one(settings, "port", port, 8_787),
    registration: one(
      settings,
      "registration",
      values.oneOf(["open", "invite", "closed"]),
      "invite",
    ),
    publicUrls: list(settings, "public-url", values.webOrigin),
    allowedOrigins: list(settings, "allow-origin", values.webOrigin),
    trustedProxies: list(settings, "trust-proxy", values.proxyAddress),
    quotas: {
      byteLength: quota === "unlimited" ? undefined : quota,
      deviceCountMax: one(
        settings,
        "quota-devices",
        values.wholeNumber(1, deviceCountMax),
        undefined,
      ),
      vaultCountMax: one(settings, "quota-vaults", values.wholeNumber(1, vaultCountMax), undefined),
      blobByteLengthMax: one(settings, "blob-max", values.byteLength, undefined),
    },
    metricsPort: one(settings, "metrics-port", port, undefined),
    metricsTokenFile: path(settings, "metrics-token-file"),
    logsAddresses: isOn(settings, "log-addresses"),
    viewerFolder: path(settings, "viewer"),
  };
};

const operandOf = (command: CommandName, operands: readonly string[], at: number, what: string) => {
  const operand = operands[at];
  if (operand !== undefined) return operand;
  throw new BadUsage(`"duro-relay ${command}" needs ${what} behind it.`);
};

const noMoreThan = (command: CommandName, operands: readonly string[], count: number): void => {
  const extra = operands[count];
  if (extra !== undefined) throw new BadUsage(`"duro-relay ${command}" takes no ${quoted(extra)}.`);
};

const userOf = (command: CommandName, operands: readonly string[]) => {
  const typed = operandOf(command, operands, 0, "a user id, which admin usage lists");
  const user = userIds.parse(typed);
  if (user.ok) return user.value;
  throw new BadUsage(
    `${quoted(typed)} is no user id, which has 32 hex digits; "duro-relay admin usage" lists them.`,
  );
};

const readQuota: values.ReadValue<number | "default" | "unlimited"> = (given) =>
  given === "default" ? given : values.byteLengthOrUnlimited(given);

export const readerByCommand: Readonly<
  Record<CommandName, (settings: Settings, operands: readonly string[]) => Command>
> = {
  serve: (settings, operands) => {
    noMoreThan("serve", operands, 0);
    return { kind: "serve", ...serveOf(settings) };
  },
  "admin invite": (settings, operands) => {
    noMoreThan("admin invite", operands, 0);
    const lifetimeDayCount = one(settings, "days", values.wholeNumber(1, 365), 7);
    return { kind: "adminInvite", lifetimeDayCount, ...shared(settings) };
  },
  "admin usage": (settings, operands) => {
    noMoreThan("admin usage", operands, 0);
    return { kind: "adminUsage", ...shared(settings) };
  },
  "admin quota": (settings, operands) => {
    noMoreThan("admin quota", operands, 2);
    const user = userOf("admin quota", operands);
    const typed = operandOf("admin quota", operands, 1, 'bytes, "default" or "unlimited"');
    const quota = values.readValue("The quota", "10GB", typed, readQuota);
    return { kind: "adminQuota", user, quota, ...shared(settings) };
  },
  "admin remove": (settings, operands) => {
    noMoreThan("admin remove", operands, 1);
    const user = userOf("admin remove", operands);
    const [isNow, isUndo] = [isOn(settings, "now"), isOn(settings, "undo")];
    if (isNow && isUndo) throw new BadUsage("--now and --undo say the opposite of each other.");
    const how = isNow ? "now" : isUndo ? "undo" : "later";
    return {
      kind: "adminRemove",
      user,
      how,
      isConfirmed: isOn(settings, "yes"),
      ...shared(settings),
    };
  },
  check: (settings, operands) => {
    noMoreThan("check", operands, 0);
    return { kind: "check", isFull: isOn(settings, "full"), ...shared(settings) };
  },
  backup: (settings, operands) => {
    noMoreThan("backup", operands, 0);
    const toFile = path(settings, "to");
    if (toFile === undefined)
      throw new BadUsage("The backup needs a file, as in --to relay.backup.");
    return { kind: "backup", toFile, ...shared(settings) };
  },
  restore: (settings, operands) => {
    noMoreThan("restore", operands, 0);
    const fromFile = path(settings, "from");
    if (fromFile === undefined)
      throw new BadUsage("Restoring needs a backup, as in --from relay.backup.");
    return { kind: "restore", fromFile, isConfirmed: isOn(settings, "yes"), ...shared(settings) };
  },
};
