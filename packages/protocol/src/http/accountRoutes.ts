/** Routes of a user's account at a relay. An account is an identity log and what it stores; no name. */
import { userIds, vaultIds } from "@duro/crypto/types";
import { type Static, Type } from "typebox";
import { inviteCodes } from "../ids.ts";
import {
  registrationRecordByteLengthMax,
  registrationRecordCountMax,
  vaultsPerUserMax,
} from "../limits.ts";
import { refusedFor, type Route } from "./route.ts";
import { bytesText, closed, idText, wholeNumber } from "./schemas.ts";

export const registration = closed({
  /** Encoded, from the genesis on. */
  records: Type.Array(bytesText({ min: 1, max: registrationRecordByteLengthMax }), {
    minItems: 1,
    maxItems: registrationRecordCountMax,
  }),
  invite: Type.Optional(idText(inviteCodes)),
});
export type Registration = Static<typeof registration>;

export const registered = closed({ user: idText(userIds) });
export type Registered = Static<typeof registered>;

export const account = closed({
  user: idText(userIds),
  usedByteLength: wholeNumber(),
  quotaByteLength: wholeNumber(),
  /** Over quota: everything can be read, nothing more is stored. */
  isReadOnly: Type.Boolean(),
  vaults: Type.Array(closed({ vault: idText(vaultIds), usedByteLength: wholeNumber() }), {
    maxItems: vaultsPerUserMax,
  }),
});
export type Account = Static<typeof account>;

/** By when the last copy is gone, backups of the relay included. */
export const deletion = closed({ goneByMs: wholeNumber() });
export type Deletion = Static<typeof deletion>;

export const accountRoutes = {
  register: {
    method: "POST",
    path: "/v1/accounts",
    auth: "none",
    body: registration,
    response: {
      201: registered,
      ...refusedFor(
        "RegistrationClosed",
        "InviteInvalid",
        "AccountExists",
        "LogRecordInvalid",
        "FrameTooLarge",
        "UnsupportedMediaType",
        "OriginRefused",
      ),
    },
  },
  account: {
    method: "GET",
    path: "/v1/account",
    auth: "login",
    response: { 200: account, ...refusedFor("AuthFailed", "DeviceRemoved") },
  },
  /** Everything the relay holds of the user, as a stream. */
  exportAccount: {
    method: "GET",
    path: "/v1/account/export",
    auth: "login",
    response: { 200: "octets", ...refusedFor("AuthFailed", "DeviceRemoved") },
  },
  deleteAccount: {
    method: "DELETE",
    path: "/v1/account",
    auth: "login",
    response: { 202: deletion, ...refusedFor("AuthFailed", "DeviceRemoved", "RoleForbids") },
  },
} as const satisfies Record<string, Route>;
