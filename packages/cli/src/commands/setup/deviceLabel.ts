/** Its name, and the id that commands take; the id alone where nobody has named it. */
export const deviceLabel = ({
  id,
  name,
}: {
  readonly id: string;
  readonly name: string;
}): string => (name === "" ? id : `${name} (${id})`);
