import type { Api } from "../contenders/api.ts";
import { topics } from "../data/texts.ts";
import { worldId, type WorldSize } from "../data/world.ts";
import type { HttpRequest } from "./http-request.ts";

/** What is asked, in this order in every report. */
export const workloads = {
  W1: "a document by id",
  W2: "the newest 20, with their author's name",
  W3: "create a document with its audit row",
  W4: "80 % W1, 15 % W2, 5 % W3",
  W5: "ten W1 in one batch",
  W6: "search for a word",
} as const;
export type Workload = keyof typeof workloads;

/** Rows of a list or a search, at most. */
export const pageSize = 20;
/** Calls of W5's batch. */
export const batchSize = 10;

/** A request, for which tenant, and the fewest bytes that a right answer has. */
export interface Drawn {
  readonly tenant: number;
  readonly request: HttpRequest;
  readonly bytesMin: number;
}

/** Draws a request of a random tenant; undefined when the API offers nothing like it. */
export const draw = (workload: Workload, api: Api, world: WorldSize, random: () => number): Drawn | undefined => {
  const tenant = Math.floor(random() * world.tenants);
  const one = drawOf[workload === "W4" ? ofMix(random()) : workload];
  const id = () => worldId("document", tenant, Math.floor(random() * world.documents));
  const { request, bytesMin } = one({ api, world, random, id });
  return request === undefined ? undefined : { tenant, request, bytesMin };
};

interface Dice {
  readonly api: Api;
  readonly world: WorldSize;
  readonly random: () => number;
  /** A random document's of the tenant. */
  readonly id: () => string;
}

const ofMix = (value: number): "W1" | "W2" | "W3" => {
  if (value < 0.8) return "W1";
  return value < 0.95 ? "W2" : "W3";
};

type DrawOne = (dice: Dice) => { readonly request: HttpRequest | undefined; readonly bytesMin: number };

const drawOf: Readonly<Record<Exclude<Workload, "W4">, DrawOne>> = {
  W1: ({ api, id }) => ({ request: api.byId(id()), bytesMin: 300 }),
  W2: ({ api, world }) => ({ request: api.newest(pageSize), bytesMin: 150 * Math.min(pageSize, world.documents) }),
  W3: ({ api, random }) => ({ request: api.create(newDocument(random)), bytesMin: 150 }),
  W5: ({ api, id }) => ({ request: api.batch?.(Array.from({ length: batchSize }, id)), bytesMin: 300 * batchSize }),
  W6: ({ api, world, random }) => ({
    request: api.search(topics[Math.floor(random() * topics.length)] ?? "", pageSize),
    bytesMin: world.documents < topics.length ? 2 : 150,
  }),
};

const newDocument = (random: () => number) => ({
  title: `Draft ${Math.floor(random() * 1e9)}`,
  content: "What was said, by whom, and what is to be done until the next time. ".repeat(4),
  metadata: { source: "bench", pages: 3 },
});
