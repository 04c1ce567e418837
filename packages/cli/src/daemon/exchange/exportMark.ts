/** Tells an export of ours by its end: the names in it are sorted, so its format stands there. */
export const tailByteLength = 200;

export const isExportEnd = (tail: string): boolean => tail.includes('"duro-memory"');
