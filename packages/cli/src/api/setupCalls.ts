/** How a machine comes to its identity, and how devices come and go. */
export interface SetupCalls {}
export interface SetupTalks {}
