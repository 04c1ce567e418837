/** How long, how large and how often, for whoever speaks HTTP here; each with its reason. */
import { limits } from "@duro/protocol";

export interface HttpTimes {
  /** Headers come in one go. */
  readonly headersMs: number;
  /** A whole request; the largest body at the slowest rate that is let through. */
  readonly requestMs: number;
  /** A body may fall silent for a moment on a bad line, and no longer. */
  readonly bodySilenceMs: number;
  /** How often slow ones are looked for. */
  readonly checkIntervalMs: number;
  /** A socket on which nothing moves, while a request is under way. WebSockets have their own pings. */
  readonly socketSilenceMs: number;
  /** Proxies keep a connection for 60 s; whoever closes first races the other's next request. */
  readonly keepAliveMs: number;
  /** Above what the database is given for a statement: a handler that takes longer is stuck. */
  readonly handlerMs: number;
}

export const httpTimes: HttpTimes = {
  headersMs: 8_000,
  requestMs: 120_000,
  bodySilenceMs: 8_000,
  checkIntervalMs: 1_000,
  socketSilenceMs: 30_000,
  keepAliveMs: 65_000,
  handlerMs: 150_000,
};

/** A slow phone line; whoever sends less than this after a first pause holds a connection for nothing. */
export const bodyByteRateMin = 8_192;

/** Ours have ten lines; the rest is for what proxies add. */
export const headersByteLengthMax = 8_192;
export const headerCountMax = 40;

/** The longest parameter of a route is an id of 64 digits. */
export const paramLengthMax = 64;

/** Of a process, WebSockets and requests together; each idle one costs a file of the system and 10 KiB. */
export const connectionCountMax = 22_000;

/** Lets work be spread anew over the nodes behind a proxy. */
export const requestsPerConnectionMax = 1_000;

/** Of routes that say nothing else: JSON. */
export const bodyByteLengthMax = limits.jsonBodyByteLengthMax;

/** What one address may ask for in a minute; one device where a login stands in the request. */
export interface HttpRates {
  /** Each costs a reading of the database, or a signature to check. */
  readonly register: number;
  readonly challenge: number;
  /** Everything else that is open to all, files of the viewer among it. */
  readonly open: number;
  /** Before anybody looks at the login. */
  readonly login: number;
  /** Chunks: half a MiB each, so 50 MiB a second. */
  readonly token: number;
  /** Of one device, once its login holds. */
  readonly device: number;
  /** Of one device: each reads all that it has. */
  readonly export: number;
}

export const httpRates: HttpRates = {
  register: 60,
  challenge: 120,
  open: 600,
  login: 120,
  token: 6_000,
  device: 60,
  export: 6,
};

export const rateWindowMs = 60_000;

/**
 * Loopback is this machine's own programs, or a proxy that nobody named: everybody behind one address.
 * Refusing them all at once would be worse than being asked more often.
 */
export const loopbackRateFactor = 10;

/** Addresses that are counted at once; the longest unseen are forgotten first. */
export const ratedAddressCountMax = 20_000;

/** All that somebody stored, over a line of some Mbit/s. */
export const exportMsMax = 3_600_000;
