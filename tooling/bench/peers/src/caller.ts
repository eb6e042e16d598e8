import { createVerifier } from "fast-jwt";

/** Who calls, by a verified token. */
export interface Caller {
  readonly tenantId: string;
  readonly userId: string;
}

const verify = createVerifier({ key: process.env["JWT_SECRET"] ?? "", algorithms: ["HS256"] });

/** The caller that an `Authorization` header names, verified anew each time; undefined without a valid token. */
export const callerOf = (authorization: string | undefined): Caller | undefined => {
  if (authorization?.startsWith("Bearer ") !== true) return undefined;
  try {
    const claims = verify(authorization.slice(7)) as { tenant_id: string; sub: string };
    return { tenantId: claims.tenant_id, userId: claims.sub };
  } catch {
    return undefined;
  }
};
