import { isRaw } from "@mikro-orm/core";
import { PostgreSqlPlatform } from "@mikro-orm/postgresql";
import { tokenOf } from "./value-token.ts";

/** Writes no literal: a value that MikroORM wants inside SQL text becomes a token, which the connection binds. */
export class TenantPlatform extends PostgreSqlPlatform {
  override quoteValue(value: unknown): string {
    return isRaw(value) ? super.quoteValue(value) : tokenOf(value);
  }
}
