/** How a machine comes to its identity, and how devices come and go. */

/** What a machine says of itself when it joins, and is called from then on. */
export interface CardBody {
  readonly name: string;
  readonly system: string;
}

export interface WhoJson {
  readonly user: string;
  readonly device: string;
  readonly vault: string;
}

export interface DeviceJson {
  readonly id: string;
  readonly name: string;
  readonly scope: "full" | "viewer" | "paper";
  /** ISO; null: never. */
  readonly lastSeen: string | null;
  readonly revoked: boolean;
  readonly system?: string | undefined;
  /** ISO: until when it may read. */
  readonly expires?: string | undefined;
  readonly isThis: boolean;
}

export interface KeyShowJson {
  readonly user: string;
  readonly device: string;
  /** Of the user key: how many revocations there were, and one. */
  readonly generation: number;
  /** The device of the 24 words; null: there are none. */
  readonly paper: { readonly id: string } | null;
  readonly vaults: readonly { readonly id: string; readonly epoch: number }[];
  readonly seedFile: string;
}

type Nothing = Readonly<Record<string, never>>;

export interface SetupCalls {
  readonly devices: {
    /** A person looks: whatever device there is, they know of it. */
    readonly body: { readonly isSeen: boolean };
    readonly answer: { readonly devices: readonly DeviceJson[] };
  };
  readonly revokeDevice: {
    readonly body: { readonly id: string };
    readonly answer: {
      readonly device: string;
      readonly name: string;
      readonly owed: readonly string[];
    };
  };
  readonly renameDevice: {
    readonly body: { readonly id: string; readonly name: string };
    readonly answer: { readonly device: string; readonly name: string };
  };
  readonly keys: { readonly body: Nothing; readonly answer: KeyShowJson };
  readonly tryWords: {
    readonly body: { readonly words: string };
    readonly answer: { readonly opens: true; readonly paper: string };
  };
  readonly fingerprint: {
    readonly body: Nothing;
    readonly answer: { readonly fingerprint: string; readonly vault: string };
  };
}

/** Of what a person must have seen before it counts. Words travel over the daemon's own socket only. */
export interface WordsLine {
  readonly step: "words";
  readonly words: string;
  readonly sheet: string;
  /** Which of them are asked back, from 1. */
  readonly asked: readonly number[];
}

/** How many entries are here by now. */
interface Fetching {
  readonly step: "fetching";
  readonly entries: number;
}

export interface YesReply {
  readonly yes: boolean;
}

/** The number that the other machine shows, as a person found it; empty: none. */
export interface NumberReply {
  readonly number: string;
}

export interface SetupTalks {
  readonly init: {
    readonly body: {
      readonly server?: string | undefined;
      readonly isLocal: boolean;
      readonly invite?: string | undefined;
      readonly card: CardBody;
      /** The text of the recovery file, where one is there already. */
      readonly sheet?: string | undefined;
    };
    readonly line:
      | {
          readonly step: "relay";
          readonly url: string;
          readonly registration: string;
          readonly skewMs: number | null;
        }
      | { readonly step: "offline"; readonly why: string }
      | WordsLine;
    readonly reply: YesReply;
    readonly answer: WhoJson & { readonly server: string | null };
  };
  readonly join: {
    readonly body: { readonly server: string; readonly card: CardBody };
    readonly line: { readonly code: string } | { readonly check: string } | Fetching;
    readonly reply: never;
    readonly answer: WhoJson & { readonly fingerprint: string };
  };
  readonly approve: {
    readonly body: { readonly code: string };
    readonly line: {
      readonly card: CardBody & { readonly at: string };
      readonly choices: readonly string[];
    };
    readonly reply: NumberReply;
    readonly answer: { readonly device: string; readonly name: string };
  };
  readonly pair: {
    readonly body: { readonly days: number };
    readonly line:
      | { readonly url: string }
      | {
          readonly check: string;
          readonly card: CardBody & { readonly at: string };
          readonly choices: readonly string[];
        };
    readonly reply: NumberReply;
    readonly answer: { readonly device: string; readonly name: string; readonly expires: string };
  };
  readonly recover: {
    readonly body: {
      readonly server: string;
      readonly words: string;
      /** As the sheet has it: "1 <hex>". */
      readonly head?: string | undefined;
      readonly isDryRun: boolean;
      readonly card: CardBody;
    };
    readonly line: { readonly step: "devices"; readonly devices: readonly DeviceJson[] } | Fetching;
    readonly reply: YesReply;
    readonly answer: {
      readonly user: string;
      /** Null in a dry run: none was made. */
      readonly device: string | null;
      readonly vault: string;
      readonly restored: number;
      readonly devices: number;
      readonly newest: string | null;
    };
  };
  readonly newPhrase: {
    readonly body: { readonly words: string };
    readonly line: WordsLine;
    readonly reply: YesReply;
    readonly answer: { readonly paper: string; readonly owed: readonly string[] };
  };
}
