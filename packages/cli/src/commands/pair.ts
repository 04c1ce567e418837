/** Lets a phone read: a link and a QR code, then the number that both show. */
import type { Command } from "./command.ts";
import { cardText } from "./setup/cardText.ts";
import { deviceLabel } from "./setup/deviceLabel.ts";
import { pickNumber } from "./setup/pickNumber.ts";

const daysDefault = 90;
const daysMax = 3_650;

/** Of a relay that only this machine can reach. */
const isOfThisMachine = (url: string): boolean =>
  /^(?:localhost|127\..*|\[::1\])$/u.test(new URL(url).hostname);

const unreachableText =
  "The relay's address is one of this machine alone: a phone reaches a relay by a name or an address of your network.";

export const command: Command = {
  name: "pair",
  about: "shows the link and QR code for a phone",
  arguments: [],
  flags: {
    days: {
      kind: "number",
      value: "N",
      min: 1,
      max: daysMax,
      isWhole: true,
      about: `for how long it may read; ${daysDefault} where nothing is said`,
    },
  },
  examples: [
    ["duro pair", "scan the code, then find the phone's number here"],
    ["duro pair --days 7", "for a week"],
  ],
  notes: [
    "A phone reads and never writes. It is let in only once you have found its number here.",
    "The link is good for ten minutes and one device; what is behind its # is never sent.",
  ],
  run: async (context) => {
    const { api, out, flags, isAgreed, canAsk } = context;
    const days = typeof flags["days"] === "number" ? flags["days"] : daysDefault;
    const { renderUnicodeCompact } = await import("uqr");
    const answer = await api.talk("pair", { days }, async (line) => {
      if ("url" in line) {
        if (isOfThisMachine(line.url)) out.say(out.style.warn(unreachableText));
        out.result({ url: line.url }, () =>
          [
            renderUnicodeCompact(line.url, { border: 2 }),
            "",
            `Scan it with the phone, or open: ${line.url}`,
          ].join("\n"),
        );
        return undefined;
      }
      const { check, card, choices } = line;
      // On a terminal the right one among others: a bare yes gets clicked.
      out.result({ check }, () =>
        canAsk ? cardText(card) : `${cardText(card)}\nNumber  ${check}`,
      );
      return isAgreed && !canAsk ? { number: check } : pickNumber(context, choices);
    });
    if (!answer.ok) return out.problem(answer.error);
    const { device, name, expires } = answer.value;
    return out.result({ device }, () =>
      [
        `Let in to read until ${expires}: ${deviceLabel({ id: device, name })}`,
        `To end it sooner: duro device revoke ${device}`,
      ].join("\n"),
    );
  },
};
