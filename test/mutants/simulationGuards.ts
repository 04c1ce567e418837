/** Protections that whole worlds must miss: of a pairing, of phones that only read, of logs, of what is merged. */
import type { Guard } from "./guard.ts";

interface SimulationGuard {
  readonly name: string;
  /** From packages/. */
  readonly file: string;
  readonly find: string;
  readonly instead: string;
  readonly title: string;
}

const simulationGuard = (guard: SimulationGuard): Guard => ({
  ...guard,
  name: `in a world: ${guard.name}`,
  tests: ["test/simulation/protections.test.ts"],
});

const all: readonly SimulationGuard[] = [
  {
    name: "a person has found the number",
    file: "client/src/flows/approvePairing.ts",
    find: "chosen === right ? newcomer",
    instead: "(true as boolean) ? newcomer",
    title: "nobody is let in by a person's mistake",
  },
  {
    name: "a newcomer is shown no older world",
    file: "client/src/flows/logSession.ts",
    find: "isCaughtUp && contains(logs, name, head)",
    instead: "isCaughtUp",
    title: "nobody is let in over a mailbox that somebody meddles with, or into an older world",
  },
  {
    name: "a newcomer moves in at once or not at all",
    file: "client/src/flows/stagedStore.ts",
    find: "keepIn: (store, more) => store.commit([...writes, ...more]),",
    instead:
      "keepIn: async (store, more) => {\n      await store.commit(writes);\n      return store.commit(more);\n    },",
    title:
      "a machine that crashes in the middle of a pairing is in or is not, and comes in at last",
  },
  {
    name: "whoever only reads seals nothing",
    file: "client/src/vault/sealNext.ts",
    find: 'return limitOf(view, openingOf(view, own)).kind === "open";',
    instead: "return true;",
    title:
      "what is typed on a phone reaches nobody, and a phone that is given up reads nothing new",
  },
  {
    name: "a phone whose grant is taken gets no next key",
    file: "crypto/src/logs/vaultEpochs.ts",
    find: "viewers.delete(device);",
    instead: "",
    title:
      "what is typed on a phone reaches nobody, and a phone that is given up reads nothing new",
  },
  {
    name: "a grant that is taken asks for another key",
    file: "crypto/src/logs/vaultEpochs.ts",
    find: "return ok({ ...state, viewers, takenAwayAt: record.index });",
    instead: "return ok({ ...state, viewers });",
    title:
      "what is typed on a phone reaches nobody, and a phone that is given up reads nothing new",
  },
  {
    name: "another branch of a log is told",
    file: "client/src/logs/followedLogs.ts",
    find: 'isParted ||= forked.kind === "other";',
    instead: "",
    title: "after a fork of a vault's log a device keeps its own branch and seals nothing",
  },
  {
    name: "a fork stops what is sealed",
    file: "client/src/alarms/catalogue.ts",
    find: 'heal: "resolve", stopsSealing: true',
    instead: 'heal: "resolve", stopsSealing: false',
    title: "after a fork of an identity log a device keeps its own branch and seals nothing",
  },
  {
    name: "edits that are merged leave and come with one commit",
    file: "client/src/vault/tidyOutbox.ts",
    find: "  draft.write(\n    ...edits.map(",
    instead:
      '  await memory.store.commit(\n    edits.map(({ number }): Write => ({\n      kind: "delete",\n      table: "outbox",\n      key: outboxKey(vault, number),\n    })),\n  );\n  draft.write(\n    ...edits.map(',
    title: "a crash in the middle of a merge takes no edit with it, and brings none twice",
  },
  {
    name: "updates that are merged leave and come with one commit",
    file: "client/src/vault/tidyDocuments.ts",
    find: '  draft.write(\n    { kind: "deleteRange", table: "updates", ...range },',
    instead:
      '  await store.commit([{ kind: "deleteRange", table: "updates", ...range }]);\n  draft.write(',
    title: "a crash in the middle of a merge takes no edit with it, and brings none twice",
  },
];

export const simulationGuards: readonly Guard[] = all.map(simulationGuard);
