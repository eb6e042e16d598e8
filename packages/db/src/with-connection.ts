import { Client } from "pg";

/** Runs `work` on one connection of its own, closed afterwards; `name` is what the server shows of it. */
export const withConnection = async <Result>(
  url: string,
  name: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> => {
  const client = new Client({
    connectionString: url,
    application_name: name,
    // Some networks forget a connection that is silent for minutes.
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
  });
  // One that breaks is told by the statement that was under way, or by the next.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};
