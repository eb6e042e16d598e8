import { expect, test } from "vitest";
import { type Client, createClient } from "../src/create-client.ts";
import { withIdempotencyKey } from "../src/idempotency.ts";
import { createMemoryTokenStore } from "../src/token-store.ts";
import { failureOf } from "./failure-of.ts";
import { TestServer } from "./test-server.ts";

const login = { email: "ann@example.com", password: "correct horse" };

test("a sign-in through the client signs its next calls in, and a sign-out ends that", async () => {
  await using server = await TestServer.start();
  const tokens = createMemoryTokenStore();
  const client = createClient({ url: server.url, tokens });
  const answer = await client.auth.login.mutate(login);
  expect(await tokens.get()).toEqual({
    accessToken: answer.accessToken,
    refreshToken: answer.refreshToken,
    expiresAt: answer.expiresAt,
    userId: answer.user.id,
  });
  expect(await client.documents.byId.query({ id: "1" })).toMatchObject({ title: answer.accessToken });
  await client.auth.logout.mutate();
  expect(await tokens.get()).toBeNull();
  expect(await failureOf(client.documents.byId.query({ id: "1" }))).toMatchObject({ reason: "auth/no-token" });
});

test("twenty parallel calls that meet an expired token renew it once, and all succeed", async () => {
  await using server = await TestServer.start();
  const client = createClient({ url: server.url });
  await client.auth.login.mutate(login);
  server.sessions.expireAccessTokens();
  const calls = Array.from({ length: 20 }, (_, index) =>
    index % 2 === 0
      ? client.documents.byId.query({ id: `${index}` })
      : client.documents.create.mutate({ title: `${index}` }),
  );
  expect(await Promise.all(calls)).toHaveLength(20);
  expect(server.sessions.refreshes).toBe(1);
});

test("a token that is about to expire is renewed before it is sent", async () => {
  await using server = await TestServer.start();
  const tokens = createMemoryTokenStore(server.sessions.issue("ann", 5_000));
  const client = createClient({ url: server.url, tokens });
  await client.documents.byId.query({ id: "1" });
  expect(server.requests.flatMap(({ procedures }) => procedures)).toEqual(["auth.refresh", "documents.byId"]);
});

test("a clock that runs ahead does not renew the tokens at every call", async () => {
  await using server = await TestServer.start();
  const { sessions } = server;
  const issue = sessions.issue.bind(sessions);
  sessions.issue = () => issue("ann", -3_600_000);
  const client = createClient({ url: server.url });
  await client.auth.login.mutate(login);
  await client.documents.byId.query({ id: "1" });
  expect(sessions.refreshes).toBe(0);
});

test("a renewal that another client of the same store is making is waited for", async () => {
  await using server = await TestServer.start();
  const { sessions } = server;
  const tokens = createMemoryTokenStore(sessions.issue());
  const { refreshToken } = (await tokens.get())!;
  const client = createClient({ url: server.url, tokens });
  const renewed = sessions.refresh(refreshToken);
  sessions.expireAccessTokens();
  const next = sessions.refresh(renewed.refreshToken);
  const refresh = sessions.refresh.bind(sessions);
  sessions.refresh = (used) => {
    void tokens.set(next);
    return refresh(used);
  };
  expect(await client.documents.byId.query({ id: "1" })).toMatchObject({ title: next.accessToken });
});

test("a refused renewal signs out once, however many calls wait for it", async () => {
  await using server = await TestServer.start();
  const signedOut: string[] = [];
  const tokens = createMemoryTokenStore(server.sessions.issue());
  const client = createClient({ url: server.url, tokens, onSignedOut: ({ reason }) => signedOut.push(reason) });
  server.sessions.expireAccessTokens();
  server.sessions.forgetRefreshTokens();
  const failures = await Promise.all(
    Array.from({ length: 5 }, () => failureOf(client.documents.create.mutate({ title: "x" }))),
  );
  expect(failures.map(({ reason }) => reason)).toEqual(Array.from({ length: 5 }, () => "auth/refresh-token-invalid"));
  expect(signedOut).toEqual(["auth/refresh-token-invalid"]);
  expect(await tokens.get()).toBeNull();
});

test.each(["succeeds", "is refused"])(
  "a sign-in during a renewal that %s stays, and no call is repeated as the other user",
  async (how) => {
    await using server = await TestServer.start();
    const { sessions } = server;
    const tokens = createMemoryTokenStore(sessions.issue("ann"));
    const signedOut: string[] = [];
    const client = createClient({ url: server.url, tokens, onSignedOut: ({ reason }) => signedOut.push(reason) });
    sessions.expireAccessTokens();
    if (how === "is refused") sessions.forgetRefreshTokens();
    const ben = sessions.issue("ben");
    const refresh = sessions.refresh.bind(sessions);
    sessions.refresh = (used) => {
      void tokens.set(ben);
      return refresh(used);
    };
    const failure = await failureOf(client.documents.create.mutate({ title: "Ann's" }));
    expect(failure.reason).toBe(how === "succeeds" ? "client/signed-out" : "auth/refresh-token-invalid");
    expect(await tokens.get()).toEqual(ben);
    expect(signedOut).toEqual([]);
  },
);

test("a call whose token is refused after another user signed in is not repeated as that user", async () => {
  await using server = await TestServer.start();
  const { sessions } = server;
  const tokens = createMemoryTokenStore(sessions.issue("ann"));
  const client = createClient({ url: server.url, tokens });
  sessions.expireAccessTokens();
  const ben = sessions.issue("ben");
  const assertLiving = sessions.assertLiving.bind(sessions);
  sessions.assertLiving = (accessToken) => {
    void tokens.set(ben);
    return assertLiving(accessToken);
  };
  const failure = await failureOf(client.documents.create.mutate({ title: "Ann's" }));
  expect(failure.reason).toBe("client/signed-out");
  expect(server.requests).toHaveLength(1);
});

test.each([
  ["a query", "breaks", (client: Client) => client.documents.byId.query({ id: "1" })],
  [
    "a mutation with a key",
    "breaks",
    (client: Client) => client.documents.create.mutate({ title: "Ann's" }, withIdempotencyKey("once")),
  ],
  ["a query", "cannot renew its token", (client: Client) => client.documents.byId.query({ id: "1" })],
] as const)(
  "%s that %s is not sent as a user who signed in meanwhile, nor one begun signed out",
  async (_, how, call) => {
    for (const first of ["ann", undefined] as const) {
      await using server = await TestServer.start();
      const { sessions } = server;
      const tokens = createMemoryTokenStore(
        first === undefined ? undefined : sessions.issue(first, how === "breaks" ? undefined : 5_000),
      );
      const ben = sessions.issue("ben");
      const client = createClient({ url: server.url, tokens, retryDelayMs: 1 });
      server.onRequest = (request) => {
        if (server.requests.length > 1) return false;
        void tokens.set(ben);
        request.socket.destroy();
        return true;
      };
      expect((await failureOf(call(client))).reason).toBe("client/signed-out");
      expect(server.requests).toHaveLength(1);
    }
  },
);

test("a sign-out leaves whoever signed in while it was under way", async () => {
  await using server = await TestServer.start();
  const { sessions } = server;
  const tokens = createMemoryTokenStore(sessions.issue("ann"));
  const ben = sessions.issue("ben");
  server.onCall = () => tokens.set(ben);
  await createClient({ url: server.url, tokens }).auth.logout.mutate();
  expect(await tokens.get()).toEqual(ben);
});

test("calls of two users never share a request", async () => {
  await using server = await TestServer.start();
  const [ann, ben] = [server.sessions.issue("ann"), server.sessions.issue("ben")];
  const tokens = createMemoryTokenStore(ann);
  const client = createClient({ url: server.url, tokens });
  const first = client.documents.byId.query({ id: "1" });
  await Promise.resolve();
  await tokens.set(ben);
  const second = client.documents.byId.query({ id: "2" });
  expect((await first).title).toBe(ann.accessToken);
  expect((await second).title).toBe(ben.accessToken);
});
