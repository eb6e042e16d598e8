import { HttpConnection } from "./http-connection.ts";
import { type HttpRequest, renderRequest } from "./http-request.ts";

/** Sends one request on a connection of its own and reads the answer's JSON; an empty object for a body that is none. */
export const ask = async (
  port: number,
  request: HttpRequest,
  token: string,
): Promise<{ readonly status: number; readonly body: unknown }> => {
  const connection = await HttpConnection.open(port, { keepsBody: true });
  try {
    const { status, body } = await connection.send(renderRequest(request, token));
    return { status, body: parse(body.toString("utf8")) };
  } finally {
    connection.close();
  }
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return {};
  }
};
