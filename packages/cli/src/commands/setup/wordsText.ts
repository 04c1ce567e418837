/** Eight words in two rows, as people read them to each other. */
export const wordsText = (words: string): readonly string[] => {
  const list = words.split(" ");
  return [
    `Words   ${list.slice(0, list.length / 2).join(" ")}`,
    `        ${list.slice(list.length / 2).join(" ")}`,
  ];
};
