import type { Samples } from "../samples.ts";

export const noModuleState: Samples = {
  file: "packages/api/src/leak.ts",
  good: [
    'const codes = new Set(["40001"]);',
    "const pools = new WeakMap();",
    'const named = { secret_locker: "secrets" };',
    "const count = () => { let n = 0; const seen = new Map(); return [n, seen]; };",
    "class Limits { readonly #seen = new Map(); }",
  ],
  bad: [
    { title: "users by id, whoever's they are", seen: "opencloud-eu/opencloud#1462", code: "const users = new Map();" },
    {
      title: "a cache whose key has no tenant",
      seen: "backblaze-labs/genblaze#68",
      code: "const cache = new LRUCache({ max: 500 });",
    },
    { title: "results by the text of a query", seen: "inetsoft-technology/stylebi#4377", code: "const results = {};" },
    { title: "who called last", seen: "sumanentc/multitenant#13", code: "let currentTenant = undefined;" },
    {
      title: "a function that remembers its answers",
      seen: "aspnetboilerplate/aspnetboilerplate#6251",
      code: "const settingsOf = memoize(load);",
    },
    { title: "a store that is exported", code: "export const seen = new Set();" },
    { title: "a list to be filled", code: "const queue = [];" },
    {
      title: "a store of a class",
      seen: "avniproject/avni-server#1009",
      code: "class Users { static cache = new Map(); }",
    },
  ],
};
