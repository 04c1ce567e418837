/** Says in our own chain, now and then, how far this device has seen everything. */
import type { UserId } from "@duro/protocol";
import { beaconDue, beaconOf, beaconSaid } from "../alarms/beacons.ts";
import { noteBeacons } from "../vault/beaconTimes.ts";
import type { VaultContext } from "../vault/context.ts";
import { createDraft } from "../vault/draft.ts";
import { sealBodies } from "../vault/seal.ts";
import { canSeal } from "../vault/sealNext.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";
import { vectorToSay } from "../vault/vector.ts";

export interface OwnBeacons {
  /** If one is due. In its turn among the jobs of the vault. */
  say(why: "time" | "leaving"): Promise<void>;
  /** Something was written here. */
  active(): void;
}

export interface BeaconDeps extends Pick<VaultContext, "memory" | "deps" | "watch" | "uploads"> {
  /** Something came that was not looked at yet. */
  readonly isBusy: () => boolean;
}

export const createOwnBeacons = ({
  memory,
  deps,
  watch,
  uploads,
  isBusy,
}: BeaconDeps): OwnBeacons => {
  let isFirst = true;
  let isActive = false;
  let lastNews: string | undefined;

  const say = async (why: "time" | "leaving"): Promise<void> => {
    const relay = deps.watch.relay();
    const isCaughtUp = watch.state.reach.kind === "live" && !isBusy();
    if (relay === undefined || !isCaughtUp || !canSeal(memory) || !deps.isLogHere()) return;
    const nowMs = deps.clock.nowMs();
    const said = watch.own.beaconsSaid;
    const due = beaconDue(said, {
      nowMs,
      isCaughtUp,
      isActive,
      hasNews: newsOf(memory) !== lastNews,
      isFirstSinceStart: isFirst,
      isShuttingDown: why === "leaving",
    });
    if (due === "none") return;
    const { vault, view, own } = memory;
    const beacon = beaconOf(
      said,
      {
        vector: vectorToSay(memory),
        logHead: view.state.head,
        identityHeads: identityHeadsOf(memory),
        nowMs,
        generation: relay.generation,
      },
      due,
    );
    const row = memory.chains.get(own.chain);
    const place = { vault, view, own, row };
    const body = { type: "Beacon", plaintext: beacon } as const;
    const sealed = sealBodies(deps.owner, place, [body]);
    const draft = createDraft(memory);
    draft.addSealed(sealed.row, sealed.envelopes);
    const kept = watch.own.keepBeacon(beaconSaid(said, beacon));
    draft.write(...kept.writes);
    const noted = noteBeacons(memory, draft, [{ row: sealed.row, seq: sealed.row.head.at, body }]);
    // A store without room: it is said the next time.
    if (!(await draft.commit()).ok) return;
    kept.done();
    noted();
    watch.own.said(sealed.row.head.at, beacon.vector);
    isFirst = false;
    isActive = false;
    lastNews = newsOf(memory);
    uploads.sealed(own.chain, sealed.envelopes);
    deps.onChange();
  };

  return {
    say,
    active: () => {
      isActive = true;
    },
  };
};

/** What a beacon would say, by and large: every head changes it. */
const newsOf = ({ chains, view }: VaultMemory): string =>
  [view.state.head.id, ...[...chains.values()].map(({ head }) => head.id)].join(" ");

const identityHeadsOf = ({ view }: VaultMemory) =>
  [...view.state.members.keys()].toSorted().flatMap((user: UserId) => {
    const head = view.identity(user)?.head;
    return head === undefined ? [] : [{ user, index: head.index, id: head.id }];
  });
