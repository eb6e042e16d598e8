import { isRaw } from "@mikro-orm/core";
import { PostgreSqlPlatform } from "@mikro-orm/postgresql";
import { StoredDate } from "./stored-date.ts";
import { tokenOf } from "./value-token.ts";

/**
 * Writes no literal: a value that MikroORM wants inside SQL text becomes a token, which the connection binds. Reads moments as dates that know
 * their JSON.
 */
export class TenantPlatform extends PostgreSqlPlatform {
  override quoteValue(value: unknown): string {
    return isRaw(value) ? super.quoteValue(value) : tokenOf(value);
  }

  // The base class declares a date, and answers infinity too.
  override parseDate(value: string | number): Date {
    return (typeof value === "string" ? StoredDate.of(value) : undefined) ?? super.parseDate(value);
  }
}
