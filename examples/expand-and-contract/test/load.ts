import { setTimeout as pause } from "node:timers/promises";
import { createClient, createMemoryTokenStore, type Client, type TokenStore } from "@severalty/client";

/** A team as its tenant last wrote it. */
interface Expected {
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

/** Tenants that write and read teams by way of every server there is, and hold each answer against what they wrote. */
export class Load implements AsyncDisposable {
  /** What went wrong, in words; empty as it must be. */
  readonly failures: string[] = [];
  readonly tenants: LoadTenant[] = [];
  #urls: readonly string[];
  #isOver = false;
  readonly #running: Promise<void>[] = [];

  private constructor(urls: readonly string[]) {
    this.#urls = urls;
  }

  /** Registers the tenants and begins. */
  static async start(url: string, slugs: readonly string[]): Promise<Load> {
    const load = new Load([url]);
    for (const slug of slugs) load.tenants.push(await LoadTenant.register(url, slug));
    for (const [at, tenant] of load.tenants.entries()) {
      const other = load.tenants[(at + 1) % load.tenants.length];
      if (other !== undefined && other !== tenant) load.#running.push(load.#run(tenant, other));
    }
    return load;
  }

  /** Turns to these servers and to no other, and returns after every tenant went that many rounds with them. */
  async goThrough(servers: readonly { readonly url: string }[], rounds = 2): Promise<void> {
    this.#urls = servers.map(({ url }) => url);
    await this.goOn(rounds);
  }

  /** Returns after that many more rounds of every tenant, each begun after the call. */
  async goOn(rounds = 2): Promise<void> {
    const goals = this.tenants.map((tenant) => ({ tenant, rounds: tenant.rounds + rounds + 1 }));
    while (goals.some((goal) => goal.tenant.rounds < goal.rounds)) await pause(5);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
  }

  async #run(tenant: LoadTenant, other: LoadTenant): Promise<void> {
    while (!this.#isOver) {
      await tenant.goRound(this.#urls, other).catch((error: unknown) => void this.failures.push(String(error)));
      tenant.rounds += 1;
    }
  }
}

class LoadTenant {
  readonly slug: string;
  readonly tenantId: string;
  rounds = 0;
  readonly teams: Expected[] = [];
  readonly #tokens: TokenStore;
  readonly #clients = new Map<string, Client>();

  private constructor(slug: string, tenantId: string, tokens: TokenStore) {
    this.slug = slug;
    this.tenantId = tenantId;
    this.#tokens = tokens;
  }

  static async register(url: string, slug: string): Promise<LoadTenant> {
    const tokens = createMemoryTokenStore();
    const person = { name: "Ada", email: `${slug}@example.com`, password: "a long enough password" };
    const { tenant } = await createClient({ url, tokens }).auth.register.mutate({
      ...person,
      tenantName: slug,
      tenantSlug: slug,
    });
    return new LoadTenant(slug, tenant.id, tokens);
  }

  /** Writes a team by one server after the other, and reads it by all of them after each write. Throws what was wrong. */
  async goRound(urls: readonly string[], other: LoadTenant): Promise<void> {
    const clients = urls.map((url) => this.#client(url));
    const by = (nth: number) => clients[(this.rounds + nth) % clients.length] as Client;
    const name = `${this.slug} ${this.rounds}`;
    const first = `${name}, first`;
    const { id, version } = await by(0).teams.create.mutate({ name, description: first });
    await this.#readBack(clients, { id, name, description: first });

    const description = `${name}, second`;
    const second = await by(1).teams.update.mutate({ id, version, description });
    await this.#readBack(clients, { id, name, description });

    const renamed = { id, name: `${name}, renamed`, description };
    await by(0).teams.update.mutate({ id, version: second.version, name: renamed.name });
    await this.#readBack(clients, renamed);
    this.teams.push(renamed);
    await Promise.all(clients.map((client) => this.#lookAround(client, other)));
  }

  async #readBack(clients: readonly Client[], expected: Expected): Promise<void> {
    const rows = await Promise.all(clients.map((client) => client.teams.byId.query({ id: expected.id })));
    for (const { id, name, description } of rows) {
      const [seen, written] = [{ id, name, description }, expected].map((team) => JSON.stringify(team));
      if (seen !== written) throw new Error(`wrote ${written}, read ${seen}`);
    }
  }

  async #lookAround(client: Client, other: LoadTenant): Promise<void> {
    const { items } = await client.teams.list.query({ limit: 100, search: this.slug });
    const foreign = items.filter(({ description }) => !description.startsWith(this.slug));
    if (items.length === 0 || foreign.length > 0) throw new Error(`${this.slug} sees ${JSON.stringify(items)}`);
    const theirs = other.teams.at(-1)?.id;
    if (theirs === undefined) return;
    const answer = await client.teams.byId.query({ id: theirs }).catch((error: { reason?: string }) => error);
    if (!("reason" in answer) || answer.reason !== "teams/not-found")
      throw new Error(`${this.slug} asks for a team of ${other.slug} and gets ${JSON.stringify(answer)}`);
  }

  #client(url: string): Client {
    // A repetition would hide a failure.
    const client = this.#clients.get(url) ?? createClient({ url, tokens: this.#tokens, retries: 0 });
    this.#clients.set(url, client);
    return client;
  }
}
