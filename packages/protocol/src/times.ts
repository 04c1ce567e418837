/** How long, in milliseconds. Whoever has a clock uses these; nothing here has one. */

const second = 1_000;
const minute = 60 * second;
const day = 24 * 60 * minute;

/** An answer on a slow phone line, and too short to carry a nonce elsewhere. */
export const loginNonceLifetimeMs = 30 * second;
/** Proxies often close what is silent for 60 s. */
export const heartbeatIntervalMs = 20 * second;
/** Two heartbeats without an answer, and half of a third for a slow line. */
export const heartbeatTimeoutMs = 50 * second;
/** How long edits wait for company while a receipt is out. */
export const gatherMs = 2 * second;
/** As long as a code on a screen is good for. */
export const mailboxLifetimeMs = 10 * minute;
/** Some chunks over a slow line; the next token costs one frame. */
export const blobTokenLifetimeMs = 5 * minute;
/** A device that works says this often what it has seen. */
export const beaconIntervalMs = 5 * minute;
/** And this often says everything, so that changes need not be followed back for ever. */
export const fullBeaconIntervalMs = day;
/** A dropped body or blob comes back within this time. */
export const trashLifetimeMs = 14 * day;
/** A writer unseen for longer does not hold up deletion. */
export const activeWriterMs = 30 * day;

// The client's side

/** The first wait after a failed connection is up to this long; it doubles. */
export const backoffBaseMs = second / 2;
/** A relay that was away all night is found again within this time. */
export const backoffMaxMs = 5 * minute;
/** A connection that lasted this long was a good one: the waits begin anew. */
export const connectionLastedMs = minute;
/** A relay may ask for a pause, and not for ever. */
export const retryAfterMsMax = 5 * minute;
/** For name look-up, TCP, TLS and proxies of a slow line. */
export const dialTimeoutMs = 30 * second;
/** What a relay owes at once, the Challenge and the Welcome, over a slow line. */
export const answerTimeoutMs = 20 * second;
/** A signature that comes later meets a nonce that is over: the way to the relay takes a while too. */
export const loginSignTimeoutMs = loginNonceLifetimeMs - 5 * second;
/** A socket that is doubted is given this long for one frame. */
export const probeTimeoutMs = 5 * second;
/** An honest relay pings every twenty seconds; more of them are not worth an answer each. */
export const pongIntervalMs = second;
