/** A line at a bare broadcast: messages as long as the relay's frames of one envelope, with nothing in them. */
import { smallBodyByteLength } from "./chainFeed.ts";
import { createLine, type Line, receivedOn } from "./line.ts";
import { openRawSocket, toWebSocketFrame } from "./rawSocket.ts";

/** An Envelopes frame with one envelope: docs/protocol.md §7. */
const messageByteLength = 222 + smallBodyByteLength;
/** The server takes a moment for each. */
const openingAtOnce = 16;

export const openBroadcastLine = async (url: string, receiverCount: number): Promise<Line> => {
  const sender = await openRawSocket(new URL(url));
  sender.listen(() => {});
  const frame = toWebSocketFrame(new Uint8Array(messageByteLength));
  const line = createLine({
    receiverCount,
    makeReady: () => {},
    send: () => {
      sender.write(frame);
      return 1;
    },
    sendDue: (messageCount) => {
      for (let count = 0; count < messageCount; count++) sender.write(frame);
      return messageCount;
    },
  });
  for (let at = 0; at < receiverCount; at += openingAtOnce)
    await Promise.all(
      Array.from({ length: Math.min(openingAtOnce, receiverCount - at) }, async () => {
        const socket = await openRawSocket(new URL(url));
        let position = 0;
        socket.listen(() => {
          position += 1;
          receivedOn(line, position - 1, position, 0);
        });
      }),
    );
  return line;
};
