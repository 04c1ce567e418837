/** What tables by route are keyed by. */
export const routeName = (method: string, path: string): string => `${method} ${path}`;
