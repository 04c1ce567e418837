/** Files in and out. */
export interface ExchangeTalks {}
