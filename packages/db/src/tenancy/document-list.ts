import type { EntityManager } from "@mikro-orm/postgresql";
import { Document } from "../entities/document.ts";
import { ReadRepository } from "./tenant-repository.ts";

/**
 * Lists documents with their authors' names. An inner join, whose tenant is the list's own, asks the policies of both tables once; a
 * subquery would ask that of users once a row.
 */
export class DocumentList extends ReadRepository<Document> {
  protected override readonly joins = { author: "user" };

  constructor(em: EntityManager) {
    super(em, Document);
  }
}
