/** To a question that ends with [y/N]: whatever else was typed is a no. */
export const saidYes = (typed: string | undefined): boolean =>
  /^y(?:es)?$/iu.test(typed?.trim() ?? "");
