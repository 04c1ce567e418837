/**
 * Tells the other nodes that something grew. It carries names and numbers only, at most once and in
 * any order: what is missed costs time, never data, since everybody looks again by themselves.
 */
import type { LogName, MailboxNumber, VaultId } from "@duro/protocol";

export type Growth =
  | { readonly kind: "vault"; readonly vault: VaultId; readonly position: number }
  | { readonly kind: "log"; readonly name: LogName; readonly index: number }
  | { readonly kind: "mailbox"; readonly mailbox: MailboxNumber };

/** Adapters: postgresNotifier, localNotifier. */
export interface Notifier {
  /** Returns at once; several about one thing go as one. */
  publish(growth: Growth): void;
  /** Of other nodes only. `onGap` is called when some may have been missed. */
  subscribe(onGrowth: (growth: Growth) => void, onGap: () => void): void;
  close(): Promise<void>;
}
