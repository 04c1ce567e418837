/** Takes the port, and says whose it is where that fails. */
import { err, ok, type Result } from "@duro/crypto/types";
import type { FastifyInstance } from "fastify";
import { once } from "node:events";
import { createServer } from "node:net";
import { errorCode } from "../embedded/systemError.ts";
import { Exit, type Failure } from "../exits.ts";
import type { Listening } from "../http/hostNames.ts";

interface Place {
  readonly host: string;
  readonly port: number;
}

/** Asked before anything is started: whoever typed a port that is taken need not wait for Postgres. */
export const checkPort = async (place: Place): Promise<Result<void, Failure>> => {
  const server = createServer();
  try {
    server.listen(place);
    await once(server, "listening");
    return ok(undefined);
  } catch (cause) {
    return err(listenFailure(place, cause, "--port"));
  } finally {
    server.close();
  }
};

export const listen = async (
  http: FastifyInstance,
  place: Place,
): Promise<Result<Listening, Failure>> => {
  try {
    await http.listen(place);
  } catch (cause) {
    return err(listenFailure(place, cause, "--port"));
  }
  const addresses = http
    .addresses()
    // A path instead would be a Unix socket, which nobody can ask for.
    .flatMap((bound) =>
      typeof bound === "string" ? [] : [{ address: bound.address, port: bound.port }],
    );
  return ok({ host: place.host, addresses });
};

export const listenFailure = (place: Place, cause: unknown, flag: string): Failure => {
  const failure = failuresByCode(place, flag)[errorCode(cause) ?? ""];
  if (failure === undefined) throw cause;
  return failure;
};

const failuresByCode = ({ host, port }: Place, flag: string): Readonly<Record<string, Failure>> => {
  const another = port === 8_787 ? 8_788 : 8_787;
  const hostUnknown: Failure = {
    code: "HostUnknown",
    exit: Exit.Usage,
    message: `${host} is no address of this machine.`,
    next: "name one of this machine's addresses, or every one: --host 0.0.0.0",
  };
  return {
    EADDRINUSE: {
      code: "PortTaken",
      exit: Exit.Busy,
      message: `Port ${port} on ${host} is in use by another program.`,
      next: `stop that program, or choose another port, as in ${flag} ${another}`,
    },
    EACCES: {
      code: "PortForbidden",
      exit: Exit.Usage,
      message: `This user may not listen on port ${port}.`,
      next: `choose a port from 1024 on, as in ${flag} ${another}, and put a proxy in front`,
    },
    EADDRNOTAVAIL: hostUnknown,
    ENOTFOUND: hostUnknown,
    EAI_AGAIN: hostUnknown,
  };
};
