/** Whose connection it is: names of connections count those of a machine. */
export const machineOf = (connection: string): string => connection.split("/")[0] ?? connection;
