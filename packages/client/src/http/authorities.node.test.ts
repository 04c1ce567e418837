import { err } from "@duro/crypto/types";
import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { createTestCertificate } from "../testing/testCertificate.ts";
import { parseAuthorities } from "./authorities.ts";

const one = createTestCertificate().certificate;
const two = createTestCertificate().certificate;

test("every certificate of a file is found, whatever stands between them", () => {
  const parsed = parseAuthorities(`# of the company\n${one}\nand\n${two}`);
  const subjects = parsed.ok ? parsed.value.map((pem) => new X509Certificate(pem).subject) : [];
  expect(subjects).toEqual(["CN=Duro test", "CN=Duro test"]);
});

test("a block that is no certificate is named", () => {
  const broken = two.replace(/\n.{40}/u, "\n");
  expect(parseAuthorities(one + broken)).toEqual(err({ type: "NotACertificate", index: 1 }));
});

test("a file without any is refused", () => {
  expect(parseAuthorities("")).toEqual(err({ type: "NotACertificate", index: 0 }));
  expect(parseAuthorities("relay.test")).toEqual(err({ type: "NotACertificate", index: 0 }));
});
