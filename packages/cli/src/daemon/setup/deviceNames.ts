/** Gives devices the names that people know them by, in the memory itself: no relay sees one. */
import { cleanLabel } from "@duro/client";
import { devicesIn, nameDevice } from "@duro/memory";
import type { CardBody } from "../../api/setupCalls.ts";
import type { Home } from "../daemon.ts";

/** Where it has none yet. A name that cannot be kept now is no reason to fail: it is given again later. */
export const nameIfNameless = async (home: Home, device: string, card: CardBody): Promise<void> => {
  const known = await home.read((memory) => devicesIn(memory));
  const name = cleanLabel(card.name);
  if (name === "" || (known.ok && known.value.has(device))) return;
  await home.write((memory) => nameDevice(memory, device, { ...card, name }));
};
