/**
 * Text that looks like a key or a password. A hint to whoever writes, by kind and never by value: a false
 * alarm costs a glance, so only forms that hardly anything else has are known.
 */

const forms: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ["a private key", /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/u],
  ["an age secret key", /\bAGE-SECRET-KEY-1[0-9A-Z]{50,}/u],
  ["an AWS access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/u],
  ["a GitHub token", /\b(?:gh[pousr]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{40,})/u],
  ["a GitLab token", /\bglpat-[0-9A-Za-z_-]{20,}/u],
  ["an Anthropic key", /\bsk-ant-[0-9A-Za-z_-]{20,}/u],
  ["an OpenAI key", /\bsk-(?:proj-|svcacct-)?[0-9A-Za-z_-]{32,}/u],
  ["a Slack token", /\bxox[abeoprs]-[0-9A-Za-z-]{10,}/u],
  ["a Stripe key", /\b[rs]k_(?:live|test)_[0-9A-Za-z]{16,}/u],
  ["a Google API key", /\bAIza[0-9A-Za-z_-]{35}/u],
  ["an npm token", /\bnpm_[0-9A-Za-z]{36}/u],
  ["a JSON web token", /\beyJ[0-9A-Za-z_-]{8,2000}\.eyJ[0-9A-Za-z_-]{8,4000}\.[0-9A-Za-z_-]{8,}/u],
  ["a password within an address", /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{1,80}:[^\s/@]{3,200}@/iu],
  [
    "a password or key with its name",
    /\b(?:api[_-]?key|access[_-]?token|client[_-]?secret|secret[_-]?key|password|passwd)["']?\s{0,3}[:=]\s{0,3}["']?[^\s"'<>{}$]{8,}/iu,
  ],
];

export const secretKindsIn = (texts: readonly (string | undefined)[]): readonly string[] => {
  const text = texts.filter((one) => one !== undefined).join("\n");
  const found = forms.filter(([, pattern]) => pattern.test(text)).map(([kind]) => kind);
  // An Anthropic key has the form of OpenAI's, too.
  return found.includes("an Anthropic key")
    ? found.filter((kind) => kind !== "an OpenAI key")
    : found;
};

/** For the answer of whatever stored these texts as `id`. */
export const secretWarnings = (
  id: string,
  texts: readonly (string | undefined)[],
): { readonly warnings?: readonly string[] } => {
  const kinds = secretKindsIn(texts);
  if (kinds.length === 0) return {};
  const what = kinds.join(" and ");
  return {
    warnings: [
      `This looks as if it held ${what}. It is stored, sealed, and read by every device and agent of this memory; duro forget --purge ${id} takes it out again.`,
    ],
  };
};
