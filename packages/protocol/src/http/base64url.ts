/** Bytes inside JSON: base64url without padding, and one spelling for every content. */

export const bytesToBase64url = (bytes: Uint8Array): string => {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

/** Undefined unless `bytesToBase64url` would have written exactly this. */
export const base64urlToBytes = (text: string): Uint8Array | undefined => {
  if (!/^[\w-]*$/u.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (sign) => sign.charCodeAt(0));
  return bytesToBase64url(bytes) === text ? bytes : undefined;
};

export const base64urlLength = (byteLength: number): number => Math.ceil((byteLength * 4) / 3);
