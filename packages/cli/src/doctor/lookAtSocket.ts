/** Whether anybody listens at the daemon's socket. */
import { lstat } from "node:fs/promises";
import { connect } from "node:net";
import type { Facts } from "./facts.ts";

/** A listener answers a connection at once; the daemon itself need not. */
const answerMsMax = 1_000;

export const lookAtSocket = async (path: string): Promise<Facts["socket"]> => {
  if (await connects(path)) return "answers";
  const isThere = await lstat(path).then(
    (found) => found.isSocket(),
    () => false,
  );
  return isThere ? "stale" : "none";
};

const connects = async (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    const settle = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.setTimeout(answerMsMax, () => settle(false));
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
