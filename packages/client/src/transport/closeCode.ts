/** What a relay says by the code that it closes with, where no frame came before: too many connections. */
import { type RefusalName, type Refusal, refusalOfName, refusals } from "@duro/protocol";

/** RFC 6455 §7.4.2: below, libraries and proxies have their own reasons. */
const ownCodeMin = 4_000;

/** Of a common code we believe that the same may be tried again, and no more. */
const isTelling = ({ closeCode, clientMust }: Refusal): boolean =>
  closeCode !== undefined && (closeCode >= ownCodeMin || clientMust === "retryLater");

const namesByCode = new Map(
  Object.keys(refusals).flatMap((name): [number | undefined, RefusalName][] => {
    const refusal = refusalOfName(name);
    return refusal !== undefined && isTelling(refusal) ? [[refusal.closeCode, refusal.name]] : [];
  }),
);

export const refusalOfCloseCode = (code: number | undefined): RefusalName | undefined =>
  namesByCode.get(code);
