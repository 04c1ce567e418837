/** One sender and its receivers, all in one process, at whatever passes messages on. */
export interface Line {
  readonly receiverCount: number;
  /** Of all receivers, while nothing is under way. */
  position: number;
  /** So many messages can be sent without being made first; a put gathers some of them. */
  makeReady(messageCount: number, putSize: number): void;
  /** Gives how many messages went; 0: none may go now. */
  send(putSize: number): number;
  /** The same for so many that are due: a client gathers them while what it sent is not stored. */
  sendDue(messageCount: number): number;
  /** One receiver, at one of the nodes, has come further. */
  onMore(fromPosition: number, toPosition: number, node: number): void;
  /** There may be room to send. */
  onRoom(): void;
}

type LineActs = Pick<Line, "receiverCount" | "makeReady" | "send" | "sendDue">;

export const createLine = (acts: LineActs): Line => ({
  ...acts,
  position: 0,
  onMore: () => {},
  onRoom: () => {},
});

export const receivedOn = (line: Line, from: number, to: number, node: number): void => {
  if (to > line.position) line.position = to;
  line.onMore(from, to, node);
};
