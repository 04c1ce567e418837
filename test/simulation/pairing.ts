/**
 * People who let a machine of theirs in: one that is new shows a code or reads one, another one answers,
 * somebody compares a number. One pairing at a time. People err, machines crash over it, somebody meddles;
 * then nobody is in, and it is tried again.
 */
import { DeviceScope, type Result } from "@duro/crypto/types";
import type { ApproveError, JoinAs, LetIn } from "../../packages/client/src/index.ts";
import type { JoinScreen } from "../../packages/client/src/flows/joinLine.ts";
import type { MemoryRelayData } from "../../packages/server/src/testing/memoryRelayData.ts";
import type { DiskImage } from "./diskTables.ts";
import type { Doorkeeper } from "./doorkeeper.ts";
import type { Extras } from "./extras.ts";
import { type Joined, judgeJoin } from "./judgeJoin.ts";
import type { Machine } from "./machine.ts";
import { type Meddler, type Meddling, mischiefs } from "./meddling.ts";
import { checkUntouched, type MustKnow } from "./movedIn.ts";
import { anotherCode, letInAs, type Mistake, mistakes, otherScope } from "./pairingPeople.ts";
import type { Books, Resident } from "./people.ts";
import type { RareStates } from "./rareStates.ts";
import type { Rng } from "./rng.ts";
import type { Scheduler } from "./scheduler.ts";

export interface PairingDeps {
  readonly scheduler: Scheduler;
  readonly rng: Rng;
  readonly rare: RareStates;
  readonly note: (line: string) => void;
  readonly fault: (sentence: string) => void;
  readonly books: Books;
  readonly data: MemoryRelayData;
  readonly machines: () => readonly Machine[];
  readonly meddling: Meddling;
  readonly extras: Extras;
  readonly isHealed: () => boolean;
  readonly isGivenUp: (resident: Resident) => boolean;
}

/** What a newcomer has in front of it. */
export interface Sitting {
  readonly screen: JoinScreen;
  readonly as: JoinAs;
  over(joined: Joined): void;
}

export interface Pairings {
  /** Undefined: nobody has time for it now. */
  sitDown(resident: Resident): Promise<Sitting | undefined>;
  /** Whoever sits in front of a newcomer goes away; they come back. */
  giveUp(): void;
  /** A machine is told something at a mailbox, or writes something that is there at such a moment. */
  step(machine: string, momentsMs?: readonly number[]): void;
}

interface Attempt {
  readonly resident: Resident;
  readonly rng: Rng;
  readonly mistake: Mistake | undefined;
  readonly meddler: Meddler | undefined;
  readonly patience: AbortController;
  /** As the newcomer shows it; undefined: it is over. */
  readonly number: Promise<string | undefined>;
  readonly showNumber: (number: string | undefined) => void;
  readonly stoodInLog: boolean;
  approver: Machine | undefined;
  mustKnow: MustKnow | undefined;
  wasMeddledWith: boolean;
  isOver: boolean;
}

/** Until somebody has typed a code, or found a number. */
const handMeanMs = 3_000;
/** In front of a machine that says nothing. */
const patienceMs = 90_000;
/** So that it comes to what is written as often as to what is said. */
const messagesPerCommit = 10;
/** Between what is said and a crash over it. */
const crashMeanMs = 20;

const card = { name: "a newcomer", system: "sim" };

export const createPairings = (deps: PairingDeps): Pairings => {
  const { scheduler, rare, note, fault, meddling, extras } = deps;
  const harm = deps.rng.fork("harm");
  let attemptCount = 0;
  let current: Attempt | undefined;

  const imageOf = ({ machine }: Resident): DiskImage | undefined =>
    deps.machines().find(({ name }) => name === machine)?.disk.image;

  const begin = (resident: Resident): Attempt => {
    attemptCount += 1;
    const rng = deps.rng.fork(`attempt ${attemptCount}`);
    const isMild = deps.isHealed();
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const isMeddled = !isMild && rng.chance(extras.meddleProbability);
    const errs = !isMild && rng.chance(extras.mistakeProbability);
    const attempt: Attempt = {
      resident,
      rng,
      mistake: errs ? rng.pick(mistakes) : undefined,
      meddler: isMeddled ? drawMeddler(rng, resident) : undefined,
      patience: new AbortController(),
      number: promise,
      showNumber: resolve,
      stoodInLog: deps.data.devices.has(resident.keys.id),
      approver: undefined,
      mustKnow: undefined,
      wasMeddledWith: false,
      isOver: false,
    };
    scheduler.after(patienceMs, () => leave(attempt));
    return attempt;
  };

  const drawMeddler = (rng: Rng, { machine }: Resident): Meddler => {
    const how = rng.pick(mischiefs);
    // Logs are short here.
    const at = how === "older" ? 1 : rng.between(1, 5);
    return { how, machine, at, bit: rng.below(2 ** 16) };
  };

  const leave = (attempt: Attempt): void => {
    if (attempt.isOver) return;
    attempt.patience.abort();
    finish(attempt);
  };

  const finish = (attempt: Attempt): void => {
    attempt.isOver = true;
    attempt.showNumber(undefined);
    if (current !== attempt) return;
    current = undefined;
    attempt.wasMeddledWith = attempt.meddler !== undefined && meddling.end();
  };

  /** Another machine of the same person, with somebody in front of it. */
  const findApprover = ({ resident, rng }: Attempt): Machine | undefined => {
    const able = deps
      .machines()
      .filter(
        ({ resident: other, program }) =>
          other.owner === resident.owner &&
          other.keys.id !== resident.keys.id &&
          program?.doorkeeper !== undefined &&
          !deps.isGivenUp(other),
      );
    return able.length === 0 ? undefined : rng.pick(able);
  };

  const meetingOf = (attempt: Attempt) => {
    const { rng, mistake, number, resident } = attempt;
    const choose = async (numbers: readonly string[]): Promise<string | undefined> => {
      await scheduler.wait(rng.waitMs(handMeanMs));
      const shown = await number;
      if (mistake === "none" || shown === undefined) return undefined;
      return numbers.find((one) => (one === shown) === (mistake !== "number"));
    };
    const scope = resident.pairsAs ?? DeviceScope.Full;
    const as = letInAs(deps.books, mistake === "scope" ? otherScope(scope) : scope);
    return { choose, as, signal: attempt.patience.signal };
  };

  /** Whoever is asked to let it in: whatever comes of it is kept. */
  const letIn = (
    attempt: Attempt,
    work: (door: Doorkeeper) => Promise<Result<LetIn, ApproveError>>,
  ): boolean => {
    const approver = attempt.isOver ? undefined : findApprover(attempt);
    const door = approver?.program?.doorkeeper;
    if (approver === undefined || door === undefined) return false;
    attempt.approver = approver;
    attempt.mustKnow = door.known();
    if (attempt.meddler !== undefined) {
      const isAtApprover = attempt.meddler.how !== "older" && attempt.rng.chance(0.3);
      const { machine } = isAtApprover ? approver.resident : attempt.resident;
      meddling.begin({ ...attempt.meddler, machine });
      note(`somebody between is about to ${attempt.meddler.how} what ${machine} hears`);
    }
    const wait = async (): Promise<void> => {
      const approved = await work(door);
      note(`${approver.name} lets in ${attempt.resident.machine}: ${wordOf(approved)}`);
      // They see that nothing comes of it, and begin anew.
      if (!approved.ok) scheduler.after(attempt.rng.waitMs(handMeanMs), () => leave(attempt));
      if (approved.ok && attempt.mistake !== undefined)
        fault(`${approver.name} lets somebody in, by a person's mistake: ${attempt.mistake}`);
    };
    wait().catch((cause: unknown) => fault(`${approver.name} failed: ${String(cause)}`));
    return true;
  };

  const typeCode = (attempt: Attempt, shown: string): void => {
    const code = attempt.mistake === "code" ? anotherCode(attempt.rng, shown) : shown;
    if (!letIn(attempt, (door) => door.approve({ ...meetingOf(attempt), code }))) leave(attempt);
  };

  /** The code that the other machine shows. */
  const readCode = (attempt: Attempt): Promise<string | undefined> =>
    new Promise((resolve) => {
      const isAsked = letIn(attempt, (door) =>
        door.invite({
          ...meetingOf(attempt),
          showCode: (shown) => {
            const code = shown.reveal();
            resolve(attempt.mistake === "code" ? anotherCode(attempt.rng, code) : code);
          },
          showCheckNumber: () => {},
        }),
      );
      if (!isAsked) resolve(undefined);
      void attempt.number.then(() => resolve(undefined));
    });

  const over = (attempt: Attempt, joined: Joined): void => {
    note(`${attempt.resident.machine} joins: ${wordOf(joined)}`);
    const image = imageOf(attempt.resident);
    finish(attempt);
    if (image !== undefined) judgeJoin({ ...deps, image }, attempt, joined);
  };

  return {
    sitDown: async (resident) => {
      if (current?.resident === resident) leave(current);
      if (current !== undefined) return undefined;
      const image = imageOf(resident);
      for (const what of image === undefined ? [] : checkUntouched(image))
        fault(`${resident.machine} has not joined, and has ${what}`);
      const attempt = begin(resident);
      current = attempt;
      const isShownHere = attempt.rng.chance(0.5);
      const code = isShownHere ? undefined : await readCode(attempt);
      if (!isShownHere && code === undefined) {
        leave(attempt);
        return undefined;
      }
      if (!isShownHere) rare.reached("a newcomer is shown a code to read");
      return {
        as: {
          scope: resident.pairsAs ?? DeviceScope.Full,
          card,
          code,
          signal: attempt.patience.signal,
        },
        screen: {
          showCode: (shown) => {
            const hands = (): void => typeCode(attempt, shown.reveal());
            scheduler.after(attempt.rng.waitMs(handMeanMs), hands);
          },
          showCheckNumber: attempt.showNumber,
        },
        over: (joined) => over(attempt, joined),
      };
    },
    giveUp: () => {
      if (current !== undefined) leave(current);
    },
    step: (name, momentsMs) => {
      if (current === undefined || deps.isHealed()) return;
      const isNewcomer = current.resident.machine === name;
      if (!isNewcomer && current.approver?.name !== name) return;
      const factor = momentsMs === undefined ? 1 : messagesPerCommit;
      if (!harm.chance(factor * extras.crashInPairingProbability)) return;
      const attempt = current;
      const delayMs = momentsMs === undefined ? harm.waitMs(crashMeanMs) : harm.pick(momentsMs);
      scheduler.after(delayMs, () => {
        const machine = deps.machines().find((one) => one.name === name);
        if (attempt.isOver || machine?.isOn !== true) return;
        rare.reached(
          isNewcomer
            ? "a newcomer crashes in the middle of a pairing"
            : "a machine crashes while it lets a newcomer in",
        );
        machine.crash(harm.chance(0.5));
      });
    },
  };
};

const wordOf = (result: Result<unknown, { readonly type: string }>): string =>
  result.ok ? "done" : JSON.stringify(result.error);
