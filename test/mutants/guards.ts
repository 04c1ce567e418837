/**
 * Protections, and where each stands. The control takes one away at a time and wants the tests to
 * notice: a test that passes without the check proves nothing.
 */
export interface Guard {
  /** What is protected, as docs/protocol.md or docs/crypto.md name it. */
  readonly name: string;
  /** From packages/. */
  readonly file: string;
  /** An expression of that file; the control puts `instead` in its place. */
  readonly find: string;
  readonly instead: string;
  /** Where the tests stand that must notice, from packages/. */
  readonly tests: readonly string[];
}

/** The check never refuses. */
const off = "(false as boolean)";
/** The check always agrees. */
const on = "(true as boolean)";

const guard = (
  name: string,
  file: string,
  find: string,
  tests: readonly string[],
  instead = off,
): Guard => ({ name, file, find, instead, tests });

const crypto = (path: string): string => `crypto/src/${path}`;
const sealTests = [crypto("seal.test.ts")];
const envelopeTests = [crypto("envelope")];
const identityTests = [crypto("logs/identity")];
const vaultTests = [crypto("logs/vault")];
const standingTests = [crypto("logs/standing.test.ts")];
const readerTests = [crypto("bytes/reader.test.ts")];
const relay = (path: string): string => `protocol/src/relay/${path}`;
const server = (path: string): string => `server/src/${path}`;
const judgeTests = [server("tidy/judgeCheckpoint.node.test.ts")];
const planTests = [server("tidy/planTidy.node.test.ts")];
const tidyTests = [
  server("tidy/tidyVault.node.test.ts"),
  server("testing/memoryTidyStore.node.test.ts"),
];
const socketTests = [server("routes/socketRoute.node.test.ts")];
const coreTests = [server("relay/relay.node.test.ts")];
const loginTests = [server("login/checkLogin.node.test.ts")];
const placeTests = [server("domain/placeRun.node.test.ts")];
const admissionTests = [server("relay/admission.node.test.ts")];
const jsonTests = [server("http/parseJson.node.test.ts")];

export const guards: readonly Guard[] = [
  guard(
    "the commitment is checked before opening",
    crypto("seal.ts"),
    "!secretsAreEqual(message.commitment, commitment)",
    sealTests,
  ),
  guard(
    "the nonce hashes the plaintext",
    crypto("seal.ts"),
    "    surroundings.clear,\n    plaintext,\n",
    sealTests,
    "    surroundings.clear,\n",
  ),
  guard(
    "the message key binds the clear part",
    crypto("seal.ts"),
    "    nonce,\n    clear,\n  );",
    sealTests,
    "    nonce,\n  );",
  ),
  guard(
    "padding has one form",
    crypto("padding.ts"),
    "seen !== 0",
    [crypto("padding.test.ts")],
    off,
  ),
  guard(
    "ENV1 a body is the one its head speaks of",
    crypto("envelope/envelope.ts"),
    "body !== undefined && !isBodyOf(head, body)",
    envelopeTests,
  ),
  guard(
    "ENV1 so it is within a run",
    crypto("envelope/run.ts"),
    "body !== undefined && !isBodyOf(head, body)",
    envelopeTests,
  ),
  guard(
    "RUN1 a run is of one chain",
    crypto("envelope/run.ts"),
    "head.chain !== known.chain",
    envelopeTests,
  ),
  guard(
    "RUN1 a run is of one vault",
    crypto("envelope/run.ts"),
    "head.vault !== known.vault",
    envelopeTests,
  ),
  guard(
    "RUN2 OPEN comes first and only first",
    crypto("envelope/run.ts"),
    "(head.kind === EnvelopeKind.Open) !== (head.seq === 1)",
    envelopeTests,
  ),
  guard(
    "RUN3 the epoch never falls",
    crypto("envelope/run.ts"),
    "head.epoch < known.epoch",
    envelopeTests,
  ),
  guard(
    "RUN4 the newest head is signed",
    crypto("envelope/run.ts"),
    "!isLinkSignedBy(envelopeLink, hash, signKey, newest.signature)",
    envelopeTests,
  ),
  guard("LINK1 a gap is a gap", crypto("link.ts"), "next.at !== last.at + 1", [
    crypto("link.test.ts"),
  ]),
  guard("LINK2 a fork is a fork", crypto("link.ts"), "next.previous !== last.id", [
    crypto("link.test.ts"),
  ]),
  guard(
    "a key is the one committed to",
    crypto("keys/box.ts"),
    "secretsAreEqual(context.commit(key), context.commitment)",
    [crypto("keys")],
    on,
  ),
  guard(
    "ID2 the log's name follows from its genesis",
    crypto("logs/identityLog.ts"),
    "record.log !== user",
    identityTests,
  ),
  guard(
    "ID3 a removed device signs nothing",
    crypto("logs/identityLog.ts"),
    "!isActive(author) || author.scope === DeviceScope.Viewer",
    identityTests,
    "author === undefined",
  ),
  guard(
    "ID4 a new device signs too",
    crypto("logs/identityLog.ts"),
    "record.signatures[1]?.device !== id",
    identityTests,
  ),
  guard(
    "ID5 a revoked device does not come back",
    crypto("logs/identityLog.ts"),
    "state.devices.has(id)",
    identityTests,
  ),
  guard(
    "ID7 nobody revokes themselves",
    crypto("logs/identityLog.ts"),
    "!isActive(revoked) || id === record.author.device",
    identityTests,
    "!isActive(revoked)",
  ),
  guard(
    "ID9 boxes go to exactly those who remain",
    crypto("logs/identityLog.ts"),
    "expected.join() !== boxes.map(({ device }) => device).join()",
    identityTests,
  ),
  guard(
    "ID10 one laptop cannot burn the words",
    crypto("logs/identityLog.ts"),
    "!(isPaperItself || areTwoFull)",
    identityTests,
  ),
  guard(
    "ID13 a key that boxes go to is one",
    crypto("keys/kemKey.ts"),
    "xwingEncapsulate(key, someSeed) !== undefined",
    identityTests,
    on,
  ),
  guard(
    "VL1 pins name exactly the users relied on",
    crypto("logs/vaultPins.ts"),
    "!areExact && !(pinsFreely(payload) && areMembers)",
    vaultTests,
  ),
  guard(
    "VL2 a pin never goes back or to another branch",
    crypto("logs/vaultPins.ts"),
    "!extendsIt",
    vaultTests,
  ),
  guard(
    "VL3 a closed device signs no record",
    crypto("logs/vaultLog.ts"),
    'state.closedDevices.get(record.author.device) === "device"',
    vaultTests,
  ),
  guard(
    "VL4 who may add whom",
    crypto("logs/vaultMembers.ts"),
    "!mayGive(author.role, role)",
    vaultTests,
  ),
  guard(
    "VL4 who may remove whom",
    crypto("logs/vaultMembers.ts"),
    "!mayManage(author.role, target.role)",
    vaultTests,
  ),
  guard(
    "VL5 recipients are exactly the members",
    crypto("logs/vaultEpochs.ts"),
    "!areMembers || !areViewers",
    vaultTests,
  ),
  guard(
    "VL6 a box goes to the current generation",
    crypto("logs/vaultEpochs.ts"),
    "identity === undefined || generation !== currentGeneration(identity).generation",
    vaultTests,
    "identity === undefined",
  ),
  guard(
    "VL7 the next epoch",
    crypto("logs/vaultEpochs.ts"),
    "rotation.epoch !== currentEpoch(state).epoch + 1",
    vaultTests,
  ),
  guard(
    "VL8 a pin that takes writing away brings the cut",
    crypto("logs/vaultPins.ts"),
    "isGone && !state.closedDevices.has(device.id) && !cutNow.has(device.id)",
    vaultTests,
  ),
  guard("VL9 a cut is only raised", crypto("logs/vaultCuts.ts"), "!isRaised", vaultTests),
  guard(
    "VL13 an owner remains",
    crypto("logs/vaultMembers.ts"),
    "target.role === Role.Owner && role !== Role.Owner && owners.length === 1",
    vaultTests,
  ),
  guard("VL15 a proof of equivocation is one", crypto("logs/vaultCuts.ts"), "!isProof", vaultTests),
  guard(
    "VL20 whoever rotates cannot remove themselves",
    crypto("logs/vaultMembers.ts"),
    "user === author.user)",
    vaultTests,
    `${off})`,
  ),
  guard(
    "VL22 a new type needs a policy",
    crypto("logs/vaultLog.ts"),
    "!state.extraTypes.has(payload.number)",
    vaultTests,
  ),
  guard(
    "COUNT1 a chain is its device's",
    crypto("logs/standing.ts"),
    "chainIdOf(device.signKey, opening.incarnation) !== opening.chain",
    standingTests,
  ),
  guard(
    "COUNT2 a cut stands",
    crypto("logs/standing.ts"),
    "cut !== undefined)",
    standingTests,
    `${off})`,
  ),
  guard(
    "COUNT3 a closed device counts for nothing",
    crypto("logs/standing.ts"),
    "state.closedDevices.has(opening.device)",
    standingTests,
  ),
  guard(
    "COUNT4 who was given writing later counts from there",
    crypto("logs/standing.ts"),
    "openedAt < member.writerSince",
    standingTests,
  ),
  guard("PLACE2 the log head never goes back", crypto("logs/place.ts"), "index < lastLogIndex", [
    crypto("logs/place.test.ts"),
  ]),
  guard(
    "PLACE3 the epoch is the one of its log head",
    crypto("logs/place.ts"),
    "current?.epoch === head.epoch",
    [crypto("logs/place.test.ts")],
    on,
  ),
  guard(
    "a revoked phrase is refused",
    crypto("logs/acceptPhrase.ts"),
    "known.revokedAt !== undefined",
    [crypto("logs/acceptPhrase.test.ts")],
  ),
  guard(
    "a blob has all its chunks",
    crypto("blobHash.ts"),
    "chunkHashes.length !== ref.header.chunkCount",
    [crypto("blob")],
  ),
  guard(
    "a blob is the one asked for",
    crypto("blobHash.ts"),
    "got === ref.id",
    [crypto("blob")],
    on,
  ),
  guard("a chunk knows its place", crypto("blob.ts"), "to.u32(index);", [crypto("blob")], ""),
  guard(
    "a presence is not played again",
    crypto("presence.ts"),
    "presence.count <= author.countSeen",
    [crypto("presence.test.ts")],
  ),
  guard(
    "a pairing proves the code",
    crypto("pairing/handshake.ts"),
    "!secretsAreEqual(expected, proof.value)",
    [crypto("pairing")],
  ),
  guard(
    "keys of a pairing are committed to before",
    crypto("pairing/handshake.ts"),
    "!bytesAreEqual(commitmentOf(otherRole[own.role], theirs.value), commitment)",
    [crypto("pairing")],
  ),
  guard(
    "a passphrase is not stretched too little",
    crypto("passphrase.ts"),
    "got >= min && got <= max",
    [crypto("passphrase.test.ts")],
    "got <= max",
  ),
  guard(
    "WIRE2 a number has one spelling",
    crypto("bytes/reader.ts"),
    "decoder.pos - start > 1 && bytes[decoder.pos - 1] === 0",
    readerTests,
  ),
  guard(
    "WIRE3 nothing is read beyond the view",
    crypto("bytes/reader.ts"),
    "left < byteLength",
    readerTests,
  ),
  guard(
    "WIRE3 a count is believed only if the bytes can hold it",
    crypto("bytes/reader.ts"),
    "count * itemByteLengthMin > bytes.length - decoder.pos",
    readerTests,
  ),
  guard("WIRE2 a set rises", crypto("bytes/rising.ts"), "!isRising(items[at - 1], item, limits)", [
    crypto("logs"),
    "protocol/src/wire",
  ]),
  guard(
    "FRAME7 a frame has a limit",
    "protocol/src/wire/frame.ts",
    "bytes.length > frameByteLengthMax",
    ["protocol/src/wire"],
  ),
  guard(
    "FRUN4 what did not change is not said again",
    "protocol/src/wire/run.ts",
    "epoch === before",
    ["protocol/src/wire"],
  ),
  guard(
    "BODY5 what tells the relay nothing has no clear part",
    "protocol/src/body/body.ts",
    "clear.length === 0",
    ["protocol/src/body"],
    on,
  ),
  guard(
    "BODY7 documents lie within their blob",
    "protocol/src/body/checkpoint.ts",
    "entry.offset + entry.byteLength > inBlob",
    ["protocol/src/body"],
  ),
  guard(
    "FLOW1 the relay begins no frame without credit",
    relay("stepFlow.ts"),
    "isSlow || sendCreditByteLength <= 0",
    [relay("stepFlow.test.ts")],
  ),
  guard(
    "FLOW3 a client sends no more than its credit",
    relay("stepFlow.ts"),
    "session.receiveCreditByteLength <= 0",
    [relay("stepFlow.test.ts")],
  ),
  guard(
    "FLOW5 puts without an answer are counted",
    relay("stepPuts.ts"),
    "session.putsInFlightCount >= putsInFlightMax",
    [relay("stepFlow.test.ts")],
  ),
  guard(
    "FLOW6 a socket that nobody reads is closed",
    relay("relayStep.ts"),
    "byteLength > bufferedByteLengthEnd",
    [relay("stepFlow.test.ts")],
  ),
  guard(
    "RELAY1 nothing of a session before the login",
    relay("relayStep.ts"),
    'return closeFor(state, refused("ProtocolOrder", { frame: frame.type }));',
    [relay("stepSession.test.ts")],
    "return stay(state);",
  ),
  guard(
    "RELAY1 one login a connection",
    relay("stepSession.ts"),
    'state.session.kind !== "greeting" || state.session.isChecking',
    [relay("stepSession.test.ts")],
  ),
  guard(
    "RELAY2 a login over an old nonce is refused",
    relay("stepSession.ts"),
    "if (isNonceOver(state, nowMs)) return",
    [relay("stepSession.test.ts")],
    "if (false as boolean) return",
  ),
  guard(
    "RELAY6 a channel number is used once",
    relay("stepVaults.ts"),
    "channel < session.channelNumberMin",
    [relay("stepVaults.test.ts")],
  ),
  guard(
    "RELAY7 nothing is done for a vault before access is known",
    relay("step.ts"),
    'channel?.stage.kind === "opening"',
    [relay("stepVaults.test.ts")],
  ),
  guard(
    "RELAY9 what came live while a page was read is not lost",
    relay("stepPages.ts"),
    "isEnd && found.newestPosition <= toPosition",
    [relay("handOver.test.ts"), relay("stepPages.test.ts")],
    "isEnd",
  ),
  guard(
    "RELAY9 what was in a page is not sent again live",
    relay("stepLive.ts"),
    "fromPosition === channel.position + 1",
    [relay("handOver.test.ts"), relay("stepLive.test.ts")],
    on,
  ),
  guard(
    "RELAY10 a page that was asked for before a Pull is thrown away",
    relay("step.ts"),
    'pageReading.kind === "idle" || pageReading.channel !== number',
    [relay("stepPages.test.ts")],
    on,
  ),
  guard(
    "RELAY12 one's own envelopes are not sent back",
    relay("stepLive.ts"),
    "runs.some(({ origin }) => origin === key)",
    [relay("stepLive.test.ts")],
  ),
  guard(
    "RELAY13 one Nudge, then nothing until a Pull",
    relay("stepLive.ts"),
    'stage: { kind: "behind" }',
    [relay("stepLive.test.ts")],
    'stage: { kind: "live" }',
  ),
  guard(
    "RELAY16 whoever goes on asking too fast is cut off",
    relay("budget.ts"),
    "tokens < -debtCountMax",
    [relay("budget.test.ts")],
  ),
  guard(
    "a record relies on heads that the relay has",
    crypto("logs/vaultLog.ts"),
    "!isPinned",
    vaultTests,
    "identity === undefined",
  ),
  guard(
    "a foreign page changes nothing",
    server("http/origins.ts"),
    "origin === undefined || origins.has(origin)",
    [server("http/origins.node.test.ts")],
    on,
  ),
  guard(
    "a foreign page opens no socket",
    server("routes/socketRoute.ts"),
    "!isOriginAllowed(request.headers.origin, deps.origins())",
    socketTests,
  ),
  guard(
    "many frames at once are read in turn with those of others",
    server("routes/socketRoute.ts"),
    "allowSynchronousEvents: false",
    socketTests,
    "allowSynchronousEvents: true",
  ),
  guard(
    "a frame is cut by what its head claims",
    server("routes/socketRoute.ts"),
    "maxPayload: limits.frameByteLengthMax + 1",
    socketTests,
    "maxPayload: 0",
  ),
  guard(
    "a message has few fragments",
    server("routes/socketRoute.ts"),
    "maxFragments: fragmentCountMax",
    socketTests,
    "maxFragments: 0",
  ),
  guard(
    "who is not logged in keeps little of a frame here",
    server("routes/socketGuard.ts"),
    "unfinishedByteLength <= greetingByteLengthMax",
    socketTests,
    on,
  ),
  guard(
    "a login is for a host that is ours",
    server("login/checkLogin.ts"),
    "first !== undefined && allowed.includes(first)",
    loginTests,
    "first !== undefined",
  ),
  guard("a login over HTTP is good once", server("login/checkLogin.ts"), "!isFirstUse", loginTests),
  guard(
    "an old nonce is none",
    server("login/loginNonces.ts"),
    "isOurs && isFresh",
    [server("login/loginNonces.node.test.ts")],
    "isOurs",
  ),
  guard(
    "a vault is opened by whoever may",
    server("relay/effects.ts"),
    "state === undefined || !mayOpen(state, listener)",
    coreTests,
    "state === undefined",
  ),
  guard(
    "an identity log is its user's",
    server("relay/records.ts"),
    "user.value !== asker.user",
    coreTests,
  ),
  guard(
    "COUNT1 nobody puts into another's chain",
    server("relay/stretch.ts"),
    "chainIdOf(signKey, incarnation) !== chain",
    coreTests,
  ),
  guard(
    "COUNT2 nothing is stored behind a cut",
    server("domain/placeRun.ts"),
    "newest.seq <= standing.seq",
    placeTests,
    on,
  ),
  guard(
    "COUNT4 a device that no pin names yet stores nothing",
    server("domain/placeRun.ts"),
    'return refused("LogHeadUnknown", { why: standing.why })',
    placeTests,
    "return undefined",
  ),
  guard(
    "a blob token is good in its vault alone",
    server("blobs/blobToken.ts"),
    "token.vault === vault",
    [server("blobs/blobToken.node.test.ts")],
    on,
  ),
  guard(
    "a token ends with the right behind it",
    server("blobs/mayUseToken.ts"),
    "row === undefined || row.isRevoked",
    [server("blobs/mayUseToken.node.test.ts")],
    "row === undefined",
  ),
  guard(
    "a chunk is the one that was announced",
    server("blobs/checkChunk.ts"),
    "bytesAreEqual(chunkHashOf(bytes), hash)",
    [server("blobs/chunks.node.test.ts")],
    on,
  ),
  guard(
    "an address opens so many sockets a minute",
    server("relay/admission.ts"),
    "seen.tokens < 1",
    admissionTests,
  ),
  guard(
    "an address has so many sockets open",
    server("relay/admission.ts"),
    "seen.openCount >= factor * limits.openPerAddressMax",
    admissionTests,
  ),
  guard(
    "an address whose sockets were cut off opens fewer",
    server("relay/admission.ts"),
    "if (isAtFault)",
    admissionTests,
    `if ${off}`,
  ),
  guard(
    "an address asks so often a minute",
    server("http/rates.ts"),
    "counted.isAllowed || !counted.isExceeded",
    [server("http/rates.node.test.ts")],
    on,
  ),
  guard(
    "a name stands once in an object",
    server("http/parseJson.ts"),
    "names.length === writtenNameCount(text)",
    jsonTests,
    on,
  ),
  guard(
    "no name reaches into prototypes",
    server("http/parseJson.ts"),
    "names.some((name) => forbiddenNames.has(name))",
    jsonTests,
  ),
  guard(
    "long bodies of people nobody knows are bounded together",
    server("http/longBodies.ts"),
    "heldByteLength + byteLength > byteLengthMax",
    [server("http/longBodies.node.test.ts")],
  ),
  guard(
    "a body that stops coming is cut",
    server("http/bodyWatch.ts"),
    "isStuck(request, body, nowMs(), times.bodySilenceMs)",
    [server("http/slow.node.test.ts")],
  ),
  guard(
    "a checkpoint names what is stored, where it counts",
    server("tidy/judgeCheckpoint.ts"),
    'says.kind === "unreadable" || places.has("never")',
    judgeTests,
    'says.kind === "unreadable"',
  ),
  guard(
    "a checkpoint stands in a place that counts itself",
    server("tidy/judgeCheckpoint.ts"),
    "[checkpoint.mark, ...(",
    judgeTests,
    "[...(",
  ),
  guard(
    "a verdict stands in a place that counts",
    server("tidy/judgeCheckpoint.ts"),
    'placeOf(facts, attest.mark) === "counts"',
    judgeTests,
    on,
  ),
  guard(
    "a verdict speaks of one checkpoint",
    server("tidy/judgeCheckpoint.ts"),
    "attest.checkpoint === checkpoint.mark.id",
    judgeTests,
    on,
  ),
  guard(
    "a mismatch of an active writer keeps the bodies",
    server("tidy/judgeCheckpoint.ts"),
    "!isOk && isActiveWriter(facts, user)",
    judgeTests,
  ),
  guard(
    "a checkpoint waits for its blobs",
    server("tidy/judgeCheckpoint.ts"),
    "!says.blobs.every((blob) => facts.wholeBlobs.has(blob))",
    judgeTests,
  ),
  guard(
    "a checkpoint waits for what cannot be told yet",
    server("tidy/judgeCheckpoint.ts"),
    'places.has("held")',
    judgeTests,
  ),
  guard(
    "a device does not vouch for itself",
    server("tidy/judgeCheckpoint.ts"),
    "device !== checkpoint.device",
    judgeTests,
    on,
  ),
  guard(
    "a user vouches for themselves only where nobody else writes",
    server("tidy/judgeCheckpoint.ts"),
    "isOnlyWriter(facts, user)",
    judgeTests,
    on,
  ),
  guard(
    "time replaces no verdict while another writer is active",
    server("tidy/judgeCheckpoint.ts"),
    "writer === user || !isActiveWriter(facts, writer)",
    judgeTests,
    on,
  ),
  guard(
    "time replaces a verdict after 30 days",
    server("tidy/judgeCheckpoint.ts"),
    "facts.nowMs - storedAtMs >= times.activeWriterMs",
    judgeTests,
    on,
  ),
  guard(
    "another envelope under a covered seq is not covered",
    server("tidy/placeOf.ts"),
    "idAt(mark.chain, mark.seq) !== mark.id",
    judgeTests,
  ),
  guard(
    "nothing counts past a cut",
    server("tidy/placeOf.ts"),
    "isWithinCut(standing, mark)",
    judgeTests,
    on,
  ),
  guard(
    "an OPEN is never dropped",
    server("tidy/planTidy.ts"),
    "kind === EnvelopeKind.Open",
    planTests,
  ),
  guard(
    "what is kept is not dropped",
    server("tidy/planTidy.ts"),
    "plan.kept.has(position)",
    planTests,
  ),
  guard(
    "bodies go up to what is covered",
    server("tidy/planTidy.ts"),
    "seq <= (plan.covered.get(chain) ?? 0)",
    planTests,
    on,
  ),
  guard(
    "what the plan does not name comes back",
    server("tidy/planTidy.ts"),
    "!belongsInTrash",
    planTests,
  ),
  guard(
    "the trash keeps for 14 days",
    server("tidy/planTidy.ts"),
    "nowMs - trashedAtMs >= times.trashLifetimeMs",
    planTests,
    on,
  ),
  guard(
    "a checkpoint stays that says what no newer one says",
    server("tidy/keepCheckpoints.ts"),
    "wantedCount === 0 && isCovered(covered, reach)",
    planTests,
    "wantedCount === 0",
  ),
  guard(
    "only checkpoints that count cover",
    server("tidy/keepCheckpoints.ts"),
    "judged.filter(counts).toReversed()",
    planTests,
    "judged.toReversed()",
  ),
  guard(
    "a purge drops nothing before it counts",
    server("tidy/keepCheckpoints.ts"),
    "counts(known) && known.isPurge",
    planTests,
    "known.isPurge",
  ),
  guard(
    "a plan is never older than the vault's log",
    server("tidy/tidyVault.ts"),
    "ground.state.head.id !== logHead.id",
    tidyTests,
  ),
];
