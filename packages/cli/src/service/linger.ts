/**
 * Whether systemd keeps a user's services while the user is not logged in. A machine without a screen
 * has no login to wait for. What we turned on, we turn off.
 */
import type { Machine } from "./machine.ts";
import type { Linger } from "./service.ts";

export interface LingerSwitch {
  turnOn(): Promise<Linger>;
  /** True: it was ours, and is off now. */
  turnOffIfOurs(): Promise<boolean>;
  /** Undefined: nobody here knows. */
  isOn(): Promise<boolean | undefined>;
}

const memoryMode = 0o600;
const remembered = '{"lingerIsOurs":true}\n';

export const createLinger = (machine: Machine, memoryFile: string): LingerSwitch => {
  const user = String(machine.userId ?? "");

  const isOn = async (): Promise<boolean | undefined> => {
    const shown = await machine.run("loginctl", ["show-user", user, "--property=Linger"]);
    if (shown.code === undefined) return undefined;
    // Who is not logged in and does not linger is unknown to it.
    return shown.out.trim() === "Linger=yes";
  };

  return {
    isOn,
    turnOn: async () => {
      const was = await isOn();
      if (was === undefined) return "unknown";
      if (was) return "was on";
      const ran = await machine.run("loginctl", ["enable-linger", user]);
      if (ran.code !== 0) return "refused";
      await machine.write({ path: memoryFile, text: remembered, mode: memoryMode });
      return "turned on";
    },
    turnOffIfOurs: async () => {
      if ((await machine.readText(memoryFile)) !== remembered) return false;
      const ran = await machine.run("loginctl", ["disable-linger", user]);
      await machine.remove(memoryFile);
      return ran.code === 0;
    },
  };
};
