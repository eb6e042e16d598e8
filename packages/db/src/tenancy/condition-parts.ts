import { isRaw, Utils } from "@mikro-orm/core";

/** A condition taken apart. */
export interface ConditionParts {
  /** Everything but its values, which every condition of this form has in the same places. */
  readonly form: string;
  readonly values: readonly unknown[];
  /** The condition with other values, in the same order. */
  readonly withValues: (values: readonly unknown[]) => unknown;
}

/** Takes a condition's values out of it; undefined where a raw fragment in it may hold some that cannot be seen. */
export const partsOf = (condition: unknown): ConditionParts | undefined => {
  const values: unknown[] = [];
  const form = formOf(condition, values);
  if (form === undefined) return undefined;
  return { form, values, withValues: (others) => rebuilt(condition, others[Symbol.iterator]()) };
};

const formOf = (part: unknown, values: unknown[]): string | undefined => {
  if (isRaw(part)) return undefined;
  if (Array.isArray(part)) {
    const forms = part.map((item) => formOf(item, values));
    return forms.includes(undefined) ? undefined : `[${forms.join(",")}]`;
  }
  if (!Utils.isPlainObject(part)) {
    values.push(part);
    return "?";
  }
  // A raw fragment as a key is a symbol.
  if (Object.getOwnPropertySymbols(part).length > 0) return undefined;
  const forms = Object.entries(part).map(([key, value]) => [key, formOf(value, values)] as const);
  if (forms.some(([, form]) => form === undefined)) return undefined;
  return `{${forms.map(([key, form]) => `${JSON.stringify(key)}:${form}`).join(",")}}`;
};

const rebuilt = (part: unknown, values: Iterator<unknown>): unknown => {
  if (Array.isArray(part)) return part.map((item) => rebuilt(item, values));
  if (!Utils.isPlainObject(part)) return values.next().value;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, rebuilt(value, values)]));
};
