import { z } from "zod";
import { storableText } from "./text.ts";

/** What an agent can do, in words such as `web-search`; each once. */
export const capabilities = z
  .array(storableText({ min: 1, max: 64 }))
  .max(64)
  .refine((all) => new Set(all).size === all.length, { message: "must name each capability once" });
