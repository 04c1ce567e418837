/** Protections of a pairing: what each side refuses before it believes the other, or the relay. */
import { type Guard, guard } from "./guard.ts";

const tests = ["test/attacks/client/pairing.test.ts"];
const flow = (file: string): string => `client/src/flows/${file}`;

export const pairingGuards: readonly Guard[] = [
  guard(
    "a newcomer speaks to the relay that it was promised",
    flow("joinByPairing.ts"),
    "!bytesAreEqual(word.value.relayKey, relayKey)",
    tests,
  ),
  guard(
    "a newcomer becomes what it asked to be",
    flow("joinByPairing.ts"),
    "device.scope === scope && bytesAreEqual(device.signKey, signKey)",
    tests,
    "bytesAreEqual(device.signKey, signKey)",
  ),
  guard(
    "a newcomer is shown no older world",
    flow("logSession.ts"),
    "isCaughtUp && contains(logs, name, head)",
    tests,
    "isCaughtUp",
  ),
  guard(
    "a person has found the number",
    flow("approvePairing.ts"),
    "chosen === right ? newcomer",
    tests,
    "(true as boolean) ? newcomer",
  ),
  guard(
    "nobody is let in as more than was meant",
    flow("approvePairing.ts"),
    "newcomer.value.scope !== as.scope",
    tests,
  ),
];
