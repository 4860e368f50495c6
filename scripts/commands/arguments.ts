import { InvalidArgumentError } from "commander";

/** Parsers of option values; commander shows their words beside the option's name. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError("must be a whole number from 0.");
  }
  return value;
}

export function countingNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError("must be a whole number from 1.");
  }
  return value;
}

/** 0 lets the system choose. */
export function portNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InvalidArgumentError("must be a port from 1 to 65535, or 0 for any free one.");
  }
  return value;
}

export function oneOf<T extends string>(...values: T[]): (text: string) => T {
  return (text) => {
    const value = values.find((candidate) => candidate === text);
    if (value === undefined) throw new InvalidArgumentError(`must be one of ${values.join(", ")}.`);
    return value;
  };
}
