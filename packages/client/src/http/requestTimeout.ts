/** Why a request ends that nobody answered, and nothing failed: the same of all adapters. */

/** The longest body over a line of 5 kB/s. The relay itself waits no longer for one. */
export const requestTimeoutMs = 120_000;

/** What Node calls them. */
export const timedOut = "ETIMEDOUT";
export const givenUp = "ABORT_ERR";
