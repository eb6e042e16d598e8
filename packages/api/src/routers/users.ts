import { User } from "@severalty/db/entities/user";
import { TenantRepository } from "@severalty/db/tenancy/tenant-repository";
import { teamId, userId, type TeamId, type UserId } from "@severalty/domain/ids";
import { roles, type Role } from "@severalty/domain/permission";
import {
  preferences,
  storageModes,
  username,
  userName,
  userStatuses,
  type Preferences,
  type StorageMode,
  type UserStatus,
} from "@severalty/domain/user";
import { z } from "zod";
import {
  changeInput,
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

/** The caller himself, with the settings that nobody else is shown. */
export interface OwnMember extends Member {
  preferences: Preferences;
  /** Where his settings live: with the account, or on each of his devices. */
  storageMode: StorageMode;
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

const own = [...member, "preferences", "storageMode"] as const;
const ownContent = { name: userName.nullable(), preferences, storageMode: z.enum(storageModes) };

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

  /** What everybody may change of himself, whatever his role; `preferences` are replaced as a whole. `auth.me` tells the version. */
  updateOwn: tenantProcedure("tenants.read", changeInput({}, ownContent), { isForUsers: true }).mutation(
    ({ ctx, input }): Promise<OwnMember> => {
      const { version, ...changes } = input;
      const users = new TenantRepository(ctx.em, User);
      return users.update(ctx.actor.userId, version, given(changes), ctx.services.clock(), own);
    },
  ),

  /**
   * Ends the membership with its sessions; the person stays a member of other tenants. Who wrote documents or gave out invitations or
   * keys cannot be removed, for those name him: disable him instead.
   */
  remove: tenantProcedure("users.write", removeInput(userId)).mutation(({ ctx, input }): Promise<{ id: UserId }> =>
    new TenantRepository(ctx.em, User).remove(input.id, input.version),
  ),
});
