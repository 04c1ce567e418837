/** `duro join`: shows a code, then a number, and moves in once another machine has let this one in. */
import { ensureDevice, joinByPairing, systemRandomBytes } from "@duro/client";
import { DeviceScope, err, ok } from "@duro/crypto/types";
import { body, text } from "../shapes.ts";
import { talkRoute } from "../routes.ts";
import { askForRelay } from "./askFirst.ts";
import { seedProblem } from "./keyProblems.ts";
import { fingerprintOf, moveIn } from "./movedIn.ts";
import { alreadySetUp, pairingProblem } from "./pairingProblems.ts";
import { parseRelayAddress } from "./relayAddress.ts";
import { alone, flowDeps } from "./setupDeps.ts";
import { cardBody } from "./shapes.ts";
import { whoOf } from "./who.ts";

export const joinRoute = talkRoute<"join">({
  name: "join",
  schema: body({ server: text, card: cardBody }),
  run: (daemon, { server, card }, line) =>
    alone(daemon, async () => {
      if (daemon.home !== undefined) return err(alreadySetUp);
      const address = parseRelayAddress(server);
      if (!address.ok) return address;
      const relayUrl = address.value;
      const relay = await askForRelay(daemon, relayUrl);
      if (!relay.ok) return relay;
      const device = await ensureDevice(daemon.keyStore, { randomBytes: systemRandomBytes });
      if (!device.ok) return err(seedProblem(device.error));
      const joined = await joinByPairing(
        { ...flowDeps(daemon, relayUrl), device: device.value },
        {
          showCode: (code) => line.say({ code: code.reveal() }),
          showCheckNumber: (check) => line.say({ check }),
        },
        { scope: DeviceScope.Full, card, signal: line.signal },
      );
      if (!joined.ok) return err(pairingProblem("joiner", relayUrl, joined.error));
      const tell = (entries: number): void => line.say({ step: "fetching", entries });
      tell(0);
      const home = await moveIn(daemon, relayUrl, card, tell);
      if (!home.ok) return home;
      return ok({ ...whoOf(home.value), fingerprint: fingerprintOf(home.value) });
    }),
});
