import { expect, test } from "vitest";
import { conditionCuts, hashedParts, raiseCuts } from "./sql-conditions.ts";

const without = (sql: string) =>
  conditionCuts(sql).map(({ start, end, text }) =>
    (sql.slice(0, start) + text + sql.slice(end)).replace(/\s+/g, " ").trim(),
  );

test("each condition of a row is taken out alone, the first one too", () => {
  expect(without("select 1 from t where a = 1 and b is null and c > now()")).toEqual(
    expect.arrayContaining([
      "select 1 from t where b is null and c > now()",
      "select 1 from t where a = 1 and c > now()",
      "select 1 from t where a = 1 and b is null",
    ]),
  );
});

test("a join loses one condition and keeps the join", () => {
  expect(without("select 1 from s join u on u.id = s.u and u.status = 'active' where s.id = x")).toEqual(
    expect.arrayContaining([
      "select 1 from s join u on u.status = 'active' where s.id = x",
      "select 1 from s join u on u.id = s.u where s.id = x",
      "select 1 from s join u on u.id = s.u and u.status = 'active' where true",
    ]),
  );
});

test("the `and` of a range stays, and what is in a literal or a comment is no condition", () => {
  expect(without("select 1 from t where n between 1 and 2")).toEqual(["select 1 from t where true"]);
  expect(conditionCuts("select 'a and b' -- where c and d")).toEqual([]);
});

test("a condition that leads to an answer is asked no more", () => {
  expect(without("begin if a is null then return null; end if; return b; end")).toEqual([
    "begin if false then return null; end if; return b; end",
  ]);
});

test("a refusal refuses nothing", () => {
  const sql = "begin if x then raise exception 'no' using errcode = 'SV001'; end if; end";
  expect(raiseCuts(sql).map(({ start, end, text }) => sql.slice(0, start) + text + sql.slice(end))).toEqual([
    "begin if x then null; end if; end",
  ]);
});

test("each part of what is hashed is left out once", () => {
  expect(hashedParts("select sha256(o || convert_to(body || now()::text, 'UTF8'))").map(({ to }) => to)).toEqual([
    "convert_to(body || now()::text, 'UTF8')",
    "o",
    "now()::text",
    "body",
  ]);
});
