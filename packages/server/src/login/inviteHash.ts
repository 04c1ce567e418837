/** Invites are kept as a hash: whoever reads the database can register nobody by that. */
import { createHash } from "node:crypto";
import { type InviteCode, inviteCodes } from "@duro/protocol";

/** A code is 16 random bytes, so no salt is needed. */
export const inviteHashOf = (code: InviteCode): Uint8Array =>
  new Uint8Array(createHash("sha256").update(inviteCodes.toBytes(code)).digest());
