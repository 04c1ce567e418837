/** Passing on: in the order of positions, without a gap and without doubles, whoever stored it. */
import { DeviceScope, EnvelopeKind } from "@duro/crypto/types";
import { createPerson, createVault } from "@duro/crypto/testing/people";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import { chainIds, type RelayInput } from "@duro/protocol";
import { describe, expect, test } from "vitest";
import type { PlacedEnvelope } from "../ports/chainStore.ts";
import { createMemoryLogStore } from "../testing/memoryLogStore.ts";
import { createMemoryRelayData } from "../testing/memoryRelayData.ts";
import { createHub, type Listener } from "./hub.ts";
import { createKnownLogs } from "./knownLogs.ts";

const chain = chainIds.fromBytes(new Uint8Array(16).fill(3));

const envelope = (position: number): PlacedEnvelope => ({
  chain,
  position,
  seq: position,
  kind: EnvelopeKind.Data,
  flags: 0,
  bodyByteLength: 305,
  signedHead: new Uint8Array(236),
  body: new Uint8Array(305),
});

const opened = () => {
  const deps = { randomBytes: seededRandomBytes("hub") };
  const person = createPerson(deps);
  const { state } = createVault(deps, person);
  const stored: PlacedEnvelope[] = [];
  const waiting: (() => void)[] = [];
  const hub = createHub({
    chainStore: {
      page: async ({ afterPosition, envelopeCountMax }) => {
        await new Promise<void>((resolve) => waiting.push(resolve));
        const envelopes = stored
          .filter(({ position }) => position > afterPosition)
          .slice(0, envelopeCountMax);
        const toPosition = envelopes.at(-1)?.position ?? afterPosition;
        return { envelopes, toPosition, isEnd: toPosition >= stored.length };
      },
    },
    logs: createKnownLogs(createMemoryLogStore(createMemoryRelayData())),
    onFailure: (cause) => {
      throw cause;
    },
  });
  const seen: (readonly [number, number])[] = [];
  const take = (input: RelayInput): void => {
    if (input.kind === "live") seen.push([input.batch.fromPosition, input.batch.toPosition]);
  };
  const listener: Listener = {
    user: person.state.user,
    device: person.device.id,
    scope: DeviceScope.Full,
    take,
  };
  hub.openVault(listener, state, 0);
  const store = (...positions: readonly number[]): PlacedEnvelope[] => {
    const envelopes = positions.map(envelope);
    stored.push(...envelopes);
    return envelopes;
  };
  /** Lets every page that is being read come back. */
  const answerPages = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn++) {
      for (const answer of waiting.splice(0)) answer();
      await new Promise(setImmediate);
    }
  };
  return { hub, vault: state.vault, listener, seen, store, answerPages };
};

describe("the hub", () => {
  test("passes on at once what follows what was passed on", () => {
    const { hub, vault, seen, store } = opened();
    hub.stored(vault, [{ envelopes: store(1, 2), origin: undefined }]);
    hub.stored(vault, [{ envelopes: store(3), origin: undefined }]);
    expect(seen).toEqual([
      [1, 2],
      [3, 3],
    ]);
  });

  test("reads back what another node stored in between, before what came after it", async () => {
    const { hub, vault, seen, store, answerPages } = opened();
    store(1, 2);
    hub.stored(vault, [{ envelopes: store(3), origin: undefined }]);
    expect(seen).toEqual([]);
    await answerPages();
    expect(seen).toEqual([[1, 3]]);
  });

  test("what is stored while it reads back comes once, and in its turn", async () => {
    const { hub, vault, seen, store, answerPages } = opened();
    store(1);
    hub.grew(vault, 1);
    hub.stored(vault, [{ envelopes: store(2), origin: undefined }]);
    hub.stored(vault, [{ envelopes: store(3), origin: undefined }]);
    await answerPages();
    const flat = seen.flatMap(([from, to]) =>
      Array.from({ length: to - from + 1 }, (_, at) => from + at),
    );
    expect(flat).toEqual([1, 2, 3]);
  });

  test("a hint of what was passed on already reads nothing", async () => {
    const { hub, vault, seen, store, answerPages } = opened();
    hub.stored(vault, [{ envelopes: store(1), origin: undefined }]);
    hub.grew(vault, 1);
    await answerPages();
    expect(seen).toEqual([[1, 1]]);
  });

  test("a hint of more than there is does not make it read for ever", async () => {
    const { hub, vault, seen, store, answerPages } = opened();
    store(1);
    hub.grew(vault, 99);
    await answerPages();
    hub.stored(vault, [{ envelopes: store(2), origin: undefined }]);
    expect(seen).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test("whoever closed a vault hears nothing more of it", () => {
    const { hub, vault, listener, seen, store } = opened();
    hub.closeVault(listener, vault);
    hub.stored(vault, [{ envelopes: store(1), origin: undefined }]);
    expect(seen).toEqual([]);
    expect(hub.vaults).toEqual([]);
  });
});
