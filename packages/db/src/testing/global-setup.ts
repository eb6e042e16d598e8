import { testCluster } from "@severalty/postgres/test-cluster";
import type { TestProject } from "vitest/node";
import { ensureTestTemplate } from "./ensure-test-template.ts";

/** vitest's globalSetup: a real PostgreSQL and one migrated template for as long as a package's tests run. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const cluster = await testCluster();
  const template = await ensureTestTemplate(cluster.url);
  project.provide("adminUrl", cluster.url);
  project.provide("template", template);
  return cluster.stop;
};
