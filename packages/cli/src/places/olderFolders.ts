/** The folders in which the first version of Duro kept its files, below a person's home folder. */
export const olderFolderNames = [".agent", ".duro"] as const;
