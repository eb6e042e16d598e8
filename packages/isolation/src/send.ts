import { Agent, type IncomingMessage, request } from "node:http";
import { once } from "node:events";
import type { Answer, Call } from "./world.ts";

/** Longest URL that a query travels in; a longer one is POSTed, where the server lets it. */
const urlCharactersMax = 4_000;

/** Sends calls to a tRPC server below `url` over one connection, and answers what came back, byte for byte. */
export const createSender = (url: string): ((call: Call) => Promise<Answer>) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return async ({ procedure, type, input, headers }) => {
    const body = JSON.stringify(input);
    const inUrl = `${url}/${procedure}${body === undefined ? "" : `?input=${encodeURIComponent(body)}`}`;
    const isGet = type === "query" && inUrl.length <= urlCharactersMax;
    const sent = request(isGet ? inUrl : `${url}/${procedure}`, {
      agent,
      method: isGet ? "GET" : "POST",
      headers: isGet ? { ...headers } : { "content-type": "application/json", ...headers },
    });
    sent.end(isGet ? undefined : body);
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return {
      status: response.statusCode ?? 0,
      headers: response.rawHeaders,
      body: Buffer.concat(chunks).toString("utf8"),
    };
  };
};
