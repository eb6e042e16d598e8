import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createClient } from "@severalty/client";
import { createTestDatabase } from "@severalty/db/testing";
import { expect, inject, test } from "vitest";
import { createApp } from "./app.ts";

test("the typed client talks to the server over HTTP", async () => {
  const db = await createTestDatabase(inject("pgAdminUrl"), inject("pgTemplate"));
  const { app, close } = await createApp(db.url);
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const client = createClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}/trpc`);
    await client.todos.add.mutate({ tenant: "t", title: "over the wire" });
    const [first] = await client.todos.list.query({ tenant: "t" });
    expect(first?.title).toBe("over the wire");
  } finally {
    server.close();
    await close();
    await db.drop();
  }
});
