import { User } from "@severalty/db/entities/user";
import { ReadRepository } from "@severalty/db/tenancy/tenant-repository";
import { userId, type UserId } from "@severalty/domain/ids";
import { roles, type Role } from "@severalty/domain/permission";
import { storableText } from "@severalty/domain/text";
import { userStatuses, type UserStatus } from "@severalty/domain/user";
import { z } from "zod";
import { afterCursor, listAnswer, listInput, type ListAnswer } from "../pagination.ts";
import { router, tenantProcedure } from "../procedures.ts";
import { containsEachWord, where } from "../where.ts";

/** A colleague, as every member of the tenant may see him. */
export interface Member {
  id: UserId;
  username: string;
  email: string;
  name?: string | null | undefined;
  role: Role;
  status: UserStatus;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const member = ["id", "username", "email", "name", "role", "status", "version", "createdAt", "updatedAt"] as const;

/** Users of the caller's tenant. */
export const usersRouter = router({
  list: tenantProcedure(
    "users.read",
    listInput({
      role: z.enum(roles).optional(),
      status: z.enum(userStatuses).optional(),
      search: storableText({ min: 1, max: 200 }).optional(),
    }),
  ).query(async ({ ctx, input }): Promise<ListAnswer<Member>> => {
    const page = await new ReadRepository(ctx.em, User).list(member, {
      where: where({
        role: input.role,
        status: input.status,
        $and: containsEachWord(["name", "email", "username"], input.search),
      }),
      after: afterCursor(input.cursor, z.tuple([userId])),
      limit: input.limit,
    });
    return listAnswer(page, ({ id }) => [id]);
  }),

  byId: tenantProcedure("users.read", z.strictObject({ id: userId })).query(({ ctx, input }): Promise<Member> =>
    new ReadRepository(ctx.em, User).byId(input.id, member),
  ),
});
