import { initTRPC } from "@trpc/server";
import { installInputMessages } from "@severalty/domain/input-message";
import type { Context } from "./context.ts";
import { formatError } from "./errors.ts";

installInputMessages();

/** The one tRPC instance: plain JSON without a transformer; stacks never leave the server, in any environment. */
export const t = initTRPC.context<Context>().create({
  isDev: false,
  errorFormatter: ({ shape, error, ctx }) => formatError(shape, error, ctx?.requestId),
});
