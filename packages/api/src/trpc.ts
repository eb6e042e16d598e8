import { initTRPC } from "@trpc/server";
import { installInputMessages } from "@severalty/domain/input-message";
import type { Context } from "./context.ts";
import { formatError } from "./errors.ts";

installInputMessages();

/** What a procedure declares of itself. */
export interface ProcedureMeta {
  /** Where its answers may tell that another tenant exists: reasons by field of the input. `pnpm prove` lists them, and finds idle ones. */
  readonly isolation?: { readonly exempt: Readonly<Record<string, string>> };
}

/** The one tRPC instance: plain JSON without a transformer; stacks never leave the server, in any environment. */
export const t = initTRPC
  .context<Context>()
  .meta<ProcedureMeta>()
  .create({
    isDev: false,
    errorFormatter: ({ shape, error, ctx }) => formatError(shape, error, ctx?.requestId),
  });
