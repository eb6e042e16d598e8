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
  const id = () => worldId("document", tenant, Math.floor(random() * world.documents));
  switch (workload) {
    case "W1":
      return { tenant, request: api.byId(id()), bytesMin: 300 };
    case "W2":
      return { tenant, request: api.newest(pageSize), bytesMin: 150 * Math.min(pageSize, world.documents) };
    case "W3":
      return { tenant, request: api.create(newDocument(random)), bytesMin: 150 };
    case "W4":
      return draw(ofMix(random()), api, world, random);
    case "W5": {
      const request = api.batch?.(Array.from({ length: batchSize }, id));
      return request && { tenant, request, bytesMin: 300 * batchSize };
    }
    case "W6": {
      const topic = topics[Math.floor(random() * topics.length)] ?? "";
      return { tenant, request: api.search(topic, pageSize), bytesMin: world.documents < topics.length ? 2 : 150 };
    }
  }
};

const ofMix = (value: number): Workload => {
  if (value < 0.8) return "W1";
  return value < 0.95 ? "W2" : "W3";
};

const newDocument = (random: () => number) => ({
  title: `Draft ${Math.floor(random() * 1e9)}`,
  content: "What was said, by whom, and what is to be done until the next time. ".repeat(4),
  metadata: { source: "bench", pages: 3 },
});
