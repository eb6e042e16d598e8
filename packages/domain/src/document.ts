import { createHash } from "node:crypto";
import { storableText } from "./text.ts";

export const documentTitle = storableText({ min: 1, max: 300 });

/** Most characters in a document's content. Below the server's body limit of 4 MiB even at four bytes a character. */
export const contentLengthMax = 900_000;

export const documentContent = storableText({ min: 0, max: contentLengthMax, trim: false });

/** SHA-256 of the UTF-8 bytes, 64 hexadecimal digits: what a reader recomputes to know that nothing was lost. */
export const contentHash = (content: string): string => createHash("sha256").update(content, "utf8").digest("hex");
