/**
 * Loaded into a relay's process beside its program, where a measurement asks for it: collects garbage,
 * so that memory can be compared, and profiles what lies between two moments.
 */
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";

export type AskInside =
  | { readonly kind: "collectGarbage" }
  | { readonly kind: "startProfile" }
  | { readonly kind: "stopProfile"; readonly file: string };

/** What a first collection finalizes, the next one frees. */
const collectionCount = 3;
const samplingMicros = 500;

const session = new Session();

const answer = async (ask: AskInside): Promise<void> => {
  switch (ask.kind) {
    case "collectGarbage":
      for (let count = 0; count < collectionCount; count++)
        await globalThis.gc?.({ type: "major", execution: "async" });
      return;
    case "startProfile":
      session.connect();
      await session.post("Profiler.enable");
      await session.post("Profiler.setSamplingInterval", { interval: samplingMicros });
      await session.post("Profiler.start");
      return;
    case "stopProfile": {
      const { profile } = await session.post("Profiler.stop");
      session.disconnect();
      writeFileSync(ask.file, JSON.stringify(profile));
      return;
    }
  }
};

process.on("message", (ask: AskInside) => {
  void answer(ask).then(() => process.send?.("done"));
});
// The program ends when it wants to, not when whoever measures does.
process.channel?.unref();
