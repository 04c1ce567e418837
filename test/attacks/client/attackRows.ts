/**
 * Every attack of docs/threat-model.md on what a client and its relay have in common, the tests that
 * show it refused, and the protections without which one of those tests fails: `npm run mutants`.
 */
export interface Proof {
  /** From the repository. */
  readonly file: string;
  /** As it stands in the file; of a table of cases, the title of the table's test. */
  readonly title: string;
}

export interface AttackRow {
  readonly id: `A${number}`;
  readonly attack: string;
  readonly proofs: readonly Proof[];
  /** Names in test/mutants. */
  readonly guards: readonly string[];
}

const here = (file: string, ...titles: readonly string[]): readonly Proof[] =>
  titles.map((title) => ({ file: `test/attacks/client/${file}.test.ts`, title }));
const inFile = (file: string, ...titles: readonly string[]): readonly Proof[] =>
  titles.map((title) => ({ file, title }));

const crypto = "packages/crypto/src/";
const client = "packages/client/src/";
const engine = "test/client/";
const worlds = "test/simulation/protections.test.ts";

export const attackRows: readonly AttackRow[] = [
  {
    id: "A1",
    attack: "a changed bit",
    proofs: [
      ...here(
        "changed",
        "anywhere in an envelope changes nothing here, and the true one counts afterwards",
        "in the signature of an envelope that others follow does not stop a chain that is read back",
      ),
      ...inFile(`${crypto}envelope/envelope.test.ts`, "at every bit of a small one"),
      ...inFile(
        "packages/client/src/compaction/compactor.test.ts",
        "[CP8] a checkpoint is judged although a relay spoiled the signatures within its run",
      ),
    ],
    guards: [
      "A1 what is kept is signed by its author",
      "A1 a page that ends at a spoiled signature is read on",
      "A1 a checkpoint behind a spoiled signature is read",
      "A1 what is put again ends at a signature that is good",
    ],
  },
  {
    id: "A2",
    attack: "a body in another place",
    proofs: here(
      "changed",
      "that stands in another envelope is refused, and nothing of its run is kept",
      "that its author sealed for another %s never counts",
    ),
    guards: [
      "A2 a body is the one that its head speaks of",
      "the commitment is checked before opening",
    ],
  },
  {
    id: "A3",
    attack: "an old envelope again",
    proofs: [
      ...here(
        "order",
        "handed out again, also after a restart, writes nothing and is no reason for an alarm",
        "changed where it is repeated is no part of its chain, and nothing of it is kept",
      ),
      ...here(
        "durable",
        "of hearing others leaves a mark where what it speaks of is, so that nothing comes twice",
      ),
    ],
    guards: [
      "A3 what is here is not taken again",
      "A3 what is repeated is compared",
      "A3 marks and what they speak of are one commit",
    ],
  },
  {
    id: "A4",
    attack: "a hole in a chain",
    proofs: here(
      "order",
      "is asked for, wherever it is, and nothing behind it counts until it is filled",
    ),
    guards: ["A4 a gap is a gap"],
  },
  {
    id: "A5",
    attack: "a hidden tail",
    proofs: [
      ...here(
        "withheld",
        "A5 a hidden tail is told once the grace is over, by whose word and how much, and not before",
        "A5 a device says in its next edit how far it has seen the others, and that is enough",
        "A5 a device says of others what counts here and no more, and says it once",
        "A5 what comes within the grace was late and nothing else",
      ),
      ...inFile(
        `${engine}alarms.test.ts`,
        "a relay that hides the end of a chain is named within the grace, and the alarm outlives a restart",
      ),
    ],
    guards: [
      "A5 what a device says to have seen is remembered and missed",
      "A5 an edit says how far its author has seen the others",
      "A5 it says what counts, not what is merely here",
      "A5 it remembers what it has said",
    ],
  },
  {
    id: "A6",
    attack: "another order",
    proofs: [
      ...here(
        "order",
        "of envelopes, across chains and within, ends in the same documents",
        "of chains never shows an edit before what it refers to",
      ),
      ...inFile(
        `${client}vault/vault.test.ts`,
        "[COUNT5] is the same in any order in which chains arrive",
      ),
    ],
    guards: ["A6 an edit waits for what it refers to", "A6 what waited is looked at again"],
  },
  {
    id: "A7",
    attack: "last week's database",
    proofs: [
      ...here(
        "history",
        "is told as a rollback, and gets back what it lost of every chain",
        "of a relay that has nothing any more is filled again, also after a restart",
      ),
      ...inFile(
        `${engine}alarms.test.ts`,
        "a relay that was put back is noticed, gets back what it lost, and then it is over",
      ),
      ...here(
        "putBack",
        "what was sealed under records that the relay has lost is put again when it has them again",
      ),
      ...inFile(
        `${client}alarms/greeting.test.ts`,
        "another generation under the same key is a hint",
      ),
    ],
    guards: [
      "A7 what the relay lost of anybody goes back",
      "A7 what rests on lost records goes back behind them",
      "A7 the relay's heads are compared with what it has shown",
    ],
  },
  {
    id: "A8",
    attack: "two worlds",
    proofs: [
      ...here(
        "worlds",
        "learn it from the first envelope that crosses: it counts for nothing, and the record is missed",
        "name both records where the relay shows the other branch, keep theirs, and seal nothing",
      ),
      ...inFile(worlds, "after a %s a device keeps its own branch and seals nothing"),
    ],
    guards: [
      "A8 an envelope waits for the record that it was written under",
      "A8 another record in a place that is taken is a fork",
      "in a world: another branch of a log is told",
      "in a world: a fork stops what is sealed",
    ],
  },
  {
    id: "A9",
    attack: "confirmed, then lost",
    proofs: [
      ...here(
        "history",
        "is kept, and shown where the relay has lost what it signed for, which is sent again",
        "that another key has signed is none: what it speaks of is sent again",
      ),
      ...inFile(
        `${engine}alarms.test.ts`,
        "a receipt that the relay did not sign counts for nothing and is told",
      ),
    ],
    guards: [
      "A9 a receipt is the relay's",
      "A9 of our own chain only what was signed for is there",
    ],
  },
  {
    id: "A10",
    attack: "a device that is slipped in",
    proofs: [
      ...here(
        "keys",
        "is in no list, gets no box, and what it signs counts for nothing",
        "does not speak in the name of a device that there is",
      ),
      ...here(
        "engines",
        "A10 a record that nobody of the vault signed changes nothing, and the vault goes on",
      ),
    ],
    guards: ["A10 a chain is its device's", "A10 a record is signed by a device of its log"],
  },
  {
    id: "A11",
    attack: "a log forked, cut short, or a removal hidden",
    proofs: [
      ...here(
        "worlds",
        "is not taken from behind the hole",
        "whose revocation is hidden from us shows by the pin that relies on it",
      ),
      ...here(
        "engines",
        "A11 A14 while the relay hides a record that it says is there, nothing is sealed, and then under it",
      ),
      ...here(
        "fork",
        "A11 a fork stops sealing, and once an owner settled it everybody stands on one branch with everything they wrote",
        "A11 a device does not come over while the branch that stands gives back what its own took away",
        "A11 a device that was stopped while it came over goes on with it, and loses nothing",
        "A11 what was written under the branch that fell holds nobody up, once its author has come over",
        "A11 an owner who was shown nothing of the branch that falls names it as people tell each other, and it is left",
      ),
      ...inFile(
        `${client}logs/otherBranch.test.ts`,
        "by a device that ours has cut",
        "by somebody who is no owner any more by ours",
      ),
    ],
    guards: [
      "A11 nobody comes over before an owner has said so",
      "A11 what fell took away is taken away first",
      "A11 whoever comes over goes on in another chain",
      "A11 a coming over that was stopped goes on",
      "A11 a chain under what fell is anchored",
      "A11 who was removed settles nothing",
      "A11 who is no owner by our branch settles nothing",
      "A11 records are not taken from behind a hole",
      "A11 nothing is sealed while the log is known to go on",
      "A11 no beacon is sealed either",
    ],
  },
  {
    id: "A12",
    attack: "boxes swapped",
    proofs: [
      ...here(
        "keys",
        "that does not open leaves the vault readable, is told, and nothing is sealed until it is mended",
        "of another person opens nothing to whoever tries it",
      ),
      ...inFile(
        `${crypto}logs/openKeys.test.ts`,
        "a box that stood in another record opens nothing",
        "a box with another key than the one committed to opens nothing",
      ),
    ],
    guards: ["A12 a box that does not open is told", "a key is the one committed to"],
  },
  {
    id: "A13",
    attack: "writing after a removal",
    proofs: [
      ...here(
        "removed",
        "and writes on under the old epoch and head counts up to the cut, where it arrives %s",
        "and opens another chain, backdated to when they were a member, counts for nothing",
        "is cut by another branch than it shows, and then counts for nothing at the cut",
      ),
      ...inFile(
        `${engine}rotation.relay.test.ts`,
        "a device that was revoked while it was offline learns it, and its edits count nowhere",
      ),
    ],
    guards: [
      "A13 nothing counts past a cut",
      "A13 what counted before its cut came is taken out",
      "A13 a cut names an envelope, not a number",
    ],
  },
  {
    id: "A14",
    attack: "reading after a removal",
    proofs: [
      ...here(
        "removed",
        "and was made offline before it was heard of is sealed under the new key alone",
        "is not sealed at all while the newest key is not at hand",
        "of a device waits for the key that its holder never had, and is sealed under it",
        "of a device that nobody has cut yet waits as well, where the cut is ours to make",
        "of a device that only others may cut does not stop us: any member could say so",
        "under an old epoch by somebody who knew of the new one is void",
      ),
      ...inFile(
        `${engine}rotation.relay.test.ts`,
        "[ROTATE] edits made offline during a rotation all arrive, and the removed device reads none",
      ),
    ],
    guards: [
      "A14 an edit is sealed under the newest epoch or not at all",
      "A14 who knew of a rotation seals under it",
      "A14 behind a cut an edit waits for the rotation",
      "A14 before a cut that is ours to make an edit waits as well",
    ],
  },
  {
    id: "A15",
    attack: "an old session",
    proofs: [
      ...inFile(
        "packages/server/src/relay/relay.node.test.ts",
        "a removed device's sockets close at once, and it does not get in again",
        "a device removed at one node is cut off at the other",
      ),
      ...inFile(
        `${engine}devices.relay.test.ts`,
        "a machine that is revoked is cut off, learns it, and is read by nothing new",
      ),
    ],
    guards: ["a removed device's connection ends"],
  },
  {
    id: "A16",
    attack: "a reader who writes",
    proofs: [
      ...here(
        "removed",
        "and writes nevertheless counts for nothing, though a relay hands it out",
        "seals nothing, and raises no role of their own",
      ),
      ...inFile(
        `${engine}devices.relay.test.ts`,
        "a phone reads the vaults that it was granted, and what it writes goes nowhere",
      ),
      ...inFile(
        worlds,
        "what is typed on a phone reaches nobody, and a phone that is given up reads nothing new",
      ),
    ],
    guards: [
      "A16 what only readers write counts for nothing",
      "A16 whoever only reads seals nothing",
      "in a world: whoever only reads seals nothing",
    ],
  },
  {
    id: "A17",
    attack: "a false checkpoint",
    proofs: [
      ...inFile(
        `${engine}checkpoints.test.ts`,
        "drops what was written",
        "says nothing else than the truth, and then it all goes",
        "a checkpoint that covers past a cut is void, and the bodies come back from the relay's trash",
      ),
      ...inFile(
        `${client}checkpoints/compareWithCheckpoint.test.ts`,
        "that names a false digest of the right content is found out",
      ),
    ],
    guards: [
      "A17 a digest that is not ours is a mismatch",
      "a mismatch of an active writer keeps the bodies",
    ],
  },
  {
    id: "A18",
    attack: "an early deletion",
    proofs: [
      ...inFile(
        `${client}checkpoints/judgeCheckpoint.test.ts`,
        "of an active writer blocks, whoever said ok",
      ),
      ...inFile(
        `${engine}checkpoints.test.ts`,
        "a device that comes when bodies are gone has everything from a checkpoint and what came after it",
      ),
      ...here(
        "lostBody",
        "A18 a body that the relay lost is put back by whoever has it, once somebody misses it",
        "A18 a body that is missed while nobody has it is put back when its holder is there again",
      ),
      ...inFile(
        `${client}compaction/wantedBodies.test.ts`,
        "what the relay may drop behind a checkpoint that counts is not put again",
      ),
    ],
    guards: [
      "A18 who still has a body hears that it is missed",
      "A18 who hears of it puts it back",
      "A18 what a checkpoint stands for is not put back",
      "A18 nothing is dropped against an active writer's word",
      "bodies go up to what is covered",
    ],
  },
  {
    id: "A19",
    attack: "two envelopes for one place",
    proofs: [
      ...here(
        "worlds",
        "are noticed by whoever has one and meets the other, and neither is replaced",
        "are noticed as well where both come at once, before either is kept",
        "of which one is not signed are the relay's lie, and prove nothing",
        "of which ours lies within a run, with a signature that the relay spoiled, are no proof to post",
      ),
      ...here("engines", "A19 who meets both envelopes posts the proof, and nobody counts either"),
    ],
    guards: [
      "A19 two envelopes for one place are noticed",
      "A19 also where neither is kept yet",
      "A19 an envelope proves something only where it is signed",
      "A19 also ours",
    ],
  },
  {
    id: "A20",
    attack: "a clone",
    proofs: [
      ...here(
        "clone",
        "seals nothing while the relay has more of its chain than it made, and loses no edit",
        "goes on under another chain, and everybody ends with both",
        "never seals two envelopes for one place, whatever the relay says of its chain",
      ),
      ...inFile(
        `${engine}alarms.test.ts`,
        "a copied device raises cloned, goes on in another chain, and then it is over",
      ),
    ],
    guards: [
      "A20 nothing is sealed behind what we did not make",
      "A20 another envelope in our chain is not ours",
      "A20 a copy goes on under another chain",
    ],
  },
  {
    id: "A21",
    attack: "a hostile update",
    proofs: [
      ...here(
        "hostileUpdates",
        "%s never reaches a document, and its chain ends before it",
        "that needs what nobody has waits outside of the document, and holds up no other",
        "that may take minutes is tried elsewhere first, waits where that ends, and holds up no other",
        "that come in pieces are collected alike where their document is open and where it is not, and deleting them harms nobody",
        "of this device are taken back, since elsewhere they would be collected",
        "A21 an update that brings what its author brought before, with other contents, is the same however it is read",
      ),
      ...inFile(
        `${engine}hostile.relay.test.ts`,
        "[UPD1] [UPD2] whatever a member seals, all devices say the same of it, and go on",
      ),
    ],
    guards: [
      "A21 the clientID follows from the chain",
      "A21 few bytes stand for few operations",
      "A21 no name reaches behind objects",
      "A21 what may take minutes is tried elsewhere first",
      "A21 types of others never lie too deep",
      "A21 what an author brought before is not brought again",
      "A21 how deep types lie is asked of what is deleted as well",
      "A21 a checkpoint is judged by documents in which no type lies too deep",
      "A21 nobody loads a checkpoint in which types lie too deep",
      "A21 types of ours that others would collect are taken back",
      "A21 what has its neighbour elsewhere may contest anything",
      "A21 all that are above a type hear of a change in it",
      "A21 one key many times is one place",
      "A21 what lies deep in an update is not judged by its places",
      "A21 what was there is not what an update brings",
      "A21 a worker has the document as it is, or is given it anew",
    ],
  },
  {
    id: "A22",
    attack: "a man in the pairing",
    proofs: [
      ...inFile(
        `${crypto}pairing/handshake.test.ts`,
        "with keys of their own on both sides is refused at the proof by both",
        "who plays an old pairing again to a %s is refused",
      ),
      ...inFile(
        `${engine}devices.relay.test.ts`,
        "a guess at the code is refused by the proof, and burns it for everybody",
        "a wrong number burns the code, and nobody was added",
      ),
      ...here(
        "pairing",
        "a relay that shows an older log of the vault is refused, and nothing of it is kept",
        "a relay with another key than the one that was promised is refused, and the code is burnt",
        "a machine signs no record that makes it something else than it asked to be",
      ),
      ...inFile(
        worlds,
        "nobody is let in by a person's mistake",
        "nobody is let in over a mailbox that somebody meddles with, or into an older world",
      ),
    ],
    guards: [
      "a pairing proves the code",
      "keys of a pairing are committed to before",
      "in a world: a person has found the number",
      "in a world: a newcomer is shown no older world",
    ],
  },
  {
    id: "A23",
    attack: "a downgrade",
    proofs: [
      ...here(
        "greeting",
        "of a body is kept and waits, its chain with it, and is not read as ours",
      ),
      ...inFile(
        "packages/protocol/src/client/stepSession.test.ts",
        "[CLIENT2] a relay that refuses the subprotocol is not dialled again",
      ),
      ...inFile(
        "test/relay/canary.relay.test.ts",
        "nothing that clients seal, no key, token or address is in the data, its log or the relay's log",
      ),
    ],
    guards: ["A23 what a newer version wrote waits"],
  },
  {
    id: "A24",
    attack: "one ciphertext, two keys",
    proofs: [
      ...here("changed", "A24 a ciphertext that opens under two keys counts under neither"),
      ...inFile(
        `${crypto}seal.test.ts`,
        "opens under both, and to two texts, where no commitment is asked for",
      ),
    ],
    guards: ["A24 a text opens under the key that is committed to"],
  },
  {
    id: "A25",
    attack: "a login passed on",
    proofs: [
      ...here(
        "greeting",
        "is signed for the host that was dialled and the key and nonce that were shown, and no other",
        "is not signed for a relay whose key is another than at the first contact, also after a restart",
      ),
      ...inFile(
        "test/attacks/relay/rights.relay.test.ts",
        "that was made for another connection is AuthFailed",
        "that was signed for another host is AuthFailed, also where that host is dialled",
      ),
    ],
    guards: ["A25 a login names the host that was dialled", "A25 a relay keeps its key"],
  },
  {
    id: "A26",
    attack: "exhaustion",
    proofs: [
      ...inFile(
        "packages/protocol/src/client/stepFlow.test.ts",
        "[CLIENT11] a relay that sends beyond it is hung up on",
      ),
      ...inFile(
        "packages/protocol/src/client/clientStep.test.ts",
        "[CLIENT4] a relay that says one thing for ever makes the machine remember no more",
      ),
      ...inFile(`${client}alarms/claims.test.ts`, "no more than the limit is kept"),
      ...inFile(
        "test/attacks/relay/load.relay.test.ts",
        "meanwhile an honest client is served, and nothing of the attackers is in the log",
      ),
    ],
    guards: ["A26 a relay sends no more than it was granted"],
  },
  {
    id: "A27",
    attack: "wrong words",
    proofs: [
      ...inFile(
        `${crypto}logs/acceptPhrase.test.ts`,
        "of another identity is refused",
        "that was revoked is refused, with the index of the record that revoked it",
      ),
      ...inFile(
        `${engine}devices.relay.test.ts`,
        "wrong words change nothing, here or at the relay",
        "new words take the place of the old ones, which open nothing any more",
      ),
    ],
    guards: ["a revoked phrase is refused"],
  },
  {
    id: "A28",
    attack: "telling texts by length",
    proofs: here(
      "sizes",
      "A28 envelopes have lengths of few steps, whatever is written",
      "A28 of two short texts nobody tells by its length which was written",
    ),
    guards: ["A28 lengths fall on few steps"],
  },
  {
    id: "A29",
    attack: "two devices against the paper",
    proofs: [
      ...inFile(
        `${crypto}logs/identityLog.test.ts`,
        "ID10 a paper device goes only by its own signature or two full devices",
      ),
      ...here(
        "deviceNotices",
        "A29 a device that another one lets in, and one that it ends, are told on every other device, once, and not on its own",
        "A29 what happened while a device was off is told when it comes back, for two weeks",
      ),
    ],
    guards: [
      "ID10 one laptop cannot burn the words",
      "A29 what another device did to the list is told",
      "A29 what was missed is told later",
      "A29 a notice ends",
    ],
  },
  {
    id: "A30",
    attack: "locking the owner out",
    proofs: [
      ...inFile(
        `${crypto}logs/identityLog.test.ts`,
        "the paper device alone revokes the last full device and lets a new one in",
      ),
      ...inFile(
        `${engine}devices.relay.test.ts`,
        "the words bring back everything on a new machine",
      ),
    ],
    guards: ["ID7 nobody revokes themselves", "ID10 one laptop cannot burn the words"],
  },
  {
    id: "A31",
    attack: "a full device list",
    proofs: inFile(`${crypto}logs/identityLog.test.ts`, "ID11 no more devices than the limit"),
    guards: ["ID11 a list of devices is bounded"],
  },
  {
    id: "A32",
    attack: "a cut that is too low",
    proofs: [
      ...here(
        "removed",
        "A32 what a cut took away comes back from what is here when the cut is raised",
      ),
      ...inFile(
        `${crypto}logs/standing.test.ts`,
        "[VL9] a raised cut lets more of the chain count",
      ),
    ],
    guards: ["A32 what a raised cut lets count counts", "VL9 a cut is only raised"],
  },
];
