/** Whether a login holds, over the socket or over HTTP. */
import type { Result } from "@duro/crypto/types";
import type { LoginProof, Refused } from "@duro/protocol";
import type { DeviceRow } from "../ports/logStore.ts";

/** Hosts that the login may be signed for are bound to it where the request comes in. */
export type LoginCheck = (proof: LoginProof) => Promise<Result<DeviceRow, Refused>>;
