/** `npm run bench:relay` */
import { benchAppend } from "./relay/append.ts";
import { parseBenchOptions } from "./relay/options.ts";
import { printGoals } from "./relay/table.ts";

const options = parseBenchOptions();
printGoals(await benchAppend(options));
