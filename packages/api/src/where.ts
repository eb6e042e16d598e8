/** A condition of the filters that were given: absent ones constrain nothing. */
export const where = <Filters extends Record<string, unknown>>(filters: Filters): { [Key in keyof Filters]?: never } =>
  // Undefined entries are gone, so what is left is a condition on columns of the entity; the repository checks their names.
  given(filters) as never;

/** From a moment on, up to and without another; undefined when neither is given. */
export const between = (from: Date | undefined, before: Date | undefined) =>
  from === undefined && before === undefined
    ? undefined
    : {
        ...(from === undefined ? {} : { $gte: from }),
        ...(before === undefined ? {} : { $lt: before }),
      };

/** Each word of `text` stands somewhere in one of the fields, in any case. `%`, `_` and `\` stand for themselves. */
export const containsEachWord = (fields: readonly string[], text: string | undefined) =>
  text
    ?.split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => {
      const $ilike = `%${word.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
      return { $or: fields.map((field) => ({ [field]: { $ilike } })) };
    });

/** What was given of a change; what is undefined stays as it is. */
export const given = <Changes extends object>(
  changes: Changes,
): { [Key in keyof Changes]: Exclude<Changes[Key], undefined> } =>
  // Keys without a value are gone at run time, which a mapped type can only say by leaving them out of the values.
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as never;
