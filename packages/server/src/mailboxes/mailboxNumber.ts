/** The number of a mailbox, taken at random: whoever counts up would find every pairing. */
import type { RandomBytes } from "@duro/crypto/receipt";
import { limits, type MailboxNumber, mailboxNumbers } from "@duro/protocol";

/** The largest number is all ones, so taking the low bits prefers none. */
export const createMailboxNumber = (deps: { readonly randomBytes: RandomBytes }): MailboxNumber => {
  const [high = 0, low = 0] = deps.randomBytes(2);
  return mailboxNumbers.fromNumber(((high << 8) | low) & limits.mailboxNumberMax);
};
