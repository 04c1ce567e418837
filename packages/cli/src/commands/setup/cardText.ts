import type { CardBody } from "../../api/setupCalls.ts";

/** Who asks to be let in, and the warning: people are talked into this. */
export const cardText = ({ name, system, at }: CardBody & { readonly at: string }): string =>
  [
    `A new device asks to be let in: ${name === "" ? "(no name)" : `"${name}"`}${system === "" ? "" : `, ${system}`}, ${at}`,
    "Go on only if YOU started this, just now. Nobody from Duro ever asks you to let a device in.",
  ].join("\n");
