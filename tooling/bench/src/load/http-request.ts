/** A request as an API's idiom has it. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** With the query, encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** The bytes of a request with its token, ready to be written to a socket again and again. */
export const renderRequest = ({ method, path, headers = {}, body }: HttpRequest, token: string): Buffer => {
  const text = body === undefined ? "" : JSON.stringify(body);
  const all: Record<string, string> = {
    host: "127.0.0.1",
    authorization: `Bearer ${token}`,
    accept: "application/json",
    ...headers,
  };
  if (body !== undefined) {
    all["content-type"] = "application/json";
    all["content-length"] = String(Buffer.byteLength(text));
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`${[`${method} ${path} HTTP/1.1`, ...lines].join("\r\n")}\r\n\r\n${text}`);
};
