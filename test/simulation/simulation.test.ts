/** Some worlds, in every run of the tests; `npm run sim` runs as many as there is time for. */
import { err } from "@duro/crypto/types";
import { decodeEnvelope } from "@duro/crypto/verify";
import { describe, expect, test } from "vitest";
import type { Write } from "../../packages/client/src/ports/localStore.ts";
import { startEngineProgram } from "./engineProgram.ts";
import { startPlainProgram } from "./plainProgram.ts";
import { type Profile, simpleProfile, withoutCheckpoints, withoutExtras } from "./profile.ts";
import type { Program, StartProgram } from "./program.ts";
import { runSeed } from "./runSeed.ts";

const stepCount = 120;

const run = (seed: number, startProgram: StartProgram) =>
  runSeed({
    seed,
    stepCount,
    startProgram,
    ...(startProgram === startPlainProgram ? { change: simpleProfile } : {}),
  });

/** With what led there, so that a failure can be read where it was seen. */
const faultsWithLines = async (seed: number, startProgram: StartProgram): Promise<string> => {
  const { faults, lines } = await run(seed, startProgram);
  return faults.length === 0 ? "" : [...lines.slice(-100), ...faults].join("\n");
};

const seedsFrom = (first: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => first + at);

/** And nobody is there twice, or given up. */
const oftenPutBack = (profile: Profile): Profile => ({
  ...profile,
  weights: {
    ...profile.weights,
    relayBackup: 0.08,
    relayRollback: 0.08,
    addDevice: 0.05,
    machineRestore: 0,
    machineClone: 0,
    revokeDevice: 0,
  },
  extras: { ...profile.extras, lastScene: undefined },
});

/** As many as the tests of every change have time for. */
const seedCount = 10;

describe("a world with plain clients", () => {
  test.each(seedsFrom(1, seedCount / 2))("keeps its promises, seed %i", async (seed) => {
    expect(await faultsWithLines(seed, startPlainProgram)).toBe("");
  });
});

describe("a world with engines", () => {
  test.each(seedsFrom(1, seedCount))("keeps its promises, seed %i", async (seed) => {
    expect(await faultsWithLines(seed, startEngineProgram)).toBe("");
  });

  test.each([
    [59, "lost an edit that was made while another was written to the disk"],
    [23, "lost edits made in a document that was closed while the disk was full"],
    [82, "waited for ever for the receipt of a put that a relay had stored before it crashed"],
    [31, "never tried again what a full disk had not taken"],
    [103, "never dialled again after a full disk could not keep the relay's key"],
    [38, "lost what both a device and its copy had sealed"],
    [37, "left a copied device and the others with two states"],
    [204, "never asked again for records that a full disk had not taken"],
    [277, "left a copied device waiting for ever"],
    [2083, "never opened again a vault that was closed to somebody and opened again"],
    [1101, "put what stood behind a cut again and again"],
    [1038, "left somebody waiting who was let in again while connected"],
    [820, "blamed devices for what the relay lost before anybody had kept a receipt"],
  ])("seed %i once %s", async (seed) => {
    const { faults, lines } = await runSeed({
      seed,
      stepCount: 150,
      startProgram: startEngineProgram,
      change: withoutCheckpoints,
    });
    expect(faults.length === 0 ? "" : [...lines.slice(-100), ...faults].join("\n")).toBe("");
  });

  test.each([
    [41, "waited for ever for bodies that the relay had lost and a device still had"],
    [164, "left devices outside that a relay had forgotten and let in again"],
  ])("with checkpoints, seed %i once %s", async (seed) => {
    const { faults, lines } = await runSeed({
      seed,
      stepCount: 150,
      startProgram: startEngineProgram,
      change: withoutExtras,
    });
    expect(faults.length === 0 ? "" : [...lines.slice(-100), ...faults].join("\n")).toBe("");
  });

  test.each([
    [
      262,
      "was blamed for text that only lacked a letter, which the length of the rest looked like",
    ],
    [39, "was blamed for a device that was out once a late record had come"],
    [6007, "was blamed for a checkpoint that a device which was given up could not open"],
    [846, "waited for ever for a list of devices that only others of its vault still had"],
    [714, "was blamed for what was typed on a phone before it was copied"],
    [727, "left edits unsent that a full disk had kept from being sealed"],
    [7110, "was blamed for a checkpoint that a device and its own copy could not attest"],
    [
      66,
      "was blamed for a log that had parted, of which a device had told before it started again",
    ],
    [221, "took a record that was spoiled on its way for a fork"],
    [20_372, "waited for ever for a chain that its own author had told it of, past a cut"],
    [20_473, "kept deleted text in a document that was counted anew behind its checkpoint"],
    [30_070, "could not cut a device while another one of the same person was to be cut"],
    [30_185, "was blamed for a log that had parted, of which the relay had lost a record"],
    [30_335, "was blamed for text past a cut"],
    [30_793, "was blamed for what a copy of its own machine had not seen"],
    [20_904, "never asked for a record that came between its question and the vault's opening"],
  ])("with all that may happen, seed %i once %s", async (seed) => {
    const { faults, lines } = await runSeed({
      seed,
      stepCount: 150,
      startProgram: startEngineProgram,
    });
    expect(faults.length === 0 ? "" : [...lines.slice(-100), ...faults].join("\n")).toBe("");
  });

  test.each([
    [9052, "left a newcomer outside whom the relay knew again, since nobody dialled"],
    [9058, "kept to itself what the relay had signed for and had lost with its log"],
  ])("at a relay that is put back often, seed %i once %s", async (seed) => {
    const { faults, lines } = await runSeed({
      seed,
      stepCount: 150,
      startProgram: startEngineProgram,
      change: oftenPutBack,
    });
    expect(faults.length === 0 ? "" : [...lines.slice(-100), ...faults].join("\n")).toBe("");
  });
});

/** An envelope that comes without a body comes with other things. */
const dropsBody = (write: Write): boolean => {
  if (write.kind !== "put" || write.table !== "envelopes") return false;
  const envelope = decodeEnvelope(write.value);
  return envelope.ok && envelope.value.body === undefined;
};

describe("the simulation itself", () => {
  test.each(seedsFrom(101, 4))("gives the same trace for the same seed, %i", async (seed) => {
    const [one, other] = [await run(seed, startEngineProgram), await run(seed, startEngineProgram)];
    expect(one.counts.events).toBeGreaterThan(100);
    expect(other.hash).toBe(one.hash);
    expect((await run(seed + 1_000, startEngineProgram)).hash).not.toBe(one.hash);
  });

  /** Some of what a program does, done wrong. */
  const spoilt =
    (
      spoil: (program: Program, machine: string) => Partial<Program>,
      startProgram: StartProgram = startPlainProgram,
    ): StartProgram =>
    async (deps) => {
      const program = await startProgram(deps);
      const changed = spoil(program, deps.machine);
      return new Proxy(program, {
        get: (target, name) => Reflect.get(name in changed ? changed : target, name),
      });
    };

  const faultsOf = async (
    startProgram: StartProgram,
    change: (profile: Profile) => Profile = simpleProfile,
  ): Promise<string> => {
    const found: string[] = [];
    for (const seed of seedsFrom(1, 8))
      found.push(...(await runSeed({ seed, stepCount: 60, startProgram, change })).faults);
    return found.join("\n");
  };

  const oftenCrashing = (profile: Profile): Profile => ({
    ...simpleProfile(profile),
    commitMs: 30,
    crashInCommitProbability: 0.2,
  });

  test("notices an edit that is said to be saved before it is", async () => {
    const early = spoilt((program) => ({
      edit: async (...given) => {
        void program.edit(...given);
        return true;
      },
    }));
    expect(await faultsOf(early, oftenCrashing)).toContain("is lost");
    expect(await faultsOf(startPlainProgram, oftenCrashing)).toBe("");
  });

  test("notices a machine that stays behind", async () => {
    const deaf = spoilt((program, machine) => ({
      look: async () => (machine === "alice-laptop" ? new Map() : program.look()),
    }));
    expect(await faultsOf(deaf)).toContain("not at rest");
  });

  test("notices plain text on the wire", async () => {
    const loud: StartProgram = async (deps) =>
      startPlainProgram({
        ...deps,
        transport: {
          dial: (url, events) => {
            const socket = deps.transport.dial(url, events);
            return {
              ...socket,
              send: (bytes) => {
                socket.send(bytes);
                socket.send(new TextEncoder().encode(deps.canary));
              },
            };
          },
        },
      });
    expect(await faultsOf(loud)).toContain("plain text");
  });

  test("notices an alarm for nothing", async () => {
    const nervous = spoilt(() => ({ alarms: ["Cloned"] }));
    expect(await faultsOf(nervous)).toContain("Cloned");
  });

  const checkpointing = (profile: Profile): Profile => ({
    ...withoutExtras(profile),
    envelopesPerCheckpoint: 10,
    weights: { ...profile.weights, compact: 0.2, tidy: 0.1, machineRestore: 0, machineClone: 0 },
  });

  const faultsWithCheckpoints = async (startProgram: StartProgram): Promise<string> => {
    const { faults } = await runSeed({
      seed: 4,
      stepCount: 40,
      startProgram,
      change: checkpointing,
    });
    return faults.join("\n");
  };

  test("notices bodies with deleted text that a device says it has dropped", async () => {
    const hoarding: StartProgram = (deps) =>
      startEngineProgram({
        ...deps,
        store: {
          ...deps.store,
          commit: (writes, options) =>
            deps.store.commit(writes.every(dropsBody) ? [] : writes, options),
        },
      });
    expect(await faultsWithCheckpoints(hoarding)).toContain("deleted text is still there");
    expect(await faultsWithCheckpoints(startEngineProgram)).toBe("");
  });

  test("notices newcomers that get no checkpoint", async () => {
    const refusing: StartProgram = (deps) =>
      startEngineProgram({
        ...deps,
        http: {
          request: async (request) =>
            request.method === "GET" && deps.machine.startsWith("newcomer")
              ? err({ type: "Unreachable", code: "ECONNRESET" })
              : deps.http.request(request),
        },
      });
    expect(await faultsWithCheckpoints(refusing)).toContain("not at rest");
  });

  test("notices devices that say nothing of what a relay hides from them", async () => {
    const silent = spoilt(() => ({ alarms: [] }), startEngineProgram);
    expect(await faultsWithCheckpoints(silent)).toContain("something is withheld");
  });

  test("notices devices that say nothing of what a relay lost and they knew", async () => {
    const silent = spoilt(() => ({ alarms: [] }), startEngineProgram);
    const { faults } = await runSeed({
      seed: 5,
      stepCount: 150,
      startProgram: silent,
      change: withoutExtras,
    });
    expect(faults.join("\n")).toContain("did not notice");
  });
});
