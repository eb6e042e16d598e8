import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tenantEntities } from "@severalty/db/entities";
import { migrations } from "@severalty/db/migrations";
import { onlyInCi } from "@severalty/db/testing/only-in-ci";
import { type TestCluster, testCluster } from "@severalty/postgres/test-cluster";
import { afterAll, beforeEach, expect, test } from "vitest";
import { CopyOfRepository } from "./copy-of-repository.ts";
import { type Ending, runProgram } from "./run-program.ts";

beforeEach(onlyInCi);

const entities = [
  // Every type of field, with and without a question mark, and references to other tables and to itself.
  [
    "purchase-order",
    "number:text",
    "note:text?",
    "amount:decimal",
    "copies:integer?",
    "paid:boolean",
    "dueOn:date",
    "sent-at:datetime?",
    "signedAt:datetime",
    "terms:json",
    "extra:json?",
    "customer:ref(teams)",
    "approver:ref(users)?",
    "replaced:ref(purchase_orders)?",
  ],
  // Nothing but a boolean and a reference to a generated entity, whose id stands beside it.
  ["hold", "active:boolean", "order:ref(purchase_orders)"],
];

interface Generated {
  readonly root: string;
  /** Every file that was made or changed. */
  readonly paths: readonly string[];
  readonly cluster: TestCluster;
}

const cleanups: AsyncDisposable[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup[Symbol.asyncDispose]();
});

const generate = async (): Promise<Generated> => {
  const copy = await CopyOfRepository.make();
  cleanups.push(copy);
  const cluster = await testCluster();
  cleanups.push(cluster);
  const { root } = copy;
  const paths: string[] = [];
  for (const args of entities) {
    const { code, output } = await gen(root, ["entity", ...args]);
    if (code !== 0) throw new Error(output);
    paths.push(...[...output.matchAll(/^(?:created|changed) {2}(\S+)$/gm)].map(([, path = ""]) => path));
  }
  return { root, paths: [...new Set(paths)], cluster };
};

const gen = (root: string, args: readonly string[]): Promise<Ending> =>
  runProgram(["tooling/generators/src/main.ts", ...args], { cwd: root });

let once: Promise<Generated> | undefined;
const generated = (): Promise<Generated> => (once ??= generate());

const succeeded = { code: 0, output: expect.anything() as string };

test("an entity is one file, its router another, and a migration; four files get lines more", async () => {
  const { root, paths } = await generated();
  expect(paths.toSorted()).toEqual([
    "packages/api/src/root.ts",
    "packages/api/src/routers/holds.ts",
    "packages/api/src/routers/purchase-orders.ts",
    "packages/db/src/entities.ts",
    "packages/db/src/entities/hold.ts",
    "packages/db/src/entities/purchase-order.ts",
    "packages/db/src/migrations.ts",
    expect.stringMatching(/^packages\/db\/src\/migrations\/\d{4}-purchase-orders\.ts$/) as string,
    expect.stringMatching(/^packages\/db\/src\/migrations\/\d{4}-holds\.ts$/) as string,
    "packages/domain/src/permission.ts",
  ]);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test("what is generated is formatted and passes lint, untouched", async () => {
  const { root, paths } = await generated();
  expect(await runProgram(["node_modules/oxfmt/bin/oxfmt", "--check", ...paths], { cwd: root })).toEqual(succeeded);
  expect(await runProgram(["node_modules/oxlint/bin/oxlint", ...paths], { cwd: root })).toEqual(succeeded);
});

test("what is generated passes types, with every test of the packages that it is in, untouched", async () => {
  const { root } = await generated();
  const packages = ["domain", "db", "api"];
  const include = packages.flatMap((name) => [`../${name}/src`, `../${name}/test`]);
  // One program for the three of them: what they share is read once.
  writeFileSync(
    join(root, "packages/api/tsconfig.all.json"),
    JSON.stringify({ extends: "../../tsconfig.base.json", include }),
  );
  const compiler = ["node_modules/typescript/bin/tsc", "--project", "packages/api/tsconfig.all.json"];
  expect(await runProgram(compiler, { cwd: root })).toEqual({ code: 0, output: "" });
});

/** Tests of other entities and migrations, which generating one more leaves as they were. */
const others = [
  ...["Tenant", ...tenantEntities.map(({ meta }) => meta.className)].map((name) => `(?:C4: )?${name}\\b`),
  ...migrations.flatMap(({ name }) => [name, `squawk finds nothing in ${name}`]),
  "squawk finds .*,",
  "a rule finds",
  "severalty_",
  "twenty migrators",
  "provisioning",
  "taken all",
  "A3, C1",
  "B5: .*steps down",
];

const runTests = async (workspace: string, files: readonly string[], pattern: string): Promise<string[]> => {
  const { root, cluster } = await generated();
  const report = join(root, `${workspace.replaceAll("/", "-")}.json`);
  const options = [
    "run",
    "--testTimeout=120000",
    "--reporter=json",
    `--outputFile=${report}`,
    "--testNamePattern",
    pattern,
  ];
  const cwd = join(root, workspace);
  const ending = await runProgram(["node_modules/vitest/vitest.mjs", ...options, ...files], {
    cwd,
    env: { TEST_DATABASE_URL: cluster.url },
  });
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as {
    testResults: {
      message: string;
      assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
    }[];
  };
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = results.filter(({ status }) => status === "failed");
  expect(
    failed.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join().split("\n", 1)[0]}`),
  ).toEqual([]);
  const messages = testResults.map(({ message }) => message).join("");
  const output = ending.code === 0 ? "" : ending.output.slice(-2000);
  expect({ ending: ending.code, messages, output }).toEqual({ ending: 0, messages: "", output: "" });
  return results.flatMap(({ fullName, status }) => (status === "passed" ? [fullName] : []));
};

test("the tests of the database that walk the registries pass with the generated entity, untouched", async () => {
  const files = ["posture-", "isolation.test", "audit.test", "migrations.test", "migration-lint.test", "squawk.test"];
  const passed = await runTests("packages/db", files, `^(?!${others.join("|")})`);
  const promises = [
    "the migrations make the schema that the entities describe, and nothing more",
    "PurchaseOrder has the columns of its table, by name, type and nullability",
    "the registry and the catalog name the same tables",
    "tables are granted to the server's roles by rule",
    "PurchaseOrder of another tenant every verb finds what it finds of a row that never was, with {}",
    "PurchaseOrder a reference to a row of another tenant is refused as one to a row that never was",
    "PurchaseOrder a change by update is recorded once, with who, why and what",
    "Hold a change by update is recorded once, with who, why and what",
    "_purchase_orders breaks no rule for migrations",
    "each migration goes down and up again, and the schema is what it was",
  ];
  expect(promises.filter((promise) => passed.filter((name) => name.includes(promise)).length !== 1)).toEqual([]);
});

test("the tests of the API that walk the router pass with the generated procedures, untouched", async () => {
  const passed = await runTests("packages/api", ["every-", "other-tenant"], "purchaseOrders|holds|^the registry has");
  expect(passed).toContain("the registry has exactly the procedures of the root router");
  for (const noun of ["purchaseOrders", "holds"])
    for (const verb of ["list", "byId", "create", "update", "remove"])
      expect(passed).toContain(
        `${noun}.${verb} it answers a caller who may, and leaves another tenant's rows byte for byte`,
      );
  expect(
    passed.filter((name) => /^purchaseOrders (?:what is created|what is changed|a list by)/.test(name)),
  ).toHaveLength(3);
  for (const field of ["create with another tenant's customerId", "list with another tenant's approverId"])
    expect(passed.filter((name) => name.startsWith(`purchaseOrders.${field}`))).toHaveLength(2);
  expect(passed).toContain(
    "purchaseOrders.remove refuses a role that lacks its permission, changes nothing, and leaves one audit row",
  );
});

test("pnpm migrate create writes what an entity was changed by, after which nothing differs", async () => {
  const { root, cluster } = await generated();
  const create = () =>
    runProgram(["tooling/dev/src/migrate.ts", "create", "order-weight"], {
      cwd: root,
      env: { TEST_DATABASE_URL: cluster.url },
    });
  const path = join(root, "packages/db/src/entities/purchase-order.ts");
  const before = readFileSync(path, "utf8");
  const after = before
    .replace(
      "    number: p.text(),",
      "    number: p.text(),\n    weight: p.integer().nullable(),\n    isOpen: p.boolean().default(true),",
    )
    .replace("  checks: [", '  checks: [\n    { name: "purchase_orders_weight_check", expression: "weight > 0" },')
    .replace(
      "  indexes: [",
      '  indexes: [\n    { name: "purchase_orders_tenant_id_number_index", properties: ["tenantId", "number"] },',
    );
  writeFileSync(path, after);
  const written = await create();
  expect([written.code, written.output.replaceAll(/\d{4}-/g, "N-").split("\n")]).toEqual([
    0,
    [
      "created  packages/db/src/migrations/N-order-weight.ts",
      "created  packages/db/src/migrations/N-order-weight-indexes.ts",
      "changed  packages/db/src/migrations.ts",
      "",
    ],
  ]);
  expect(await create()).toEqual({
    code: 0,
    output: "nothing to write: the migrations make what the entities describe\n",
  });
});
