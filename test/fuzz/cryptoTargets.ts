/** The decoders, openers and rules of crypto, bytes changed before and after they were signed. */
import * as crypto from "../../packages/crypto/src/index.ts";
import { asVerified, envelopeLink } from "../../packages/crypto/src/envelope/envelope.ts";
import { openBox } from "../../packages/crypto/src/keys/box.ts";
import { vaultKeyBoxContext } from "../../packages/crypto/src/keys/vaultKey.ts";
import { linkHash, signLink } from "../../packages/crypto/src/link.ts";
import { encodeIdentityPayload } from "../../packages/crypto/src/logs/identityRecords.ts";
import { encodeVaultPayload } from "../../packages/crypto/src/logs/vaultRecords.ts";
import { signRecord } from "../../packages/crypto/src/logs/record.ts";
import { asKeyBox } from "../../packages/crypto/src/publicKeys.ts";
import { boxByteLength } from "../../packages/crypto/src/sizes.ts";
import { unpad, pad } from "../../packages/crypto/src/padding.ts";
import {
  createChain,
  createPerson,
  createVault,
  identityAt,
  withMember,
  withPaper,
  withRotation,
  withoutDevice,
  withDevice,
} from "../../packages/crypto/src/testing/people.ts";
import { seededRandomBytes } from "../../packages/crypto/src/testing/seededRandomBytes.ts";
import * as types from "../../packages/crypto/src/types.ts";
import * as verify from "../../packages/crypto/src/verify.ts";
import { type FuzzTarget, oneSpelling, outcomeOf, target, text } from "./target.ts";

const deps = { randomBytes: seededRandomBytes("fuzz") };
const owner = withPaper(deps, createPerson(deps)).person;
const second = withDevice(deps, owner);
const writer = createPerson(deps);
const plainVault = createVault(deps, owner);
const vault = withRotation(
  deps,
  withMember(deps, plainVault, owner, writer, verify.Role.Writer),
  owner,
  [owner, writer],
);
const chain = createChain(deps, vault, owner.device, { count: 3 });
const phrase = crypto.createPhrase(deps);
const blob = crypto.sealBlob(deps, vault.key, new TextEncoder().encode("a blob of little content"));
const presence = crypto.sealPresence(
  deps,
  { vaultKey: vault.key, signSecret: owner.device.signSecret },
  { chain: chain[0]?.head.chain ?? types.chainIds.fromBytes(new Uint8Array(16)), count: 1 },
  new TextEncoder().encode("here"),
);
const identityRecords = [...withoutDevice(deps, second.person, second.device).records];
const asText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const bytesErrors = ["Malformed", "VersionUnsupported"];
const logErrors = [
  ...bytesErrors,
  "WrongLog",
  "LinkGap",
  "LinkForked",
  "BadSignature",
  "RuleViolated",
  "RecordUnknown",
  "IdentityHeadMissing",
];

const applyIdentity = (bytes: Uint8Array): string => {
  const record = verify.decodeRecord(bytes);
  if (!record.ok) return outcomeOf(record);
  const state = owner.states[record.value.index - 1];
  return outcomeOf(verify.applyIdentityRecord(state, record.value));
};

const vaultStates = verify.replayVaultLog(vault.records, identityAt(owner, writer)).states;

const applyVault = (bytes: Uint8Array): string => {
  const record = verify.decodeRecord(bytes);
  if (!record.ok) return outcomeOf(record);
  const state = vaultStates[record.value.index - 1];
  return outcomeOf(verify.applyVaultRecord(state, record.value, identityAt(owner, writer)));
};

/** A payload that was changed and then signed again: what a hostile member can do. */
const resigned =
  (records: readonly verify.LogRecord[], apply: (record: verify.LogRecord) => string) =>
  (payload: Uint8Array): string => {
    const record = records[payload.length % records.length];
    if (record === undefined) return "Malformed";
    const author = record.author.device === owner.device.id ? owner.device : writer.device;
    return apply(signRecord(record.kind, record, payload, [author]));
  };

/** An envelope whose head or body was changed and then signed again. */
const resignedEnvelope = (bytes: Uint8Array): string => {
  const decoded = verify.decodeEnvelope(bytes);
  if (!decoded.ok) return outcomeOf(decoded);
  const { head, body } = decoded.value;
  const signed = {
    ...head,
    bodyHash: body === undefined ? head.bodyHash : verify.bodyHashOf(body),
  };
  const hash = linkHash(envelopeLink, verify.encodeHead(signed));
  const signature = signLink(envelopeLink, hash, owner.device.signSecret);
  const verified = verify.verifyEnvelope({ head: signed, body, signature }, owner.device.signKey);
  return verified.ok ? outcomeOf(crypto.openBody(vault.key, verified.value)) : outcomeOf(verified);
};

const pairing = () => {
  const code = crypto.createPairingCode(deps, 7);
  const joiner = crypto.startPairing(deps, "joiner", code);
  const approver = crypto.startPairing(deps, "approver", code);
  const messages: Uint8Array[] = [];
  const states: crypto.PairingState[] = [];
  let [ours, theirs] = [joiner, approver];
  while (theirs.send !== undefined && ours.state.kind !== "paired") {
    messages.push(theirs.send);
    states.push(ours.state);
    const next = crypto.pairingStep(deps, ours.state, theirs.send);
    const other = crypto.pairingStep(deps, theirs.state, ours.send ?? new Uint8Array());
    if (!next.ok || !other.ok) break;
    [ours, theirs] = [next.value, other.value];
  }
  return { messages, states };
};
const paired = pairing();

const boxContext = vaultKeyBoxContext({
  vault: vault.state.vault,
  epoch: 1,
  previous: types.noRecord,
  recipient: {
    kind: "member",
    user: owner.state.user,
    generation: 1,
    identityHead: owner.state.head.id,
  },
  commitment: plainVault.key.commitment,
});
const ownBox = plainVault.state.epochs[0]?.memberBoxes.get(owner.state.user)?.[0]?.box;

export const cryptoTargets: readonly FuzzTarget[] = [
  target("envelope", chain.map(verify.encodeEnvelope), bytesErrors, (input) =>
    oneSpelling(input, verify.decodeEnvelope(input), verify.encodeEnvelope),
  ),
  target(
    "envelope, signed again",
    chain.map(verify.encodeEnvelope),
    [...bytesErrors, "BodyMissing", "WrongVaultKey", "CommitmentMismatch", "SealBroken"],
    resignedEnvelope,
  ),
  target(
    "envelope as received",
    chain.map(verify.encodeEnvelope),
    [...bytesErrors, "BadSignature", "BodyHashMismatch"],
    (input) => {
      const decoded = verify.decodeEnvelope(input);
      if (!decoded.ok) return outcomeOf(decoded);
      return outcomeOf(verify.verifyEnvelope(decoded.value, owner.device.signKey));
    },
  ),
  target(
    "head",
    chain.map(({ head }) => verify.encodeHead(head)),
    bytesErrors,
    (input) => oneSpelling(input, verify.decodeHead(input), verify.encodeHead),
  ),
  target(
    "clear part",
    chain.flatMap(({ body }) => body ?? []),
    ["Malformed"],
    (input) => outcomeOf(verify.readClear(input)),
  ),
  target(
    "body under another key",
    chain.flatMap(({ body }) => body ?? []),
    ["Malformed", "CommitmentMismatch", "SealBroken"],
    (input) => {
      const head = chain[1]?.head;
      if (head === undefined) return "no specimen";
      const verified = asVerified(
        { head, body: input, signature: types.asSignature(new Uint8Array(64)) },
        types.noEnvelope,
      );
      return outcomeOf(crypto.openBody(vault.key, verified));
    },
  ),
  target(
    "record",
    [...identityRecords, ...vault.records].map(verify.encodeRecord),
    bytesErrors,
    (input) => oneSpelling(input, verify.decodeRecord(input), verify.encodeRecord),
  ),
  target("identity log", owner.records.map(verify.encodeRecord), logErrors, applyIdentity),
  target("vault log", vault.records.map(verify.encodeRecord), logErrors, applyVault),
  target(
    "identity payload, signed again",
    identityRecords.map(({ payload }) => payload),
    logErrors,
    resigned(owner.records, (record) =>
      outcomeOf(verify.applyIdentityRecord(owner.states[record.index - 1], record)),
    ),
  ),
  target(
    "vault payload, signed again",
    vault.records.map(({ payload }) => payload),
    logErrors,
    resigned(vault.records, (record) =>
      outcomeOf(
        verify.applyVaultRecord(vaultStates[record.index - 1], record, identityAt(owner, writer)),
      ),
    ),
  ),
  target(
    "identity payload",
    [
      ...identityRecords.map(({ payload }) => payload),
      encodeIdentityPayload({ type: "unknown", number: 9 }),
    ],
    ["Malformed"],
    (input) => {
      const decoded = verify.decodeIdentityPayload((input[0] ?? 0) % 5, input);
      const isUnknown = decoded.ok && decoded.value.type === "unknown";
      return isUnknown ? "ok" : oneSpelling(input, decoded, encodeIdentityPayload);
    },
  ),
  target(
    "vault payload",
    vault.records.map(({ payload }) => payload),
    ["Malformed"],
    (input) => {
      const decoded = verify.decodeVaultPayload((input[0] ?? 0) % 18, input);
      const isUnknown = decoded.ok && decoded.value.type === "unknown";
      return isUnknown ? "ok" : oneSpelling(input, decoded, encodeVaultPayload);
    },
  ),
  target(
    "box",
    ownBox === undefined ? [] : [ownBox],
    ["BoxBroken", "KeyCommitmentMismatch"],
    (input) =>
      input.length === boxByteLength
        ? outcomeOf(openBox(owner.userKeys, boxContext, asKeyBox(input)))
        : "BoxBroken",
  ),
  target("blob header", [types.encodeBlobHeader(blob.ref.header)], bytesErrors, (input) =>
    oneSpelling(input, types.decodeBlobHeader(input), types.encodeBlobHeader),
  ),
  target("blob chunk", blob.chunks, ["Malformed", "CommitmentMismatch", "SealBroken"], (input) =>
    outcomeOf(crypto.openChunk(vault.key, blob.ref, 0, input)),
  ),
  target(
    "presence",
    [presence],
    [...bytesErrors, "WrongVaultKey", "PresenceReplayed", "BadSignature"],
    (input) => {
      const decoded = crypto.decodePresence(input);
      if (!decoded.ok) return outcomeOf(decoded);
      const author = { signKey: owner.device.signKey, countSeen: 0 };
      return outcomeOf(crypto.openPresence(vault.key, decoded.value, author));
    },
  ),
  target("padding", [pad(text("content")), pad(new Uint8Array(3000))], ["Malformed"], (input) =>
    outcomeOf(unpad(input)),
  ),
  target(
    "phrase",
    [text(phrase.reveal()), text(phrase.reveal().toUpperCase())],
    ["PhraseWordCount", "PhraseWordUnknown", "PhraseChecksum"],
    (input) => outcomeOf(crypto.parsePhrase(asText(input))),
  ),
  target(
    "pairing code",
    [text(crypto.pairingCodeText(crypto.createPairingCode(deps, 5)).reveal())],
    ["CodeMalformed"],
    (input) => outcomeOf(crypto.parsePairingCode(asText(input))),
  ),
  target("pairing message", paired.messages, ["Malformed", "PairingRefused"], (input) => {
    const state = paired.states[input.length % paired.states.length];
    return state === undefined ? "no state" : outcomeOf(crypto.pairingStep(deps, state, input));
  }),
  target("id", [text("00".repeat(16)), text("ab".repeat(32))], ["NotAnId"], (input) => {
    const typed = asText(input);
    return outcomeOf(typed.length > 40 ? types.recordIds.parse(typed) : types.userIds.parse(typed));
  }),
];
