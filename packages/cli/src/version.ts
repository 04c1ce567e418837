/** Of this program. A daemon of another version is not asked: it is restarted, or we are too old. */
export const version = "0.1.0";
