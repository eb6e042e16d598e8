import { z } from "zod";

export const environments = ["development", "test", "production"] as const;

/** All faults of a program's environment at once, one a line, none with a value that might be a secret. */
export class EnvironmentError extends Error {
  constructor(faults: readonly string[]) {
    super(`the environment is not usable:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
    this.name = "EnvironmentError";
  }
}

/**
 * Reads a program's settings from its environment: a variable that is "" counts as unset, and `NAME_FILE` names a file whose content
 * (less one final newline) is the value of `NAME`, for names in the schema alone. Throws `EnvironmentError`.
 */
export const parseEnvironment = <Schema extends z.ZodObject>(
  schema: Schema,
  source: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
): z.infer<Schema> => {
  const faults: string[] = [];
  const values: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = source[name] || undefined;
    const file = source[`${name}_FILE`] || undefined;
    if (value !== undefined && file !== undefined) faults.push(`${name} and ${name}_FILE are both set: keep one`);
    else if (value !== undefined) values[name] = value;
    else if (file !== undefined) {
      try {
        values[name] = readFile(file).replace(/\r?\n$/, "");
      } catch {
        faults.push(`${name}_FILE names a file that cannot be read: ${file}`);
      }
    }
  }
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0]);
      const isUnread = faults.some((fault) => fault.startsWith(`${name}_FILE`));
      if (!isUnread)
        faults.push(
          values[name] === undefined ? `${name} is not set: ${describe(schema, name)}` : `${name} ${issue.message}`,
        );
    }
  }
  if (!parsed.success || faults.length > 0) throw new EnvironmentError(faults);
  return parsed.data;
};

const describe = (schema: z.ZodObject, name: string): string => {
  const setting: unknown = schema.shape[name];
  return setting instanceof z.ZodType ? (setting.description ?? "it is required") : "it is required";
};

/** A PostgreSQL URL with a role, a host and a database. Its messages never show it: it holds a password. */
export const databaseUrl = z.string().refine(
  (value) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    return /^postgres(ql)?:$/.test(url?.protocol ?? "") && url?.username !== "" && (url?.pathname.length ?? 0) > 1;
  },
  { error: "must be of the form postgres://role:password@host:port/database" },
);

/** Where a database URL points, without its password: `host:port/database as role`. */
export const describeDatabaseUrl = (url: string): string => {
  const { hostname, port, pathname, username } = new URL(url);
  return `${hostname}:${port || "5432"}${pathname} as ${decodeURIComponent(username)}`;
};

/** Why a database did not answer, in words: what some errors leave out of their message is in their code. */
export const describeFailure = (cause: unknown): string =>
  cause instanceof Error ? cause.message || String("code" in cause ? cause.code : cause.name) : String(cause);

/** Every default secret of docker-compose.yml begins with this; they are for a first look, and production refuses them. */
export const placeholder = "insecure-";
