/**
 * What nodes tell each other, as text: the node, and what grew, how far. Names and numbers only, and
 * nothing that somebody who may read the database did not know.
 *
 *   payload = node ‖ (";" thing)*      v<vault>.<position>   i<user>.<index>   l<vault>.<index>   m<mailbox>
 */
import { LogKind } from "@duro/crypto/types";
import { mailboxNumbers, userIds, vaultIds } from "@duro/protocol";
import type { Growth } from "../ports/notifier.ts";

/** Postgres takes less than 8,000. */
export const payloadByteLengthMax = 7_900;

export const nodeIdByteLength = 8;

/** Two growths of one thing have one name. */
export const thingOf = (growth: Growth): string => {
  switch (growth.kind) {
    case "vault":
      return `v${growth.vault}`;
    case "log":
      return `${growth.name.kind === LogKind.Identity ? "i" : "l"}${growth.name.log}`;
    case "mailbox":
      return `m${growth.mailbox}`;
  }
};

/** How far it grew; a mailbox only says that it did. */
export const extentOf = (growth: Growth): number => {
  switch (growth.kind) {
    case "vault":
      return growth.position;
    case "log":
      return growth.index;
    case "mailbox":
      return 0;
  }
};

const growthToText = (growth: Growth): string =>
  growth.kind === "mailbox" ? thingOf(growth) : `${thingOf(growth)}.${extentOf(growth)}`;

/** As few as hold them; one without any growth where there is none. */
export const growthsToPayloads = (nodeId: string, growths: Iterable<Growth>): readonly string[] => {
  const payloads: string[] = [];
  let payload = nodeId;
  for (const growth of growths) {
    const text = `;${growthToText(growth)}`;
    // All of it is ASCII, so characters are bytes.
    if (payload.length + text.length > payloadByteLengthMax) {
      payloads.push(payload);
      payload = nodeId;
    }
    payload += text;
  }
  return [...payloads, payload];
};

export interface Payload {
  readonly nodeId: string;
  readonly growths: readonly Growth[];
  /** Things of a newer program, or nonsense. */
  readonly unreadableCount: number;
}

const nodeIdPattern = /^[0-9a-f]{16}$/u;
const thingPattern = /^(?<kind>[vil])(?<id>[0-9a-f]{32})\.(?<extent>0|[1-9][0-9]{0,15})$/u;
const mailboxPattern = /^m(?<mailbox>0|[1-9][0-9]{0,4})$/u;

/** Undefined: it is not of a relay. */
export const parsePayload = (text: string): Payload | undefined => {
  const [nodeId = "", ...things] = text.split(";");
  if (!nodeIdPattern.test(nodeId)) return undefined;
  const growths = things.map(parseGrowth).filter((growth) => growth !== undefined);
  return { nodeId, growths, unreadableCount: things.length - growths.length };
};

const parseGrowth = (text: string): Growth | undefined => {
  const box = mailboxPattern.exec(text)?.groups?.["mailbox"];
  if (box !== undefined) {
    const mailbox = mailboxNumbers.parse(Number(box));
    return mailbox.ok ? { kind: "mailbox", mailbox: mailbox.value } : undefined;
  }
  const { kind, id, extent } = thingPattern.exec(text)?.groups ?? {};
  const number = Number(extent);
  if (id === undefined || !Number.isSafeInteger(number)) return undefined;
  if (kind === "i") {
    const user = userIds.parse(id);
    if (!user.ok) return undefined;
    return { kind: "log", name: { kind: LogKind.Identity, log: user.value }, index: number };
  }
  const vault = vaultIds.parse(id);
  if (!vault.ok) return undefined;
  return kind === "v"
    ? { kind: "vault", vault: vault.value, position: number }
    : { kind: "log", name: { kind: LogKind.Vault, log: vault.value }, index: number };
};
