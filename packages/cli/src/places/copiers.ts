/** Programs that carry a folder to other machines, as its path tells. */
const copiers: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/[\\/]Dropbox([\\/ (]|$)/iu, "Dropbox"],
  [/[\\/]OneDrive([\\/ ]|$)/iu, "OneDrive"],
  [/[\\/]Mobile Documents[\\/]|[\\/]CloudStorage[\\/]|[\\/]iCloud/iu, "iCloud or a kin of it"],
  [/[\\/](Google Drive|GoogleDrive|My Drive)([\\/]|$)/iu, "Google Drive"],
  [/[\\/]Nextcloud([\\/]|$)/iu, "Nextcloud"],
];

export const copierIn = (path: string): string | undefined =>
  copiers.find(([pattern]) => pattern.test(path))?.[1];
