import { User } from "@severalty/db/entities/user";
import { TenantRepository } from "@severalty/db/tenancy/tenant-repository";
import { teamId, userId, type TeamId, type UserId } from "@severalty/domain/ids";
import { roles, type Role } from "@severalty/domain/permission";
import { username, userName, userStatuses, type UserStatus } from "@severalty/domain/user";
import { z } from "zod";
import {
  idInput,
  listInput,
  newestFirst,
  removeInput,
  searchText,
  updateInput,
  type ListAnswer,
} from "../pagination.ts";
import { router, tenantProcedure } from "../procedures.ts";
import { containsEachWord, given, where } from "../where.ts";

/** A colleague, as every member of the tenant may see him. */
export interface Member {
  id: UserId;
  username: string;
  email: string;
  name?: string | null | undefined;
  role: Role;
  /** The team that he belongs to. */
  teamId?: TeamId | null | undefined;
  status: UserStatus;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const member = [
  "id",
  "username",
  "email",
  "name",
  "role",
  "teamId",
  "status",
  "version",
  "createdAt",
  "updatedAt",
] as const;

/** Users of the caller's tenant. */
export const usersRouter = router({
  list: tenantProcedure(
    "users.read",
    listInput(
      {
        role: z.enum(roles).optional(),
        teamId: teamId.nullable().optional(),
        status: z.enum(userStatuses).optional(),
        search: searchText,
      },
      ["name", "username", "email", "createdAt", "updatedAt"],
    ),
  ).query(({ ctx, input }): Promise<ListAnswer<Member>> => {
    const condition = where({
      role: input.role,
      teamId: input.teamId,
      status: input.status,
      $and: containsEachWord(["name", "email", "username"], input.search),
    });
    return newestFirst(new TenantRepository(ctx.em, User), member, input, condition);
  }),

  byId: tenantProcedure("users.read", idInput(userId)).query(({ ctx, input }): Promise<Member> =>
    new TenantRepository(ctx.em, User).byId(input.id, member),
  ),

  /** The last active administrator can be neither demoted nor disabled. A changed role ends the access tokens that name the old one. */
  update: tenantProcedure(
    "users.write",
    updateInput(userId, {
      name: userName.nullable(),
      username,
      role: z.enum(["agency_admin", "team_member"]),
      teamId: teamId.nullable(),
      status: z.enum(userStatuses),
    }),
  ).mutation(({ ctx, input }): Promise<Member> => {
    const { id, version, ...changes } = input;
    return new TenantRepository(ctx.em, User).update(id, version, given(changes), ctx.services.clock(), member);
  }),

  /**
   * Ends the membership with its sessions; the person stays a member of other tenants. Who wrote documents or gave out invitations or
   * keys cannot be removed, for those name him: disable him instead.
   */
  remove: tenantProcedure("users.write", removeInput(userId)).mutation(
    async ({ ctx, input }): Promise<{ id: UserId }> => {
      await new TenantRepository(ctx.em, User).remove(input.id, input.version);
      return { id: input.id };
    },
  ),
});
