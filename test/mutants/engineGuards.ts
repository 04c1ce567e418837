/**
 * Protections of the client engine. Each names the one test that must notice when it is gone;
 * test/attacks/client/attackRows.ts says which attack that answers.
 */
import { type Guard, off, on } from "./guard.ts";

interface EngineGuard {
  readonly name: string;
  /** From packages/. */
  readonly file: string;
  readonly find: string;
  readonly instead?: string;
  /** From packages/, or from the repository where it is test/. */
  readonly test: string;
  readonly title: string;
}

const engineGuard = ({ name, file, find, instead = off, test, title }: EngineGuard): Guard => ({
  name,
  file,
  find,
  instead,
  tests: [test],
  title,
});

const all: readonly EngineGuard[] = [
  {
    name: "A1 what is kept is signed by its author",
    file: "crypto/src/envelope/run.ts",
    find: "!isLinkSignedBy(envelopeLink, hash, signKey, newest.signature)",
    test: "test/attacks/client/changed.test.ts",
    title: "anywhere in an envelope changes nothing here, and the true one counts afterwards",
  },
  {
    name: "A1 a page that ends at a spoiled signature is read on",
    file: "client/src/vault/readRun.ts",
    find: 'run.error.type === "BadSignature" && nextSeq <= head.at',
    test: "test/attacks/client/changed.test.ts",
    title:
      "in the signature of an envelope that others follow does not stop a chain that is read back",
  },
  {
    name: "A1 what is put again ends at a signature that is good",
    file: "client/src/vault/uploads.ts",
    find: "verifyEnvelope(envelope, signKey).ok",
    instead: "(true as boolean)",
    test: "test/attacks/client/changed.test.ts",
    title:
      "in the signature of an envelope that others follow does not stop a chain that is read back",
  },
  {
    name: "A1 a checkpoint behind a spoiled signature is read",
    file: "client/src/compaction/readVerified.ts",
    find: "readRun({ store, vault }, row, device, fromSeq, Math.min(endSeq, row.head.at + 1))",
    instead:
      "readRun({ store, vault }, { ...row, head: { ...row.head, at: endSeq - 1 } }, device, fromSeq, endSeq).catch(() => [])",
    test: "client/src/compaction/compactor.test.ts",
    title: "[CP8] a checkpoint is judged although a relay spoiled the signatures within its run",
  },
  {
    name: "A2 a body is the one that its head speaks of",
    file: "crypto/src/envelope/run.ts",
    find: "body !== undefined && !isBodyOf(head, body)",
    test: "test/attacks/client/changed.test.ts",
    title: "that stands in another envelope is refused, and nothing of its run is kept",
  },
  {
    name: "A24 a text opens under the key that is committed to",
    file: "crypto/src/seal.ts",
    find: "!secretsAreEqual(message.commitment, commitment)",
    test: "test/attacks/client/changed.test.ts",
    title: "A24 a ciphertext that opens under two keys counts under neither",
  },
  {
    name: "A3 what is here is not taken again",
    file: "client/src/vault/takeRun.ts",
    find: "knownCount >= run.envelopes.length",
    test: "test/attacks/client/order.test.ts",
    title: "handed out again, also after a restart, writes nothing and is no reason for an alarm",
  },
  {
    name: "A3 what is repeated is compared",
    file: "client/src/vault/takeRun.ts",
    find: "if (knownCount > 0 && known !== undefined)",
    instead: "if (false as boolean)",
    test: "test/attacks/client/order.test.ts",
    title: "changed where it is repeated is no part of its chain, and nothing of it is kept",
  },
  {
    name: "A3 marks and what they speak of are one commit",
    file: "client/src/vault/draft.ts",
    find: "const committed = await store.commit(writes, options);",
    instead:
      'await store.commit(writes.filter(({ table }) => table !== "chains"));\n        const committed = await store.commit(writes.filter(({ table }) => table === "chains"));',
    test: "test/attacks/client/durable.test.ts",
    title:
      "of hearing others leaves a mark where what it speaks of is, so that nothing comes twice",
  },
  {
    name: "an edit leaves the outbox with the commit that keeps its envelope",
    file: "client/src/vault/sealNext.ts",
    find: '  draft.write(\n    ...beside,\n    ...edits.map(({ number }): Write => ({\n      kind: "delete",\n      table: "outbox",\n      key: outboxKey(vault, number),\n    })),\n  );',
    instead:
      '  await memory.store.commit(\n    edits.map(({ number }): Write => ({\n      kind: "delete",\n      table: "outbox",\n      key: outboxKey(vault, number),\n    })),\n  );',
    test: "test/attacks/client/durable.test.ts",
    title: "of sealing leaves each edit either to be sealed or in an envelope, and in its document",
  },
  {
    name: "an edit comes into outbox and document with one commit",
    file: "client/src/vault/draft.ts",
    find: "const committed = await store.commit(writes, options);",
    instead:
      'await store.commit(writes.filter(({ table }) => table !== "outbox"));\n        const committed = await store.commit(writes.filter(({ table }) => table === "outbox"));',
    test: "test/attacks/client/durable.test.ts",
    title: "of an edit shows it nowhere before it is kept, and then in outbox and document alike",
  },
  {
    name: "nothing is shown before it is kept",
    file: "client/src/vault/letCount.ts",
    find: "  const committed = await draft.commit({ durability });",
    instead:
      "  for (const [doc, updates] of draft.applied) context.docs.apply(doc, updates);\n  const committed = await draft.commit({ durability });",
    test: "test/attacks/client/durable.test.ts",
    title: "an open document is told of others' edits only once they are kept",
  },
  {
    name: "nothing is put before it is kept",
    file: "client/src/vault/sealNext.ts",
    find: "  const committed = await draft.commit();",
    instead: "  void draft.commit();\n  const committed = { ok: true as const };",
    test: "test/attacks/client/durable.test.ts",
    title: "nothing is put before it is kept",
  },
  {
    name: "nothing is put before power could take it",
    file: "client/src/vault/sealNext.ts",
    find: "  const committed = await draft.commit();\n  if (!committed.ok) return undefined;",
    instead:
      '  const committed = await draft.commit({ durability: "later" });\n  if (!committed.ok) return undefined;',
    test: "test/attacks/client/durable.test.ts",
    title: "forgets nothing that was put",
  },
  {
    name: "no edit is confirmed before power could take it",
    file: "client/src/vault/writePending.ts",
    find: "const committed = await draft.commit();",
    instead: 'const committed = await draft.commit({ durability: "later" });',
    test: "test/attacks/client/durable.test.ts",
    title: "takes no edit that was confirmed, sealed with it or not",
  },
  {
    name: "an alarm is kept before power could take it",
    file: "client/src/watch/watchKeeper.ts",
    find: 'next.book === saved.book ? "later" : "now"',
    instead: '"later"',
    test: "test/attacks/client/durable.test.ts",
    title: "leaves an alarm that was told",
  },
  {
    name: "a commit that may not be lost waits for the disk",
    file: "client/src/store/commitQueue.ts",
    find: 'isNow ? "now" : "later"',
    instead: '"later"',
    test: "client/src/store/commitQueue.test.ts",
    title: "what may not be lost takes along what came before it, in its order",
  },
  {
    name: "receipts go with the next commit",
    file: "client/src/watch/watchKeeper.ts",
    find: "carry: () => beside((known) => known)",
    instead: "carry: () => ({ ...beside((known) => known), writes: [] })",
    test: "test/attacks/client/durable.test.ts",
    title: "takes no receipt that an edit was committed behind",
  },
  {
    name: "A4 a gap is a gap",
    file: "client/src/vault/takeRun.ts",
    find: "knownCount < 0",
    test: "test/attacks/client/order.test.ts",
    title: "is asked for, wherever it is, and nothing behind it counts until it is filled",
  },
  {
    name: "A5 what a device says to have seen is remembered and missed",
    file: "client/src/watch/judgeTick.ts",
    find: "const found = withheld({ claims, known, logs: knownLogsOf(at.logs), offeredSeq });",
    instead: "const found: readonly Alarm[] = [];",
    test: "test/attacks/client/withheld.test.ts",
    title:
      "A5 a hidden tail is told once the grace is over, by whose word and how much, and not before",
  },
  {
    name: "A5 an edit says how far its author has seen the others",
    file: "client/src/vault/sealNext.ts",
    find: "counted > (told.get(chain) ?? 0)",
    test: "test/attacks/client/withheld.test.ts",
    title: "A5 a device says in its next edit how far it has seen the others, and that is enough",
  },
  {
    name: "A5 it says what counts, not what is merely here",
    file: "client/src/vault/sealNext.ts",
    find: ".map(({ chain, counted }) => ({ chain, seq: counted }))",
    instead: ".map(({ chain, head }) => ({ chain, seq: head.at }))",
    test: "test/attacks/client/withheld.test.ts",
    title: "A5 a device says of others what counts here and no more, and says it once",
  },
  {
    name: "A5 it remembers what it has said",
    file: "client/src/vault/sealNext.ts",
    find: "told.set(chain, seq)",
    instead: "void [chain, seq]",
    test: "test/attacks/client/withheld.test.ts",
    title: "A5 a device says of others what counts here and no more, and says it once",
  },
  {
    name: "A6 an edit waits for what it refers to",
    file: "client/src/vault/countEnvelope.ts",
    find: "missing.size > 0",
    test: "test/attacks/client/order.test.ts",
    title: "of chains never shows an edit before what it refers to",
  },
  {
    name: "A6 what waited is looked at again",
    file: "client/src/vault/takeArrived.ts",
    find: "...memory.holds.keys()",
    instead: "...[]",
    test: "test/attacks/client/order.test.ts",
    title: "of chains never shows an edit before what it refers to",
  },
  {
    name: "A7 what the relay lost of anybody goes back",
    file: "client/src/vault/uploads.ts",
    find: "chain === memory.own.chain ? Math.min(seq, receipted) : seq",
    instead:
      "chain === memory.own.chain ? Math.min(seq, receipted) : (memory.chains.get(chain)?.head.at ?? 0)",
    test: "test/attacks/client/history.test.ts",
    title: "is told as a rollback, and gets back what it lost of every chain",
  },
  {
    name: "A7 what rests on lost records goes back behind them",
    file: "client/src/vault/vault.ts",
    find: "logWait.refused(chain);",
    instead: "deps.onChange();",
    test: "test/attacks/client/putBack.test.ts",
    title:
      "what was sealed under records that the relay has lost is put again when it has them again",
  },
  {
    name: "A7 what the relay had signed for and has lost goes back, too",
    file: "client/src/vault/vault.ts",
    find: "Math.min(there, receipted)",
    instead: "receipted",
    test: "client/src/vault/vault.test.ts",
    title: "is put again as soon as the relay has more of the log, from where the relay stands",
  },
  {
    name: "A11 a spoiled record is no fork of a list of devices",
    file: "client/src/logs/followedLogs.ts",
    find: "if (!next.ok) return { type",
    instead: "if (false as boolean) return { type",
    test: "client/src/logs/followedLogs.test.ts",
    title:
      "no byte that changes on its way makes a fork of a log, and the log goes on with the true record",
  },
  {
    name: "A11 a pin tells of a fork only where its author signed it",
    file: "client/src/logs/followedLogs.ts",
    find: "!isSignedByAuthor(record)",
    test: "client/src/logs/followedLogs.test.ts",
    title:
      "a list of devices that a vault's record pins otherwise is forked, if its author signed that",
  },
  {
    name: "A11 nothing is sealed while it is not known which record stands",
    file: "client/src/engine/logSync.ts",
    find: "!wholes.isUnderWay(vault) &&",
    instead: "",
    test: "client/src/engine/logSync.test.ts",
    title:
      "a relay that lists another head than it shows is at fault, and nobody has forked the log",
  },
  {
    name: "A7 a vault's record goes back behind what it pins",
    file: "client/src/engine/giveBack.ts",
    find: "wait.refused(name.log)",
    instead: "wait.logGrew()",
    test: "test/attacks/client/putBack.test.ts",
    title: "gets all of it from its first device alone",
  },
  {
    name: "A7 what a relay refuses again and again is put ever less often",
    file: "client/src/engine/logWait.ts",
    find: "waitMs = Math.min(2 * waitMs, logWaitMs.most);",
    instead: "",
    test: "client/src/engine/logWait.test.ts",
    title: "where nothing grows it goes again after a while that doubles up to a bound",
  },
  {
    name: "A7 the relay's heads are compared with what it has shown",
    file: "client/src/alarms/relayHeads.ts",
    find: "chainCount > 0 || recordCount > 0",
    test: "test/attacks/client/history.test.ts",
    title: "is told as a rollback, and gets back what it lost of every chain",
  },
  {
    name: "A8 an envelope waits for the record that it was written under",
    file: "client/src/vault/countEnvelope.ts",
    find: 'place.error.type === "LogHeadUnknown"',
    test: "test/attacks/client/worlds.test.ts",
    title:
      "learn it from the first envelope that crosses: it counts for nothing, and the record is missed",
  },
  {
    name: "A8 another record in a place that is taken is a fork",
    file: "client/src/logs/followedLogs.ts",
    find: 'isParted ||= forked.kind === "other";',
    instead: "",
    test: "test/attacks/client/worlds.test.ts",
    title:
      "name both records where the relay shows the other branch, keep theirs, and seal nothing",
  },
  {
    name: "A9 a receipt is the relay's",
    file: "client/src/watch/relaySays.ts",
    find: "!isReceiptGood(relay, came)",
    test: "test/attacks/client/history.test.ts",
    title: "that another key has signed is none: what it speaks of is sent again",
  },
  {
    name: "A9 of our own chain only what was signed for is there",
    file: "client/src/vault/vault.ts",
    find: "!(await watch.relay.receiptCame(receipt))",
    test: "test/attacks/client/history.test.ts",
    title: "that another key has signed is none: what it speaks of is sent again",
  },
  {
    name: "A10 a chain is its device's",
    file: "client/src/vault/takeRun.ts",
    find: "chainIdOf(device.signKey, opening.incarnation) !== run.chain",
    test: "test/attacks/client/keys.test.ts",
    title: "does not speak in the name of a device that there is",
  },
  {
    name: "A10 a record is signed by a device of its log",
    file: "crypto/src/logs/record.ts",
    find: "isLinkSignedBy(recordLink, recordIds.toBytes(record.id), signKey, found.signature)",
    instead: "(true as boolean)",
    test: "test/attacks/client/keys.test.ts",
    title: "is in no list, gets no box, and what it signs counts for nothing",
  },
  {
    name: "A11 records are not taken from behind a hole",
    file: "client/src/logs/followedLogs.ts",
    find: 'if (fromIndex > next) return stop({ type: "LogGap", name, fromIndex });',
    instead: "",
    test: "test/attacks/client/worlds.test.ts",
    title: "is not taken from behind the hole",
  },
  {
    name: "A11 nothing is sealed while the log is known to go on",
    file: "client/src/engine/engine.ts",
    find: "return logSync.isHere(effect.vault)\n          ?",
    instead: "return (true as boolean)\n          ?",
    test: "test/attacks/client/engines.test.ts",
    title:
      "A11 A14 while the relay hides a record that it says is there, nothing is sealed, and then under it",
  },
  {
    name: "A34 what the relay lists of a vault heals no fork of an identity log",
    file: "client/src/watch/judgeHeads.ts",
    find: "log.kind === LogKind.Vault &&",
    instead: "",
    test: "test/attacks/client/worlds.test.ts",
    title: "is told and stops sealing, whatever the relay lists of the vault, also after a restart",
  },
  {
    name: "A29 what another device did to the list is told",
    file: "client/src/watch/devicesWatch.ts",
    find: "alarm !== undefined && alarm.by !== device",
    test: "test/attacks/client/deviceNotices.test.ts",
    title:
      "A29 a device that another one lets in, and one that it ends, are told on every other device, once, and not on its own",
  },
  {
    name: "A29 what was missed is told later",
    file: "client/src/watch/devicesWatch.ts",
    find: "let seenIndex = await readSeen(store);",
    instead: "let seenIndex: number | undefined = logs.identity(user)?.head.index;",
    test: "client/src/watch/devicesWatch.test.ts",
    title:
      "a record that was kept and not told when the program ended is told at the next start, and once",
  },
  {
    name: "A29 a notice ends",
    file: "client/src/watch/devicesWatch.ts",
    find: "nowMs - sinceMs > toldMs",
    test: "test/attacks/client/deviceNotices.test.ts",
    title: "A29 what happened while a device was off is told when it comes back, for two weeks",
  },
  {
    name: "A11 nobody comes over before an owner has said so",
    file: "client/src/logs/otherBranch.ts",
    find: "isSettledThere(ours, other, identity) &&",
    instead: "",
    test: "test/attacks/client/fork.test.ts",
    title:
      "A11 a fork stops sealing, and once an owner settled it everybody stands on one branch with everything they wrote",
  },
  {
    name: "A11 what fell took away is taken away first",
    file: "client/src/logs/otherBranch.ts",
    find: "owedThere(ours, other, identity).length === 0",
    instead: on,
    test: "test/attacks/client/fork.test.ts",
    title:
      "A11 a device does not come over while the branch that stands gives back what its own took away",
  },
  {
    name: "A11 whoever comes over goes on in another chain",
    file: "client/src/vault/letCount.ts",
    find: "then === undefined ? undefined : true",
    instead: "undefined",
    test: "test/attacks/client/fork.test.ts",
    title:
      "A11 a fork stops sealing, and once an owner settled it everybody stands on one branch with everything they wrote",
  },
  {
    name: "A11 a coming over that was stopped goes on",
    file: "client/src/vault/comeOver.ts",
    find: "view.fallen !== undefined && (await isToComeOver(store, vault))",
    test: "test/attacks/client/fork.test.ts",
    title: "A11 a device that was stopped while it came over goes on with it, and loses nothing",
  },
  {
    name: "A11 a chain under what fell is anchored",
    file: "client/src/engine/fork.ts",
    find: "former.length === 0",
    instead: on,
    test: "test/attacks/client/fork.test.ts",
    title:
      "A11 what was written under the branch that fell holds nobody up, once its author has come over",
  },
  {
    name: "A11 who was removed settles nothing",
    file: "client/src/logs/otherBranch.ts",
    find: 'ours.state.closedDevices.get(device) !== "device"',
    instead: on,
    test: "client/src/logs/otherBranch.test.ts",
    title: "by a device that ours has cut",
  },
  {
    name: "A11 who is no owner by our branch settles nothing",
    file: "client/src/logs/otherBranch.ts",
    find: "ours.state.members.get(user)?.role === Role.Owner",
    instead: on,
    test: "client/src/logs/otherBranch.test.ts",
    title: "by somebody who is no owner any more by ours",
  },
  {
    name: "A11 no beacon is sealed either",
    file: "client/src/watch/ownBeacons.ts",
    find: "!deps.isLogHere()",
    test: "test/attacks/client/engines.test.ts",
    title:
      "A11 A14 while the relay hides a record that it says is there, nothing is sealed, and then under it",
  },
  {
    name: "A12 a box that does not open is told",
    file: "client/src/watch/judgeView.ts",
    find: "view.state.members.has(user)",
    test: "test/attacks/client/keys.test.ts",
    title:
      "that does not open leaves the vault readable, is told, and nothing is sealed until it is mended",
  },
  {
    name: "A13 nothing counts past a cut",
    file: "client/src/vault/view.ts",
    find: 'return { kind: "end", seq: standing.seq, id: standing.id };',
    instead: 'return { kind: "open" };',
    test: "test/attacks/client/removed.test.ts",
    title:
      "and writes on under the old epoch and head counts up to the cut, where it arrives after the removal",
  },
  {
    name: "A13 what counted before its cut came is taken out",
    file: "client/src/vault/rebuild.ts",
    find: 'limit.kind === "end" && row.counted > limit.seq',
    test: "test/attacks/client/removed.test.ts",
    title:
      "and writes on under the old epoch and head counts up to the cut, where it arrives before the removal",
  },
  {
    name: "A13 a cut names an envelope, not a number",
    file: "client/src/vault/advance.ts",
    find: "head.seq === limit.seq && envelope.id !== limit.id",
    test: "test/attacks/client/removed.test.ts",
    title: "is cut by another branch than it shows, and then counts for nothing at the cut",
  },
  {
    name: "A14 an edit is sealed under the newest epoch or not at all",
    file: "client/src/vault/seal.ts",
    find: "view.keys.get(currentEpoch(view.state).epoch)",
    instead: "(view.keys.get(currentEpoch(view.state).epoch) ?? view.keys.get(1))",
    test: "test/attacks/client/removed.test.ts",
    title: "is not sealed at all while the newest key is not at hand",
  },
  {
    name: "A14 behind a cut an edit waits for the rotation",
    file: "client/src/vault/sealNext.ts",
    find: "awaitsRotation(view, { user: own.user, device: own.device.id })",
    test: "test/attacks/client/removed.test.ts",
    title: "of a device waits for the key that its holder never had, and is sealed under it",
  },
  {
    name: "A14 before a cut that is ours to make an edit waits as well",
    file: "client/src/duties/dutyOf.ts",
    find: 'duty?.kind === "cut"',
    test: "test/attacks/client/removed.test.ts",
    title: "of a device that nobody has cut yet waits as well, where the cut is ours to make",
  },
  {
    name: "A17 a mismatch is told at an engine",
    file: "client/src/watch/judgeCounted.ts",
    find: "mismatch === undefined",
    instead: on,
    test: "test/attacks/client/verdictAlarms.test.ts",
    title:
      "CheckpointMismatch stands once a device that writes has come to something else, stops no sealing, and heals by one on which both agree",
  },
  {
    name: "A39 a key that went to an outdated one is told at an engine",
    file: "client/src/watch/judgeView.ts",
    find: "generation === undefined || knownGeneration === undefined",
    instead: on,
    test: "test/attacks/client/verdictAlarms.test.ts",
    title:
      "RotatedToOldKey stands once a key came that was sealed to an outdated one, stops sealing, and heals by the next rotation",
  },
  {
    name: "A39 it heals by the next rotation",
    file: "client/src/watch/judgeView.ts",
    find: "currentEpoch(view.state).epoch > alarm.epoch",
    test: "test/attacks/client/verdictAlarms.test.ts",
    title:
      "RotatedToOldKey stands once a key came that was sealed to an outdated one, stops sealing, and heals by the next rotation",
  },
  {
    name: "A14 who knew of a rotation seals under it",
    file: "crypto/src/logs/place.ts",
    find: "current?.epoch === head.epoch",
    instead: "(true as boolean)",
    test: "test/attacks/client/removed.test.ts",
    title: "under an old epoch by somebody who knew of the new one is void",
  },
  {
    name: "A16 what only readers write counts for nothing",
    file: "client/src/vault/view.ts",
    find: 'return { kind: "end", seq: 0, id: noEnvelope };',
    instead: 'return { kind: "open" };',
    test: "test/attacks/client/removed.test.ts",
    title: "and writes nevertheless counts for nothing, though a relay hands it out",
  },
  {
    name: "A16 whoever only reads seals nothing",
    file: "client/src/vault/sealNext.ts",
    find: 'return limitOf(view, openingOf(view, own)).kind === "open";',
    instead: "return true;",
    test: "test/attacks/client/removed.test.ts",
    title: "seals nothing, and raises no role of their own",
  },
  {
    name: "A17 a digest that is not ours is a mismatch",
    file: "client/src/checkpoints/compareWithCheckpoint.ts",
    find: "!bytesAreEqual(own.digest, digest)",
    test: "client/src/checkpoints/compareWithCheckpoint.test.ts",
    title: "that names a false digest of the right content is found out",
  },
  {
    name: "A18 who still has a body hears that it is missed",
    file: "server/src/relay/effects.ts",
    find: "missing.length > 0 && listener !== undefined",
    test: "test/attacks/client/lostBody.test.ts",
    title: "A18 a body that the relay lost is put back by whoever has it, once somebody misses it",
  },
  {
    name: "A18 who hears of it puts it back",
    file: "client/src/compaction/compactor.ts",
    find: "for (const stretch of await wantedBodies(memory, found, now)) uploads.fill(stretch);",
    instead: "",
    test: "test/attacks/client/lostBody.test.ts",
    title:
      "A18 a body that is missed while nobody has it is put back when its holder is there again",
  },
  {
    name: "A18 what a checkpoint stands for is not put back",
    file: "client/src/compaction/giveBodies.ts",
    find: "seq <= (covered.get(chain) ?? 0)",
    test: "client/src/compaction/wantedBodies.test.ts",
    title: "what the relay may drop behind a checkpoint that counts is not put again",
  },
  {
    name: "A18 nothing is dropped against an active writer's word",
    file: "client/src/checkpoints/judgeCheckpoint.ts",
    find: "!isOk && isActiveWriter(facts, user)",
    test: "client/src/checkpoints/judgeCheckpoint.test.ts",
    title: "of an active writer blocks, whoever said ok",
  },
  {
    name: "A19 two envelopes for one place are noticed",
    file: "client/src/vault/takeRun.ts",
    find: "if (forked !== undefined) return forked;",
    instead: "",
    test: "test/attacks/client/worlds.test.ts",
    title: "are noticed by whoever has one and meets the other, and neither is replaced",
  },
  {
    name: "A19 also where neither is kept yet",
    file: "client/src/vault/takeRun.ts",
    find: "draft.staged(known.chain, seq) ?? stored",
    instead: "stored",
    test: "test/attacks/client/worlds.test.ts",
    title: "are noticed as well where both come at once, before either is kept",
  },
  {
    name: "A19 an envelope proves something only where it is signed",
    file: "client/src/vault/takeRun.ts",
    find: "[ours, their].every((head) => verifySignedHead(head, signKey).ok)",
    instead: "(true as boolean)",
    test: "test/attacks/client/worlds.test.ts",
    title: "of which one is not signed are the relay's lie, and prove nothing",
  },
  {
    name: "A19 also ours",
    file: "client/src/vault/takeRun.ts",
    find: "[ours, their].every(",
    instead: "[their].every(",
    test: "test/attacks/client/worlds.test.ts",
    title:
      "of which ours lies within a run, with a signature that the relay spoiled, are no proof to post",
  },
  {
    name: "A20 nothing is sealed behind what we did not make",
    file: "client/src/vault/vault.ts",
    find: "mark !== undefined && (await isAhead(memory, mark))",
    test: "test/attacks/client/clone.test.ts",
    title: "seals nothing while the relay has more of its chain than it made, and loses no edit",
  },
  {
    name: "A20 another envelope in our chain is not ours",
    file: "client/src/vault/ownBranch.ts",
    find: "ours === undefined || envelopeIdOf(ours.head) !== relay.id",
    test: "test/attacks/client/clone.test.ts",
    title: "never seals two envelopes for one place, whatever the relay says of its chain",
  },
  {
    name: "A20 a copy goes on under another chain",
    file: "client/src/vault/takeArrived.ts",
    find: 'compared.kind === "other"',
    test: "test/attacks/client/clone.test.ts",
    title: "goes on under another chain, and everybody ends with both",
  },
  {
    name: "A21 the clientID follows from the chain",
    file: "protocol/src/update/readUpdate.ts",
    find: "clientId !== author",
    test: "test/attacks/client/hostileUpdates.test.ts",
    title: "under another's clientID never reaches a document, and its chain ends before it",
  },
  {
    name: "A21 few bytes stand for few operations",
    file: "protocol/src/update/readUpdate.ts",
    find: "from.varUint(structsPerUpdateMax)",
    instead: "from.varUint() && 1",
    test: "test/attacks/client/hostileUpdates.test.ts",
    title:
      "that stands for a thousand million operations never reaches a document, and its chain ends before it",
  },
  {
    name: "A21 no name reaches behind objects",
    file: "protocol/src/update/names.ts",
    find: "name === prototypeName",
    test: "test/attacks/client/hostileUpdates.test.ts",
    title:
      "that sets what stands behind every object never reaches a document, and its chain ends before it",
  },
  {
    name: "A21 what may take minutes is tried elsewhere first",
    file: "client/src/vault/countEnvelope.ts",
    find: "!(await view.mayApply(draft, row.chain, change))",
    test: "test/attacks/client/hostileUpdates.test.ts",
    title:
      "that may take minutes is tried elsewhere first, waits where that ends, and holds up no other",
  },
  {
    name: "A21 types of others never lie too deep",
    file: "client/src/vault/countEnvelope.ts",
    find: "const change = await view.boundDepth(draft, one);",
    instead: "const change = { ...one, depth: undefined };",
    test: "test/attacks/client/hostileUpdates.test.ts",
    title:
      "that come in pieces are collected alike where their document is open and where it is not, and deleting them harms nobody",
  },
  {
    name: "A21 what an author brought before is not brought again",
    file: "client/src/updates/newPart.ts",
    find: "brings.from >= authorClock",
    instead: "(true as boolean)",
    test: "test/attacks/client/hostileUpdates.test.ts",
    title:
      "A21 an update that brings what its author brought before, with other contents, is the same however it is read",
  },
  {
    name: "A21 how deep types lie is asked of what is deleted as well",
    file: "client/src/updates/nestingDepth.ts",
    find: "if (own <= depthMax) depth",
    instead: "if (own <= Infinity) depth",
    test: "client/src/updates/nestingDepth.test.ts",
    title:
      "are collected also where all that is around them was deleted: what is stored never nests deeper",
  },
  {
    name: "A21 a checkpoint is judged by documents in which no type lies too deep",
    file: "client/src/compaction/statesAt.ts",
    find: "boundState(mergeUpdates(all), breathe)",
    instead: "boundState(mergeUpdates(all), breathe, Infinity)",
    test: "client/src/compaction/compactor.test.ts",
    title:
      "types too deep in each other are collected in the states of all devices alike, and the checkpoint counts",
  },
  {
    name: "A21 nobody loads a checkpoint in which types lie too deep",
    file: "client/src/compaction/stateDocument.ts",
    find: "hasTooDeep(state)",
    test: "client/src/compaction/stateDocument.test.ts",
    title: "a state in which types lie too deep is no document's, whoever vouched for it",
  },
  {
    name: "A21 types of ours that others would collect are taken back",
    file: "client/src/vault/outbox.ts",
    find: "(deepestOf(edits) ?? 0) > nestingDepthMax",
    test: "test/attacks/client/hostileUpdates.test.ts",
    title: "of this device are taken back, since elsewhere they would be collected",
  },
  {
    name: "A21 what has its neighbour elsewhere may contest anything",
    file: "client/src/updates/contests.ts",
    find: "walkCount += 1",
    instead: "walkCount += 0",
    test: "client/src/updates/contests.test.ts",
    title: "one place many times is counted as often as it is asked for",
  },
  {
    name: "A21 all that are above a type hear of a change in it",
    file: "client/src/updates/contests.ts",
    find: "typesElsewhere.add(",
    instead: "String(",
    test: "client/src/updates/contests.test.ts",
    title: "types that others made, each with all above it is counted as often as it is asked for",
  },
  {
    name: "A21 one key many times is one place",
    file: "client/src/updates/contests.ts",
    find: "sameCount = Math.max(sameCount, count)",
    instead: "sameCount = 1",
    test: "client/src/updates/contests.test.ts",
    title: "one key many times is counted as often, and what lies deep in the update is not judged",
  },
  {
    name: "A21 what lies deep in an update is not judged by its places",
    file: "client/src/updates/contests.ts",
    find: "depth > nestingMax",
    instead: "depth < 0",
    test: "client/src/updates/contests.test.ts",
    title: "one key many times is counted as often, and what lies deep in the update is not judged",
  },
  {
    name: "A21 what was there is not what an update brings",
    file: "client/src/updates/updateCost.ts",
    find: "Math.max(from, present.authorClock)",
    instead: "from",
    test: "client/src/updates/updateCost.test.ts",
    title: "what the author had written before may be contested as anything that is there",
  },
  {
    name: "A21 a worker has the document as it is, or is given it anew",
    file: "client/src/updates/applyGuard.ts",
    find: "change.changeCount === atCount",
    instead: "change.changeCount >= 0",
    test: "client/src/updates/applyGuard.test.ts",
    title:
      "a worker is given up where the document has changed in another way, and some seconds after its work",
  },
  {
    name: "A23 what a newer version wrote waits",
    file: "client/src/vault/countEnvelope.ts",
    find: 'body.error.type === "FormatUnsupported"',
    test: "test/attacks/client/greeting.test.ts",
    title: "of a body is kept and waits, its chain with it, and is not read as ours",
  },
  {
    name: "A25 a login names the host that was dialled",
    file: "client/src/engine/login.ts",
    find: "new URL(relayUrl).host",
    instead: '"other.example"',
    test: "test/attacks/client/greeting.test.ts",
    title:
      "is signed for the host that was dialled and the key and nonce that were shown, and no other",
  },
  {
    name: "A25 a relay keeps its key",
    file: "client/src/watch/relayWatch.ts",
    find: 'alarms.some(({ type }) => type === "RelayKeyChanged")',
    test: "test/attacks/client/greeting.test.ts",
    title:
      "is not signed for a relay whose key is another than at the first contact, also after a restart",
  },
  {
    name: "A26 a relay sends no more than it was granted",
    file: "protocol/src/client/stepVaultFrames.ts",
    find: "before.receiveCreditByteLength <= 0",
    test: "protocol/src/client/stepFlow.test.ts",
    title: "[CLIENT11] a relay that sends beyond it is hung up on",
  },
  {
    name: "A32 what a raised cut lets count counts",
    file: "client/src/vault/vault.ts",
    find: ": letAllCount(context);",
    instead: ": Promise.resolve();",
    test: "test/attacks/client/removed.test.ts",
    title: "A32 what a cut took away comes back from what is here when the cut is raised",
  },
  {
    name: "A28 lengths fall on few steps",
    file: "crypto/src/padding.ts",
    find: "padmeByteLength(Math.max(paddedByteLengthMin, lengthByteLength + contentByteLength))",
    instead: "Math.max(paddedByteLengthMin, lengthByteLength + contentByteLength)",
    test: "test/attacks/client/sizes.test.ts",
    title: "A28 envelopes have lengths of few steps, whatever is written",
  },
];

export const engineGuards: readonly Guard[] = all.map(engineGuard);
