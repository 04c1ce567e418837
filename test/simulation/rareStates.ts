/**
 * States that a run must get into now and then, or it proves less than it seems to. Each is told where it
 * is seen; one that many runs together never reached is a failure of the simulation itself.
 */
export const rareStateNames = [
  "a commit finds the disk full",
  "a crash leaves a commit nobody knew of",
  "a crash takes a commit with it",
  "a crash takes confirmed commits that may be lost",
  "a connection breaks with frames under way",
  "a connection is half open",
  "a frame waits for a partition to end",
  "a dial runs into a partition",
  "a dial finds no relay",
  "an envelope is receipted twice",
  "the relay crashes with clients connected",
  "the relay crashes after storing and before the receipt",
  "the relay's store fails and nobody knows whether it wrote",
  "news between nodes is lost",
  "a client is nudged",
  "a client asks whether somebody is there",
  "a device starts again while its old connection stands",
  "a clock goes back",
  "the relay stops in order and tells everybody",
  "nothing happens for an hour",
  "the relay is restored",
  "the relay is rolled back in secret",
  "a device is shown less than it knew",
  "a device goes on from a backup",
  "a device is cloned",
  "a member is removed",
  "a member comes back",
  "a device is revoked",
  "a frame is changed on its way",
  "an upload breaks off half way",
  "an answer over HTTP is lost",
  "a checkpoint is written",
  "a checkpoint is attested by another device",
  "a checkpoint is loaded in place of bodies",
  "a device drops what a checkpoint covers",
  "a device crashes while it brings a checkpoint to the relay",
  "a device crashes while it fetches a checkpoint",
  "a device crashes before it has said its checkpoint",
  "a device crashes before it has dropped all",
  "the relay puts bodies into the trash",
  "the relay drops bodies for good",
  "a device is added",
  "a device comes back by 24 words",
  "deleted text is looked for, and gone",
  "a newcomer reads what nobody has the bodies of",
  "a chain is hidden from a device, and it says so",
  "a newcomer joins by pairing",
  "a newcomer is shown a code to read",
  "a newcomer that stands in the log already joins at another try",
  "a newcomer crashes in the middle of a pairing",
  "a machine crashes while it lets a newcomer in",
  "a person errs, and nobody is let in",
  "somebody meddles with a pairing, and nobody joins",
  "a newcomer is shown an older log, and does not move in",
  "a phone reads what the others write",
  "a phone is given up",
  "a phone that was given up reads nothing new",
  "somebody types on a phone",
  "a relay shows two branches of a vault's log, and it is noticed",
  "a relay shows two branches of an identity log, and it is noticed",
  "a device starts again on one branch of a log, and seals nothing",
  "an owner settles which branch of a log stands",
  "many small updates of a document become one",
  "many edits that wait become one",
  "a device crashes as it merges a document",
  "a device crashes as it merges what waits",
  "alarm LogForked",
  "alarm Rollback",
  "alarm ReceiptLost",
  "alarm RelayGenerationChanged",
  "alarm Cloned",
  "alarm OtherIncarnation",
  "alarm RelayMisbehaved",
  "alarm ClockSuspect",
] as const;

export type RareState = (typeof rareStateNames)[number];

/** Of an alarm that is to be raised now and then; undefined: that one is not waited for. */
export const rareStateOfAlarm = (type: string): RareState | undefined =>
  rareStateNames.find((name) => name === `alarm ${type}`);

export interface RareStates {
  reached(state: RareState): void;
  readonly counts: ReadonlyMap<RareState, number>;
}

export const createRareStates = (): RareStates => {
  const counts = new Map<RareState, number>(rareStateNames.map((name) => [name, 0]));
  return {
    reached: (state) => void counts.set(state, (counts.get(state) ?? 0) + 1),
    counts,
  };
};
