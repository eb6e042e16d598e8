import type { EntityManager } from "@mikro-orm/postgresql";
import type { DocumentId, TeamId, UserId } from "@severalty/domain/ids";
import type { Document } from "../entities/document.ts";
import { DocumentList } from "./document-list.ts";
import type { Field, ListOptions, Page } from "./tenant-repository.ts";

/** What documents are looked for; null asks for those without one, and what is undefined constrains nothing. */
export interface DocumentConditions {
  readonly userId?: UserId | undefined;
  readonly parentId?: DocumentId | null | undefined;
  readonly teamId?: TeamId | null | undefined;
  readonly createdFrom?: Date | undefined;
  readonly createdBefore?: Date | undefined;
}

/**
 * Lists documents that have, in title, content or texts of the metadata, for each word of a text a word that begins with it, in any case and with
 * or without accents; a text without words finds none. Of the content the first 50,000 characters count, of the metadata 10,000. Lists are those of
 * `ReadRepository`: `app.search_documents` (ADR-0016) names the rows of a page, and the policy and the filters decide what is shown.
 */
export class DocumentSearch extends DocumentList {
  readonly #search: string;
  readonly #conditions: string;

  constructor(em: EntityManager, search: string, conditions: DocumentConditions) {
    super(em);
    this.#search = search;
    this.#conditions = JSON.stringify(conditions);
  }

  override list<F extends Field<Document>>(
    fields: readonly F[],
    options: ListOptions<Document>,
  ): Promise<Page<Pick<Document, F>>> {
    const { sort = ["id"], direction = "desc", after, limit } = options;
    const sql = `"row"."id" = any (array(select app.search_documents(?, ?, ?, ?, ?, ?)))`;
    const from = after && JSON.stringify(after);
    // One row more than asked for tells whether there are more.
    const values = [this.#search, this.#conditions, sort[0], direction === "desc", from ?? null, limit + 1];
    return this.listAmong({ sql, values }, fields, options);
  }
}
