import { type DeviceKeys, signBlobDrop } from "@duro/crypto";
import { createPerson, withDevice } from "@duro/crypto/testing/people";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import { DeviceScope } from "@duro/crypto/types";
import { type BlobDrop, Role } from "@duro/crypto/verify";
import { describe, expect, test } from "vitest";
import type { Access } from "../ports/accountStore.ts";
import type { DeviceRow } from "../ports/logStore.ts";
import { blobSample } from "../testing/blobSamples.ts";
import { deviceOf, vaultOf } from "../testing/storeSamples.ts";
import { type BlobDropAsk, checkBlobDrop } from "./checkBlobDrop.ts";

const deps = { randomBytes: seededRandomBytes("drop") };
const { person, device: second } = withDevice(deps, createPerson(deps));
const first = person.device;
const { vault, blob } = blobSample(vaultOf(1));

const rowOf = (keys: DeviceKeys, changed: Partial<DeviceRow> = {}): DeviceRow => ({
  device: keys.id,
  user: person.state.user,
  signKey: keys.signKey,
  scope: DeviceScope.Full,
  expiresAtMs: undefined,
  isRevoked: false,
  ...changed,
});
const member = (role: Role): Access => ({ kind: "member", role });
const dropBy = (keys: DeviceKeys): BlobDrop => ({ vault, blob, device: keys.id, nowMs: 7 });

/** The first device drops what it uploaded, as a writer. */
const askOf = (changed: Partial<BlobDropAsk> = {}): BlobDropAsk => ({
  drop: dropBy(first),
  signature: signBlobDrop(first.signSecret, dropBy(first)),
  blob: { uploader: first.id },
  device: rowOf(first),
  access: member(Role.Writer),
  ...changed,
});

const allowed = { ok: true, value: undefined };
const refused = (name: string, facts = {}) => ({ ok: false, error: { name, facts } });
const uploadedByOther = { uploader: deviceOf(9) };

describe("a blob is dropped", () => {
  test.each([Role.Writer, Role.Admin, Role.Owner])(
    "by the device that uploaded it, in role %i",
    (role) => {
      expect(checkBlobDrop(askOf({ access: member(role) }))).toEqual(allowed);
    },
  );

  test.each([Role.Admin, Role.Owner])("by another's full device in role %i", (role) => {
    expect(checkBlobDrop(askOf({ blob: uploadedByOther, access: member(role) }))).toEqual(allowed);
  });
});

describe("a blob is not dropped", () => {
  test.each([Role.Viewer, Role.Writer])("by another's device in role %i", (role) => {
    expect(checkBlobDrop(askOf({ blob: uploadedByOther, access: member(role) }))).toEqual(
      refused("RoleForbids"),
    );
  });

  test("by another device of its uploader's user", () => {
    const ask = askOf({
      drop: dropBy(second),
      signature: signBlobDrop(second.signSecret, dropBy(second)),
      device: rowOf(second),
    });
    expect(checkBlobDrop(ask)).toEqual(refused("RoleForbids"));
  });

  test("by its uploader who may not write any more", () => {
    expect(checkBlobDrop(askOf({ access: member(Role.Viewer) }))).toEqual(refused("RoleForbids"));
    expect(checkBlobDrop(askOf({ access: { kind: "viewer" } }))).toEqual(refused("RoleForbids"));
  });

  test.each([
    ["a viewer device", { scope: DeviceScope.Viewer }],
    ["a paper device", { scope: DeviceScope.Paper }],
    ["a revoked device", { isRevoked: true }],
  ])("by %s of an owner", (_, changed) => {
    const ask = askOf({ device: rowOf(first, changed), access: member(Role.Owner) });
    expect(checkBlobDrop(ask)).toEqual(refused("RoleForbids"));
  });

  test("by somebody who is no member, who does not learn whether it is there", () => {
    expect(checkBlobDrop(askOf({ access: undefined }))).toEqual(refused("NotFound"));
    expect(checkBlobDrop(askOf({ blob: undefined }))).toEqual(refused("NotFound"));
  });

  test.each<readonly [string, Partial<BlobDrop>]>([
    ["blob", { blob: blobSample(vaultOf(1), { number: 2 }).blob }],
    ["vault", { vault: vaultOf(2) }],
    ["time", { nowMs: 8 }],
  ])("by a signature for another %s", (_, changed) => {
    const ask = askOf({ drop: { ...dropBy(first), ...changed } });
    expect(checkBlobDrop(ask)).toEqual(refused("EnvelopeInvalid", { what: "drop" }));
  });

  test("by a signature of another device than the one that sends it", () => {
    const invalid = refused("EnvelopeInvalid", { what: "drop" });
    const signature = signBlobDrop(second.signSecret, dropBy(second));
    const owner = member(Role.Owner);
    expect(checkBlobDrop(askOf({ signature, access: owner }))).toEqual(invalid);
    // Its own signature under another's name would prove nothing later.
    const inOthersName = signBlobDrop(first.signSecret, dropBy(second));
    const named = askOf({ drop: dropBy(second), signature: inOthersName, access: owner });
    expect(checkBlobDrop(named)).toEqual(invalid);
    // What an owner's other device signed, heard and sent again.
    expect(checkBlobDrop(askOf({ drop: dropBy(second), signature, access: owner }))).toEqual(
      invalid,
    );
  });
});
