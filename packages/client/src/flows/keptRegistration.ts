/**
 * A registration that is still to be made: kept in the store from the moment somebody wants it until the
 * relay has taken it, so that neither a crash nor a day offline forgets it.
 */
import { assert, decode, encode, ok, type Result } from "@duro/crypto/types";
import type { UserId } from "@duro/protocol";
import type { AnswerTooLong, Http, Unreachable } from "../ports/http.ts";
import type { CommitError, LocalStore, StoreReader, Write } from "../ports/localStore.ts";
import { factKey } from "../store/keys.ts";
import { registerAccount, type RegistrationRefused } from "./registerAccount.ts";

export interface Registering {
  readonly relayUrl: string;
  readonly invite: string | undefined;
}

const registrationKey = factKey("registration");
const textByteLengthMax = 4_096;

export const registrationWrite = ({ relayUrl, invite }: Registering): Write => ({
  kind: "put",
  table: "facts",
  key: registrationKey,
  value: encode((to) => {
    to.text(relayUrl);
    to.text(invite ?? "");
  }),
});

/** Undefined: there is none to be made. */
export const readRegistration = async (store: StoreReader): Promise<Registering | undefined> => {
  const bytes = await store.get("facts", registrationKey);
  if (bytes === undefined) return undefined;
  const limit = { what: "registration", byteLengthMax: 3 * textByteLengthMax };
  const read = decode(limit, bytes, (from) => {
    const relayUrl = from.text(textByteLengthMax);
    const invite = from.text(textByteLengthMax);
    return { relayUrl, invite: invite === "" ? undefined : invite };
  });
  assert(read.ok, "the store holds the registration that was written");
  return read.value;
};

export const dropRegistration = (store: LocalStore): Promise<Result<void, CommitError>> =>
  store.commit([{ kind: "delete", table: "facts", key: registrationKey }]);

/** Makes it, and forgets it once the relay knows this person. */
export const makeRegistration = async (
  deps: { readonly store: LocalStore; readonly http: Http },
  user: UserId,
): Promise<
  Result<Registering | undefined, RegistrationRefused | Unreachable | AnswerTooLong | CommitError>
> => {
  const wanted = await readRegistration(deps.store);
  if (wanted === undefined) return ok(undefined);
  const { relayUrl, invite } = wanted;
  const registered = await registerAccount(deps, relayUrl, user, invite);
  if (!registered.ok) return registered;
  const dropped = await dropRegistration(deps.store);
  return dropped.ok ? ok(wanted) : dropped;
};
