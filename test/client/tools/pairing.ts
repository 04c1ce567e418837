/** Two machines and the people in front of them: one shows a code, the other types it. */
import { createDeviceKeys, type DeviceKeys, type Secret } from "@duro/crypto";
import { assert, DeviceScope } from "@duro/crypto/types";
import {
  type Approval,
  approvePairing,
  joinByPairing,
  type LocalStore,
  namelessCard,
  systemClock,
} from "@duro/client";
import {
  type Machine,
  openMachine,
  newStoreFile,
  openStore,
  program,
  randomBytes,
  transport,
  until,
} from "./machines.ts";

export interface Newcomer {
  readonly file: string;
  readonly store: LocalStore;
  readonly device: DeviceKeys;
  /** As soon as it is shown. */
  readonly code: Promise<string>;
  readonly checkNumber: () => string | undefined;
  readonly joined: ReturnType<typeof joinByPairing>;
}

export const showCode = (
  relayUrl: string,
  {
    as = DeviceScope.Full,
    file = newStoreFile(),
    store = openStore(file),
    device = createDeviceKeys({ randomBytes }),
  }: {
    readonly as?: typeof DeviceScope.Full | typeof DeviceScope.Viewer;
    readonly file?: string;
    readonly store?: LocalStore;
    readonly device?: DeviceKeys;
  } = {},
): Newcomer => {
  let checkNumber: string | undefined;
  let tell: (code: string) => void = () => {};
  const code = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const joined = joinByPairing(
    { store, transport, clock: systemClock, randomBytes, device, relayUrl, program },
    {
      showCode: (shown: Secret<string>) => tell(shown.reveal()),
      showCheckNumber: (number) => {
        checkNumber = number;
      },
    },
    { scope: as, card: namelessCard },
  );
  return { file, store, device, code, checkNumber: () => checkNumber, joined };
};

/** A person who looks at both screens. */
export const lookAt = (newcomer: Newcomer) => async (numbers: readonly string[]) => {
  await until(() => newcomer.checkNumber() !== undefined, "the number is shown");
  return numbers.find((number) => number === newcomer.checkNumber());
};

export const approve = (
  { engine, store, device }: Machine,
  relayUrl: string,
  approval: Omit<Approval, "as"> & Partial<Approval>,
): ReturnType<typeof approvePairing> =>
  approvePairing(
    { engine, store, device, randomBytes, relayUrl },
    { as: { scope: DeviceScope.Full }, ...approval },
  );

/** Another machine of the same person. */
export const addMachine = async (machine: Machine, relayUrl: string): Promise<Machine> => {
  const newcomer = showCode(relayUrl);
  const code = await newcomer.code;
  const approved = await approve(machine, relayUrl, { code, choose: lookAt(newcomer) });
  assert(
    approved.ok,
    `whoever types the right code and finds the number lets in: ${JSON.stringify([approved, await newcomer.joined])}`,
  );
  const joined = await newcomer.joined;
  assert(joined.ok, `whoever was let in is in: ${JSON.stringify(joined)}`);
  await newcomer.store.close();
  return openMachine(newcomer.file, newcomer.device, relayUrl);
};
