/**
 * A value that does not print. JSON, template strings, console.log and util.inspect show "<secret>";
 * structuredClone and postMessage refuse it, since it is made of functions. Whoever needs the bytes
 * says `reveal`, so every use can be found.
 */
export interface Secret<T> {
  readonly reveal: () => T;
  readonly toString: () => string;
  readonly toJSON: () => string;
}

const hidden = (): string => "<secret>";

export const secret = <T>(value: T): Secret<T> =>
  Object.freeze({
    reveal: () => value,
    toString: hidden,
    toJSON: hidden,
    [Symbol.for("nodejs.util.inspect.custom")]: hidden,
  });
