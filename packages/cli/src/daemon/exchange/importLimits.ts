/** How much of a folder is looked at, so that a wrong one costs seconds and not the machine. */

/** Years of an agent's work are some ten thousand. */
export const fileCountMax = 200_000;
/** Names that are seen on the way, files or not. */
export const nameCountMax = 1_000_000;
/** Below that there is no memory, only somebody's whole disk. */
export const folderDepthMax = 24;
/** An entry takes 480 kB; what is longer is a log or an export of ours. */
export const artifactByteLengthMax = 4_194_304;
/** An export of 200,000 facts; as one text it is near what V8 holds. */
export const exportByteLengthMax = 268_435_456;
/** Everything is read before anything is written, so that references find each other. */
export const allByteLengthMax = 402_653_184;
