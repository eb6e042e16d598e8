import type { IncomingMessage } from "node:http";
import { TRPCError } from "@trpc/server";

/**
 * Reads a body of UTF-8 to its end. Rejects with PAYLOAD_TOO_LARGE once there are more bytes than that, and with CLIENT_CLOSED_REQUEST
 * when the caller leaves before its end. What is too long goes on being received, and is dropped.
 */
export const readBody = (request: IncomingMessage, sizeBytesMax: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const onData = (chunk: Buffer) => {
      sizeBytes += chunk.length;
      chunks.push(chunk);
      if (sizeBytes > sizeBytesMax) settle(() => reject(new TRPCError({ code: "PAYLOAD_TOO_LARGE" })));
    };
    const onEnd = () => settle(() => resolve(textOf(chunks)));
    const onClose = () => settle(() => reject(new TRPCError({ code: "CLIENT_CLOSED_REQUEST" })));
    const settle = (how: () => void) => {
      request.off("data", onData).off("end", onEnd).off("close", onClose);
      how();
    };
    request.on("data", onData).on("end", onEnd).on("close", onClose);
    if (request.destroyed) onClose();
  });

/** As a Fetch body is decoded: bytes that are no UTF-8 become U+FFFD, and a byte order mark is dropped, by Node even a second one. */
const textOf = ([first, ...others]: readonly Buffer[]): string => {
  if (first === undefined) return "";
  const text = new TextDecoder().decode(others.length === 0 ? first : Buffer.concat([first, ...others]));
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
};
