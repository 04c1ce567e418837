/** What is said at a mailbox is heard in the order in which it was said, however long the store takes. */
import { setTimeout as sleep } from "node:timers/promises";
import { requestIds } from "@duro/protocol";
import { expect, test } from "vitest";
import { createLocalBus } from "../testing/localNotifier.ts";
import { openMemoryRelayStores } from "../testing/memoryRelayStores.ts";
import { connectClient } from "../testing/relayClient.ts";
import { startTestRelay } from "../testing/testRelay.ts";

const messageCount = 4;
const slowestMs = 40;

test("messages of one connection do not overtake each other, nor does its close", async () => {
  const stores = openMemoryRelayStores();
  const { mailboxStore } = stores;
  let sentCount = 0;
  const relay = await startTestRelay({
    notifier: createLocalBus().node(),
    stores: {
      ...stores,
      mailboxStore: {
        ...mailboxStore,
        send: async (...said) => {
          sentCount += 1;
          // The first takes the longest.
          await sleep(slowestMs / sentCount);
          return mailboxStore.send(...said);
        },
      },
    },
  });
  const request = requestIds.parse(1);
  if (!request.ok) throw new Error("a request's number");
  const [opener, joiner] = [await connectClient(relay.url), await connectClient(relay.url)];
  opener.send({ type: "MailboxOpen", request: request.value });
  const { mailbox } = await opener.next("MailboxOpened");
  joiner.send({ type: "MailboxJoin", request: request.value, mailbox });
  await joiner.next("MailboxOpened");
  for (let at = 0; at < messageCount; at += 1)
    joiner.send({ type: "MailboxSend", mailbox, message: Uint8Array.of(at) });
  joiner.send({ type: "MailboxClose", mailbox, isBurnt: false });
  const heard: number[] = [];
  for (let at = 0; at < messageCount; at += 1)
    heard.push((await opener.next("MailboxMessage")).message[0] ?? -1);
  expect(heard).toEqual([0, 1, 2, 3]);
  await opener.next("MailboxClosed");
  await opener.close();
  await joiner.close();
  await relay.stop();
  expect(relay.failures).toEqual([]);
});
