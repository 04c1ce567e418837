/**
 * Sends a relay one planted text by every way by which a client sends something sealed, and by the
 * wrong ways of whoever is mistaken; and says which secrets were near enough to be lost.
 */
import { WebSocket } from "ws";
import {
  createPairingCode,
  sealBlob,
  sealEnvelope,
  sealPairingMessage,
  sealPresence,
} from "../../../packages/crypto/src/index.ts";
import { pair, sessionOf } from "../../../packages/crypto/src/testing/pairing.ts";
import {
  createPerson,
  createVault,
  incarnationOf,
  type Person,
  type Vault,
  withDevice,
} from "../../../packages/crypto/src/testing/people.ts";
import {
  assert,
  type BodyContent,
  concatBytes,
  encodeBlobHeader,
  EnvelopeKind,
  noEnvelope,
} from "../../../packages/crypto/src/types.ts";
import { chainIdOf, chunkHashOf } from "../../../packages/crypto/src/verify.ts";
import {
  BlobAction,
  blobRoutes,
  type BlobToken,
  blobTokens,
  bytesToBase64url,
  docIds,
  encodeBody,
  encodeDataContent,
  envelopesToRun,
  OpenReason,
  pathOf,
  socketPath,
  subprotocol,
  tokenToHeader,
} from "../../../packages/protocol/src/index.ts";
import {
  appendRecords,
  nextRequest,
  registerRecords,
} from "../../../packages/server/src/testing/registerPerson.ts";
import {
  channelOf,
  connectClient,
  type RelayClient,
} from "../../../packages/server/src/testing/relayClient.ts";
import { createNeedle, type Needle, textNeedle } from "./needles.ts";
import { deps } from "./world.ts";

export interface Planted {
  /** What nobody but members may find. */
  readonly secrets: readonly Needle[];
  /** What a relay must see: whoever looks and does not find it, does not look well. */
  readonly visible: readonly Needle[];
}

/** Documentation's own range, RFC 3849: nobody's. */
export const plantedAddress = "2001:db8:5ca1:ab1e:c0de:cafe:f00d:7777";

interface Ground {
  readonly url: string;
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly person: Person;
  readonly vault: Vault;
  readonly writer: RelayClient;
  readonly reader: RelayClient;
}

const channel = 1;

export const plantEverywhere = async (url: string, text: string): Promise<Planted> => {
  const { person, device } = withDevice(deps, createPerson(deps));
  const vault = createVault(deps, person);
  const registered = await registerRecords(url, person.records);
  assert(registered.status === 201, `a person is registered, not ${registered.status}`);
  const [writer, reader] = [await connectClient(url), await connectClient(url)];
  await writer.login(person.device);
  await appendRecords(writer, vault.records);
  await reader.login(device);
  for (const client of [writer, reader]) await client.open(channel, vault.state.vault);
  const ground: Ground = {
    url,
    text,
    person,
    vault,
    writer,
    reader,
    bytes: new TextEncoder().encode(text),
  };
  const doc = await plantEnvelopes(ground);
  await plantPresence(ground);
  const token = await plantBlob(ground);
  const pairingSecret = await plantMailbox(ground);
  await plantMistakes(ground);
  for (const client of [writer, reader]) await client.close();
  return {
    secrets: [
      textNeedle("the planted text", text),
      textNeedle("a client's address", plantedAddress),
      createNeedle("a document's id", docIds.toBytes(doc)),
      createNeedle("a blob token", blobTokens.toBytes(token)),
      createNeedle("a pairing code's secret", pairingSecret),
      createNeedle("a vault key", vault.key.key.reveal()),
      createNeedle("a user key", person.userKeys.key.reveal()),
      createNeedle("a device's seed", person.device.seed.reveal()),
      createNeedle("a device's signing key", person.device.signSecret.reveal()),
    ],
    visible: [createNeedle("a user's id", Buffer.from(person.state.user, "hex"))],
  };
};

const chainOf = ({ person }: Ground) => chainIdOf(person.device.signKey, incarnationOf(1));

const plantEnvelopes = async (ground: Ground) => {
  const { text, bytes, person, vault, writer, reader } = ground;
  const chain = chainOf(ground);
  const doc = docIds.fromBytes(deps.randomBytes(docIds.byteLength));
  const seal = (kind: EnvelopeKind, seq: number, previous: typeof noEnvelope, body: BodyContent) =>
    sealEnvelope(
      deps,
      { vaultKey: vault.key, signSecret: person.device.signSecret },
      {
        kind,
        flags: 0,
        vault: vault.state.vault,
        chain,
        seq,
        previous,
        epoch: vault.key.epoch,
        logHead: vault.state.head.id,
      },
      body,
    );
  const open = encodeBody({
    type: "Open",
    clear: { user: person.state.user, device: person.device.id, incarnation: incarnationOf(1) },
    plaintext: { predecessor: undefined, reason: OpenReason.First, note: text },
  });
  const content = encodeDataContent({ updates: [{ doc, update: bytes }], seen: [] });
  const data = encodeBody({ type: "Data", plaintext: { isDeflated: false, content } });
  const first = seal(EnvelopeKind.Open, 1, noEnvelope, open);
  const second = seal(EnvelopeKind.Data, 2, first.id, data);
  writer.put(channel, envelopesToRun([first, second]));
  await writer.next("Receipt");
  await reader.next("Envelopes");
  return doc;
};

const plantPresence = async (ground: Ground): Promise<void> => {
  const { bytes, person, vault, writer, reader } = ground;
  const keys = { vaultKey: vault.key, signSecret: person.device.signSecret };
  const sealed = sealPresence(deps, keys, { chain: chainOf(ground), count: 1 }, bytes);
  writer.send({ type: "Presence", channel: channelOf(channel), sealed });
  await reader.next("Presence");
};

const plantBlob = async ({ url, bytes, vault: { key }, writer }: Ground): Promise<BlobToken> => {
  const { ref, chunks } = sealBlob(deps, key, bytes);
  const [chunk = bytes] = chunks;
  const request = nextRequest();
  const want = { request, channel: channelOf(channel), action: BlobAction.Write } as const;
  writer.send({ type: "BlobTokenWant", ...want, blob: undefined });
  const { token } = await writer.next("BlobTokenGranted");
  const place = { vault: key.vault, blob: ref.id };
  const put = (path: string, type: string, body: string | Uint8Array<ArrayBuffer>) =>
    fetch(`${url}${path}`, {
      method: "PUT",
      headers: {
        authorization: tokenToHeader(token),
        "content-type": type,
        "x-forwarded-for": plantedAddress,
      },
      body,
    });
  const announced = await put(
    pathOf(blobRoutes.announceBlob, place),
    "application/json",
    JSON.stringify({
      header: bytesToBase64url(encodeBlobHeader(ref.header)),
      chunkHashes: bytesToBase64url(concatBytes(...chunks.map(chunkHashOf))),
    }),
  );
  const path = pathOf(blobRoutes.putChunk, { ...place, index: 0 });
  const stored = await put(path, "application/octet-stream", new Uint8Array(chunk));
  assert(announced.ok && stored.ok, `a blob is stored, not ${announced.status}, ${stored.status}`);
  return token;
};

/** Two machines that have met say the text to each other, as they say a device's name. */
const plantMailbox = async ({ url, bytes }: Ground): Promise<Uint8Array> => {
  const [opener, joiner] = [await connectClient(url), await connectClient(url)];
  opener.send({ type: "MailboxOpen", request: nextRequest() });
  const { mailbox } = await opener.next("MailboxOpened");
  const code = createPairingCode(deps, mailbox);
  const [joining, approving] = pair(deps, code);
  joiner.send({ type: "MailboxJoin", request: nextRequest(), mailbox });
  await joiner.next("MailboxOpened");
  const handshake = [
    [joiner, opener, joining.sent],
    [opener, joiner, approving.sent],
  ] as const;
  for (const [from, to, messages] of handshake)
    for (const message of [...messages, undefined]) {
      const side = from === joiner ? joining : approving;
      const sealed = message ?? sealPairingMessage(deps, sessionOf(side), 1, bytes);
      from.send({ type: "MailboxSend", mailbox, message: sealed });
      await to.next("MailboxMessage");
    }
  for (const client of [opener, joiner]) await client.close();
  return code.secret.reveal();
};

/** What is refused is not told to the log: neither what it said nor who it was. */
const plantMistakes = async ({ url, text, writer }: Ground): Promise<void> => {
  const headers = {
    authorization: `Bearer ${Buffer.from(text).toString("hex")}`,
    "user-agent": text,
    "x-forwarded-for": plantedAddress,
    "x-planted": text,
    cookie: `planted=${text}`,
  };
  const json = { ...headers, "content-type": "application/json" };
  const requests: readonly (readonly [string, RequestInit])[] = [
    [`/${text}?${text}=${text}`, { headers }],
    ["/.well-known/duro", { headers: { ...headers, origin: `https://${text}.example` } }],
    ["/v1/account", { headers: { ...headers, authorization: `Duro ${text}` } }],
    [`/v1/vaults/${text}/blobs/${text}`, { headers }],
    ["/v1/accounts", { method: "POST", headers: json, body: `{"${text}":"${text}` }],
    ["/v1/accounts", { method: "POST", headers: json, body: JSON.stringify({ invite: text }) }],
    ["/v1/accounts", { method: "POST", headers: { ...headers, "content-type": text }, body: text }],
  ];
  for (const [path, request] of requests) {
    const answer = await fetch(`${url}${path}`, request);
    await answer.arrayBuffer();
  }
  const socketUrl = `${url.replace(/^http/u, "ws")}${socketPath}`;
  const stranger = new WebSocket(socketUrl, subprotocol, { headers });
  await new Promise((resolve) => stranger.once("open", resolve).once("error", resolve));
  stranger.send(text);
  await new Promise((resolve) => stranger.once("close", resolve).once("error", resolve));
  // A tag that nobody knows, and the text behind it.
  writer.sendBytes(Buffer.concat([Buffer.from([127]), Buffer.from(text)]));
  await writer.closed;
};
