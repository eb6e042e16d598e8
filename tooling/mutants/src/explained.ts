const oneKey =
  "the table of keys has one row, whose id a constraint holds to 1; the condition has it found by its index";

/** Survivors that are no gap, by the mutant's id, each with the reason why nothing could notice it. */
export const explained: Readonly<Record<string, string>> = {
  "condition of a query:db/src/templates/remove-items.ts id: { $in: cookbookIds } in where at query":
    "all cookbooks that the caller sees are locked then, not those alone that go: others wait longer, and nothing else differs",
  "condition:db/src/tenancy/count-referrers.ts row !== undefined at count":
    "a count answers one row always; the condition is what the type of a list's first element asks for",
  'condition:auth/src/access-token.ts typeof value !== "object" at isPayload':
    "a text or number has none of the claims that are looked at next, and is refused for that",
  'condition:db/src/driver/tenant-connection.ts "transaction" in context at isOurs':
    "what has no such property has undefined in its place, which is no transaction of ours; the condition is what its type asks for",
  "condition of a query:db/src/tenancy/answer-once.ts actor_id = ? in delete from app.idempotency_keys where tenant_id = ? and ac":
    "the same key of other actors that would go has expired too, and goes with the next answer that is stored",
  "condition of a query:db/src/tenancy/answer-once.ts key = ? in delete from app.idempotency_keys where tenant_id = ? and ac":
    "the other keys of the actor that would go have expired too, and go with the next answer that is stored",
  'refusal:db/src/tenancy/subscriptions.ts throw new Error("an agent was at work without a place of its role\'s subscription"); at release':
    "only an agent at work gives its place back, and none is at work without one",
  "condition of a query:db/src/tenancy/subscriptions.ts tenantId: this.tenantId in where at query":
    "a role is of one tenant, which the policy holds; the condition has the row found by its index",
  "refusal:db/src/tenancy/tenant-repository.ts throw new Error(`insert into ${this.noun} returned no row`); at create":
    "an insert returns its row or fails; the condition is what the type of a list's first element asks for",
  "refusal:db/src/tenancy/tenant-repository.ts throw new NotFoundError(this.noun); at remove":
    "looking for the row that is not there says the same, one round trip later",
  "condition:db/src/tenancy/tenant-repository.ts sort[0] !== undefined at isLast":
    "a list is sorted by one column at least; the condition is what the type of a list's first element asks for",
  "refusal:db/src/tenancy/answer-once.ts throw new Error(`an idempotency key was neither free nor taken in ${attemptsMax} attempts`); at claim":
    "others would have to replace the key's row five times in the midst of one call",
  'refusal:db/src/tenancy/with-tenant.ts throw new Error("no API key has entered this transaction"); at actorIn':
    "the transaction of a key has entered before any work; the condition is what the type of what entering tells asks for",
  'refusal:db/src/driver/tenant-transaction.ts throw new Error("the transaction has ended"); at stream':
    "entering has just made the client that is looked for; the condition is what its type asks for",
  "call left out:db/src/driver/tenant-connection.ts this.logQuery(statement.sql, { ...context });":
    "says what is asked to whoever turns MikroORM's debugging on, which nothing of the project does",
  "condition of a function:app.set_context 1 id = 1": oneKey,
  "condition of a function:app.enter_to_read 19 k.id = 1": oneKey,
};
