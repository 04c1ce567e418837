/** "1 change", "2 changes"; `many` where an s at the end is not enough. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
