import type { Attack, AttackClass } from "./attack.ts";
import { creation, policies } from "./removed.ts";
import type { World } from "./world.ts";

/** A condition that fails on the victim's rows, to be evaluated before the policy; the error's words are what is looted. */
const condition = (title: string, where: (world: World) => string): Attack => ({
  title,
  without: policies,
  attack: (world) =>
    world.ours(
      `select count(*) from app.documents where case when tenant_id = '${world.them.tenantId}' then ${where(world)} end`,
    ),
});

/** Whether a condition fails tells of a row: asked for every value until it does. */
const guess = (title: string, values: readonly number[], where: (value: number) => string): Attack => ({
  title,
  without: policies,
  attack: async (world) => {
    const session = await world.session();
    const { sessionId, userId, tenantId, role } = world.us;
    await session.run("begin");
    await session.run("select app.enter($1, $2, $3, $4, 'r', 'a')", [sessionId, userId, tenantId, role]);
    for (const value of values) {
      const answer = await session.answer(
        `select count(*) from app.documents where tenant_id = '${world.them.tenantId}' and ${where(value)}`,
      );
      if (/22012|2201B|22003/.test(answer)) return true;
    }
    return "no error for any";
  },
});

const tell = `create function public.tell(title text) returns boolean language plpgsql immutable cost 0.0000001 as $$
  begin raise notice '%', title; return true; end $$`;

/** Functions and casts that tell what they are given. */
export const leakyFunctions: AttackClass = {
  name: "leaky functions and casts",
  stoppedBy: "a policy's condition comes first for all that is not LEAKPROOF; nobody can create functions",
  attacks: [
    condition("a cast whose error names the text", () => "content::int > 0"),
    condition("a cast to uuid inside a sub-select", () => "(select content::uuid) is null"),
    condition("a cast to jsonb", () => `('"' || title)::jsonb is not null`),
    condition("a cast to a date", () => "content::date is null"),
    condition("a setting looked up under the text's name", () => "current_setting(title) is null"),
    condition("a relation looked up under the text's name", () => "quote_ident(content)::regclass is null"),
    guess(
      "a division by zero for the right length",
      Array.from({ length: 60 }, (_, at) => at),
      (length) => `1 / (length(title) - ${length}) > 5`,
    ),
    guess(
      "a regular expression that is broken for the right letter",
      Array.from({ length: 26 }, (_, at) => 97 + at),
      (code) => `title ~ (case when left(title, 1) = '${String.fromCodePoint(code)}' then '(' else 'x' end)`,
    ),
    guess(
      "a number too large for the right letter",
      Array.from({ length: 26 }, (_, at) => 97 + at),
      (code) =>
        `(case when left(title, 1) = '${String.fromCodePoint(code)}' then 2147483647 else 0 end) + length(title) > 5`,
    ),
    {
      title: "a function of no cost that raises a notice for every row",
      without: [...policies, ...creation],
      isAlone: true,
      attack: async (world) => {
        const session = await world.session();
        await session.run(tell);
        await session.inside(world.us, "select count(*) from app.documents where public.tell(title)");
        return session.heard;
      },
    },
    {
      title: "the same function, made by somebody who may, is still not asked before the policy",
      without: policies,
      isAlone: true,
      attack: async (world) => {
        await world.admin.query(tell);
        const session = await world.session();
        try {
          await session.inside(
            world.us,
            "set local enable_seqscan = off",
            "select count(*) from app.documents where public.tell(title)",
            "select count(*) from app.documents d join app.users u on public.tell(d.title) and public.tell(u.email)",
          );
        } finally {
          await world.admin.query("drop function public.tell(text)");
        }
        return session.heard;
      },
    },
    {
      title: "an index on an expression, which is computed for every row whoever makes it",
      without: [
        ...creation,
        "alter table app.documents owner to severalty_app",
        "alter table app.documents no force row level security",
      ],
      isAlone: true,
      attack: async (world) => {
        const session = await world.session();
        await session.run(tell);
        await session.run("create index told on app.documents (public.tell(title))");
        return session.heard;
      },
    },
  ],
};
