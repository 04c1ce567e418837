/** Randomness is a port: the caller passes it, the simulation passes its own. */
export type RandomBytes = (byteLength: number) => Uint8Array;

/** `getRandomValues` refuses more than this in one call. */
const platformByteLengthMax = 65_536;

export const systemRandomBytes: RandomBytes = (byteLength) => {
  const bytes = new Uint8Array(byteLength);
  for (let at = 0; at < byteLength; at += platformByteLengthMax)
    crypto.getRandomValues(bytes.subarray(at, Math.min(byteLength, at + platformByteLengthMax)));
  return bytes;
};
