/** Authorities that a person names in a file. What is no certificate would else be passed over in silence. */
import { err, ok, type Result } from "@duro/crypto/types";
import { X509Certificate } from "node:crypto";

export interface NotACertificate {
  readonly type: "NotACertificate";
  /** Of the blocks in the text, from 0. */
  readonly index: number;
}

const block = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/gu;

/** Every certificate of a text in PEM, of which there is at least one. */
export const parseAuthorities = (text: string): Result<readonly string[], NotACertificate> => {
  const certificates: string[] = [];
  for (const [found] of text.matchAll(block)) {
    const certificate = readCertificate(found);
    if (certificate === undefined)
      return err({ type: "NotACertificate", index: certificates.length });
    certificates.push(certificate);
  }
  return certificates.length === 0 ? err({ type: "NotACertificate", index: 0 }) : ok(certificates);
};

const readCertificate = (pem: string): string | undefined => {
  try {
    return new X509Certificate(pem).toString();
  } catch {
    return undefined;
  }
};
