/**
 * Every way the relay says no: one catalogue for frames, HTTP and closed connections. What happened
 * is the name, the facts travel with it; the sentence for a person belongs to the one who shows it.
 */

/** What the client does next. The sentences are for docs. */
export const clientMoves = {
  retryLater: "Try the same again after a pause that grows.",
  pauseAndTell: "Stop sending what was refused, keep it, and tell the person what to change.",
  askForUpdate: "Ask for a newer program; keep everything until then.",
  fetchAndRetry: "Fetch what is missing or newer, think again from there, then try.",
  reauthenticate:
    "Get a fresh challenge or token and try once more; if that fails, tell the person.",
  stopAndTell: "Stop syncing and tell the person at once.",
  fixAndReport: "It is a fault in one of the two programs: do not repeat it, report it.",
  giveUp: "Drop this attempt; a person may begin another.",
} as const;
export type ClientMove = keyof typeof clientMoves;

export interface Refusal {
  /** On the wire; never reused. */
  readonly number: number;
  readonly httpStatus: number;
  /** Undefined where the connection lives on. */
  readonly closeCode: number | undefined;
  readonly clientMust: ClientMove;
  readonly meaning: string;
}

export const refusals = {
  // The connection
  MalformedFrame: {
    number: 1,
    httpStatus: 400,
    closeCode: 1002,
    clientMust: "fixAndReport",
    meaning: "A frame's bytes cannot be read.",
  },
  FrameTooLarge: {
    number: 2,
    httpStatus: 413,
    closeCode: 1009,
    clientMust: "fixAndReport",
    meaning: "A frame or request body is larger than the limit.",
  },
  UnsupportedFrame: {
    number: 3,
    httpStatus: 400,
    closeCode: 1003,
    clientMust: "fixAndReport",
    meaning: "A frame has a tag that this version does not know, or is text.",
  },
  ProtocolOrder: {
    number: 4,
    httpStatus: 400,
    closeCode: 4400,
    clientMust: "fixAndReport",
    meaning: "A frame is not allowed in this state of the connection.",
  },
  AuthFailed: {
    number: 5,
    httpStatus: 401,
    closeCode: 4401,
    clientMust: "reauthenticate",
    meaning: "The login does not hold; unknown device and bad signature are not told apart.",
  },
  VersionUnsupported: {
    number: 6,
    httpStatus: 426,
    closeCode: 4426,
    clientMust: "askForUpdate",
    meaning: "The relay does not speak this version of the protocol or of an envelope.",
  },
  RateLimited: {
    number: 7,
    httpStatus: 429,
    closeCode: undefined,
    clientMust: "retryLater",
    meaning: "Too many requests of this kind in a short time.",
  },
  TooManyConnections: {
    number: 8,
    httpStatus: 429,
    closeCode: 4429,
    clientMust: "retryLater",
    meaning: "This user or address already has as many connections as it may.",
  },
  Overloaded: {
    number: 9,
    httpStatus: 503,
    closeCode: 1013,
    clientMust: "retryLater",
    meaning: "The relay has no room for more work now.",
  },
  ShuttingDown: {
    number: 10,
    httpStatus: 503,
    closeCode: 1012,
    clientMust: "retryLater",
    meaning: "The relay stops or restarts; everything receipted is stored.",
  },
  DeviceRemoved: {
    number: 11,
    httpStatus: 403,
    closeCode: 4403,
    clientMust: "stopAndTell",
    meaning: "The identity log has revoked this device.",
  },
  CreditExceeded: {
    number: 12,
    httpStatus: 429,
    closeCode: 4413,
    clientMust: "fixAndReport",
    meaning: "The client sent more than the credit it had.",
  },
  RequestTimeout: {
    number: 13,
    httpStatus: 408,
    closeCode: 4408,
    clientMust: "retryLater",
    meaning: "A request, a login or a heartbeat did not come in time.",
  },
  Internal: {
    number: 14,
    httpStatus: 500,
    closeCode: 1011,
    clientMust: "retryLater",
    meaning: "The relay failed at something that is not the client's fault.",
  },

  // What a device may do
  QuotaExceeded: {
    number: 20,
    httpStatus: 507,
    closeCode: undefined,
    clientMust: "pauseAndTell",
    meaning: "The account is full: it can be read, nothing is deleted, nothing more is stored.",
  },
  RoleForbids: {
    number: 21,
    httpStatus: 403,
    closeCode: undefined,
    clientMust: "stopAndTell",
    meaning: "The vault log gives this user or device no right to do that.",
  },
  NotFound: {
    number: 22,
    httpStatus: 404,
    closeCode: undefined,
    clientMust: "giveUp",
    meaning: "There is no such thing, or it is not yours; the two are not told apart.",
  },
  VaultUnknown: {
    number: 23,
    httpStatus: 404,
    closeCode: undefined,
    clientMust: "fetchAndRetry",
    meaning: "The relay has no vault log of that name that names this user.",
  },

  // Chains
  ChainGap: {
    number: 30,
    httpStatus: 409,
    closeCode: undefined,
    clientMust: "fetchAndRetry",
    meaning: "The run begins beyond the seq that the relay expects next.",
  },
  ChainForeign: {
    number: 31,
    httpStatus: 403,
    closeCode: undefined,
    clientMust: "fixAndReport",
    meaning: "The chain id is not the one that the device's key and incarnation give.",
  },
  ChainForked: {
    number: 32,
    httpStatus: 409,
    closeCode: undefined,
    clientMust: "stopAndTell",
    meaning: "The relay holds another envelope at this seq; the second one is kept as evidence.",
  },
  ChainCut: {
    number: 33,
    httpStatus: 403,
    closeCode: undefined,
    clientMust: "fetchAndRetry",
    meaning: "The vault log cuts this chain before the run.",
  },
  EnvelopeInvalid: {
    number: 34,
    httpStatus: 422,
    closeCode: undefined,
    clientMust: "fixAndReport",
    meaning: "A signature, a link or a body's hash does not hold.",
  },

  // Logs
  LogHeadUnknown: {
    number: 40,
    httpStatus: 409,
    closeCode: undefined,
    clientMust: "fetchAndRetry",
    meaning: "An envelope or a client names a log record that the relay does not have.",
  },
  LogHeadStale: {
    number: 41,
    httpStatus: 409,
    closeCode: undefined,
    clientMust: "fetchAndRetry",
    meaning: "The log has grown since the record was made: it does not follow the newest one.",
  },
  LogRecordInvalid: {
    number: 42,
    httpStatus: 422,
    closeCode: undefined,
    clientMust: "fixAndReport",
    meaning: "A record breaks a rule of its log; the facts name the rule.",
  },
  LogRecordUnknown: {
    number: 43,
    httpStatus: 422,
    closeCode: undefined,
    clientMust: "askForUpdate",
    meaning: "A record is of a type that neither this version nor the vault's policy knows.",
  },
  LogTooLong: {
    number: 44,
    httpStatus: 413,
    closeCode: undefined,
    clientMust: "pauseAndTell",
    meaning: "The log has as many records as the relay keeps of one.",
  },

  // Blobs
  BlobIncomplete: {
    number: 50,
    httpStatus: 409,
    closeCode: undefined,
    clientMust: "fetchAndRetry",
    meaning: "Chunks of the blob are missing; its status says which.",
  },
  BlobMismatch: {
    number: 51,
    httpStatus: 422,
    closeCode: undefined,
    clientMust: "fixAndReport",
    meaning: "The bytes do not have the hash or the length that was announced.",
  },
  BlobTooLarge: {
    number: 52,
    httpStatus: 413,
    closeCode: undefined,
    clientMust: "pauseAndTell",
    meaning: "The blob is larger than the relay keeps.",
  },
  BlobGone: {
    number: 53,
    httpStatus: 410,
    closeCode: undefined,
    clientMust: "giveUp",
    meaning: "The blob was dropped.",
  },
  TokenInvalid: {
    number: 54,
    httpStatus: 401,
    closeCode: undefined,
    clientMust: "reauthenticate",
    meaning: "The token is unknown, over, or for something else.",
  },

  // Pairing
  MailboxUnknown: {
    number: 60,
    httpStatus: 404,
    closeCode: undefined,
    clientMust: "giveUp",
    meaning: "No mailbox of that number is open.",
  },
  MailboxFull: {
    number: 61,
    httpStatus: 409,
    closeCode: undefined,
    clientMust: "giveUp",
    meaning: "The mailbox has both its sides, or all the messages it may carry.",
  },
  MailboxBurnt: {
    number: 62,
    httpStatus: 410,
    closeCode: undefined,
    clientMust: "giveUp",
    meaning: "One side found the other wrong; this code is never used again.",
  },

  // Accounts
  RegistrationClosed: {
    number: 70,
    httpStatus: 403,
    closeCode: undefined,
    clientMust: "giveUp",
    meaning: "This relay takes no new users.",
  },
  InviteInvalid: {
    number: 71,
    httpStatus: 403,
    closeCode: undefined,
    clientMust: "giveUp",
    meaning: "The invite is missing, unknown, used or over.",
  },
  AccountExists: {
    number: 72,
    httpStatus: 409,
    closeCode: undefined,
    clientMust: "reauthenticate",
    meaning: "This identity is registered here already: log in.",
  },

  // HTTP
  OriginRefused: {
    number: 80,
    httpStatus: 403,
    closeCode: undefined,
    clientMust: "giveUp",
    meaning: "The page that asks is not of an origin that the relay allows.",
  },
  UnsupportedMediaType: {
    number: 81,
    httpStatus: 415,
    closeCode: undefined,
    clientMust: "fixAndReport",
    meaning: "The body is not of the content type of its route.",
  },
  InvalidField: {
    number: 82,
    httpStatus: 400,
    closeCode: undefined,
    clientMust: "fixAndReport",
    meaning: "A field of the request is missing, unknown or out of range.",
  },
  HeadersTooLarge: {
    number: 83,
    httpStatus: 431,
    closeCode: undefined,
    clientMust: "fixAndReport",
    meaning: "The request's headers are larger than the relay reads.",
  },
  NotReady: {
    number: 84,
    httpStatus: 503,
    closeCode: undefined,
    clientMust: "retryLater",
    meaning: "The relay has started but cannot reach its database yet.",
  },
} as const satisfies Record<string, Refusal>;
export type RefusalName = keyof typeof refusals;

/** A newer relay may say no in ways that are not known here: a value, not an error. */
export interface UnknownRefusal {
  readonly name: undefined;
  readonly number: number;
}
export type KnownRefusal = Refusal & { readonly name: RefusalName };

const isRefusalName = (name: string): name is RefusalName => Object.hasOwn(refusals, name);

const known = (name: RefusalName): KnownRefusal => ({ name, ...refusals[name] });

const namesByNumber = new Map<number, RefusalName>(
  Object.keys(refusals)
    .filter(isRefusalName)
    .map((name) => [refusals[name].number, name]),
);

export const refusalOfNumber = (number: number): KnownRefusal | UnknownRefusal => {
  const name = namesByNumber.get(number);
  return name === undefined ? { name, number } : known(name);
};

/** Undefined where a newer relay says a name that is not known here. */
export const refusalOfName = (name: string): KnownRefusal | undefined =>
  isRefusalName(name) ? known(name) : undefined;
