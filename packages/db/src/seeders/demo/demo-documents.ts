import { contentHash } from "@severalty/domain/document";
import type { DocumentId, TenantId } from "@severalty/domain/ids";
import type { DemoPeople } from "./demo-people.ts";
import { demoHistoryDays } from "./demo-size.ts";
import type { DemoSource } from "./demo-source.ts";
import { clients, documentKinds, sentences, topics } from "./demo-words.ts";
import type { Row } from "./insert-rows.ts";

/** One document; every fourth belongs to its author's team. */
export const demoDocument = (source: DemoSource, tenantId: TenantId, members: DemoPeople["members"]): Row => {
  const at = source.past(demoHistoryDays);
  const author = source.pick(members);
  const [kind, client, topic] = [source.pick(documentKinds), source.pick(clients), source.pick(topics)];
  const paragraphs = Array.from({ length: source.int(2, 4) }, () =>
    Array.from({ length: source.int(2, 4) }, () => source.pick(sentences)).join(" "),
  );
  const content = `# ${kind} for ${client}\n\nAbout the ${topic}.\n\n${paragraphs.join("\n\n")}\n`;
  return {
    tenant_id: tenantId,
    id: source.id<DocumentId>(at),
    user_id: author.userId,
    team_id: source.int(1, 4) === 1 ? author.teamId : null,
    title: `${kind}: ${client}, ${topic}`,
    content,
    content_hash: contentHash(content),
    metadata: { client, topic },
    version: 1,
    created_at: at,
    updated_at: at,
  };
};
